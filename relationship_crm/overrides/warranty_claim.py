"""Warranty Claim: a complaint about goods."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.contracts import entitlement
from relationship_crm.guard import never_in_the_way


def validate(doc: Any, method: str | None = None) -> None:
    """It finds its contract."""
    entitlement.match(doc)


def on_update(doc: Any, method: str | None = None) -> None:
    """It uses its contract; the customer has news; where the customer was changed, both have."""
    entitlement.receive(doc)
    _mark(doc)


@never_in_the_way
def _mark(doc: Any) -> None:
    before = doc.get_doc_before_save()
    for customer in dict.fromkeys((doc.customer, before.customer if before else None)):
        mark(doc, "Customer", customer, doc.complaint_date, "saved")


def on_trash(doc: Any, method: str | None = None) -> None:
    """What it used of its contract is free again; the customer has news."""
    entitlement.release(doc)
    _deleted(doc)


@never_in_the_way
def _deleted(doc: Any) -> None:
    mark(doc, "Customer", doc.customer, doc.complaint_date, "deleted")
