"""Losses that somebody recorded: the customer is gone, whatever the figures say."""

from __future__ import annotations

from typing import Any

from pypika.terms import Criterion

from relationship_crm.ledger.dialect import AddDays, Value, query, table
from relationship_crm.signals.base import LISTS, Scope
from relationship_crm.signals.sources import case


def losses_query(scope: Scope) -> Any:
    """Customer, lead and prospect of the relationship, first and last day of the loss.

    A loss that was taken back ends on the day before; a taking back after the as-of day is not known yet.
    """
    if not scope.has("Relationship Override"):
        return None
    o, r = table("Relationship Override", "o"), table("Relationship", "r")
    taken_back = (o.revoked == 1) & scope.until(o.revoked_on) & (o.revoked_on <= o.until_date)
    statement = query().from_(o).join(r).on(r.name == o.relationship).where(o.kind == Value("Loss"))
    if scope.restricted:
        parties = {"Customer": r.customer, "Lead": r.lead, "Prospect": r.prospect}
        statement = statement.where(Criterion.any([scope.one_of(parties[kind], kind) for kind in LISTS]))
    return scope.limit(statement, date=o.from_date, created=o.creation).select(
        r.customer,
        r.lead,
        r.prospect,
        o.from_date,
        case((taken_back, AddDays(o.revoked_on, -1)), otherwise=o.until_date),
    )
