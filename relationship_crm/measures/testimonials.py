"""Praise that customers allowed us to show."""

from __future__ import annotations

from pypika.queries import QueryBuilder

from relationship_crm.ledger.dialect import query, table
from relationship_crm.measures.deeds import deed
from relationship_crm.signals.advocacy import is_testimonial
from relationship_crm.signals.base import Scope

TESTIMONIALS = "testimonials"


def testimonial_branches(scope: Scope) -> list[QueryBuilder]:
    """Kind, customer, answer and the day of the consent."""
    if not scope.has("Survey Response"):
        return []
    r = table("Survey Response", "r")
    day = r.testimonial_consent_on
    statement = scope.limit(
        query().from_(r).where(is_testimonial(r)), date=day, created=day, party=r.customer
    )
    return [deed(statement, TESTIMONIALS, party=r.customer, subject=r.name, day=day)]
