"""Referrals that became paying customers."""

from __future__ import annotations

from typing import Any

from pypika.functions import Coalesce, Min
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.ledger.dialect import Least, query, table
from relationship_crm.signals.base import Scope
from relationship_crm.signals.payments import PAYMENT_SOURCES, allocated
from relationship_crm.signals.sources import ALL, filled


def _referred(scope: Scope) -> list[QueryBuilder]:
    """Referrer and referred customer, as the customer's record says or the lead's it came from."""
    branches = []
    if scope.has("Customer", "relationship_referred_by"):
        c = table("Customer", "c")
        by = c.relationship_referred_by
        branches.append(
            scope.limit(
                query().from_(c).where(filled(by) & (by != c.name)), created=c.creation, party=by
            ).select(by.as_("referrer"), c.name.as_("customer"))
        )
    if scope.has("Lead", "relationship_referred_by"):
        c, lead = table("Customer", "c"), table("Lead", "l")
        by = lead.relationship_referred_by
        statement = (
            query().from_(lead).join(c).on(c.lead_name == lead.name).where(filled(by) & (by != c.name))
        )
        branches.append(
            scope.limit(statement, created=c.creation, party=by).select(
                by.as_("referrer"), c.name.as_("customer")
            )
        )
    return branches


def _first_payments(scope: Scope, customer: Any) -> list[QueryBuilder]:
    """The first day on which a customer paid an invoice, or bought at the counter."""
    everybody = Scope(scope.has, known=scope.known)  # the referred customers are not those asked for
    found = []
    if all(scope.has(doctype) for doctype in PAYMENT_SOURCES):
        a = allocated(everybody)
        found.append(a.statement.where(a.ledger.party == customer).select(Min(a.counted_on)))
    if scope.has("POS Invoice"):
        d = table("POS Invoice", "d")
        statement = query().from_(d).where((d.docstatus == 1) & (d.is_return == 0) & (d.customer == customer))
        found.append(
            everybody.limit(statement, date=d.posting_date, created=d.creation).select(Min(d.posting_date))
        )
    return found


def referrals_query(scope: Scope) -> Any:
    """Referrer, referred customer, the day of the referred customer's first payment; None without such a record."""
    referred = _referred(scope)
    if not referred:
        return None
    # a customer and the lead it came from may name the same referrer
    pairs = (referred[0].union(referred[1]) if len(referred) > 1 else referred[0]).as_("f")
    referrer, customer = Field("referrer", table=pairs), Field("customer", table=pairs)
    payments = _first_payments(scope, customer)
    if not payments:
        return None
    names = [f"day{i}" for i in range(len(payments))]
    t = (
        query()
        .from_(pairs)
        .select(referrer, customer, *(p.as_(name) for p, name in zip(payments, names, strict=True)))
        .limit(ALL)
        .as_("t")
    )
    days = [Field(name, table=t) for name in names]
    first = Coalesce(Least(*days), *days) if len(days) > 1 else days[0]
    return (
        query()
        .from_(t)
        .where(first.notnull())
        .select(Field("referrer", table=t), Field("customer", table=t), first)
    )
