"""Issue: a complaint, and how it was dealt with."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.contracts import entitlement, knowledge, service_level
from relationship_crm.guard import never_in_the_way


def validate(doc: Any, method: str | None = None) -> None:
    """It finds its contract, whose service level is entered before ERPNext's engine looks for one."""
    entitlement.match(doc)
    never_in_the_way(service_level.prepare)(doc)


@never_in_the_way
def before_save(doc: Any, method: str | None = None) -> None:
    """And stays, if the engine found another."""
    service_level.assure(doc)


def on_update(doc: Any, method: str | None = None) -> None:
    """It uses its contract; the customer has news; where the customer was changed, both have."""
    entitlement.receive(doc)
    _mark(doc)


@never_in_the_way
def _mark(doc: Any) -> None:
    before = doc.get_doc_before_save()
    for customer in dict.fromkeys((doc.customer, before.customer if before else None)):
        mark(doc, "Customer", customer, doc.opening_date, "saved")


def on_trash(doc: Any, method: str | None = None) -> None:
    """What it used of its contract is free again; the customer has news."""
    entitlement.release(doc)
    _deleted(doc)


@never_in_the_way
def _deleted(doc: Any) -> None:
    mark(doc, "Customer", doc.customer, doc.opening_date, "deleted")
    knowledge.issue_deleted(doc.name)
