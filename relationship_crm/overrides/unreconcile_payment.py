"""Unreconcile Payment: the one way a payment is taken off an invoice without a ledger entry's event."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.guard import never_in_the_way


@never_in_the_way
def on_submit(doc: Any, method: str | None = None) -> None:
    """The customers of the allocations have news."""
    for customer in dict.fromkeys(
        row.party for row in doc.get("allocations") if row.party_type == "Customer"
    ):
        mark(doc, "Customer", customer, None, "submitted")
