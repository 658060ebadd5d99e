"""Opportunity: a sign of talks."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.guard import never_in_the_way


@never_in_the_way
def on_update(doc: Any, method: str | None = None) -> None:
    """The party has news."""
    mark(doc, doc.opportunity_from, doc.party_name, doc.transaction_date, "saved")


@never_in_the_way
def on_trash(doc: Any, method: str | None = None) -> None:
    """The party has news."""
    mark(doc, doc.opportunity_from, doc.party_name, doc.transaction_date, "deleted")
