"""Customers' ideas that we made real."""

from __future__ import annotations

from pypika.queries import QueryBuilder

from relationship_crm.ledger.dialect import Value, query, table
from relationship_crm.measures.deeds import deed
from relationship_crm.signals.base import Scope
from relationship_crm.signals.sources import filled

REALISED_IDEAS = "realised_ideas"
REALISED = "Realised"


def idea_branches(scope: Scope) -> list[QueryBuilder]:
    """Kind, customer, idea and the day it was realised."""
    if not scope.has("Customer Idea"):
        return []
    i = table("Customer Idea", "i")
    statement = query().from_(i).where(filled(i.customer) & (i.status == Value(REALISED)))
    statement = scope.limit(statement, date=i.realised_on, created=i.creation, party=i.customer)
    return [deed(statement, REALISED_IDEAS, party=i.customer, subject=i.name, day=i.realised_on)]
