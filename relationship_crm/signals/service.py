"""Complaints: issues, how they ended, and warranty claims."""

from __future__ import annotations

from typing import Any

from pypika.functions import Coalesce
from pypika.queries import QueryBuilder

from relationship_crm.engine.dimensions import SATISFACTION, TRUST_COMPANY
from relationship_crm.ledger.dialect import AsDate, Least, Matches, Value, query, table, union_all
from relationship_crm.signals.base import Scope, Signal, customer_events, select_events
from relationship_crm.signals.sources import case, filled

OPENED, RESOLVED, BREACHED, REOPENED, CLAIMED = 0.30, 0.60, 0.15, 0.10, 0.25
#: A broken service level weighs twice as much as a kept one.
BAD_OUTCOME = 2
#: How a Version tells that a status went back to Open; Frappe indents the data, so anything may stand between.
REOPENINGS = ('%"status",%"Closed",%"Open"%', '%"status",%"Resolved",%"Open"%')


def opened_events(scope: Scope) -> Any:
    """Every issue a customer opened."""
    i = table("Issue", "i")
    return customer_events(
        scope,
        query().from_(i).where(filled(i.customer)),
        customer=i.customer,
        date=i.opening_date,
        created=i.creation,
        value=OPENED,
        voucher_type="Issue",
        voucher_no=i.name,
    )


def _outcome(scope: Scope) -> QueryBuilder:
    """Issues under a service level: broken at the deadline that passed first, else kept at the resolution.

    Computed from the timestamps: `agreement_status` of an untouched overdue issue still says "First Response Due".
    """
    i = table("Issue", "i")
    unanswered = case((i.first_responded_on.isnull() | (i.first_responded_on > i.response_by), i.response_by))
    unresolved = case(
        (i.sla_resolution_date.isnull() | (i.sla_resolution_date > i.sla_resolution_by), i.sla_resolution_by)
    )
    broken = Coalesce(Least(unanswered, unresolved), unanswered, unresolved)
    happened = Coalesce(broken, i.sla_resolution_date)
    statement = (
        query()
        .from_(i)
        .where(filled(i.customer) & filled(i.service_level_agreement))
        .where(scope.until(happened))
    )
    return select_events(
        scope.limit(statement, date=i.opening_date, created=i.creation, party=i.customer),
        party_type="Customer",
        party=i.customer,
        date=AsDate(happened),
        known_at=happened,
        value=case((broken.isnull(), RESOLVED), otherwise=BREACHED),
        weight=case((broken.isnull(), 1), otherwise=BAD_OUTCOME),
        voucher_type="Issue",
        voucher_no=i.name,
    )


def _reopened(scope: Scope) -> QueryBuilder:
    """Issues that were closed and came back, as their version history tells."""
    i, v = table("Issue", "i"), table("Version", "v")
    closed, resolved = (Matches(v.data, pattern) for pattern in REOPENINGS)
    statement = (
        query()
        .from_(i)
        .join(v)
        .on((v.ref_doctype == Value("Issue")) & (v.docname == i.name))
        .where(filled(i.customer) & (closed | resolved))
    )
    return customer_events(
        scope,
        statement,
        customer=i.customer,
        date=v.creation,
        created=v.creation,
        value=REOPENED,
        weight=BAD_OUTCOME,
        voucher_type="Issue",
        voucher_no=i.name,
    )


def outcome_events(scope: Scope) -> Any:
    """How issues went on: kept and broken service levels, reopenings where versions are kept."""
    return union_all([_outcome(scope)] + ([_reopened(scope)] if scope.has("Version") else []))


def warranty_events(scope: Scope) -> Any:
    """Every warranty claim that was not withdrawn."""
    w = table("Warranty Claim", "w")
    statement = query().from_(w).where(filled(w.customer) & (w.status != Value("Cancelled")))
    return customer_events(
        scope,
        statement,
        customer=w.customer,
        date=w.complaint_date,
        created=w.creation,
        value=CLAIMED,
        voucher_type="Warranty Claim",
        voucher_no=w.name,
    )


ISSUE_OPENED = Signal(
    key="issue_opened",
    label="Issues opened",
    description="A customer who opens an issue has a reason to be dissatisfied.",
    dimensions=(SATISFACTION,),
    weight=1,
    half_life=180,
    cap=4,
    events=opened_events,
    sources=("Issue",),
)
ISSUE_OUTCOME = Signal(
    key="issue_outcome",
    label="Issues resolved, late or reopened",
    description=(
        "An issue resolved within its service level makes up for some of the trouble. "
        "A missed deadline or a reopened issue makes it worse."
    ),
    dimensions=(SATISFACTION, TRUST_COMPANY),
    weight=1,
    half_life=180,
    cap=6,
    events=outcome_events,
    sources=("Issue",),
)
WARRANTY_CLAIM = Signal(
    key="warranty_claim",
    label="Warranty claims",
    description="A warranty claim means that something we sold did not hold what it promised.",
    dimensions=(SATISFACTION,),
    weight=1,
    half_life=180,
    cap=4,
    events=warranty_events,
    sources=("Warranty Claim",),
)
