"""POS Invoice: a purchase at the counter."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.guard import never_in_the_way


@never_in_the_way
def on_submit(doc: Any, method: str | None = None) -> None:
    """The customer has news."""
    mark(doc, "Customer", doc.customer, doc.posting_date, "submitted")


@never_in_the_way
def on_cancel(doc: Any, method: str | None = None) -> None:
    """The customer has news."""
    mark(doc, "Customer", doc.customer, doc.posting_date, "cancelled")
