"""What contracts earned and cost, from the documents that name them; amounts in their company's currency.

Revenue is what submitted invoices charge, spread by days over the service period that a row says it is for. Hours cost what
their timesheets say, parts what they took from the stock's value, a visit what it says or else what the settings say.
A constant number of queries whatever the number of contracts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce, Count, Function, Sum
from frappe.utils import flt
from pypika.terms import Case, Criterion

from relationship_crm.assessment.site import stored_rate
from relationship_crm.contracts.fields import CONTRACT, VISIT_COST
from relationship_crm.contracts.profit import Contribution, Costs
from relationship_crm.contracts.usage import MANY

SETTINGS = "Relationship CRM Settings"


@dataclass
class Earned:
    """What one contract earned in a period, and how much work that was."""

    revenue: float = 0.0
    hours: float = 0.0
    uncosted: float = 0.0  # hours whose timesheet knows no cost
    hours_cost: float = 0.0
    parts_cost: float = 0.0
    visits: int = 0
    visits_cost: float = 0.0

    @property
    def contribution(self) -> Contribution:
        """Revenue against costs."""
        return Contribution(self.revenue, Costs(self.hours_cost, self.parts_cost, self.visits_cost))


@dataclass(frozen=True)
class Scope:
    """Of which contracts, and from which to which day (both may be open)."""

    contracts: Sequence[str]
    start: date | None = None
    end: date | None = None
    many: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        # a list of names that long costs more than reading everything
        object.__setattr__(self, "many", len(self.contracts) > MANY)

    def of(self, column: Any) -> Criterion:
        """The condition that a document belongs to one of the contracts."""
        return column != "" if self.many else column.isin(list(self.contracts))

    def within(self, query: Any, day: Any, until: Any = None) -> Any:
        """The query, of a day or of a period that ends with `until` in the time asked for."""
        if self.start:
            query = query.where((day if until is None else until) >= self.start)
        if self.end:
            query = query.where(day < frappe.utils.add_days(self.end, 1))
        return query


def earned(contracts: Sequence[str], start: date | None = None, end: date | None = None) -> dict[str, Earned]:
    """What contracts earned, by name; without days since ever."""
    found = {name: Earned() for name in contracts}
    if not found:
        return {}
    scope = Scope(list(found), start, end)
    readers: Iterable[Callable[[Scope], Any]] = (_invoiced, _hours, _delivered, _visits)
    for reader in readers:
        for row in reader(scope):
            if row.contract in found:
                for column, value in row.items():
                    if column != "contract":
                        one = found[row.contract]
                        setattr(one, column, getattr(one, column) + type(getattr(one, column))(value or 0))
    return found


# -- revenue


def _invoiced(scope: Scope) -> list[frappe._dict]:
    """Rows that name the contract: its charges, and what was sold under it."""
    invoice, row = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Sales Invoice Item")
    first = Coalesce(row.service_start_date, invoice.posting_date)
    last = Function("GREATEST", first, Coalesce(row.service_end_date, first))
    query = frappe.qb.from_(row).join(invoice).on(invoice.name == row.parent)
    query = scope.within(query.where((invoice.docstatus == 1) & scope.of(row[CONTRACT])), first, last)
    share = Sum(row.base_net_amount * _share(scope, first, last))
    return (
        query.select(row[CONTRACT].as_("contract"), share.as_("revenue"))
        .groupby(row[CONTRACT])
        .run(as_dict=True)
    )


def _share(scope: Scope, first: Any, last: Any) -> Any:
    """The part of a service period that is within the time asked for."""
    whole = Function("DATEDIFF", last, first) + 1
    begin = Function("GREATEST", first, scope.start) if scope.start else first
    stop = Function("LEAST", last, scope.end) if scope.end else last
    return (Function("DATEDIFF", stop, begin) + 1) / whole


# -- costs


def _hours(scope: Scope) -> list[frappe._dict]:
    sheet, row = frappe.qb.DocType("Timesheet"), frappe.qb.DocType("Timesheet Detail")
    query = frappe.qb.from_(row).join(sheet).on(sheet.name == row.parent)
    query = scope.within(query.where((sheet.docstatus == 1) & scope.of(row[CONTRACT])), row.from_time)
    free = Case().when(row.base_costing_amount == 0, row.hours).else_(0)
    return (
        query.select(
            row[CONTRACT].as_("contract"),
            Sum(row.hours).as_("hours"),
            Sum(free).as_("uncosted"),
            Sum(row.base_costing_amount).as_("hours_cost"),
        )
        .groupby(row[CONTRACT])
        .run(as_dict=True)
    )


def _delivered(scope: Scope) -> list[frappe._dict]:
    """The value that rows took from the stock, or gave back. A bundle's parts are entered under the bundle's row."""
    found = []
    for doctype in ("Delivery Note", "Sales Invoice"):
        head, row = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
        entry = frappe.qb.DocType("Stock Ledger Entry")
        taken = (entry.voucher_type == doctype) & (entry.is_cancelled == 0)
        query = (
            frappe.qb.from_(row)
            .join(head)
            .on(head.name == row.parent)
            .join(entry)
            .on((entry.voucher_detail_no == row.name) & taken)
            .where((head.docstatus == 1) & scope.of(row[CONTRACT]))
        )
        query = scope.within(query, head.posting_date)
        cost = (0 - Sum(entry.stock_value_difference)).as_("parts_cost")
        found += query.select(row[CONTRACT].as_("contract"), cost).groupby(row[CONTRACT]).run(as_dict=True)
    return found


def _visits(scope: Scope) -> list[frappe._dict]:
    """Visits that say what they cost, and the others at the usual cost of their company."""
    visit = frappe.qb.DocType("Maintenance Visit")
    silent = Case().when(Coalesce(visit[VISIT_COST], 0) == 0, 1).else_(0)
    query = (
        frappe.qb.from_(visit)
        .select(visit[CONTRACT].as_("contract"), visit.company, Count(visit.name).as_("visits"))
        .select(Sum(silent).as_("silent"), Sum(visit[VISIT_COST]).as_("visits_cost"))
        .where((visit.docstatus == 1) & scope.of(visit[CONTRACT]))
        .groupby(visit[CONTRACT], visit.company)
    )
    rows = scope.within(query, visit.mntc_date).run(as_dict=True)
    usual = cost_of_a_visit({row.company for row in rows if row.silent})
    for row in rows:
        row.visits_cost = flt(row.visits_cost) + flt(row.silent) * usual.get(row.pop("company"), 0.0)
        row.pop("silent")
    return rows


def cost_of_a_visit(companies: Iterable[str]) -> dict[str, float]:
    """What the settings say, in each company's currency at stored rates; 0 where none is stored."""
    amount = flt(frappe.db.get_single_value(SETTINGS, "visit_cost"))
    reporting = frappe.db.get_single_value(SETTINGS, "reporting_currency")
    by_currency: dict[str, float] = {}
    found: dict[str, float] = defaultdict(float)
    for company in companies if amount else ():
        own = frappe.get_cached_value("Company", company, "default_currency")
        if own not in by_currency:
            by_currency[own] = stored_rate(reporting, own) if reporting else 1.0
        found[company] = amount * by_currency[own]
    return found
