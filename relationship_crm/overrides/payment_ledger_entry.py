"""Payment Ledger Entry: every payment, allocation and cancellation, whatever document made it."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.guard import never_in_the_way


@never_in_the_way
def on_submit(doc: Any, method: str | None = None) -> None:
    """The customer has news; the ledger's rows are made anew on reconciliation, so the voucher is named."""
    if doc.party_type == "Customer":
        mark(doc, "Customer", doc.party, doc.posting_date, f"{doc.voucher_type} {doc.voucher_no}")
