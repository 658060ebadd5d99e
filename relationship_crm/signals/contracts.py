"""Service contracts and subscriptions: who stays, and who leaves when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pypika.functions import Coalesce, Min
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from relationship_crm.engine.dimensions import ENGAGEMENT_COMPANY_RATIONAL, TRUST_COMPANY
from relationship_crm.ledger.dialect import (
    AsDate,
    DateDiff,
    Exists,
    FloorDivide,
    Least,
    Value,
    query,
    sorting_query,
    table,
    union_all,
)
from relationship_crm.signals.base import Scope, Signal, customer_events, select_events
from relationship_crm.signals.sources import filled

STAYED, LEFT = 0.95, 0.10
#: A subscription has no term: it is renewed by the first invoice of each further year.
YEAR = 365


def renewed_events(scope: Scope) -> Any:
    """Contracts that renew another, on the day that was agreed; subscriptions that went on for another year."""
    return _both(scope, _successors, _continued)


def not_renewed_events(scope: Scope) -> Any:
    """Contracts decided against or given notice for, subscriptions cancelled; on the day of the decision."""
    return _both(scope, _refused, _cancelled)


def _both(
    scope: Scope, contracts: Callable[[Scope], QueryBuilder], subscriptions: Callable[[Scope], QueryBuilder]
) -> Any:
    found = [contracts(scope)] if scope.has("Service Contract") else []
    if scope.has("Subscription") and scope.has("Sales Invoice", "subscription"):
        found.append(subscriptions(scope))
    return union_all(found) if found else None


def _successors(scope: Scope) -> QueryBuilder:
    c = table("Service Contract", "c")
    return customer_events(
        scope,
        query().from_(c).where((c.docstatus == 1) & filled(c.customer) & filled(c.renewed_from)),
        customer=c.customer,
        date=Coalesce(c.renewed_on, c.start_date),
        created=Coalesce(c.renewal_entered_on, c.creation),
        value=STAYED,
        voucher_type="Service Contract",
        voucher_no=c.name,
    )


def _refused(scope: Scope) -> QueryBuilder:
    """A contract that was renewed all the same was not refused; nor one that ended for a reason beyond the customer."""
    c, r = table("Service Contract", "c"), table("Contract Ending Reason", "r")
    decided = Coalesce(Least(c.decided_on, c.terminated_on), c.decided_on, c.terminated_on)
    statement = query().from_(c).where((c.docstatus == 1) & filled(c.customer))
    statement = statement.where(_empty(c.renewed_into) & decided.notnull())
    if scope.has("Contract Ending Reason"):
        given = (r.name == c.not_renewed_reason) | (r.name == c.termination_reason)
        beyond = query().from_(r).select(r.name).where(given & (r.not_customers_choice == 1))
        statement = statement.where(Exists(beyond).negate())
    return customer_events(
        scope,
        statement,
        customer=c.customer,
        date=decided,
        created=AsDate(Coalesce(c.ending_entered_on, decided)),
        value=LEFT,
        voucher_type="Service Contract",
        voucher_no=c.name,
    )


def _continued(scope: Scope) -> QueryBuilder:
    """The first invoice of each year of a subscription but the first."""
    s, i = table("Subscription", "s"), table("Sales Invoice", "i")
    days = DateDiff(i.posting_date, s.start_date)
    # by the customer, too: invoices have no index on the subscription
    own = (i.subscription == s.name) & (i.customer == s.party)
    statement = sorting_query().from_(s).join(i).on(own)
    statement = statement.where(_own(scope, s) & (i.docstatus == 1) & (i.is_return == 0) & (days >= YEAR))
    statement = scope.limit(statement, date=i.posting_date, created=i.creation, party=s.party)
    return select_events(
        statement.groupby(s.party, s.name, FloorDivide(days, Value(YEAR))),
        party_type="Customer",
        party=s.party,
        date=Min(i.posting_date),
        known_at=Min(i.creation),
        value=STAYED,
        voucher_type="Subscription",
        voucher_no=s.name,
    )


def _cancelled(scope: Scope) -> QueryBuilder:
    s = table("Subscription", "s")
    return customer_events(
        scope,
        query().from_(s).where(_own(scope, s) & s.cancelation_date.notnull()),
        customer=s.party,
        date=s.cancelation_date,
        created=s.cancelation_date,
        value=LEFT,
        voucher_type="Subscription",
        voucher_no=s.name,
    )


def _own(scope: Scope, subscription: Any) -> Criterion:
    """A customer's subscription that bills no contract: of those the contract itself tells."""
    ours = (subscription.party_type == Value("Customer")) & filled(subscription.party)
    if not scope.has("Service Contract"):
        return ours
    c = table("Service Contract", "c")
    billed = query().from_(c).select(c.name).where((c.docstatus == 1) & (c.subscription == subscription.name))
    return ours & Exists(billed).negate()


def _empty(term: Any) -> Criterion:
    return Coalesce(term, Value("")) == Value("")


def _decision(key: str, label: str, description: str, events: Callable[[Scope], Any]) -> Signal:
    """A decision for or against us weighs the same."""
    return Signal(
        key=key,
        label=label,
        description=description,
        dimensions=(TRUST_COMPANY, ENGAGEMENT_COMPANY_RATIONAL),
        weight=3,
        half_life=730,
        cap=6,
        events=events,
        sources=(),  # contracts or subscriptions
    )


CONTRACT_RENEWED = _decision(
    "contract_renewed",
    "Contracts renewed",
    "Who renews a contract trusts us to keep our promises, and counts on us for another term.",
    renewed_events,
)
CONTRACT_NOT_RENEWED = _decision(
    "contract_not_renewed",
    "Contracts not renewed",
    "Who lets a contract end or gives notice has stopped counting on us.",
    not_renewed_events,
)
