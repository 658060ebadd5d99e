"""What of revenue recurs: MRR and ARR from invoices, how they move from month to month, and how much of them stays."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.utils import add_months, flt, format_date, get_first_day, get_last_day, getdate

from relationship_crm.contracts import revenue
from relationship_crm.contracts.periods import month_number
from relationship_crm.contracts.recurring import YEAR, Movements, Retention, annual, movements, retention
from relationship_crm.contracts.revenue import Revenue
from relationship_crm.engine.grid import day_number
from relationship_crm.relationship_crm.report import rows

#: Views: months, or customers and contracts between the first and the last of them.
MONTHS, CUSTOMERS, CONTRACTS = "Month", "Customer", "Contract"
MONTHS_BACK = 12
LOST = "#e0703c"
GAINED = "#2f9a80"
LEVEL = "#4463b0"


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = _with_months(frappe._dict(filters or {}))
    report = Report(filters)
    if filters.view in (CUSTOMERS, CONTRACTS):
        return _group_columns(filters), report.groups(), report.message(), report.chart(), report.summary()
    return _month_columns(), report.months(), report.message(), report.chart(), report.summary()


def _with_months(filters: frappe._dict) -> frappe._dict:
    """Twelve months up to the present one, unless asked otherwise; counted per customer."""
    filters.to_date = getdate(get_last_day(getdate(filters.to_date)))
    since = filters.from_date or add_months(get_first_day(filters.to_date), -MONTHS_BACK)
    filters.from_date = getdate(get_first_day(getdate(since)))
    if filters.from_date > filters.to_date:
        frappe.throw(_("From Date must be before To Date"))
    filters.currency = filters.currency or rows.currency()
    filters.span = max(int(flt(filters.span)) or YEAR, 1)
    return filters


def _month(day: date) -> int:
    return int(month_number(day_number(day)))


class Report:
    """Revenue of the contracts that the user may see, and what is told about it."""

    def __init__(self, filters: frappe._dict) -> None:
        self.filters = filters
        self.revenue = read(filters)
        self.keys, self.mrr = _counted(self.revenue, filters.view)
        self.first, self.months_shown = _shown(self.revenue, filters)
        self.moves: Movements = movements(self.mrr)
        self.kept: Retention = retention(self.mrr, filters.span)

    def at(self, month: int) -> int | None:
        """Position of a month among those that have revenue."""
        at = month - self.revenue.first_month
        return at if 0 <= at < self.revenue.months else None

    def months(self) -> list[dict[str, Any]]:
        """A row for each month, the latest first."""
        moves = ("new", "expansion", "reactivation", "contraction", "churn")
        found = []
        for month in reversed(self.months_shown):
            at = self.at(month)
            line: dict[str, Any] = {"month": _name(month), "currency": self.revenue.currency}
            # a month without a movement shows none
            line.update({name: self._figure(name, at) or None for name in moves})
            line.update({name: self._figure(name, at) for name in ("opening", "closing")})
            line["arr"] = annual(line["closing"])
            line["customers"] = int((self.mrr[:, at] > 0).sum()) if at is not None else 0
            line["gross"], line["net"] = self.retention(month)
            found.append(line)
        return found

    def _figure(self, name: str, at: int | None) -> float:
        return _money(getattr(self.moves, name)[at]) if at is not None else 0.0

    def retention(self, month: int) -> tuple[float | None, float | None]:
        """Gross and net retention of a month in percent; None where nothing was there to be kept."""
        at = self.at(month)
        if at is None:
            return None, None
        found = (float(self.kept.gross[at]), float(self.kept.net[at]))
        return tuple(None if math.isnan(one) else 100 * one for one in found)  # type: ignore[return-value]

    def groups(self) -> list[dict[str, Any]]:
        """A row for each customer or contract with revenue at the end of the first or of the last month."""
        before, after = (self._level(month) for month in (self.months_shown[0], self.months_shown[-1]))
        labels = _labels(self.revenue, self.filters.view)
        total = float(after.sum())
        found = []
        for key, was, now in zip(self.keys, before, after, strict=True):
            if was <= 0 and now <= 0:
                continue
            found.append(
                {
                    **labels[key],
                    "before": _money(was),
                    "after": _money(now),
                    "change": _money(now - was),
                    "arr": _money(annual(now)),
                    "share": 100 * now / total if total else None,
                    "currency": self.revenue.currency,
                }
            )
        return sorted(found, key=lambda row: (-row["after"], -row["before"], row["label"]))

    def _level(self, month: int) -> np.ndarray:
        at = self.at(month)
        return self.mrr[:, at] if at is not None else np.zeros(len(self.keys))

    def message(self) -> str | None:
        """What was left out, and what is not invoiced yet."""
        told = []
        if self.revenue.unknown:
            left = ", ".join(self.revenue.unknown)
            text = _("Left out, as no exchange rate into {0} is stored: {1}")
            told.append(text.format(self.revenue.currency, left))
        if late := len(self.revenue.not_invoiced(self.filters.to_date)):
            text = _(
                "Contracts in force that are not invoiced up to {0}, and count as lost until they are: {1}"
            )
            told.append(text.format(format_date(self.filters.to_date), late))
        return "<br>".join(map(frappe.utils.escape_html, told)) or None

    def chart(self) -> dict[str, Any] | None:
        """MRR as a line; what was gained and lost as bars."""
        if not self.mrr.any():
            return None
        at = [self.at(month) for month in self.months_shown]
        gained = self.moves.new + self.moves.expansion + self.moves.reactivation
        lost = -(self.moves.contraction + self.moves.churn)
        series = {
            _("MRR"): (self.moves.closing, "line"),
            _("Gained"): (gained, "bar"),
            _("Lost"): (lost, "bar"),
        }
        datasets = [
            {
                "name": name,
                "chartType": kind,
                "values": [_money(values[i]) if i is not None else 0.0 for i in at],
            }
            for name, (values, kind) in series.items()
        ]
        return {
            "data": {"labels": [_name(month, "MMM yy") for month in self.months_shown], "datasets": datasets},
            "type": "axis-mixed",
            "colors": [LEVEL, GAINED, LOST],
            "fieldtype": "Currency",
            "options": "currency",
            "currency": self.revenue.currency,
        }

    def summary(self) -> list[dict[str, Any]]:
        """The figures of the last month."""
        last = self.months_shown[-1]
        mrr = _money(self._level(last).sum())
        gross, net = self.retention(last)
        money = {"datatype": "Currency", "currency": self.revenue.currency}
        spoken = _("{0} Months").format(self.filters.span)
        return [
            {"label": _("MRR"), "value": mrr, **money},
            {"label": _("ARR"), "value": annual(mrr), **money},
            {"label": f"{_('Net Retention')}, {spoken}", "value": _percent(net), "datatype": "Data"},
            {"label": f"{_('Gross Retention')}, {spoken}", "value": _percent(gross), "datatype": "Data"},
        ]


def read(filters: frappe._dict) -> Revenue:
    """Revenue of contracts that the user may see, and of subscriptions without a contract where asked for."""
    wanted = rows.same(filters, "company", "customer", "account_manager")
    customers = _customers(filters)
    found = revenue.visible_contracts(wanted)
    if customers is not None:
        found = [row for row in found if row.customer in customers]
    types = [filters.revenue_type] if filters.revenue_type else []
    others = None
    if filters.subscriptions and not types and not filters.account_manager:
        others = revenue.visible_subscriptions(
            {filters.customer} if filters.customer else customers, filters.company
        )
    return revenue.read(filters.to_date, filters.currency, found, types, others)


def _customers(filters: frappe._dict) -> set[str] | None:
    """Customers of the group and territory asked for; None: all."""
    wanted = rows.inside(filters)
    return (
        set(frappe.get_list("Customer", filters=wanted, pluck="name", order_by="name asc"))
        if wanted
        else None
    )


def _counted(found: Revenue, view: str | None) -> tuple[list[str], np.ndarray]:
    """Whose revenue moves: a customer's, or a contract's with its renewals."""
    if view == CONTRACTS:
        return found.by(revenue.chains(found.sources))
    return found.by([source.customer for source in found.sources])


def _labels(found: Revenue, view: str) -> dict[str, dict[str, Any]]:
    """How a key is shown; a chain of renewals by its latest contract."""
    if view == CUSTOMERS:
        return {s.customer: {"customer": s.customer, "label": s.customer_name} for s in found.sources}
    keys = revenue.chains(found.sources)
    latest: dict[str, revenue.Source] = {}
    for key, source in zip(keys, found.sources, strict=True):
        if key not in latest or (source.last or date.max) >= (latest[key].last or date.max):
            latest[key] = source
    return {
        key: {
            "customer": s.customer,
            "label": s.customer_name,
            "contract_type": s.doctype,
            "contract": s.name,
        }
        for key, s in latest.items()
    }


def _shown(found: Revenue, filters: frappe._dict) -> tuple[int, list[int]]:
    first, last = _month(filters.from_date), _month(filters.to_date)
    return found.first_month, list(range(first, last + 1))


def _name(month: int, words: str = "MMM yyyy") -> str:
    return format_date(date(1970 + month // 12, month % 12 + 1, 1), words)


def _money(value: float) -> float:
    return round(float(value), 2)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _month_columns() -> list[dict[str, Any]]:
    return [
        rows.column("month", _("Month"), "Data", 110),
        rows.money("opening", _("MRR Before"), 130),
        rows.money("new", _("New"), 120),
        rows.money("expansion", _("Expansion"), 120),
        rows.money("reactivation", _("Reactivated"), 120),
        rows.money("contraction", _("Contraction"), 120),
        rows.money("churn", _("Churn"), 120),
        rows.money("closing", _("MRR"), 130),
        rows.money("arr", _("ARR"), 140),
        rows.column("net", _("Net Retention"), "Percent", 120),
        rows.column("gross", _("Gross Retention"), "Percent", 130),
        rows.column("customers", _("With Revenue"), "Int", 110),
        rows.currency_column(),
    ]


def _group_columns(filters: frappe._dict) -> list[dict[str, Any]]:
    first, last = _name(_month(filters.from_date)), _name(_month(filters.to_date))
    own = []
    if filters.view == CONTRACTS:
        own = [
            rows.column("contract", _("Contract"), "Dynamic Link", 170, options="contract_type"),
            rows.column("contract_type", _("Type"), "Data", 130),
        ]
    return [
        rows.column("label", _("Customer Name"), "Data", 200),
        *own,
        rows.money("before", _("MRR, {0}").format(first), 140),
        rows.money("after", _("MRR, {0}").format(last), 140),
        rows.money("change", _("Change"), 120),
        rows.money("arr", _("ARR"), 140),
        rows.column("share", _("Share"), "Percent", 90),
        rows.column("customer", _("Customer"), "Link", 150, options="Customer"),
        rows.currency_column(),
    ]
