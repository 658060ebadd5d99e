"""Customer feedback under control (ISO 9001, 9.1.2 and 10.2): how soon somebody was in touch, what it was, whether it helped."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from statistics import mean, median
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cint, flt, get_datetime, getdate

from relationship_crm.relationship_crm.report import rows

FIELDS = (
    *("name", "response", "survey", "customer", "customer_name", "party_type", "party", "status"),
    *("assigned_to", "due_date", "opened_on", "first_contact_on", "closed_on", "escalated_on"),
    *("lowest_answer", "comment", "cause", "measure", "scored_on"),
    *("satisfaction_before", "satisfaction_after", "composite_before", "composite_after"),
)
CLOSE_WITHIN_DAYS = 14
MONTHS_BACK = 3
SECONDS_A_DAY = 86400
#: Views that gather follow-ups, and by which field.
GATHERED = {"By Person": "assigned_to", "By Cause": "cause"}


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    within = cint(filters.close_within) or CLOSE_WITHIN_DAYS
    found = [measured(row, within) for row in read(filters)]
    field = GATHERED.get(filters.view)
    if field:
        columns, data = gathered_columns(field), gathered(found, field)
    else:
        columns, data = list_columns(), found
    return columns, data, None, chart(found), summary(found, within)


def read(filters: frappe._dict) -> list[frappe._dict]:
    """The follow-ups the user may see that were opened in the period, the oldest first."""
    period = rows.with_period(filters, months=MONTHS_BACK)
    found = frappe.get_list(
        "Survey Follow Up",
        fields=list(FIELDS),
        filters=[
            *rows.between(period, "opened_on"),
            *rows.same(filters, "assigned_to", "survey", "status", "cause"),
        ],
        order_by="opened_on asc, name asc",
    )
    territory = territories(found)
    for row in found:
        row.territory = territory.get(row.name, "")
    if filters.territory:
        branch = set(rows.branch("Territory", filters.territory))
        found = [row for row in found if row.territory in branch]
    return found


def territories(found: list[frappe._dict]) -> dict[str, str]:
    """The territory by follow-up: that of the response's day, else the customer's."""
    of_response = _values("Survey Response", "territory", {row.response for row in found if row.response})
    of_customer = _values("Customer", "territory", {row.customer for row in found if row.customer})
    return {row.name: of_response.get(row.response) or of_customer.get(row.customer) or "" for row in found}


def _values(doctype: str, field: str, names: Iterable[str]) -> dict[str, str]:
    names = sorted(names)
    if not names:
        return {}
    pairs = frappe.get_all(
        doctype, {"name": ("in", names)}, ["name", field], order_by="name asc", as_list=True
    )
    return dict(pairs)


def measured(row: frappe._dict, within: int) -> frappe._dict:
    """A follow-up with its times, whether they were kept, and the change of satisfaction."""
    today = getdate()
    row.days_to_contact = days_between(row.opened_on, row.first_contact_on)
    row.days_to_close = days_between(row.opened_on, row.closed_on)
    row.contacted_in_time = kept(row.first_contact_on, row.due_date, today)
    row.closed_in_time = kept(row.closed_on, add_days(getdate(row.opened_on), within), today)
    row.escalated = int(bool(row.escalated_on))
    scored = bool(row.scored_on)
    for score in ("satisfaction", "composite"):
        row[f"{score}_before"] = flt(row[f"{score}_before"]) or None  # a score is never exactly nought
        row[f"{score}_after"] = (flt(row[f"{score}_after"]) or None) if scored else None
    both = row.satisfaction_before is not None and row.satisfaction_after is not None
    row.change = row.satisfaction_after - row.satisfaction_before if both else None
    return row


def days_between(start: Any, end: Any) -> float | None:
    """Days from one moment to another, None while there is no other."""
    if not start or not end:
        return None
    return (get_datetime(end) - get_datetime(start)).total_seconds() / SECONDS_A_DAY


def kept(moment: Any, day: Any, today: Any) -> bool | None:
    """Whether something happened by its day; None while it still may."""
    if moment:
        return getdate(moment) <= getdate(day)
    return False if getdate(day) < today else None


def list_columns() -> list[dict[str, Any]]:
    """Columns of the list."""
    return [
        rows.column("name", _("Follow-up"), "Link", 110, options="Survey Follow Up"),
        rows.column("customer_name", _("Customer"), "Data", 180),
        rows.column("status", _("Status"), "Data", 100),
        rows.column("assigned_to", _("Responsible"), "Link", 170, options="User"),
        rows.column("opened_on", _("Opened"), "Datetime", 150),
        rows.column("due_date", _("Due On"), "Date", 110),
        rows.column("lowest_answer", _("Lowest Answer"), "Data", 260),
        rows.column("comment", _("Comment"), "Data", 260),
        rows.column("days_to_contact", _("Days to First Contact"), "Float", 160, precision=1),
        rows.column("days_to_close", _("Days to Close"), "Float", 120, precision=1),
        rows.column("escalated", _("Escalated"), "Check", 90),
        rows.column("cause", _("Cause"), "Data", 110),
        rows.column("measure", _("Corrective Action"), "Data", 260),
        rows.column("satisfaction_before", _("Satisfaction Before"), "Float", 150, precision=1),
        rows.column("satisfaction_after", _("Satisfaction After"), "Float", 150, precision=1),
        rows.column("change", _("Change"), "Float", 90, precision=1),
        rows.column("composite_before", _("Relationship Quality Before"), "Float", 190, precision=1),
        rows.column("composite_after", _("Relationship Quality After"), "Float", 190, precision=1),
        rows.column("territory", _("Territory"), "Data", 120),
        rows.column("survey", _("Survey"), "Link", 150, options="Relationship Survey"),
        rows.column("response", _("Response"), "Link", 120, options="Survey Response"),
    ]


def gathered(found: list[frappe._dict], field: str) -> list[frappe._dict]:
    """One row a person or cause, those with most follow-ups first."""
    groups: dict[str, list[frappe._dict]] = defaultdict(list)
    for row in found:
        groups[row.get(field) or ""].append(row)
    data = [
        frappe._dict(
            {
                field: key,
                "number": len(group),
                "days_to_contact": middle(group, "days_to_contact"),
                "contacted_in_time": portion(group, "contacted_in_time"),
                "closed": sum(bool(row.closed_on) for row in group),
                "days_to_close": middle(group, "days_to_close"),
                "closed_in_time": portion(group, "closed_in_time"),
                "escalated": sum(row.escalated for row in group),
                "change": average(group, "change"),
            }
        )
        for key, group in groups.items()
    ]
    return sorted(data, key=lambda row: (-row.number, not row[field], row[field]))


def gathered_columns(field: str) -> list[dict[str, Any]]:
    """Columns of the gathered views."""
    first = (
        rows.column("cause", _("Cause"), "Data", 160)
        if field == "cause"
        else rows.column("assigned_to", _("Responsible"), "Link", 200, options="User")
    )
    return [
        first,
        rows.column("number", _("Follow-ups"), "Int", 110),
        rows.column("days_to_contact", _("Median Days to First Contact"), "Float", 210, precision=1),
        rows.column("contacted_in_time", _("In Touch in Time"), "Percent", 140),
        rows.column("closed", _("Closed"), "Int", 90),
        rows.column("days_to_close", _("Median Days to Close"), "Float", 170, precision=1),
        rows.column("closed_in_time", _("Closed in Time"), "Percent", 130),
        rows.column("escalated", _("Escalated"), "Int", 100),
        rows.column("change", _("Change of Satisfaction"), "Float", 180, precision=1),
    ]


def _known(found: Iterable[frappe._dict], field: str) -> list[Any]:
    return [row[field] for row in found if row[field] is not None]


def _of(take: Callable[[list[Any]], float]) -> Callable[[list[frappe._dict], str], float | None]:
    def figure(found: list[frappe._dict], field: str) -> float | None:
        values = _known(found, field)
        return take(values) if values else None

    return figure


#: Median, mean, and share in percent of the known values of a field; None where none is known.
middle, average, portion = _of(median), _of(mean), _of(lambda values: 100 * mean(values))


def chart(found: list[frappe._dict]) -> dict[str, Any] | None:
    """The causes of those that are closed, the most frequent first."""
    causes = Counter(row.cause for row in found if row.cause)
    if not causes:
        return None
    named = causes.most_common()
    series = {_("Causes"): [number for _cause, number in named]}
    return rows.bars([_(cause) for cause, _number in named], series, colors=["#e0703c"])


def summary(found: list[frappe._dict], within: int) -> list[dict[str, Any]]:
    """The figures above the chart."""
    change = average(found, "change")
    late = sum(row.contacted_in_time is False and not row.first_contact_on for row in found)
    return [
        {"label": _("Follow-ups"), "value": len(found), "datatype": "Int"},
        {
            "label": _("In Touch in Time"),
            "value": part_in_words(found, "contacted_in_time"),
            "indicator": "Red" if late else "Green",
        },
        {
            "label": _("Median Days to the First Contact"),
            "value": rows.figure(middle(found, "days_to_contact")),
        },
        {
            "label": _("Closed Within {0} Days").format(within),
            "value": part_in_words(found, "closed_in_time"),
        },
        {"label": _("Median Days to Close"), "value": rows.figure(middle(found, "days_to_close"))},
        {
            "label": _("Satisfaction Afterwards"),
            "value": "–" if change is None else f"{change:+.1f} ({len(_known(found, 'change'))})",
        },
    ]


def part_in_words(found: list[frappe._dict], field: str) -> str:
    """A share with what it is a share of: 4 of 5 are not 80 of 100."""
    values = _known(found, field)
    if not values:
        return "–"
    return _("{0} ({1} of {2})").format(rows.percent(100 * mean(values)), sum(values), len(values))
