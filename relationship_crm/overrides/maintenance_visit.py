"""Maintenance Visit: what a customer may be asked about."""

from __future__ import annotations

from typing import Any

from relationship_crm.guard import never_in_the_way
from relationship_crm.surveys import invitations


@never_in_the_way
def on_cancel(doc: Any, method: str | None = None) -> None:
    """The customer is not asked about it any more."""
    invitations.withdraw(doc.doctype, doc.name)
