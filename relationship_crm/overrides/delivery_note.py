"""Delivery Note: a promise kept or broken."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.contracts import entitlement
from relationship_crm.guard import never_in_the_way
from relationship_crm.policies import apply
from relationship_crm.surveys import invitations


def before_validate(doc: Any, method: str | None = None) -> None:
    """Let policies fill fields."""
    apply.before_validate(doc, "Customer", doc.customer)


def validate(doc: Any, method: str | None = None) -> None:
    """It finds its contracts; let policies tell."""
    entitlement.match(doc)
    apply.on_validate(doc, "Customer", doc.customer)


def before_submit(doc: Any, method: str | None = None) -> None:
    """Let policies stop it."""
    apply.before_submit(doc, "Customer", doc.customer)


def on_submit(doc: Any, method: str | None = None) -> None:
    """It uses its contracts; the customer has news."""
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
    """What it used is free again; the customer has news, and is not asked about it any more."""
    entitlement.release(doc)
    _cancelled(doc)


@never_in_the_way
def _cancelled(doc: Any) -> None:
    mark(doc, "Customer", doc.customer, doc.posting_date, "cancelled")
    invitations.withdraw(doc.doctype, doc.name)
