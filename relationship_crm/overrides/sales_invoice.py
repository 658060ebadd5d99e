"""Sales Invoice: a purchase, a return, a payment promise."""

from __future__ import annotations

from typing import Any

from relationship_crm import stamp
from relationship_crm.assessment.outbox import mark
from relationship_crm.contracts import entitlement, invoice_events
from relationship_crm.guard import never_in_the_way
from relationship_crm.policies import apply
from relationship_crm.surveys import invitations


def before_validate(doc: Any, method: str | None = None) -> None:
    """Stamp the stage, name the contract, then let policies fill fields: pricing rules and terms see both."""
    never_in_the_way(stamp.stamp)(doc, "Customer", doc.customer)
    invoice_events.before_validate(doc)
    apply.before_validate(doc, "Customer", doc.customer)


def validate(doc: Any, method: str | None = None) -> None:
    """It finds its contracts; let policies tell."""
    entitlement.match(doc)
    apply.on_validate(doc, "Customer", doc.customer)


def before_submit(doc: Any, method: str | None = None) -> None:
    """Let policies stop it."""
    apply.before_submit(doc, "Customer", doc.customer)


def on_update(doc: Any, method: str | None = None) -> None:
    """Charges of contracts follow a draft's rows."""
    invoice_events.on_update(doc)


def on_submit(doc: Any, method: str | None = None) -> None:
    """Charges are billed; what it delivers uses its contracts; the customer has news."""
    invoice_events.on_submit(doc)
    entitlement.use(doc)
    _submitted(doc)


@never_in_the_way
def _submitted(doc: Any) -> None:
    mark(doc, "Customer", doc.customer, doc.posting_date, "submitted")


def before_update_after_submit(doc: Any, method: str | None = None) -> None:
    """It may have been moved to another contract."""
    entitlement.move(doc)


def on_update_after_submit(doc: Any, method: str | None = None) -> None:
    """What it uses follows."""
    entitlement.use(doc)


def on_cancel(doc: Any, method: str | None = None) -> None:
    """Charges are open again, and what it delivered is free again; the customer has news, and is not asked about it any more."""
    invoice_events.on_cancel(doc)
    entitlement.release(doc)
    _cancelled(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
    """What a deleted draft charged is open again."""
    invoice_events.on_cancel(doc)


def on_discard(doc: Any, method: str | None = None) -> None:
    """Frappe 16 discards drafts."""
    invoice_events.on_cancel(doc)


@never_in_the_way
def _cancelled(doc: Any) -> None:
    mark(doc, "Customer", doc.customer, doc.posting_date, "cancelled")
    invitations.withdraw(doc.doctype, doc.name)
