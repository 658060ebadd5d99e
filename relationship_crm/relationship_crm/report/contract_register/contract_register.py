"""All service contracts: with whom, until when, what for, and what a year of them is worth."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe import _
from frappe.utils import date_diff, flt, format_date, getdate

from relationship_crm.assessment.site import company_rates
from relationship_crm.contracts import overview, states, terms
from relationship_crm.engine.grid import month_end, month_index
from relationship_crm.relationship_crm.report import rows

CONTRACT = overview.CONTRACT
#: Any state, where none stands for contracts that have not ended.
ANY = "Any"
FIELDS = (
    *("name", "customer", "customer_name", "state", "company", "start_date", "end_date", "terminated_per"),
    *("notice_date", "renewal", "renewed_into", "currency", "yearly_value", "conversion_rate", "billing"),
    *("account_manager", "docstatus"),
)
MONTHS_AHEAD = 12
#: Days within which an end is told.
SOON = 90


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    rates = company_rates(rows.currency())
    found = [_measured(row, rates) for row in read(filters)]
    promised = _promised([row.name for row in found])
    for row in found:
        row.promises = promised.get(row.name, "")
    return _columns(), found, None, _chart(found), _summary(found)


def read(filters: frappe._dict) -> list[frappe._dict]:
    """The contracts that the user may see, those that end first at the top."""
    wanted: list[list[Any]] = []
    for field in ("company", "customer", "account_manager"):
        if filters.get(field):
            wanted.append([field, "=", filters[field]])
    if not filters.state:
        wanted.append(["state", "in", [states.DRAFT, *states.LIVING]])
    elif filters.state != ANY:
        wanted.append(["state", "=", filters.state])
    for field, limit in (("end_date", filters.ends_until), ("notice_date", filters.notice_until)):
        if limit:
            wanted.append([field, "<=", getdate(limit)])
    return frappe.get_list(CONTRACT, fields=list(FIELDS), filters=wanted, order_by="end_date asc, name asc")


def _measured(row: frappe._dict, rates: dict[str, float]) -> frappe._dict:
    """A contract with its last day, the days until notice has to be given, and its value in the reporting currency."""
    row.last = row.terminated_per or row.end_date
    open_ = row.state in (states.WAITING, states.ACTIVE) and not row.renewed_into
    row.notice_in = date_diff(row.notice_date, getdate()) if open_ and row.notice_date else None
    row.value = overview.in_reporting_currency(row, rates)
    row.reporting_currency = rows.currency()
    return row


def _promised(contracts: list[str]) -> dict[str, str]:
    """What the lines of contracts promise, in words. Drafts and cancelled contracts promise nothing yet, or no more."""
    told: dict[str, list[str]] = defaultdict(list)
    for promise in terms.of_contracts(contracts):
        told[promise.contract].append(overview.promise_in_words(promise))
    return {contract: "; ".join(parts) for contract, parts in told.items()}


def _columns() -> list[dict[str, Any]]:
    return [
        rows.column("name", _("Contract"), "Link", 140, options=CONTRACT),
        rows.column("customer", _("Customer"), "Link", 180, options="Customer"),
        rows.column("state", _("State", context="Service Contract"), "Data", 110),
        rows.column("start_date", _("Start"), "Date", 120),
        rows.column("last", _("Last Day"), "Date", 120),
        rows.column("notice_date", _("Notice Until"), "Date", 120),
        rows.column("notice_in", _("Days Until Notice"), "Int", 155),
        rows.column("renewal", _("Renewal"), "Data", 150),
        rows.column("yearly_value", _("Value of a Year"), "Currency", 140, options="currency"),
        rows.column(
            "value", _("In {0}").format(rows.currency()), "Currency", 130, options="reporting_currency"
        ),
        rows.column("promises", _("Promises"), "Data", 420),
        rows.column("billing", _("Billed By"), "Data", 140),
        rows.column("account_manager", _("Account Manager"), "Link", 180, options="User"),
        rows.column("company", _("Company"), "Link", 150, options="Company"),
    ]


def _counting(found: list[frappe._dict]) -> list[frappe._dict]:
    """Contracts that are in force or will be, with a value in the reporting currency."""
    return [row for row in found if row.state in states.LIVING and row.value is not None]


def _chart(found: list[frappe._dict]) -> dict[str, Any] | None:
    """What a year is worth of the contracts that end in each of the coming months, and of those still to be decided."""
    this = month_index(getdate())
    months = range(this, this + MONTHS_AHEAD)
    ending: dict[int, float] = defaultdict(float)
    renewed: dict[int, float] = defaultdict(float)
    for row in _counting(found):
        (renewed if row.renewed_into else ending)[month_index(getdate(row.last))] += row.value
    if not any(ending[month] or renewed[month] for month in months):
        return None
    return {
        "data": {
            "labels": [format_date(month_end(month), "MMM yy") for month in months],
            "datasets": [
                {
                    "name": _("Ends", context="Service Contract"),
                    "values": [flt(ending[month], 2) for month in months],
                },
                {
                    "name": _("Renewed", context="Service Contract"),
                    "values": [flt(renewed[month], 2) for month in months],
                },
            ],
        },
        "type": "bar",
        "colors": ["#e0703c", "#1f6b5c"],
        "barOptions": {"stacked": 1, "spaceRatio": 0.4},
        "fieldtype": "Currency",
    }


def _summary(found: list[frappe._dict]) -> list[dict[str, Any]]:
    counting = _counting(found)
    value = sum(row.value for row in counting if row.state != states.WAITING)
    soon = sum(0 <= date_diff(row.last, getdate()) <= SOON for row in counting)
    unknown = sum(row.state in states.LIVING and row.value is None for row in found)
    currency = rows.currency()
    told = [
        {"label": _("Contracts", context="Service Contract"), "value": len(found), "datatype": "Int"},
        {
            "label": _("In Force: Value of a Year"),
            "value": value,
            "datatype": "Currency",
            "currency": currency,
        },
        {"label": _("A Month (MRR)"), "value": value / 12, "datatype": "Currency", "currency": currency},
        {"label": _("Ends Within {0} Days").format(SOON), "value": soon, "datatype": "Int"},
    ]
    if unknown:
        label = _("Without a Rate Into {0}").format(currency)
        told.append({"label": label, "value": unknown, "datatype": "Int", "indicator": "Orange"})
    return told
