"""What customers do for us unpaid: they recommend us, say so in public, bring ideas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from relationship_crm.engine.dimensions import ENGAGEMENT_COMPANY_EMOTIONAL
from relationship_crm.ledger.dialect import Exists, query, table, union_all
from relationship_crm.signals.base import Scope, Signal, customer_events
from relationship_crm.signals.sources import filled

#: Whoever does any of it stands by us.
GIVEN = 1.0


def _recorded_referrals(scope: Scope) -> QueryBuilder:
    """Referrals with a record of their own, whatever became of them: a recommendation is one."""
    f = table("Customer Referral", "f")
    return customer_events(
        scope,
        query().from_(f).where(filled(f.referrer)),
        customer=f.referrer,
        date=f.referral_date,
        created=f.creation,
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
    return customer_events(
        scope,
        statement,
        customer=record.relationship_referred_by,
        date=record.creation,
        created=record.creation,
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


def is_testimonial(response: Any) -> Criterion:
    """Praise that a customer allowed us to show; a consent that was taken back is none."""
    return filled(response.customer) & (response.testimonial_consent == 1)


def testimonial_events(scope: Scope) -> Any:
    """Praise that the customer allowed us to show, on the day of the consent."""
    r = table("Survey Response", "r")
    return customer_events(
        scope,
        query().from_(r).where(is_testimonial(r)),
        customer=r.customer,
        date=r.testimonial_consent_on,
        created=r.testimonial_consent_on,
        value=GIVEN,
        voucher_type="Survey Response",
        voucher_no=r.name,
    )


def idea_events(scope: Scope) -> Any:
    """Ideas that customers submitted, whether or not we took them up."""
    i = table("Customer Idea", "i")
    return customer_events(
        scope,
        query().from_(i).where(filled(i.customer)),
        customer=i.customer,
        date=i.submitted_on,
        created=i.creation,
        value=GIVEN,
        voucher_type="Customer Idea",
        voucher_no=i.name,
    )


def _given(key: str, label: str, description: str, events: Callable[[Scope], Any], source: str) -> Signal:
    """What is given unpaid weighs the same, whatever it is."""
    return Signal(
        key=key,
        label=label,
        description=description,
        dimensions=(ENGAGEMENT_COMPANY_EMOTIONAL,),
        weight=2,
        half_life=730,
        cap=6,
        events=events,
        sources=(source,),
    )


REFERRAL_GIVEN = _given(
    "referral_given",
    "Referrals given",
    "Who recommends us to others puts the own name behind ours, whatever becomes of it.",
    referral_events,
    "Customer",
)
TESTIMONIAL_GIVEN = _given(
    "testimonial_given",
    "Testimonials given",
    "Who lets us show their praise to others stands by us in public.",
    testimonial_events,
    "Survey Response",
)
IDEA_SUBMITTED = _given(
    "idea_submitted",
    "Ideas submitted",
    "Who tells us how to do better wants us to go on.",
    idea_events,
    "Customer Idea",
)
