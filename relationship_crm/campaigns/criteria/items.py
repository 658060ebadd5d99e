"""Criteria on which items were bought, net of returns: more pieces than were given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Sum

from relationship_crm.campaigns.criteria.base import (
    IS,
    IS_NOT,
    Criterion,
    Rule,
    Scope,
    first_day,
    of_one_kind,
    unless,
)
from relationship_crm.campaigns.criteria.purchases import basis
from relationship_crm.measures.purchases import SALES_INVOICE, SALES_ORDER
from relationship_crm.relationship_crm.report.rows import branch
from relationship_crm.signals.sources import own_invoice
from relationship_crm.surveys.recipients import Key

#: Whether a row of a document is of what the rule asks for.
Wanted = Callable[[Any], Any]


def _invoiced(doctype: str, wanted: Wanted, rule: Rule, scope: Scope) -> Any:
    """Customer and pieces of each row. A return counts on the day of what it gives back."""
    d, i, original = (frappe.qb.DocType(name) for name in (doctype, f"{doctype} Item", doctype))
    original = original.as_("original")
    query = (
        frappe.qb.from_(i)
        .join(d)
        .on(d.name == i.parent)
        .left_join(original)
        .on((original.name == d.return_against) & (original.docstatus == 1))
        .select(d.customer.as_("customer"), i.stock_qty.as_("pieces"))
        .where(wanted(i))
        .where(own_invoice(d) if doctype == SALES_INVOICE else d.docstatus == 1)
    )
    return _limited(query, d, Coalesce(original.posting_date, d.posting_date), rule, scope)


def _ordered(wanted: Wanted, rule: Rule, scope: Scope) -> Any:
    d, i = frappe.qb.DocType(SALES_ORDER), frappe.qb.DocType("Sales Order Item")
    query = (
        frappe.qb.from_(i)
        .join(d)
        .on(d.name == i.parent)
        .select(d.customer.as_("customer"), (i.qty - i.returned_qty).as_("pieces"))
        .where(wanted(i))
        .where((d.docstatus == 1) & (d.is_internal_customer == 0))
    )
    return _limited(query, d, d.transaction_date, rule, scope)


def _limited(query: Any, d: Any, day: Any, rule: Rule, scope: Scope) -> Any:
    if scope.company:
        query = query.where(d.company == scope.company)
    return query.where(day >= first_day(rule)) if rule.days else query


def _who_bought(wanted: Wanted, rule: Rule, scope: Scope) -> set[Key]:
    if basis() == SALES_ORDER:
        rows = _ordered(wanted, rule, scope)
    else:
        rows = _invoiced(SALES_INVOICE, wanted, rule, scope).union_all(
            _invoiced("POS Invoice", wanted, rule, scope)
        )
    rows = rows.as_("rows")
    query = frappe.qb.from_(rows).select(rows.customer).groupby(rows.customer).having(Sum(rows.pieces) > 0)
    return unless(rule, of_one_kind("Customer", query.run(pluck=True)), scope)


def _item(rule: Rule, scope: Scope) -> set[Key]:
    return _who_bought(lambda i: i.item_code == rule.reference, rule, scope)


def _item_group(rule: Rule, scope: Scope) -> set[Key]:
    """With the groups below it. What counts is where the item stands today."""
    t = frappe.qb.DocType("Item")
    groups = branch("Item Group", rule.reference)
    items = frappe.qb.from_(t).select(t.name).where(t.item_group.isin(groups))
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
