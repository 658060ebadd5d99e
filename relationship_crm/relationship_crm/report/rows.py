"""What the reports and cards read: relationships the user may see, filtered by segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.utils import add_days, add_months, getdate
from frappe.utils.nestedset import get_descendants_of
from pypika.analytics import RowNumber

from relationship_crm.engine.dimensions import RESTRICTED

#: Below this confidence (in percent) a score is not shown: the engine's third.
ENOUGH = 100 / 3
#: Columns of the history that the ladder of a past day needs.
PAST_FIELDS = (
    "relationship",
    "party_type",
    "stage_name",
    "rung",
    "dissolution",
    "composite",
    "composite_confidence",
    "revenue_12m",
    "customer_group",
    "territory",
)

#: Fields of a segment and the tree each is a node of.
SEGMENTS = (("customer_group", "Customer Group"), ("territory", "Territory"))

Row = frappe._dict
Filters = dict[str, Any]


def relationships(
    fields: Iterable[str], filters: dict[str, Any] | None = None, extra: list | None = None
) -> list[Row]:
    """Relationships the session's user may see; `get_list` applies roles, user permissions and our criterion."""
    return frappe.get_list(
        "Relationship",
        fields=["name", *fields],
        filters=[*segment_filters(filters or {}), *(extra or [])],
        order_by="party_title asc, name asc",
    )


def segment_filters(filters: dict[str, Any]) -> list[list[Any]]:
    """The filters that all reports share, as filters on Relationship."""
    wanted: list[list[Any]] = [] if filters.get("include_disabled") else [["disabled", "=", 0]]
    return [*wanted, *same(filters, "party_type", "account_manager", "stage_name"), *inside(filters)]


def same(filters: Filters, *fields: str) -> list[list[Any]]:
    """Conditions that fields hold what was asked for; none where nothing was."""
    return [[field, "=", filters[field]] for field in fields if filters.get(field)]


def inside(filters: Filters) -> list[list[Any]]:
    """Conditions that group and territory are in the branches that were asked for."""
    return [
        [field, "in", branch(doctype, filters[field])] for field, doctype in SEGMENTS if filters.get(field)
    ]


def between(filters: Filters, field: str) -> list[list[Any]]:
    """Conditions that a date or a moment lies within the days asked for, from_date to to_date, as far as they are given."""
    wanted: list[list[Any]] = []
    if filters.get("from_date"):
        wanted.append([field, ">=", getdate(filters["from_date"])])
    if filters.get("to_date"):
        wanted.append([field, "<", add_days(getdate(filters["to_date"]), 1)])
    return wanted


def with_period(filters: Row, *, months: int, days: int = 0) -> Row:
    """The filters with both days of a period; unless asked otherwise it began so many months before its end, and days later.

    Raises frappe.ValidationError where it would end before it begins.
    """
    filters.to_date = getdate(filters.to_date)
    since = filters.from_date or add_days(add_months(filters.to_date, -months), days)
    filters.from_date = getdate(since)
    if filters.from_date > filters.to_date:
        frappe.throw(_("From Date must be before To Date"))
    return filters


def branch(doctype: str, node: str) -> list[str]:
    """A tree node and everything below it."""
    # names to compare with, none is shown
    return [node, *get_descendants_of(doctype, node, ignore_permissions=True)]


def as_of(day: date, filters: dict[str, Any]) -> list[Row]:
    """The relationships the user may see as they stood at the end of a past day, from the stored history.

    Group and territory are those of that day; a party without history up to then is not in it.
    """
    rules = {key: filters.get(key) for key in ("party_type", "include_disabled")}
    visible = {row.name for row in relationships([], rules)}
    history = frappe.qb.DocType("Relationship Assessment")
    latest = (
        RowNumber()
        .over(history.relationship)
        .orderby(history.as_of, order=Order.desc)
        .orderby(history.computed_on, order=Order.desc)
        .orderby(history.creation, order=Order.desc)
    )
    ranked = (
        frappe.qb.from_(history)
        .select(*(history[field] for field in PAST_FIELDS), latest.as_("newest"))
        .where(history.as_of <= day)
    )
    for field, _in, nodes in inside(filters):
        ranked = ranked.where(history[field].isin(nodes))
    rows = frappe.qb.from_(ranked).select(*(ranked[field] for field in PAST_FIELDS)).where(ranked.newest == 1)
    return [row for row in rows.run(as_dict=True) if row.relationship in visible]


