"""Criteria on what was bought, net of returns, on the documents that the settings count purchases on; counter sales too.

Amounts are in the currency of the list's company, without one in the reporting currency by stored rates. A day is a purchase
when more was bought on it than given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, getdate
from pypika.functions import Count, Max, Min, Sum
from pypika.queries import QueryBuilder

from relationship_crm.assessment.site import company_rates
from relationship_crm.campaigns.criteria.base import (
    AT_LEAST,
    AT_MOST,
    IS,
    IS_NOT,
    NOT_WITHIN,
    OF_DAYS,
    SINCE,
    UNTIL,
    WITHIN,
    Criterion,
    Parties,
    Rule,
    Scope,
    customers_in,
    first_day,
    of_one_kind,
    others,
    unless,
)
from relationship_crm.ledger.dialect import Value, branches, selecting, sorting_query, union_all
from relationship_crm.ledger.site import SiteLedger
from relationship_crm.measures.purchases import SALES_INVOICE, purchase_rows_query
from relationship_crm.relationship_crm.report.rows import currency
from relationship_crm.signals import base
from relationship_crm.signals.sources import case

COLUMNS = ("customer", "company", "bought", "posted", "amount", "revenue")
#: Less is nothing: amounts are stored in floating point.
CENT = 0.005


def basis() -> str:
    """The documents that purchases are counted on."""
    return frappe.db.get_single_value("Relationship CRM Settings", "purchase_basis") or SALES_INVOICE


def purchases(scope: Scope, *columns: str, day: str = "", since: Any = None) -> tuple[QueryBuilder, Any]:
    """A query of documents with these of the columns above, of the list's company where it has one, and their table.

    `day`: the column of `since`, the first day that counts. Only what is asked for is put into the table: it is a temporary one,
    whose texts have their full width. Revenue is in the list's currency.
    """
    rows = purchase_rows_query(base.Scope(SiteLedger().has), basis())
    rates = company_rates(currency()) if "revenue" in columns and not scope.company else None
    parts = []
    for branch in branches(rows):
        terms = dict(zip(COLUMNS, branch._selects, strict=True))
        if scope.company:
            branch = branch.where(terms["company"] == Value(scope.company))
        if rates is not None:
            terms["revenue"] = terms["revenue"] * _rate(terms["company"], rates)
        if since:
            branch = branch.where(terms[day] >= Value(since))
        parts.append(selecting(branch, [terms[name].as_(name) for name in columns]))
    named = union_all(parts).as_("p")
    return sorting_query().from_(named), named


def _days(scope: Scope, since: Any = None) -> tuple[QueryBuilder, Any]:
    """Customers and their days with a purchase, from a day on."""
    statement, p = purchases(scope, "customer", "bought", "amount", day="bought", since=since)
    days = (
        statement.select(p.customer, p.bought)
        .groupby(p.customer, p.bought)
        .having(Sum(p.amount) > Value(CENT))
        .as_("d")
    )
    return sorting_query().from_(days).select(days.customer).groupby(days.customer), days


def _customers(statement: Any) -> Parties:
    return customers_in(statement, {"as_of_next": add_days(getdate(), 1)})


def buyers_since(days: int, company: str = "") -> Parties:
    """Customers who bought something of a company in the last so many days. One query."""
    return _customers(_days(Scope(("Customer",), company, {}), add_days(getdate(), -days))[0])


def _bought(rule: Rule, scope: Scope) -> Parties:
    statement, _days_of = _days(scope, first_day(rule) if rule.days else None)
    return unless(rule, _customers(statement), scope)


def _day_of(aggregate: Any) -> Any:
    """The last or the first purchase; who never bought has none."""

    def find(rule: Rule, scope: Scope) -> Parties:
        statement, days = _days(scope)
        day = first_day(rule) if rule.operator in OF_DAYS else getdate(rule.day)
        term = aggregate(days.bought)
        if rule.operator in (WITHIN, SINCE):
            return _customers(statement.having(term >= Value(day)))
        return _customers(
            statement.having(term < Value(day) if rule.operator == NOT_WITHIN else term <= Value(day))
        )

    return find


def _number(rule: Rule, scope: Scope) -> Parties:
    statement, days = _days(scope, first_day(rule) if rule.days else None)
    return _enough(rule, scope, statement, Count(days.bought))


def _revenue(rule: Rule, scope: Scope) -> Parties:
    since = first_day(rule) if rule.days else None
    statement, p = purchases(scope, "customer", "revenue", day="posted", since=since)
    return _enough(rule, scope, statement.select(p.customer).groupby(p.customer), Sum(p.revenue))


def _rate(company: Any, rates: Mapping[str, float]) -> Any:
    """What a row's amounts are multiplied with; a company without a stored rate counts for nothing."""
    pairs = [(company == Value(name), rate) for name, rate in rates.items()]
    return case(*pairs, otherwise=0) if pairs else Value(0)


def _enough(rule: Rule, scope: Scope, statement: Any, figure: Any) -> Parties:
    """Customers whose figure is at least, or at most, what the rule says. Who never bought has 0."""
    if rule.operator == AT_LEAST:
        return _customers(statement.having(figure >= Value(rule.amount - CENT)))
    more = _customers(statement.having(figure > Value(rule.amount + CENT)))
    return of_one_kind("Customer", others(more, scope).get("Customer", ()))


CRITERIA = (
    Criterion("Bought Anything", lambda: _("Bought Anything"), (IS, IS_NOT), _bought, days=True),
    Criterion("Last Purchase", lambda: _("Last Purchase"), (WITHIN, NOT_WITHIN, SINCE, UNTIL), _day_of(Max)),
    Criterion(
        "First Purchase", lambda: _("First Purchase"), (WITHIN, NOT_WITHIN, SINCE, UNTIL), _day_of(Min)
    ),
    Criterion("Revenue", lambda: _("Revenue"), (AT_LEAST, AT_MOST), _revenue, days=True),
    Criterion("Purchases", lambda: _("Number of Purchases"), (AT_LEAST, AT_MOST), _number, days=True),
)
