"""Praise that may be quoted, and praise of promoters who could be asked for it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe import _

from relationship_crm.advocacy.testimonials import PROMOTER
from relationship_crm.advocacy.tree import titles_of
from relationship_crm.relationship_crm.report import rows

USABLE, TO_ASK = "Usable", "To Ask"
FIELDS = (
    *("name", "survey", "party_type", "party", "customer", "answered_on", "has_nps", "nps", "territory"),
    *("testimonial_text", "testimonial_consent", "testimonial_consent_on", "testimonial_consent_text"),
)


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    data = read(filters)
    return columns(), data, None, None, summary(data)


def read(filters: frappe._dict) -> list[frappe._dict]:
    """The testimonials the user may see, the newest first; those to ask for have words but no consent."""
    wanted = [
        ["anonymous", "=", 0],
        *rows.same(filters, "survey"),
        *rows.inside(filters),
        *rows.between(filters, "answered_on"),
    ]
    found = []
    for state, more in (
        (USABLE, [["testimonial_consent", "=", 1]]),
        (TO_ASK, [["testimonial_consent", "=", 0], ["has_nps", "=", 1], ["nps", ">=", PROMOTER]]),
    ):
        if filters.state in (None, "", state):
            answers = frappe.get_list(
                "Survey Response",
                fields=list(FIELDS),
                filters=[*wanted, *more],
                order_by="answered_on desc, name asc",
            )
            found += [frappe._dict(answer, state=state) for answer in answers]
    texts = said([row.name for row in found if not row.testimonial_text])
    titles = titles_of({row.customer for row in found if row.customer})
    for row in found:
        row.title = titles.get(row.customer) or row.party
        row.text = row.testimonial_text or texts.get(row.name, "")
        row.nps = int(row.nps) if row.has_nps else None
    return sorted((row for row in found if row.text), key=lambda row: row.answered_on, reverse=True)


def said(responses: list[str]) -> dict[str, str]:
    """The free texts of responses."""
    if not responses:
        return {}
    answers = frappe.get_all(
        "Survey Answer",
        {"parent": ("in", responses), "parenttype": "Survey Response", "kind": "Text"},
        ["parent", "text"],
        order_by="parent asc, idx asc",
    )
    texts: dict[str, list[str]] = defaultdict(list)
    for answer in answers:
        if (answer.text or "").strip():
            texts[answer.parent].append(answer.text.strip())
    return {parent: "\n\n".join(found) for parent, found in texts.items()}


def columns() -> list[dict[str, Any]]:
    """The report's columns."""
    return [
        rows.column("state", _("State"), "Data", 110),
        rows.column("text", _("Words"), "Data", 480),
        rows.column("title", _("Customer"), "Data", 180),
        rows.column("nps", _("NPS Answer"), "Int", 110),
        rows.column("answered_on", _("Answered On"), "Date", 120),
        rows.column("testimonial_consent_on", _("Agreed On"), "Date", 120),
        rows.column("testimonial_consent_text", _("What Was Agreed To"), "Data", 300),
        rows.column("territory", _("Territory"), "Data", 120),
        rows.column("survey", _("Survey"), "Link", 150, options="Relationship Survey"),
        rows.column("party", _("Party"), "Dynamic Link", 150, options="party_type"),
        rows.column("name", _("Response"), "Link", 150, options="Survey Response"),
        rows.column("party_type", _("Type"), "Data", 90, hidden=1),
    ]


def summary(data: list[frappe._dict]) -> list[dict[str, Any]]:
    """The figures above the list."""
    usable = sum(row.state == USABLE for row in data)
    return [
        {"label": _("May Be Quoted"), "value": usable, "datatype": "Int", "indicator": "Green"},
        {"label": _("Could Be Asked"), "value": len(data) - usable, "datatype": "Int"},
    ]
