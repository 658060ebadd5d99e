"""What is to be decided, and when: contracts by their last day of notice, with prices and the probability of renewal."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, date_diff, flt, format_date, getdate

from relationship_crm.assessment.site import company_rates
from relationship_crm.contracts import overview
from relationship_crm.contracts.renewal import CONTRACT, RENEWAL, UNDECIDED
from relationship_crm.contracts.tenure import Tenure, tenure
from relationship_crm.engine.grid import month_end, month_index
from relationship_crm.relationship_crm.report import rows

FIELDS = (
    *(
        "name",
        "customer",
        "customer_name",
        "state",
        "company",
        "start_date",
        "end_date",
        "notice_date",
        "renewal",
    ),
    *(
        "renewed_into",
        "decided_on",
        "terminated_on",
        "currency",
        "yearly_value",
        "conversion_rate",
        "account_manager",
    ),
)
OF_RENEWAL = ("name", "contract", "status", "indexed_price", "price_from_use", "proposed_price", "quotation")
TO_DECIDE, RENEWED, NOT_RENEWED = "To Decide", "Renewed", "Not Renewed"
MONTHS_AHEAD = 12
DECIDED, OPEN, LOST = "#1f6b5c", "#e0a030", "#98a1a9"


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = _with_days(frappe._dict(filters or {}))
    known, rates = tenure(), company_rates(rows.currency())
    contracts = read(filters)
    renewals = latest([row.name for row in contracts])
    data = [_row(row, renewals.get(row.name), known, rates) for row in contracts]
    if filters.decision:
        data = [row for row in data if row.decision == filters.decision]
    return columns(), data, None, chart(data, filters), summary(data)


def _with_days(filters: frappe._dict) -> frappe._dict:
    """A year from today, unless asked otherwise."""
    filters.from_date = getdate(filters.from_date)
    filters.to_date = getdate(filters.to_date or add_months(filters.from_date, MONTHS_AHEAD))
    if filters.from_date > filters.to_date:
        frappe.throw(_("From Date must be before To Date"))
    return filters


def read(filters: frappe._dict) -> list[frappe._dict]:
    """Contracts that the user may see with their last day of notice in the period; those that end as agreed are no matter."""
    wanted: list[list[Any]] = [
        ["docstatus", "=", 1],
        ["notice_date", ">=", filters.from_date],
        ["notice_date", "<=", filters.to_date],
        *rows.same(filters, "company", "customer", "account_manager"),
        ["renewal", "=", filters.renewal] if filters.renewal else ["renewal", "!=", "Ends"],
    ]
    return frappe.get_list(
        CONTRACT, fields=list(FIELDS), filters=wanted, order_by="notice_date asc, name asc"
    )


def latest(contracts: list[str]) -> dict[str, frappe._dict]:
    """The latest renewal of each contract; who may see the contract may see it."""
    if not contracts:
        return {}
    found = frappe.get_all(
        RENEWAL, {"contract": ("in", contracts)}, list(OF_RENEWAL), order_by="creation asc"
    )
    return {row.contract: row for row in found}


def _row(
    contract: frappe._dict, renewal: frappe._dict | None, known: Tenure, rates: dict[str, float]
) -> frappe._dict:
    row, renewal = frappe._dict(contract), renewal or frappe._dict()
    row.decision = TO_DECIDE
    if row.renewed_into:
        row.decision = RENEWED
    elif row.decided_on or row.terminated_on:
        row.decision = NOT_RENEWED
    row.days_left = date_diff(row.notice_date, getdate()) if row.decision == TO_DECIDE else None
    row.value = overview.in_reporting_currency(row, rates)
    row.reporting_currency = rows.currency()
    likely = known.chance(row.name) if row.decision == TO_DECIDE else None
    row.probability = 100 * likely.value if likely and likely.value is not None else None
    row.probability_words = likely.words if likely else ""
    row.service_renewal, row.status = renewal.name, renewal.status
    if renewal and (row.decision != TO_DECIDE or renewal.status in UNDECIDED):
        row.update(
            {
                field: renewal[field]
                for field in ("indexed_price", "price_from_use", "proposed_price", "quotation")
            }
        )
    return row


def columns() -> list[dict[str, Any]]:
    """The report's columns."""
    money = {"options": "currency"}
    return [
        rows.column("notice_date", _("Notice Until"), "Date", 120),
        rows.column("days_left", _("Days Left"), "Int", 90),
        rows.column("customer_name", _("Customer"), "Data", 190),
        rows.column("name", _("Contract"), "Link", 130, options=CONTRACT),
        rows.column("decision", _("Decision"), "Data", 120),
        rows.column("end_date", _("End"), "Date", 115),
        rows.column("renewal", _("Renewal"), "Data", 160),
        rows.column("yearly_value", _("Value of a Year"), "Currency", 130, **money),
        rows.column("indexed_price", _("Adjusted as Agreed"), "Currency", 170, **money),
        rows.column("price_from_use", _("From Actual Use"), "Currency", 140, **money),
        rows.column("proposed_price", _("Proposed"), "Currency", 120, **money),
        rows.column("probability", _("Probability"), "Percent", 105),
        rows.column("probability_words", _("How It Is Known"), "Data", 320),
        rows.column("service_renewal", _("Renewal Record"), "Link", 140, options=RENEWAL),
        rows.column("quotation", _("Quotation"), "Link", 150, options="Quotation"),
        rows.column("renewed_into", _("Successor"), "Link", 130, options=CONTRACT),
        rows.column("account_manager", _("Account Manager"), "Link", 180, options="User"),
        rows.column("currency", _("Currency"), "Link", 80, options="Currency", hidden=1),
    ]


