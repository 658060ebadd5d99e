"""Criteria on which items were bought, net of returns: more pieces than were given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from frappe import _
from pypika import JoinType
from pypika.functions import Coalesce, Sum

from relationship_crm.campaigns.criteria.base import (
    IS,
    IS_NOT,
    Criterion,
    Parties,
    Rule,
    Scope,
    customers_in,
    first_day,
    unless,
)
from relationship_crm.campaigns.criteria.purchases import basis
from relationship_crm.ledger.dialect import Value, query, sorting_query, table, union_all
from relationship_crm.measures.purchases import SALES_INVOICE, SALES_ORDER
from relationship_crm.relationship_crm.report.rows import branch
from relationship_crm.signals.sources import own_invoice

#: Whether a row of a document is of what the rule asks for.
Wanted = Callable[[Any], Any]


def _invoiced(doctype: str, wanted: Wanted, rule: Rule, scope: Scope) -> Any:
    """Customer and pieces of each row. A return counts on the day of what it gives back."""
    d, i, original = table(doctype, "d"), table(f"{doctype} Item", "i"), table(doctype, "original")
    statement = (
        query()
        .from_(i)
        .join(d)
        .on(d.name == i.parent)
        .join(original, JoinType.left)
        .on((original.name == d.return_against) & (original.docstatus == 1))
        .select(d.customer.as_("customer"), i.stock_qty.as_("pieces"))
        .where(wanted(i))
        .where(own_invoice(d) if doctype == SALES_INVOICE else d.docstatus == 1)
    )
    return _limited(statement, d, Coalesce(original.posting_date, d.posting_date), rule, scope)


def _ordered(wanted: Wanted, rule: Rule, scope: Scope) -> Any:
    d, i = table(SALES_ORDER, "d"), table("Sales Order Item", "i")
    statement = (
        query()
        .from_(i)
        .join(d)
        .on(d.name == i.parent)
        .select(d.customer.as_("customer"), (i.qty - i.returned_qty).as_("pieces"))
        .where(wanted(i))
        .where((d.docstatus == 1) & (d.is_internal_customer == 0))
    )
    return _limited(statement, d, d.transaction_date, rule, scope)


def _limited(statement: Any, d: Any, day: Any, rule: Rule, scope: Scope) -> Any:
    if scope.company:
        statement = statement.where(d.company == Value(scope.company))
    return statement.where(day >= Value(first_day(rule))) if rule.days else statement


def _who_bought(wanted: Wanted, rule: Rule, scope: Scope) -> Parties:
    if basis() == SALES_ORDER:
        rows = _ordered(wanted, rule, scope)
    else:
        rows = union_all([_invoiced(d, wanted, rule, scope) for d in (SALES_INVOICE, "POS Invoice")])
    rows = rows.as_("bought")
    statement = sorting_query().from_(rows).select(rows.customer).groupby(rows.customer)
    return unless(rule, customers_in(statement.having(Sum(rows.pieces) > 0)), scope)


def _item(rule: Rule, scope: Scope) -> Parties:
    return _who_bought(lambda i: i.item_code == Value(rule.reference), rule, scope)


def _item_group(rule: Rule, scope: Scope) -> Parties:
    """With the groups below it. What counts is where the item stands today."""
    t = table("Item")
    groups = [Value(group) for group in branch("Item Group", rule.reference)]
    items = query().from_(t).select(t.name).where(t.item_group.isin(groups))
    return _who_bought(lambda i: i.item_code.isin(items), rule, scope)


CRITERIA = (
    Criterion(
        "Bought Item", lambda: _("Bought Item"), (IS, IS_NOT), _item, reference=lambda: "Item", days=True
    ),
    Criterion(
        "Bought Item Group",
        lambda: _("Bought Item Group"),
        (IS, IS_NOT),
        _item_group,
        reference=lambda: "Item Group",
        days=True,
    ),
)