def earliest_history() -> date | None:
    """The first day of which a history is stored."""
    history = frappe.qb.DocType("Relationship Assessment")
    found = frappe.qb.from_(history).select(history.as_of).orderby(history.as_of).limit(1).run()
    return getdate(found[0][0]) if found else None


def ladder() -> list[Row]:
    """The rungs of the ladder in use, lowest first."""
    model = frappe.db.get_single_value("Relationship CRM Settings", "stage_model")
    return frappe.get_all(
        "Relationship Stage",
        filters={"stage_model": model},
        fields=["stage_name", "rung", "color"],
        order_by="rung asc",
    )


def currency() -> str:
    """The currency in which revenue is kept."""
    return (
        frappe.db.get_single_value("Relationship CRM Settings", "reporting_currency")
        or frappe.db.get_default("currency")
        or ""
    )


def sees_employee_scores() -> bool:
    """Whether the user may see scores about employees (permission level 1)."""
    return 1 in frappe.get_meta("Relationship").get_permlevel_access("read")


def hidden_dimensions() -> tuple[str, ...]:
    """Scores the user must not see."""
    return () if sees_employee_scores() else RESTRICTED


def known(value: float | None, confidence: float | None) -> float | None:
    """A score where there is enough evidence for one, else None: the column's zero is no grade."""
    return value if value is not None and (confidence or 0) >= ENOUGH else None


def middle(values: Iterable[float | None]) -> float | None:
    """Median of the known values."""
    found = [v for v in values if v is not None]
    return median(found) if found else None


def share(part: float, whole: float) -> float:
    """Percentage, 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def figure(value: float | None) -> str:
    """A score for a summary, with one digit."""
    return "–" if value is None else f"{value:.1f}"


def column(fieldname: str, label: str, fieldtype: str, width: int, **more: Any) -> dict[str, Any]:
    """A report column; percentages with one digit."""
    if fieldtype == "Percent":
        more.setdefault("precision", 1)
    return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **more}


def money(fieldname: str, label: str, width: int = 170) -> dict[str, Any]:
    """A column of amounts in the row's currency."""
    return column(fieldname, label, "Currency", width, options="currency")


def currency_column() -> dict[str, Any]:
    """The hidden column that says what amounts are in. No link: not everybody may read Currency, and Frappe would ask."""
    return column("currency", _("Currency"), "Data", 80, hidden=1)


def segment_columns() -> list[dict[str, Any]]:
    """Where a party belongs."""
    return [
        column("territory", _("Territory"), "Data", 120),
        column("customer_group", _("Customer Group"), "Data", 130),
    ]


def bars(
    labels: Sequence[str],
    values: dict[str, Sequence[float]],
    *,
    colors: Sequence[str],
    space: float = 0.5,
    **more: Any,
) -> dict[str, Any]:
    """A bar chart: series by name, the gaps between bars as a share of their width; counts unless told otherwise."""
    return {
        "data": {
            "labels": list(labels),
            "datasets": [{"name": name, "values": list(series)} for name, series in values.items()],
        },
        "type": "bar",
        "colors": list(colors),
        "barOptions": {"spaceRatio": space},
        "fieldtype": "Int",
        **more,
    }


def no_bars() -> dict[str, Any]:
    """A chart of nothing: a dashboard says so, where without any chart it would make one up of the columns."""
    return {"data": {}}


def percent(value: float) -> str:
    """A percentage for a summary, whose formatter would show the site's float precision."""
    return f"{round(value)} %"
