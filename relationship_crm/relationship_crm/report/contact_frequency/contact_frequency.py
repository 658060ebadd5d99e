"""How often campaigns reach the customers of each stage in a year, against its plan, and whom they reach too rarely or too often."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from relationship_crm.campaigns import frequency, pressure
from relationship_crm.campaigns.frequency import Book
from relationship_crm.campaigns.pressure import Pressure
from relationship_crm.relationship_crm.report import rows

STAGES, CUSTOMERS = "Stages", "Customers"
#: A class as the filter and the rows name it.
KEYS = {
    Pressure.SILENCE: "silence",
    Pressure.LESS: "less",
    Pressure.AS_PLANNED: "as_planned",
    Pressure.PESTERED: "pestered",
}
COLORS = ("#9aa3ab", "#d9a441", "#1f6b5c", "#c8503c")


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    filters.as_of = getdate(filters.as_of)
    if filters.as_of > getdate():
        frappe.throw(_("The day lies in the future."))
    book = frequency.read(filters, filters.as_of)
    counts = Counter(row.pressure for row in book.rows)
    if (filters.view or STAGES) == STAGES:
        return stage_columns(), by_stage(book), message(book), chart(book), summary(book, counts)
    return customer_columns(), by_customer(book, filters), message(book), chart(book), summary(book, counts)


def by_stage(book: Book) -> list[frappe._dict]:
    """One row a stage, lowest first."""
    table, found = book.frequency, []
    for place, stage in enumerate(book.stages):
        a_year = float(table.a_year[place])
        found.append(
            frappe._dict(
                stage_name=stage.stage_name,
                customers=int(table.customers[place]),
                touches=int(table.touches[place]),
                a_year=None if math.isnan(a_year) else a_year,
                planned=planned(stage.contacts_least, stage.contacts_most),
                **{key: int(table.pressure[place][one]) for one, key in KEYS.items()},
            )
        )
    return found


def by_customer(book: Book, filters: frappe._dict) -> list[frappe._dict]:
    """One row a relationship: who hears nothing first, then who hears most."""
    wanted = {key: one for one, key in KEYS.items()}.get(filters.pressure)
    chosen = book.rows if wanted is None else frequency.of_class(book, wanted)
    for row in chosen:
        row.update(
            state=KEYS[Pressure(row.pressure)],
            verdict=pressure.in_words(Pressure(row.pressure), _),
            planned=planned(row.least, row.most),
        )
    order = {Pressure.SILENCE: 0, Pressure.PESTERED: 1, Pressure.LESS: 2, Pressure.AS_PLANNED: 3}
    return sorted(
        chosen, key=lambda row: (order[row.pressure], -row.rung, -row.touches, row.party_title or "")
    )


def planned(least: float | None, most: float | None) -> str:
    """At least and at most, in short."""
    if not most:
        return _("{0} and more", context="Touches").format(int(least or 0)) if least else ""
    return f"{int(least or 0)} – {int(most)}"


def stage_columns() -> list[dict[str, Any]]:
    """Columns of the table by stage."""
    return [
        rows.column("stage_name", _("Stage"), "Data", 160),
        rows.column("customers", _("Relationships"), "Int", 120),
        rows.column("touches", _("Touches in 365 Days"), "Int", 175),
        rows.column("a_year", _("A Relationship and Year"), "Float", 195, precision=2),
        rows.column("planned", _("Planned a Year"), "Data", 120),
        *(rows.column(key, pressure.in_words(one, _), "Int", 160) for one, key in KEYS.items()),
    ]


def customer_columns() -> list[dict[str, Any]]:
    """Columns of the list."""
    return [
        rows.column("party_title", _("Name"), "Data", 200),
        rows.column("verdict", _("Verdict"), "Data", 180),
        rows.column("touches", _("Touches in 365 Days"), "Int", 175),
        rows.column("planned", _("Planned Until Now"), "Data", 150),
        rows.column("last_touch", _("Last Touch"), "Datetime", 160),
        rows.column("stage_name", _("Stage"), "Data", 140),
        rows.column("days_known", _("Days in the Book"), "Int", 140),
        rows.column("account_manager", _("Account Manager"), "Data", 170),
        *rows.segment_columns(),
        rows.column("party_type", _("Type"), "Data", 90),
        rows.column("party", _("Party"), "Dynamic Link", 150, options="party_type"),
    ]


def message(book: Book) -> str:
    """What counts, and where the plan is missing."""
    text = _(
        "A touch is a campaign reaching somebody at a relationship on a day. Who has been in the book for less than a year is held "
        "to the same share of the plan. The plan stands on each stage."
    )
    if not any(stage.contacts_least or stage.contacts_most for stage in book.stages):
        text += " " + _("No stage has a plan yet: nobody can be contacted too rarely or too often.")
    return text


def chart(book: Book) -> dict[str, Any] | None:
    """Relationships of each stage by how they are contacted."""
    if not book.rows:
        return None
    series = {pressure.in_words(one, _): [int(line[one]) for line in book.frequency.pressure] for one in KEYS}
    labels = [_(stage.stage_name) for stage in book.stages]
    return rows.bars(labels, series, colors=COLORS, barOptions={"spaceRatio": 0.4, "stacked": 1})


def summary(book: Book, counts: Counter[int]) -> list[dict[str, Any]]:
    """The figures above the chart."""
    silent, pestered = counts[Pressure.SILENCE], counts[Pressure.PESTERED]
    total = sum(row.touches for row in book.rows)
    years = sum(row.days_known for row in book.rows) / pressure.YEAR
    return [
        {"label": _("Relationships"), "value": len(book.rows), "datatype": "Int"},
        {"label": _("Touches in 365 Days"), "value": total, "datatype": "Int"},
        {
            "label": _("A Relationship and Year"),
            "value": f"{total / years:.2f}" if years else "–",
            "datatype": "Data",
        },
        {
            "label": pressure.in_words(Pressure.SILENCE, _),
            "value": silent,
            "datatype": "Int",
            "indicator": "Orange" if silent else "Green",
        },
        {
            "label": pressure.in_words(Pressure.PESTERED, _),
            "value": pestered,
            "datatype": "Int",
            "indicator": "Red" if pestered else "Green",
        },
    ]
