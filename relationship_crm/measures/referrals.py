"""Referrals that became paying customers."""

from __future__ import annotations

from typing import Any

from pypika.functions import Min
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.ledger.dialect import query, table
from relationship_crm.signals.base import Scope
from relationship_crm.signals.payments import PAYMENT_SOURCES, allocated
from relationship_crm.signals.sources import filled, union_all


def _referred(scope: Scope) -> list[QueryBuilder]:
    """Referrer and referred customer, as the customer's record says or the lead's it came from."""
    branches = []
    if scope.has("Customer", "relationship_referred_by"):
        c = table("Customer", "c")
        by = c.relationship_referred_by
        branches.append(
            scope.limit(query().from_(c).where(filled(by) & (by != c.name)), created=c.creation, party=by).select(
                by.as_("referrer"), c.name.as_("customer")
            )
        )
    if scope.has("Lead", "relationship_referred_by"):
        c, lead = table("Customer", "c"), table("Lead", "l")
        by = lead.relationship_referred_by
        statement = query().from_(lead).join(c).on(c.lead_name == lead.name).where(filled(by) & (by != c.name))
        branches.append(
            scope.limit(statement, created=c.creation, party=by).select(by.as_("referrer"), c.name.as_("customer"))
        )
    return branches


def _paid(scope: Scope) -> list[tuple[QueryBuilder, Any, Any]]:
    """Payments as query, customer and day; a sale at the counter is paid on its day."""
    everybody = Scope(scope.has, known=scope.known)  # the referred customers are not those asked for
    branches = []
    if all(scope.has(doctype) for doctype in PAYMENT_SOURCES):
        a = allocated(everybody)
        branches.append((a.statement, a.ledger.party, a.counted_on))
    if scope.has("POS Invoice"):
        d = table("POS Invoice", "d")
        statement = query().from_(d).where((d.docstatus == 1) & (d.is_return == 0))
        statement = everybody.limit(statement, date=d.posting_date, created=d.creation)
        branches.append((statement, d.customer, d.posting_date))
    return branches


def referrals_query(scope: Scope) -> Any:
    """Referrer, referred customer, the day of the referred customer's first payment; None without such a record."""
    referred, paid = _referred(scope), _paid(scope)
    if not referred or not paid:
        return None
    branches = []
    for i, (statement, customer, day) in enumerate(paid):
        f = union_all(referred).as_(f"f{i}") if len(referred) == 1 else _distinct(referred).as_(f"f{i}")
        name = Field("customer", table=f)
        branches.append(
            statement.join(f)
            .on(name == customer)
            .select(Field("referrer", table=f).as_("referrer"), name.as_("customer"), Min(day).as_("day"))
            .groupby(Field("referrer", table=f), name)
        )
    t = union_all(branches).as_("t")
    referrer, customer = Field("referrer", table=t), Field("customer", table=t)
    return query().from_(t).select(referrer, customer, Min(Field("day", table=t))).groupby(referrer, customer)


def _distinct(branches: list[QueryBuilder]) -> Any:
    """Both ways to record a referral may name the same pair."""
    return branches[0].union(branches[1])
