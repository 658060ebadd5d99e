"""Customers who fell, fell silent or are dissolving, by the revenue at stake."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cint, date_diff, flt, format_date, getdate

from relationship_crm.assessment import explain
from relationship_crm.relationship_crm.report import rows

FIELDS = (
    "party_type",
    "party",
    "party_title",
    "stage_name",
    "rung",
    "previous_stage_name",
    "direction",
    "stage_since",
    "dissolution",
    "dissolution_reason",
    "composite",
    "composite_confidence",
    "median_gap",
    "rhythm",
    "purchases",
    "last_purchase",
    "revenue_12m",
    "customer_group",
    "territory",
    "account_manager",
)
FELL_WITHIN_DAYS = 90
SILENT_BEYOND = 2.0
TERRITORIES_SHOWN = 10


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    found = customers(filters)
    at_risk = select(found, filters)
    return columns(), at_risk, None, chart(at_risk), summary(at_risk, found)


def customers(filters: frappe._dict) -> list[frappe._dict]:
    """All customers of the segment that the user may see."""
    return rows.relationships(FIELDS, {**filters, "party_type": "Customer"}, [["rung", ">", 0]])


def select(found: list[frappe._dict], filters: frappe._dict) -> list[frappe._dict]:
    """Those at risk, the dearest first, each with its reasons in a sentence."""
    within = cint(filters.fell_within_days) or FELL_WITHIN_DAYS
    beyond = flt(filters.silent_beyond) or SILENT_BEYOND
    with_revenue = cint(filters.get("only_with_revenue", 1))
    today, currency = getdate(), rows.currency()
    at_risk = []
    for row in found:
        if with_revenue and flt(row.revenue_12m) <= 0:
            continue
        row.fell = fell(row, add_days(today, -within))
        row.silent = bool(row.purchases and row.median_gap and flt(row.rhythm) > beyond)
        if not (row.fell or row.silent or row.dissolution):
            continue
        row.days_silent = date_diff(today, row.last_purchase) if row.last_purchase else None
        row.reason = reason(row)
        row.composite = rows.known(row.composite, row.composite_confidence)
        row.currency = currency
        at_risk.append(row)
    return sorted(at_risk, key=lambda row: (-flt(row.revenue_12m), row.party_title or ""))


def fell(row: frappe._dict, since: Any) -> bool:
    """Whether the last move was down and recent."""
    return row.direction == "Down" and bool(row.stage_since) and getdate(row.stage_since) >= since


def reason(row: frappe._dict) -> str:
    """Why a customer is in the report."""
    parts = []
    if row.fell:
        parts.append(
            _("Fell from {0} to {1} on {2}").format(
                _(row.previous_stage_name or "–"), _(row.stage_name), format_date(row.stage_since)
            )
        )
    if row.silent:
        parts.append(
            _("Silent for {0} days, usually buys every {1} days").format(
                row.days_silent, round(flt(row.median_gap))
            )
        )
    if row.dissolution:
        parts.append(
            explain.told(row.dissolution_reason, _).rstrip(".") or _("The relationship is dissolving")
        )
    return ". ".join(parts) + "."


def columns() -> list[dict[str, Any]]:
    """The report's columns."""
    return [
        rows.column("party_title", _("Customer"), "Data", 200),
        rows.money("revenue_12m", _("Revenue, 12 Months")),
        rows.column("stage_name", _("Stage"), "Data", 130),
        rows.column("reason", _("Why"), "Data", 520),
        rows.column("last_purchase", _("Last Purchase"), "Date", 130),
        rows.column("days_silent", _("Days Silent"), "Int", 110),
        rows.column("rhythm", _("Times the Usual Gap"), "Float", 170, precision=1),
        rows.column("composite", _("Relationship quality"), "Float", 160, precision=1),
        rows.column("dissolution", _("Dissolving"), "Check", 90),
        rows.column("account_manager", _("Account Manager"), "Data", 140),
        *rows.segment_columns(),
        rows.column("party", _("Party"), "Link", 140, options="Customer"),
        rows.column("name", _("Relationship"), "Link", 110, options="Relationship"),
        rows.currency_column(),
    ]


def chart(at_risk: list[frappe._dict]) -> dict[str, Any] | None:
    """Revenue at risk by territory."""
    if not at_risk:
        return None
    revenue: dict[str, float] = defaultdict(float)
    for row in at_risk:
        revenue[row.territory or _("Without territory")] += flt(row.revenue_12m)
    largest = sorted(revenue, key=lambda name: -revenue[name])
    labels, values = largest[:TERRITORIES_SHOWN], [revenue[name] for name in largest[:TERRITORIES_SHOWN]]
    if len(largest) > TERRITORIES_SHOWN:
        labels.append(_("Others"))
        values.append(sum(revenue[name] for name in largest[TERRITORIES_SHOWN:]))
    series = {_("Revenue at Risk"): values}
    return rows.bars(labels, series, colors=["#e0703c"], fieldtype="Currency", options="currency")


def summary(at_risk: list[frappe._dict], found: list[frappe._dict]) -> list[dict[str, Any]]:
    """The figures above the chart."""
    revenue = sum(flt(row.revenue_12m) for row in at_risk)
    everything = sum(flt(row.revenue_12m) for row in found)
    return [
        {
            "label": _("Customers at Risk"),
            "value": len(at_risk),
            "datatype": "Int",
            "indicator": "Red" if at_risk else "Green",
        },
        {
            "label": _("Revenue at Risk, {0} of All").format(rows.percent(rows.share(revenue, everything))),
            "value": revenue,
            "datatype": "Currency",
            "currency": rows.currency(),
        },
        {"label": _("Fell"), "value": sum(bool(row.fell) for row in at_risk), "datatype": "Int"},
        {"label": _("Silent"), "value": sum(bool(row.silent) for row in at_risk), "datatype": "Int"},
        {"label": _("Dissolving"), "value": sum(bool(row.dissolution) for row in at_risk), "datatype": "Int"},
    ]
