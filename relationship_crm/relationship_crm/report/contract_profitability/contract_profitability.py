"""What each service contract earned and cost: revenue, hours at cost, parts, visits, in its company's currency."""

from __future__ import annotations

import math
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate

from relationship_crm.contracts.profitability import Earned, earned
from relationship_crm.relationship_crm.report import rows

CONTRACT = "Service Contract"
FIELDS = (
    "name",
    "customer",
    "customer_name",
    "state",
    "start_date",
    "end_date",
    "account_manager",
    "yearly_value",
    "currency",
)
SHOWN_IN_CHART = 10
REVENUE, HOURS, PARTS, VISITS = "#1f6b5c", "#e0703c", "#d9a441", "#8a6bb0"


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    if not filters.company:
        frappe.throw(_("Choose a company: its contracts are added up in its currency."))
    start, end = (getdate(day) if day else None for day in (filters.from_date, filters.to_date))
    if start and end and start > end:
        frappe.throw(_("From Date must be before To Date"))
    currency = frappe.get_cached_value("Company", filters.company, "default_currency")
    contracts = read(filters)
    found = earned([row.name for row in contracts], start, end)
    data = [_row(row, found[row.name], currency) for row in contracts]
    if not filters.all:
        data = [row for row in data if row.revenue or row.costs or row.hours or row.visits]
    data.sort(key=lambda row: (row.contribution, row.name))
    return columns(), _with_total(data, currency), message(data), chart(data), summary(data, currency)


def read(filters: frappe._dict) -> list[frappe._dict]:
    """The contracts of a company that the user may see and that were in force in the period."""
    wanted: list[list[Any]] = [
        ["docstatus", "=", 1],
        *rows.same(filters, "company", "customer", "account_manager"),
    ]
    if filters.state:
        wanted.append(["state", "=", filters.state])
    if filters.from_date:
        wanted.append(["end_date", ">=", getdate(filters.from_date)])
    if filters.to_date:
        wanted.append(["start_date", "<=", getdate(filters.to_date)])
    return frappe.get_list(CONTRACT, fields=list(FIELDS), filters=wanted, order_by="name asc")


def _row(contract: frappe._dict, one: Earned, currency: str) -> frappe._dict:
    figures = one.contribution
    return frappe._dict(
        contract,
        revenue=one.revenue,
        hours=one.hours,
        hours_cost=one.hours_cost,
        uncosted=one.uncosted,
        parts_cost=one.parts_cost,
        visits=one.visits,
        visits_cost=one.visits_cost,
        costs=figures.costs.total,
        contribution=figures.amount,
        margin=_percent(figures.margin),
        currency=currency,
    )


def _percent(share: float) -> float | None:
    return None if math.isnan(share) else 100 * share


SUMMED = (
    *("revenue", "hours", "hours_cost", "uncosted", "parts_cost", "visits", "visits_cost", "costs"),
    "contribution",
)


def _with_total(data: list[frappe._dict], currency: str) -> list[frappe._dict]:
    """The rows and what they come to; a margin is not added up."""
    if not data:
        return data
    total = frappe._dict({name: sum(flt(row[name]) for row in data) for name in SUMMED})
    margin = 100 * total.contribution / total.revenue if total.revenue else None
    total.update(customer_name=_("Total"), margin=margin, currency=currency, is_total=1)
    return [*data, total]


def columns() -> list[dict[str, Any]]:
    """The report's columns."""
    money = {"options": "currency"}
    return [
        rows.column("customer_name", _("Customer"), "Data", 190),
        rows.column("name", _("Contract"), "Link", 130, options=CONTRACT),
        rows.column("state", _("State", context="Service Contract"), "Data", 110),
        rows.column("revenue", _("Revenue"), "Currency", 125, **money),
        rows.column("hours_cost", _("Hours at Cost"), "Currency", 125, **money),
        rows.column("parts_cost", _("Parts"), "Currency", 115, **money),
        rows.column("visits_cost", _("Visits", context="Costs"), "Currency", 115, **money),
        rows.column("contribution", _("Contribution"), "Currency", 130, **money),
        rows.column("margin", _("Margin"), "Percent", 95),
        rows.column("hours", _("Hours"), "Float", 85, precision=1),
        rows.column("uncosted", _("Hours Without a Cost"), "Float", 160, precision=1),
        rows.column("visits", _("Visits"), "Int", 75),
        rows.column("start_date", _("Start"), "Date", 105),
        rows.column("end_date", _("End"), "Date", 105),
        rows.column("account_manager", _("Account Manager"), "Link", 180, options="User"),
        rows.column("currency", _("Currency"), "Link", 80, options="Currency", hidden=1),
    ]


def message(data: list[frappe._dict]) -> str | None:
    """What makes the contribution look better than it is."""
    hours = sum(flt(row.uncosted) for row in data)
    if not hours:
        return None
    text = _("{0} hours count for nothing: neither the activity type nor the employee has a costing rate.")
    return frappe.utils.escape_html(text.format(flt(hours, 1)))


def chart(data: list[frappe._dict]) -> dict[str, Any] | None:
    """Revenue and costs of the largest contracts."""
    largest = sorted(data, key=lambda row: (-max(row.revenue, row.costs), row.name))[:SHOWN_IN_CHART]
    if not largest:
        return None
    series = {
        _("Revenue"): "revenue",
        _("Hours at Cost"): "hours_cost",
        _("Parts"): "parts_cost",
        _("Visits", context="Costs"): "visits_cost",
    }
    datasets = [
        {"name": label, "values": [flt(row[name], 2) for row in largest]} for label, name in series.items()
    ]
    return {
        "data": {"labels": [row.customer_name or row.name for row in largest], "datasets": datasets},
        "type": "bar",
        "colors": [REVENUE, HOURS, PARTS, VISITS],
        "barOptions": {"spaceRatio": 0.4},
        "fieldtype": "Currency",
        "options": "currency",
        "currency": largest[0].currency,
    }


def summary(data: list[frappe._dict], currency: str) -> list[dict[str, Any]]:
    """The figures above the chart."""
    revenue, costs = (sum(flt(row[name]) for row in data) for name in ("revenue", "costs"))
    losing = sum(row.contribution < 0 for row in data)
    money = {"datatype": "Currency", "currency": currency}
    return [
        {"label": _("Revenue"), "value": revenue, **money},
        {"label": _("Costs"), "value": costs, **money},
        {"label": _("Contribution"), "value": revenue - costs, **money},
        {
            "label": _("Margin"),
            "value": rows.percent(100 * (revenue - costs) / revenue) if revenue else "–",
            "datatype": "Data",
        },
        {
            "label": _("Cost More Than They Earn"),
            "value": losing,
            "datatype": "Int",
            "indicator": "Red" if losing else "Green",
        },
    ]