def chart(data: list[frappe._dict], filters: frappe._dict) -> dict[str, Any] | None:
    """What a year is worth of the contracts of each month, by decision."""
    months = range(month_index(filters.from_date), month_index(filters.to_date) + 1)
    values: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in data:
        values[row.decision][month_index(_date(row.notice_date))] += flt(row.value)
    if not values or len(months) > 36:
        return None
    labels = {
        RENEWED: _("Renewed", context="Service Renewal"),
        TO_DECIDE: _("To Decide"),
        NOT_RENEWED: _("Not Renewed", context="Service Renewal"),
    }
    return {
        "data": {
            "labels": [format_date(month_end(month), "MMM yy") for month in months],
            "datasets": [
                {"name": label, "values": [flt(values[kind][month], 2) for month in months]}
                for kind, label in labels.items()
            ],
        },
        "type": "bar",
        "colors": [DECIDED, OPEN, LOST],
        "barOptions": {"stacked": 1, "spaceRatio": 0.4},
        "fieldtype": "Currency",
        "options": "currency",
        "currency": rows.currency(),
    }


def _date(day: Any) -> date:
    return getdate(day)


def summary(data: list[frappe._dict]) -> list[dict[str, Any]]:
    """The figures above the chart."""
    undecided = [row for row in data if row.decision == TO_DECIDE]
    value = sum(flt(row.value) for row in undecided)
    known = [row for row in undecided if row.probability is not None]
    expected = sum(flt(row.value) * row.probability / 100 for row in known)
    late = sum(row.days_left < 0 for row in undecided)
    currency = rows.currency()
    money = {"datatype": "Currency", "currency": currency}
    told = [
        {"label": _("To Decide"), "value": len(undecided), "datatype": "Int"},
        {"label": _("To Decide: Value of a Year"), "value": value, **money},
    ]
    if known and len(known) == len(undecided):
        told.append({"label": _("Expected to Stay"), "value": expected, **money})
    if late:
        told.append({"label": _("Notice Date Missed"), "value": late, "datatype": "Int", "indicator": "Red"})
    return told
