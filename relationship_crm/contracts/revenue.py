"""Recurring revenue read from submitted invoices: rows on contracts' lines with a service period, in one currency.

A credit note without a period of its own has that of the row it gives back. What is sold once (revenue type Sale) does not
recur. A contract counts up to its last day in force: what was billed beyond it is still to be credited. Four queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
import numpy as np
from frappe.query_builder.functions import Coalesce
from frappe.utils import flt, getdate

from relationship_crm.assessment.site import stored_rate
from relationship_crm.contracts.fields import LINE
from relationship_crm.contracts.owing import NOT_BILLED
from relationship_crm.contracts.periods import first_of_month, month_number
from relationship_crm.contracts.recurring import ServiceRows, monthly
from relationship_crm.engine.grid import day_number

CONTRACT, INVOICE = "Service Contract", "Sales Invoice"
ONCE = "Sale"
#: What rounding may make of a contract's price from one month to the next: a cent a line, of a few lines.
ROUNDING = 0.05
OF_CONTRACT = (
    *("name", "customer", "customer_name", "company", "start_date", "end_date", "terminated_per"),
    *("renewed_from", "account_manager", "yearly_value", "billing"),
)


@dataclass(frozen=True)
class Source:
    """What an invoice row belongs to: a contract, or a subscription without one."""

    name: str
    customer: str
    customer_name: str
    company: str
    doctype: str = CONTRACT
    start: date | None = None  # first and last day in force
    last: date | None = None
    priced: bool = False  # it is to be invoiced for its time
    before: str = ""  # the contract that it renews


@dataclass(frozen=True)
class Revenue:
    """MRR at the ends of months by source (S×M), from the first month with any revenue on."""

    sources: Sequence[Source]
    first_month: int  # since January 1970
    mrr: np.ndarray
    currency: str
    unknown: Sequence[str] = ()  # currencies without a rate, whose rows are left out

    @property
    def months(self) -> int:
        """How many months."""
        return self.mrr.shape[1]

    def not_invoiced(self, day: date) -> list[str]:
        """Contracts in force on the last day of a month that no invoice covers yet: they seem lost until one does."""
        at = _month(day) - self.first_month
        return [
            source.name
            for position, source in enumerate(self.sources)
            if source.priced
            and source.start <= day <= source.last
            and not (0 <= at < self.months and self.mrr[position, at] > 0)
        ]

    def by(self, keys: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """MRR of sources summed by a key each; the keys in order, and K×M."""
        names = sorted(set(keys))
        position = {name: at for at, name in enumerate(names)}
        found = np.zeros((len(names), self.months))
        np.add.at(found, [position[key] for key in keys], self.mrr)
        return names, np.round(found, 6)


@dataclass(frozen=True)
class _Row:
    source: int
    start: date
    end: date
    amount: float
    currency: str


def read(
    until: date,
    currency: str,
    contracts: Iterable[frappe._dict],
    types: Sequence[str] = (),
    subscriptions: Mapping[str, frappe._dict] | None = None,
) -> Revenue:
    """Revenue of these contracts (columns OF_CONTRACT) up to the end of a month, in a currency at one rate.

    `types`: of lines of these revenue types only. `subscriptions`: rows of those without a contract count too, by name.
    """
    sources = [_of_contract(row) for row in contracts]
    rows = _of_contracts({source.name: at for at, source in enumerate(sources)}, until, types)
    for name, row in (subscriptions or {}).items():
        sources.append(
            Source(name, row.party, row.customer_name or row.party, row.company or "", "Subscription")
        )
    if subscriptions:
        rows += _of_subscriptions({source.name: at for at, source in enumerate(sources)}, until)
    rates = {one: stored_rate(one, currency) for one in {row.currency for row in rows}}
    known = [row for row in rows if rates[row.currency]]
    unknown = sorted(one for one, rate in rates.items() if not rate)
    first, months = _span(known, until)
    table = ServiceRows(
        np.array([row.source for row in known], dtype=np.int64),
        np.array([day_number(row.start) for row in known], dtype=np.int64),
        np.array([day_number(row.end) for row in known], dtype=np.int64),
        np.array([row.amount * rates[row.currency] for row in known], dtype=float),
    )
    mrr = steady(monthly(table, len(sources), first, months))
    return Revenue(sources, first, _until_the_end(mrr, sources, first), currency, unknown)


def steady(mrr: np.ndarray) -> np.ndarray:
    """The same price in every month: a year in cents is 83.34 and 83.33, which is no contraction.

    A level stands until revenue differs from it by more than rounding makes.
    """
    found = mrr.copy()
    for month in range(1, mrr.shape[1]):
        before, now = found[:, month - 1], found[:, month]
        same = (now > 0) & (np.abs(now - before) <= ROUNDING)
        found[same, month] = before[same]
    return found


def _of_contract(row: frappe._dict) -> Source:
    end = getdate(row.end_date)
    last = min(end, getdate(row.terminated_per)) if row.terminated_per else end
    return Source(
        row.name,
        row.customer,
        row.customer_name or row.customer,
        row.company,
        start=getdate(row.start_date),
        last=last,
        priced=flt(row.yearly_value) > 0 and row.billing != NOT_BILLED,
        before=row.renewed_from or "",
    )


def _span(rows: Sequence[_Row], until: date) -> tuple[int, int]:
    """The first month with revenue, and the number of months to the last."""
    last = _month(until)
    first = min((_month(row.start) for row in rows), default=last)
    return first, max(last - first + 1, 1)


def _month(day: date) -> int:
    return int(month_number(day_number(day)))


def _until_the_end(mrr: np.ndarray, sources: Sequence[Source], first: int) -> np.ndarray:
    """Nothing at ends of months after the last day in force."""
    if not len(sources):
        return mrr
    ends = first_of_month(first + 1 + np.arange(mrr.shape[1])) - 1
    last = np.array([day_number(source.last) if source.last else ends[-1] for source in sources])
    return np.where(ends[None, :] <= last[:, None], mrr, 0.0)


def _of_contracts(position: Mapping[str, int], until: date, types: Sequence[str]) -> list[_Row]:
    """Rows of submitted invoices on the contracts' lines."""
    lines = _lines(position, types)
    head, row, original = (
        frappe.qb.DocType(INVOICE),
        frappe.qb.DocType("Sales Invoice Item"),
        frappe.qb.DocType("Sales Invoice Item").as_("original"),
    )
    start = Coalesce(row.service_start_date, original.service_start_date)
    end = Coalesce(row.service_end_date, original.service_end_date)
    query = (
        frappe.qb.from_(row)
        .join(head)
        .on(head.name == row.parent)
        .left_join(original)
        .on((original.name == row.sales_invoice_item) & (head.is_return == 1))
        .select(row[LINE], start, end, row.net_amount, head.currency)
        .where((head.docstatus == 1) & row[LINE].isnotnull() & (row[LINE] != "") & (start <= until))
        .where(end.isnotnull())
    )
    return [
        _Row(lines[key], getdate(first), getdate(last), flt(amount), currency)
        for key, first, last, amount, currency in query.run()
        if key in lines
    ]


