"""Every relationship with all its scores and how sure they are."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import frappe
from frappe import _

from relationship_crm.engine.dimensions import COMPOSED, DIMENSIONS
from relationship_crm.measures.registry import MEASURES
from relationship_crm.relationship_crm.report import rows

PLAIN = (
    "party_type",
    "party",
    "party_title",
    "stage_name",
    "rung",
    "stage_since",
    "dissolution",
    "customer_group",
    "territory",
    "account_manager",
    "purchases",
    "last_purchase",
    "revenue_12m",
    "as_of",
)
#: Where confidence turns from "not enough" to "some", "good" and "strong" evidence; the panel says the same words.
BOUNDS = (rows.ENOUGH, 60, 80)


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    hidden = rows.hidden_dimensions()
    shown = [key for key in ("composite", *COMPOSED[:-1], *DIMENSIONS) if key not in hidden]
    found = read(filters, shown)
    confidence = [row.composite_confidence or 0 for row in found]
    return columns(shown), [graded(row, shown) for row in found], None, chart(confidence), summary(found)


def read(filters: frappe._dict, shown: list[str]) -> list[frappe._dict]:
    """Relationships the user may see, best first."""
    extra: list[list[Any]] = []
    if filters.min_confidence:
        extra.append(["composite_confidence", ">=", float(filters.min_confidence)])
    if filters.only_dissolving:
        extra.append(["dissolution", "=", 1])
    scores = [field for key in shown for field in (key, f"{key}_confidence")]
    found = rows.relationships([*PLAIN, *scores], filters, extra)
    return sorted(found, key=lambda row: (-(row.rung or 0), -(row.composite or 0)))


def graded(row: frappe._dict, shown: list[str]) -> frappe._dict:
    """The row with blanks where there is not enough evidence for a score."""
    for key in shown:
        row[key] = rows.known(row[key], row[f"{key}_confidence"])
    row.currency = rows.currency()
    return row


def columns(shown: list[str]) -> list[dict[str, Any]]:
    """The report's columns: each score followed by its confidence."""
    names = {key: _(MEASURES[key].label) for key in shown}
    found = [
        rows.column("party_title", _("Name"), "Data", 200),
        rows.column("stage_name", _("Stage"), "Data", 130),
        rows.column("stage_since", _("Since"), "Date", 115),
    ]
    for key in shown:
        found.append(rows.column(key, names[key], "Float", 160, precision=1))
        found.append(rows.column(f"{key}_confidence", _("Confidence"), "Percent", 110))
    return [
        *found,
        rows.column("dissolution", _("Dissolving"), "Check", 90),
        rows.money("revenue_12m", _("Revenue, 12 Months")),
        rows.column("purchases", _("Purchases"), "Int", 90),
        rows.column("last_purchase", _("Last Purchase"), "Date", 130),
        *rows.segment_columns(),
        rows.column("account_manager", _("Account Manager"), "Data", 140),
        rows.column("party_type", _("Type"), "Data", 90),
        rows.column("party", _("Party"), "Dynamic Link", 140, options="party_type"),
        rows.column("as_of", _("As Of"), "Date", 115),
        rows.column("name", _("Relationship"), "Link", 110, options="Relationship"),
        rows.currency_column(),
    ]


def chart(confidence: list[float]) -> dict[str, Any] | None:
    """How sure the composite scores are."""
    if not confidence:
        return None
    counts = [0] * (len(BOUNDS) + 1)
    for value in confidence:
        counts[bisect_right(BOUNDS, value)] += 1
    low, middle, high = (round(bound) for bound in BOUNDS)
    labels = [f"< {low} %", f"{low}–{middle} %", f"{middle}–{high} %", f"> {high} %"]
    return rows.bars(labels, {_("Relationships"): counts}, colors=["#4a7fb5"], space=0.3)


def summary(found: list[frappe._dict]) -> list[dict[str, Any]]:
    """The figures above the chart; `found` is graded already."""
    if not found:
        return []
    scores = [row.composite for row in found]
    sure = [row.composite_confidence or 0 for row in found]
    return [
        {"label": _("Relationships"), "value": len(found), "datatype": "Int"},
        {"label": _("With Enough Evidence"), "value": sum(s is not None for s in scores), "datatype": "Int"},
        {"label": _("Median Quality"), "value": rows.figure(rows.middle(scores)), "datatype": "Data"},
        {"label": _("Average Confidence"), "value": rows.percent(sum(sure) / len(sure)), "datatype": "Data"},
    ]
