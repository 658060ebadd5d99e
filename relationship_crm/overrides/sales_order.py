"""Sales Order: a purchase, a promise of a delivery date, and news when it is closed short."""

from __future__ import annotations

from typing import Any

from relationship_crm import stamp
from relationship_crm.assessment.outbox import mark
from relationship_crm.campaigns import documents
from relationship_crm.contracts import entitlement, renewing
from relationship_crm.guard import never_in_the_way
from relationship_crm.policies import apply


def before_validate(doc: Any, method: str | None = None) -> None:
    """Stamp the stage, then let policies fill fields: pricing rules and terms see both."""
    never_in_the_way(stamp.stamp)(doc, "Customer", doc.customer)
    apply.before_validate(doc, "Customer", doc.customer)


def validate(doc: Any, method: str | None = None) -> None:
    """It finds the contracts that its delivery will use; let policies tell."""
    entitlement.match(doc)
    apply.on_validate(doc, "Customer", doc.customer)


def before_submit(doc: Any, method: str | None = None) -> None:
    """Let policies stop it; freeze the delivery dates first promised, which users may change later."""
    apply.before_submit(doc, "Customer", doc.customer)
    freeze_promises(doc)


@never_in_the_way
def freeze_promises(doc: Any) -> None:
    """Keep each line's delivery date as promised when the order is submitted."""
    for item in doc.get("items"):
        item.relationship_promised_date = item.delivery_date or doc.delivery_date


def on_submit(doc: Any, method: str | None = None) -> None:
    """Its contracts have enough left; the customer has news; it may accept a renewal, or answer a campaign."""
    entitlement.use(doc)
    _submitted(doc)
    renewing.ordered(doc)


@never_in_the_way
def _submitted(doc: Any) -> None:
    mark(doc, "Customer", doc.customer, doc.transaction_date, "submitted")
    documents.saved(doc)


@never_in_the_way
def on_cancel(doc: Any, method: str | None = None) -> None:
    """The customer has news; it answers no campaign any more."""
    mark(doc, "Customer", doc.customer, doc.transaction_date, "cancelled")
    documents.gone(doc)


@never_in_the_way
def on_update_after_submit(doc: Any, method: str | None = None) -> None:
    """Lines were changed after submit: a line that is new was promised when it was added."""
    for item in doc.get("items"):
        if not item.get("relationship_promised_date") and item.delivery_date:
            item.db_set("relationship_promised_date", item.delivery_date, update_modified=False)
    mark(doc, "Customer", doc.customer, doc.transaction_date, "changed")
    documents.saved(doc)


@never_in_the_way
def on_change(doc: Any, method: str | None = None) -> None:
    """Closed or opened again; every other change of status comes with a document that marks the customer itself."""
    before = doc.get_doc_before_save()
    if doc.docstatus != 1 or not before:
        return
    closed = doc.status == "Closed"
    # ERPNext changes an order several times while it closes or opens it: one of them is news
    if closed != (before.status == "Closed") and doc.flags.relationship_closed is not closed:
        doc.flags.relationship_closed = closed
        mark(doc, "Customer", doc.customer, doc.transaction_date, doc.status)
