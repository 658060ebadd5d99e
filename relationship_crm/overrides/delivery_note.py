"""Delivery Note: a promise kept or broken."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.guard import never_in_the_way
from relationship_crm.policies import apply
from relationship_crm.surveys import invitations


def before_validate(doc: Any, method: str | None = None) -> None:
    """Let policies fill fields."""
    apply.before_validate(doc, "Customer", doc.customer)


def validate(doc: Any, method: str | None = None) -> None:
    """Let policies tell."""
    apply.on_validate(doc, "Customer", doc.customer)


def before_submit(doc: Any, method: str | None = None) -> None:
    """Let policies stop it."""
    apply.before_submit(doc, "Customer", doc.customer)


@never_in_the_way
def on_submit(doc: Any, method: str | None = None) -> None:
    """The customer has news."""
    mark(doc, "Customer", doc.customer, doc.posting_date, "submitted")


@never_in_the_way
def on_cancel(doc: Any, method: str | None = None) -> None:
    """The customer has news, and is not asked about it any more."""
    mark(doc, "Customer", doc.customer, doc.posting_date, "cancelled")
    invitations.withdraw(doc.doctype, doc.name)
