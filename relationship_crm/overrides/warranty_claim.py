"""Warranty Claim: a complaint about goods."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.guard import never_in_the_way


@never_in_the_way
def on_update(doc: Any, method: str | None = None) -> None:
    """The customer has news; where the customer was changed, both have."""
    before = doc.get_doc_before_save()
    for customer in dict.fromkeys((doc.customer, before.customer if before else None)):
        mark(doc, "Customer", customer, doc.complaint_date, "saved")


@never_in_the_way
def on_trash(doc: Any, method: str | None = None) -> None:
    """The customer has news."""
    mark(doc, "Customer", doc.customer, doc.complaint_date, "deleted")
