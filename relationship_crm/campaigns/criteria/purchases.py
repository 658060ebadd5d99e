"""Criteria on what was bought, net of returns, on the documents that the settings count purchases on; counter sales too.

Amounts are in the currency of the list's company, without one in the reporting currency by stored rates. A day is a purchase
when more was bought on it than given back.
"""

from __future__ import annotations

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
    Rule,
    Scope,
    customers_in,
    first_day,
    unless,
)
from relationship_crm.ledger.dialect import Value, branches, selecting, sorting_query, union_all
from relationship_crm.ledger.site import SiteLedger
from relationship_crm.measures.purchases import SALES_INVOICE, purchase_rows_query
from relationship_crm.relationship_crm.report.rows import currency
from relationship_crm.signals import base
from relationship_crm.signals.sources import case
from relationship_crm.surveys.recipients import Key

COLUMNS = ("customer", "company", "bought", "posted", "amount", "revenue")
#: Less is nothing: amounts are stored in floating point.
CENT = 0.005


def basis() -> str:
    """The documents that purchases are counted on."""
    return frappe.db.get_single_value("Relationship CRM Settings", "purchase_basis") or SALES_INVOICE


def purchases(scope: Scope) -> tuple[QueryBuilder, Any]:
    """A query of documents with the columns above, of the list's company where it has one, and their table."""
    rows = purchase_rows_query(base.Scope(SiteLedger().has), basis())
    named = union_all(
        [
            selecting(branch, [term.as_(name) for term, name in zip(branch._selects, COLUMNS, strict=True)])
            for branch in branches(rows)
        ]
    ).as_("p")
    statement = sorting_query().from_(named)
    if scope.company:
        statement = statement.where(named.company == Value(scope.company))
    return statement, named


def _days(scope: Scope, since: Any = None) -> tuple[QueryBuilder, Any]:
    """Customers and their days with a purchase, from a day on."""
    statement, p = purchases(scope)
    if since:
        statement = statement.where(p.bought >= Value(since))
    days = (
        statement.select(p.customer, p.bought)
        .groupby(p.customer, p.bought)
        .having(Sum(p.amount) > Value(CENT))
        .as_("d")
    )
    return sorting_query().from_(days).select(days.customer).groupby(days.customer), days


def _customers(statement: Any) -> set[Key]:
    return customers_in(statement, {"as_of_next": add_days(getdate(), 1)})


def buyers_since(days: int, company: str = "") -> set[Key]:
    """Customers who bought something of a company in the last so many days. One query."""
    return _customers(_days(Scope(("Customer",), company, frozenset()), add_days(getdate(), -days))[0])


def _bought(rule: Rule, scope: Scope) -> set[Key]:
    statement, _days_of = _days(scope, first_day(rule) if rule.days else None)
    return unless(rule, _customers(statement), scope)


def _day_of(aggregate: Any) -> Any:
    """The last or the first purchase; who never bought has none."""

    def find(rule: Rule, scope: Scope) -> set[Key]:
        statement, days = _days(scope)
        day = first_day(rule) if rule.operator in OF_DAYS else getdate(rule.day)
        term = aggregate(days.bought)
        if rule.operator in (WITHIN, SINCE):
            return _customers(statement.having(term >= Value(day)))
        return _customers(
            statement.having(term < Value(day) if rule.operator == NOT_WITHIN else term <= Value(day))
        )

    return find


def _number(rule: Rule, scope: Scope) -> set[Key]:
    statement, days = _days(scope, first_day(rule) if rule.days else None)
    return _enough(rule, scope, statement, Count(days.bought))


def _revenue(rule: Rule, scope: Scope) -> set[Key]:
    statement, p = purchases(scope)
    if rule.days:
        statement = statement.where(p.posted >= Value(first_day(rule)))
    return _enough(
        rule, scope, statement.select(p.customer).groupby(p.customer), Sum(p.revenue * _rate(scope, p))
    )


def _rate(scope: Scope, p: Any) -> Any:
    """What a row's amounts are multiplied with; a company without a stored rate counts for nothing."""
    if scope.company:
        return Value(1)
    rates = company_rates(currency())
    pairs = [(p.company == Value(company), rate) for company, rate in rates.items()]
    return case(*pairs, otherwise=0) if pairs else Value(0)


def _enough(rule: Rule, scope: Scope, statement: Any, figure: Any) -> set[Key]:
    """Customers whose figure is at least, or at most, what the rule says. Who never bought has 0."""
    if rule.operator == AT_LEAST:
        return _customers(statement.having(figure >= Value(rule.amount - CENT)))
    more = _customers(statement.having(figure > Value(rule.amount + CENT)))
    return {key for key in scope.everybody if key[0] == "Customer"} - more


CRITERIA = (
    Criterion("Bought Anything", lambda: _("Bought Anything"), (IS, IS_NOT), _bought, days=True),
    Criterion("Last Purchase", lambda: _("Last Purchase"), (WITHIN, NOT_WITHIN, SINCE, UNTIL), _day_of(Max)),
    Criterion(
        "First Purchase", lambda: _("First Purchase"), (WITHIN, NOT_WITHIN, SINCE, UNTIL), _day_of(Min)
    ),
    Criterion("Revenue", lambda: _("Revenue"), (AT_LEAST, AT_MOST), _revenue, days=True),
    Criterion("Purchases", lambda: _("Number of Purchases"), (AT_LEAST, AT_MOST), _number, days=True),
)
