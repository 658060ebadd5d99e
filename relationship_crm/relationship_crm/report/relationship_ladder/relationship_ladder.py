"""How many relationships stand on each rung of the ladder, and what they are worth."""

from __future__ import annotations

import re
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_date, getdate

from relationship_crm.relationship_crm.report import rows

#: Letters of a stage's name that the chart's axis has room for: on the report's page, on the workspace.
LETTERS, LETTERS_SHORT = 12, 8
FIELDS = ("stage_name", "rung", "dissolution", "composite", "composite_confidence", "revenue_12m")


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows from the top rung down, message, chart, summary."""
    filters = frappe._dict(filters or {})
    found, message = read(filters)
    data = by_stage(found, rows.ladder(), rows.currency())
    return (
        columns(),
        data,
        message,
        chart(data, LETTERS_SHORT if filters.short_labels else LETTERS),
        summary(found),
    )


def read(filters: frappe._dict) -> tuple[list[frappe._dict], str | None]:
    """Relationships today or on a past day; with a day before the history a message says so."""
    day = getdate(filters.as_of) if filters.as_of else None
    if not day or day >= getdate():
        return rows.relationships(FIELDS, filters, [["rung", ">", 0]]), None
    earliest = rows.earliest_history()
    if not earliest or day < earliest:
        text = (
            _("There is no history before {0}.").format(format_date(earliest))
            if earliest
            else _("There is no history yet.")
        )
        return [], text
    return [row for row in rows.as_of(day, filters) if row.rung], None


def by_stage(found: list[frappe._dict], ladder: list[frappe._dict], currency: str) -> list[dict[str, Any]]:
    """A row per rung, highest first. Stages of a ladder that is no longer in use come last."""
    groups: dict[tuple[int, str], list[frappe._dict]] = {(s.rung, s.stage_name): [] for s in ladder}
    for row in found:
        groups.setdefault((row.rung, row.stage_name), []).append(row)
    current = {(s.rung, s.stage_name) for s in ladder}
    revenue = sum(row.revenue_12m or 0 for row in found)
    data = []
    for key in sorted(groups, key=lambda k: (k in current, k[0]), reverse=True):
        members = groups[key]
        earned = sum(row.revenue_12m or 0 for row in members)
        data.append(
            {
                "rung": key[0],
                "stage_name": key[1],
                "relationships": len(members),
                "share": rows.share(len(members), len(found)),
                "composite": rows.middle(
                    rows.known(row.composite, row.composite_confidence) for row in members
                ),
                "graded": sum(
                    rows.known(row.composite, row.composite_confidence) is not None for row in members
                ),
                "revenue_12m": earned,
                "revenue_share": rows.share(earned, revenue),
                "dissolution": sum(bool(row.dissolution) for row in members),
                "currency": currency,
            }
        )
    return data


def columns() -> list[dict[str, Any]]:
    """The report's columns."""
    return [
        rows.column("rung", _("Rung"), "Int", 70),
        rows.column("stage_name", _("Stage"), "Data", 170),
        rows.column("relationships", _("Relationships"), "Int", 120),
        rows.column("share", _("Share", context="Relationship Ladder"), "Percent", 100),
        rows.column("composite", _("Median Quality"), "Float", 140, precision=1),
        rows.column("graded", _("With Enough Evidence"), "Int", 175),
        rows.money("revenue_12m", _("Revenue, 12 Months")),
        rows.column("revenue_share", _("Share of Revenue"), "Percent", 140),
        rows.column("dissolution", _("Dissolving"), "Int", 110),
        rows.currency_column(),
    ]


def shortened(name: str, letters: int) -> str:
    """A name's first words: the chart would cut it in the middle of one."""
    words = re.split(r"(?<=[\s-])", name)
    while len(words) > 1 and len("".join(words).rstrip(" -")) > letters:
        words.pop()
    return "".join(words).rstrip(" -")


def chart(data: list[dict[str, Any]], letters: int) -> dict[str, Any] | None:
    """Relationships by stage in the order of the ladder."""
    if not any(row["relationships"] for row in data):
        return None
    upward = data[::-1]
    labels = [shortened(_(row["stage_name"]), letters) for row in upward]
    series = {_("Relationships"): [row["relationships"] for row in upward]}
    return rows.bars(labels, series, colors=["#2f9a80"], space=0.4)


def summary(found: list[frappe._dict]) -> list[dict[str, Any]]:
    """The figures above the chart."""
    if not found:
        return []
    scores = [rows.known(row.composite, row.composite_confidence) for row in found]
    dissolving = sum(bool(row.dissolution) for row in found)
    return [
        {"label": _("Relationships"), "value": len(found), "datatype": "Int"},
        {"label": _("Median Quality"), "value": rows.figure(rows.middle(scores)), "datatype": "Data"},
        {
            "label": _("Revenue, 12 Months"),
            "value": sum(row.revenue_12m or 0 for row in found),
            "datatype": "Currency",
            "currency": rows.currency(),
        },
        {
            "label": _("Dissolving"),
            "value": dissolving,
            "datatype": "Int",
            "indicator": "Red" if dissolving else "Green",
        },
    ]
