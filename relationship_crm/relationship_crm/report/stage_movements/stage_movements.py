"""Who moved from which stage to which in a period: as a list with reasons, or as a matrix."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, format_date, get_first_day

from relationship_crm.assessment import explain
from relationship_crm.relationship_crm.report import rows

FIELDS = (
    "name",
    "relationship",
    "party_type",
    "party",
    "party_title",
    "from_stage",
    "to_stage",
    "from_rung",
    "to_rung",
    "direction",
    "changed_on",
    "days_in_stage",
    "revenue_12m",
    "customer_group",
    "territory",
    "source",
)
MONTHS_BACK, MONTHS_SHOWN = 3, 36


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = rows.with_period(frappe._dict(filters or {}), months=MONTHS_BACK)
    moves = read(filters)
    if filters.view == "Matrix":
        columns, data = matrix(moves)
    else:
        columns, data = list_columns(), listed(moves, filters)
    return columns, data, None, chart(moves, filters), summary(moves)


def read(filters: frappe._dict) -> list[frappe._dict]:
    """Stage changes of relationships the user may see."""
    return frappe.get_list(
        "Relationship Stage Change",
        fields=list(FIELDS),
        filters=[
            *rows.between(filters, "changed_on"),
            *rows.same(filters, "party_type", "direction", "from_stage", "to_stage", "source"),
            *rows.inside(filters),
        ],
        order_by="changed_on desc, party_title asc, name asc",
    )


def listed(moves: list[frappe._dict], filters: frappe._dict) -> list[frappe._dict]:
    """The moves with their reasons in words."""
    reasons = reasons_of({move.name for move in moves}, filters)
    currency = rows.currency()
    for move in moves:
        move.reasons = "; ".join(reasons.get(move.name, ()))
        move.currency = currency
    return moves


def reasons_of(names: set[str], filters: frappe._dict) -> dict[str, list[str]]:
    """Reasons by stage change: one query for the period, kept for the moves the user may see."""
    if not names:
        return {}
    reason = frappe.qb.DocType("Relationship Stage Change Reason")
    change = frappe.qb.DocType("Relationship Stage Change")
    found = (
        frappe.qb.from_(reason)
        .join(change)
        .on(change.name == reason.parent)
        .select(
            reason.parent,
            reason.measure,
            reason.operator,
            reason.threshold,
            reason.value_after,
            reason.unknown,
        )
        .where(change.changed_on.between(filters.from_date, filters.to_date))
        .orderby(reason.parent)
        .orderby(reason.idx)
        .run()
    )
    sentences: dict[str, list[str]] = defaultdict(list)
    hidden = rows.hidden_dimensions()
    for parent, measure, operator, threshold, value, unknown in found:
        if parent in names and measure not in hidden:
            met = None if unknown else value
            sentences[parent].append(explain.reason(measure, operator, threshold, met, _))
    return sentences


def list_columns() -> list[dict[str, Any]]:
    """Columns of the list."""
    return [
        rows.column("changed_on", _("Date"), "Date", 115),
        rows.column("party_title", _("Name"), "Data", 190),
        rows.column("direction", _("Direction"), "Data", 90),
        rows.column("from_stage", _("From"), "Data", 130),
        rows.column("to_stage", _("To"), "Data", 130),
        rows.column("days_in_stage", _("Days Before"), "Int", 120),
        rows.column("reasons", _("Reasons"), "Data", 380),
        rows.money("revenue_12m", _("Revenue, 12 Months")),
        *rows.segment_columns(),
        rows.column("source", _("Source"), "Data", 100),
        rows.column("party_type", _("Type"), "Data", 90),
        rows.column("party", _("Party"), "Dynamic Link", 140, options="party_type"),
        rows.currency_column(),
    ]


def matrix(moves: list[frappe._dict]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """From (rows) to (columns) with the number of moves."""
    stages = {s.stage_name: s.rung for s in rows.ladder()}
    for move in moves:  # stages of a former ladder
        stages.setdefault(move.from_stage, move.from_rung)
        stages.setdefault(move.to_stage, move.to_rung)
    names = sorted((name for name in stages if name), key=lambda name: stages[name])
    counts = Counter((move.from_stage, move.to_stage) for move in moves)
    columns = [rows.column("from_stage", _("From \\ To"), "Data", 170)]
    columns += [rows.column(f"to_{i}", _(name), "Int", 140) for i, name in enumerate(names)]
    columns += [rows.column("up", _("Up"), "Int", 80), rows.column("down", _("Down"), "Int", 80)]
    data = []
    for at, name in enumerate(names):
        line: dict[str, Any] = {"from_stage": name, "at": at}
        line.update({f"to_{i}": counts[(name, to)] or None for i, to in enumerate(names)})
        left = [move for move in moves if move.from_stage == name]
        line["up"] = sum(move.direction == "Up" for move in left)
        line["down"] = sum(move.direction == "Down" for move in left)
        data.append(line)
    return columns, data


def chart(moves: list[frappe._dict], filters: frappe._dict) -> dict[str, Any] | None:
    """Ups and downs by month."""
    if not moves:
        return None
    months = []
    month = get_first_day(filters.from_date)
    while month <= filters.to_date and len(months) < 1200:
        months.append(month)
        month = add_months(month, 1)
    months = months[-MONTHS_SHOWN:]
    counts = Counter((get_first_day(move.changed_on), move.direction) for move in moves)
    return rows.bars(
        [format_date(month, "MMM yy") for month in months],
        {
            _("Up"): [counts[(month, "Up")] for month in months],
            _("Down"): [counts[(month, "Down")] for month in months],
        },
        colors=["#2f9a80", "#e0703c"],
        space=0.4,
    )


def summary(moves: list[frappe._dict]) -> list[dict[str, Any]]:
    """The figures above the chart."""
    up = sum(move.direction == "Up" for move in moves)
    down = sum(move.direction == "Down" for move in moves)
    lost = sum(move.revenue_12m or 0 for move in moves if move.direction == "Down")
    return [
        {"label": _("Moved Up"), "value": up, "datatype": "Int", "indicator": "Green"},
        {"label": _("Moved Down"), "value": down, "datatype": "Int", "indicator": "Red"},
        {
            "label": _("Revenue of Those Who Fell, 12 Months"),
            "value": lost,
            "datatype": "Currency",
            "currency": rows.currency(),
        },
    ]
