"""Maintenance Visit: a visit used of a contract, what a customer may be asked about, and what an appointment became."""

from __future__ import annotations

from typing import Any

from relationship_crm.contracts import completion, entitlement
from relationship_crm.guard import never_in_the_way
from relationship_crm.surveys import invitations


def validate(doc: Any, method: str | None = None) -> None:
    """It finds its contract."""
    entitlement.match(doc)


def after_insert(doc: Any, method: str | None = None) -> None:
    """An amendment stands for the appointment of the visit before."""
    completion.voucher_inserted(doc)


def on_submit(doc: Any, method: str | None = None) -> None:
    """It uses its contract."""
    entitlement.use(doc)


def before_update_after_submit(doc: Any, method: str | None = None) -> None:
    """It may have been moved to another contract."""
    entitlement.move(doc)


def on_update_after_submit(doc: Any, method: str | None = None) -> None:
    """What it uses follows."""
    entitlement.use(doc)


def on_cancel(doc: Any, method: str | None = None) -> None:
    """What it used is free again; the customer is not asked about it any more."""
    entitlement.release(doc)
    _cancelled(doc)


@never_in_the_way
def _cancelled(doc: Any) -> None:
    invitations.withdraw(doc.doctype, doc.name)
    completion.voucher_cancelled(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
    """Its appointment is open again."""
    completion.voucher_deleted(doc)
