"""What contracts still owe this month and who could do it: unmet obligations, and how full employees' weeks are."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, format_date, getdate

from relationship_crm.contracts import load
from relationship_crm.contracts.conflicts import APPOINTMENT, CANCELLED
from relationship_crm.contracts.load import Load
from relationship_crm.contracts.obligations import Obligation, obligations, of_month
from relationship_crm.contracts.terms import VISITS, Promise, read
from relationship_crm.relationship_crm.report import rows

CONTRACT = "Service Contract"
#: Above this part of the working hours a week is full.
FULL = 100
#: Employees in the chart, the busiest.
SHOWN_IN_CHART = 12
#: One for each week of a month that touches six.
COLORS = ("#bcd4f6", "#90b8ef", "#5f95e2", "#3d74c8", "#2a559a", "#1c3a6b")


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    first, last = of_month(getdate(filters.month))
    owed = [one for one in obligations(promises(filters, first, last), first, last) if _wanted(one, filters)]
    weeks = load.per_week(employees(filters, first, last), first, last, flt(filters.hours_a_day) or None)
    if filters.view == "Load":
        columns, data = load_columns(), [_load_row(one) for one in weeks]
    else:
        shown = [one for one in owed if one.open or not filters.only_open]
        columns, data = owed_columns(), [_owed_row(one) for one in sorted(shown, key=_urgency)]
    return columns, data, None, chart(weeks), summary(owed, weeks, last)


def promises(filters: frappe._dict, first: date, last: date) -> list[Promise]:
    """Promises of contracts that the user may see and that are in force in the month."""
    wanted = [["docstatus", "=", 1], ["start_date", "<=", last], ["end_date", ">=", first]]
    wanted += rows.same(filters, "company", "customer")
    seen = set(frappe.get_list(CONTRACT, filters=wanted, pluck="name", order_by="name", limit_page_length=0))
    head = frappe.qb.DocType(CONTRACT)
    found = read((head.start_date <= last) & (head.end_date >= first)) if seen else []
    return [promise for promise in found if promise.contract in seen]


def _wanted(one: Obligation, filters: frappe._dict) -> bool:
    return not filters.counts or one.promise.counts == filters.counts


def employees(filters: frappe._dict, first: date, last: date) -> set[str]:
    """Who has appointments in the month that the user may see, or the one asked for."""
    if filters.employee:
        return {filters.employee}
    wanted = [
        *rows.between(frappe._dict(from_date=first, to_date=last), "starts_on"),
        *rows.same(filters, "company"),
        ["status", "!=", CANCELLED],
        ["employee", "is", "set"],
    ]
    return set(
        frappe.get_list(
            APPOINTMENT,
            filters=wanted,
            pluck="employee",
            distinct=True,
            order_by="employee",
            limit_page_length=0,
        )
    )


def _urgency(one: Obligation) -> tuple[Any, ...]:
    """What has to be done soonest first, and of that the most."""
    return (one.end, -one.open, one.promise.head.customer_name or "", one.promise.key)


def owed_columns() -> list[dict[str, Any]]:
    """Columns of the obligations."""
    return [
        rows.column("customer", _("Customer"), "Link", 180, options="Customer"),
        rows.column("promise", _("Promise"), "Data", 180),
        rows.column("unit", _("Unit"), "Data", 80),
        rows.column("period_start", _("Period From"), "Date", 110),
        rows.column("period_end", _("Period Until"), "Date", 110),
        rows.column("included", _("Included"), "Float", 95, precision=2),
        rows.column("carried", _("Carried Over"), "Float", 110, precision=2),
        rows.column("delivered", _("Delivered"), "Float", 95, precision=2),
        rows.column("planned", _("Planned"), "Float", 90, precision=2),
        rows.column("open", _("Still to Plan"), "Float", 110, precision=2),
        rows.column("overdue", _("Overdue Appointments"), "Int", 160),
        rows.column("next", _("Next Appointment"), "Datetime", 160),
        rows.column("contract", _("Contract"), "Link", 140, options=CONTRACT),
        rows.column("line_key", _("Line"), "Data", 130, hidden=1),
    ]


def _owed_row(one: Obligation) -> dict[str, Any]:
    promise = one.promise
    return {
        "customer": promise.head.customer,
        "customer_name": promise.head.customer_name,
        "promise": promise.title,
        "unit": _("Visits") if promise.counts == VISITS else _(promise.uom),
        "period_start": one.start,
        "period_end": one.end,
        "included": one.included,
        "carried": one.carried,
        "delivered": one.delivered,
        "planned": one.planned,
        "open": flt(one.open, 6),
        "overdue": one.overdue,
        "next": one.next,
        "contract": promise.contract,
        "line_key": promise.key,
    }


def load_columns() -> list[dict[str, Any]]:
    """Columns of the load."""
    return [
        # no link: Frappe refuses reports that link what a user with user permissions may not read
        rows.column("employee", _("Employee"), "Data", 140),
        rows.column("name", _("Name"), "Data", 180),
        rows.column("week", _("Week From"), "Date", 120),
        rows.column("planned", _("Planned Hours"), "Float", 130, precision=1),
        rows.column("done", _("Of These Done"), "Float", 130, precision=1),
        rows.column("working", _("Working Hours"), "Float", 130, precision=1),
        rows.column("free", _("Free Hours"), "Float", 120, precision=1),
        rows.column("share", _("Load", context="Service Planning"), "Percent", 100),
    ]


def _load_row(one: Load) -> dict[str, Any]:
    return {
        "employee": one.employee,
        "name": one.name,
        "week": one.week,
        "planned": one.planned,
        "done": one.done,
        "working": one.working,
        "free": max(one.working - one.planned, 0.0),
        "share": one.share,
    }


def chart(weeks: list[Load]) -> dict[str, Any] | None:
    """The load of the busiest employees, a bar for each week."""
    if not weeks:
        return None
    busiest = sorted(_by_employee(weeks).values(), key=lambda own: -sum(one.planned for one in own))
    shown = busiest[:SHOWN_IN_CHART]
    first_days = [one.week for one in shown[0]]
    labels = [_("Week of {0}").format(format_date(day, "d MMM")) for day in first_days]
    series = {label: [flt(own[at].share, 1) for own in shown] for at, label in enumerate(labels)}
    names = [own[0].name for own in shown]
    title = _("Planned Hours in Percent of Working Hours")
    return rows.bars(names, series, colors=COLORS[: len(labels)], space=0.4, fieldtype="Percent", title=title)


def _by_employee(weeks: list[Load]) -> dict[str, list[Load]]:
    found: dict[str, list[Load]] = {}
    for one in weeks:
        found.setdefault(one.employee, []).append(one)
    return found


def summary(owed: list[Obligation], weeks: list[Load], last: date) -> list[dict[str, Any]]:
    """The figures above the chart."""
    due = [one for one in owed if one.end <= last]
    unmet = sum(one.open for one in due if one.promise.counts == VISITS)
    overdue = sum(one.overdue for one in owed)
    full = {one.employee for one in weeks if one.planned and (one.share is None or one.share > FULL)}
    return [
        {
            "label": _("Visits Owed This Month, Not Planned"),
            "value": unmet,
            "datatype": "Int",
            "indicator": "Red" if unmet else "Green",
        },
        {
            "label": _("Visits to Plan in All Periods"),
            "value": sum(one.open for one in owed if one.promise.counts == VISITS),
            "datatype": "Int",
        },
        {
            "label": _("Overdue Appointments"),
            "value": overdue,
            "datatype": "Int",
            "indicator": "Orange" if overdue else "Green",
        },
        {
            "label": _("Employees Beyond Their Hours in a Week"),
            "value": len(full),
            "datatype": "Int",
            "indicator": "Orange" if full else "Green",
        },
    ]
