"""Praise that customers allowed us to show."""

from __future__ import annotations

from pypika.queries import QueryBuilder

from relationship_crm.ledger.dialect import AsDate, Value, query, table
from relationship_crm.signals.base import Scope
from relationship_crm.signals.sources import filled

TESTIMONIALS = "testimonials"


def testimonial_branches(scope: Scope) -> list[QueryBuilder]:
    """Kind, customer, answer and the day of the consent; a consent that was taken back is none."""
    if not scope.has("Survey Response"):
        return []
    r = table("Survey Response", "r")
    statement = query().from_(r).where(filled(r.customer) & (r.testimonial_consent == 1))
    day = r.testimonial_consent_on
    return [
        scope.limit(statement, date=day, created=day, party=r.customer).select(
            Value(TESTIMONIALS).as_("kind"),
            r.customer.as_("party"),
            r.name.as_("subject"),
            AsDate(day).as_("day"),
        )
    ]