def _lines(position: Mapping[str, int], types: Sequence[str]) -> dict[str, int]:
    """Position of the contract by key of each of its lines that recur."""
    line = frappe.qb.DocType("Service Contract Line")
    query = frappe.qb.from_(line).select(line.line_key, line.parent, line.revenue_type)
    found = query.where((line.parenttype == CONTRACT) & (line.docstatus == 1)).run()
    return {
        key: position[contract]
        for key, contract, kind in found
        if contract in position and kind != ONCE and (not types or kind in types)
    }


def _of_subscriptions(position: Mapping[str, int], until: date) -> list[_Row]:
    """Invoices of subscriptions; a credit note has the period of the invoice that it gives back."""
    head, original = frappe.qb.DocType(INVOICE), frappe.qb.DocType(INVOICE).as_("original")
    start, end = Coalesce(head.from_date, original.from_date), Coalesce(head.to_date, original.to_date)
    name = Coalesce(head.subscription, original.subscription)
    query = (
        frappe.qb.from_(head)
        .left_join(original)
        .on(original.name == head.return_against)
        .select(name, start, end, head.net_total, head.currency)
        .where((head.docstatus == 1) & name.isnotnull() & (start <= until) & end.isnotnull())
    )
    return [
        _Row(position[subscription], getdate(first), getdate(last), flt(amount), currency)
        for subscription, first, last, amount, currency in query.run()
        if subscription in position
    ]


def chains(sources: Sequence[Source]) -> list[str]:
    """The first contract of each one's row of renewals: a successor is the same customer relationship going on."""
    before = {source.name: source.before for source in sources if source.before}
    found = []
    for source in sources:
        name, seen = source.name, {source.name}
        while before.get(name) and before[name] not in seen:
            name = before[name]
            seen.add(name)
        found.append(name)
    return found


def visible_contracts(filters: Sequence[Any] = ()) -> list[frappe._dict]:
    """Submitted contracts that the session's user may see."""
    wanted = [["docstatus", "=", 1], *filters]
    return frappe.get_list(CONTRACT, filters=wanted, fields=list(OF_CONTRACT), order_by="name asc")


def visible_subscriptions(customers: Iterable[str] | None, company: str | None) -> dict[str, frappe._dict]:
    """Customers' subscriptions without a contract that the session's user may see, by name."""
    filters: list[Any] = [["party_type", "=", "Customer"]]
    filters += [["company", "=", company]] if company else []
    filters += [["party", "in", sorted(customers) or [""]]] if customers is not None else []
    found = frappe.get_list(
        "Subscription", filters=filters, fields=["name", "party", "company"], order_by="name asc"
    )
    linked = set(
        frappe.get_all(
            CONTRACT, {"subscription": ("is", "set"), "docstatus": 1}, pluck="subscription", order_by="name"
        )
    )
    names = dict(
        frappe.get_list("Customer", fields=["name", "customer_name"], as_list=True, order_by="name asc")
    )
    return {
        row.name: frappe._dict(row, customer_name=names[row.party])
        for row in found
        if row.name not in linked and row.party in names
    }
