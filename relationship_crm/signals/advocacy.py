"""What customers do for us unpaid: they recommend us, say so in public, bring ideas."""

from __future__ import annotations

from typing import Any

from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from relationship_crm.engine.dimensions import ENGAGEMENT_COMPANY_EMOTIONAL
from relationship_crm.ledger.dialect import AsDate, Exists, query, table
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import filled, union_all

#: Whoever does any of it stands by us.
GIVEN = 1.0


def _recorded_referrals(scope: Scope) -> QueryBuilder:
    """Referrals with a record of their own, whatever became of them: a recommendation is one."""
    f = table("Customer Referral", "f")
    return select_events(
        scope.limit(
            query().from_(f).where(filled(f.referrer)),
            date=f.referral_date,
            created=f.creation,
            party=f.referrer,
        ),
        party_type="Customer",
        party=f.referrer,
        date=f.referral_date,
        known_at=f.creation,
        value=GIVEN,
        voucher_type="Customer Referral",
        voucher_no=f.name,
    )


def _by_customers(scope: Scope) -> QueryBuilder:
    """Customers whose record names their referrer, where neither a referral's record nor their lead's says the same."""
    c, f = table("Customer", "c"), table("Customer Referral", "f")
    by = c.relationship_referred_by
    statement = query().from_(c).where(filled(by) & (by != c.name))
    if scope.has("Customer Referral"):
        for same in (f.referred_customer == c.name, filled(c.lead_name) & (f.referred_lead == c.lead_name)):
            statement = statement.where(_none(f, (f.referrer == by) & same))
    if scope.has("Lead", "relationship_referred_by"):
        lead = table("Lead", "l")
        statement = statement.where(
            _none(lead, (lead.name == c.lead_name) & (lead.relationship_referred_by == by))
        )
    return _named(scope, statement, c, "Customer")


def _by_leads(scope: Scope) -> QueryBuilder:
    """The same for leads, be they customers by now or not."""
    lead, f, c = table("Lead", "l"), table("Customer Referral", "f"), table("Customer", "c")
    by = lead.relationship_referred_by
    statement = query().from_(lead).where(filled(by))
    if scope.has("Customer Referral"):
        recorded = (f.referrer == by) & (f.referred_lead == lead.name)
        became = query().from_(f).join(c).on(c.name == f.referred_customer)
        became = became.where((f.referrer == by) & (c.lead_name == lead.name)).select(f.name)
        statement = statement.where(_none(f, recorded)).where(Exists(became).negate())
    return _named(scope, statement, lead, "Lead")


def _none(source: Any, condition: Criterion) -> Criterion:
    """No row meets the condition."""
    return Exists(query().from_(source).select(source.name).where(condition)).negate()


def _named(scope: Scope, statement: QueryBuilder, record: Any, doctype: str) -> QueryBuilder:
    """Events dated when the record that names the referrer was made: since when it does is not kept."""
    by = record.relationship_referred_by
    return select_events(
        scope.limit(statement, date=record.creation, created=record.creation, party=by),
        party_type="Customer",
        party=by,
        date=AsDate(record.creation),
        known_at=record.creation,
        value=GIVEN,
        voucher_type=doctype,
        voucher_no=record.name,
    )


def referral_events(scope: Scope) -> Any:
    """Every recommendation once: by its record, else by the customer or lead who names the referrer."""
    branches = [_recorded_referrals(scope)] if scope.has("Customer Referral") else []
    for doctype, build in (("Customer", _by_customers), ("Lead", _by_leads)):
        if scope.has(doctype, "relationship_referred_by"):
            branches.append(build(scope))
    return union_all(branches) if branches else None


def testimonial_events(scope: Scope) -> Any:
    """Praise that the customer allowed us to show; a consent that was taken back is none."""
    r = table("Survey Response", "r")
    statement = query().from_(r).where(filled(r.customer) & (r.testimonial_consent == 1))
    return select_events(
        scope.limit(
            statement, date=r.testimonial_consent_on, created=r.testimonial_consent_on, party=r.customer
        ),
        party_type="Customer",
        party=r.customer,
        date=AsDate(r.testimonial_consent_on),
        known_at=r.testimonial_consent_on,
        value=GIVEN,
        voucher_type="Survey Response",
        voucher_no=r.name,
    )


def idea_events(scope: Scope) -> Any:
    """Ideas that customers submitted, whether or not we took them up."""
    i = table("Customer Idea", "i")
    return select_events(
        scope.limit(
            query().from_(i).where(filled(i.customer)),
            date=i.submitted_on,
            created=i.creation,
            party=i.customer,
        ),
        party_type="Customer",
        party=i.customer,
        date=i.submitted_on,
        known_at=i.creation,
        value=GIVEN,
        voucher_type="Customer Idea",
        voucher_no=i.name,
    )


REFERRAL_GIVEN = Signal(
    key="referral_given",
    label="Referrals given",
    description="Who recommends us to others puts the own name behind ours, whatever becomes of it.",
    dimensions=(ENGAGEMENT_COMPANY_EMOTIONAL,),
    weight=2,
    half_life=730,
    cap=6,
    events=referral_events,
    sources=("Customer",),
)
TESTIMONIAL_GIVEN = Signal(
    key="testimonial_given",
    label="Testimonials given",
    description="Who lets us show their praise to others stands by us in public.",
    dimensions=(ENGAGEMENT_COMPANY_EMOTIONAL,),
    weight=2,
    half_life=730,
    cap=6,
    events=testimonial_events,
    sources=("Survey Response",),
)
IDEA_SUBMITTED = Signal(
    key="idea_submitted",
    label="Ideas submitted",
    description="Who tells us how to do better wants us to go on.",
    dimensions=(ENGAGEMENT_COMPANY_EMOTIONAL,),
    weight=2,
    half_life=730,
    cap=6,
    events=idea_events,
    sources=("Customer Idea",),
)
