"""Whether an employee can come: other appointments forbid it, a holiday or leave asks first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import escape_html, format_datetime, formatdate, get_datetime, get_link_to_form, getdate

from relationship_crm.contracts.absence import WorkCalendar, calendars

if TYPE_CHECKING:
    from frappe.model.document import Document

APPOINTMENT = "Service Appointment"
PLANNED, DONE, CANCELLED = "Planned", "Done", "Cancelled"
#: What an appointment that was done becomes.
VISIT, TIMESHEET = "Maintenance Visit", "Timesheet"
GONE = ("Left", "Inactive", "Suspended")
#: Asks the user, and does it all the same: public/js/planning.js.
ASK = "relationship_crm.planning.all_the_same"


class AppointmentOverlap(frappe.ValidationError):
    """The employee has another appointment at that time."""


class EmployeeAway(frappe.ValidationError):
    """The employee does not work on that day; it may be confirmed where it is a holiday or leave."""


def check(doc: Document) -> None:
    """Refuse an appointment at which the employee cannot come, or not without confirmation."""
    if not doc.employee or doc.status == CANCELLED:
        return
    # two people may plan the same employee at the same moment: the second waits, and sees what the first one wrote
    frappe.db.get_value("Employee", doc.employee, "name", for_update=True)
    starts, ends = get_datetime(doc.starts_on), get_datetime(doc.ends_on)
    other = overlapping(doc.employee, starts, ends, doc.name)
    if other:
        frappe.throw(told(doc.employee_name or doc.employee, other[0]), AppointmentOverlap, _("Conflict"))
    calendar = calendars([doc.employee], starts.date(), ends.date())[doc.employee]
    gone = absent(calendar, starts.date())
    if gone:
        frappe.throw(gone, EmployeeAway, _("Conflict"))
    away = on_holiday(calendar, starts, ends)
    if away and not doc.works_on_holiday:
        frappe.throw(
            away + " " + _("To plan it all the same, tick {0}.").format(_("Works on a Holiday")),
            EmployeeAway,
            _("Conflict"),
            primary_action={
                "label": _("Plan It All the Same"),
                "client_action": ASK,
                "args": {
                    "name": None if doc.is_new() else doc.name,
                    "employee": doc.employee,
                    "starts_on": str(starts),
                    "ends_on": str(ends),
                },
            },
        )
    if not away:
        doc.works_on_holiday = 0


def changed(doc: Document, *fields: str) -> bool:
    """Whether any of the fields differs from what is stored; an empty text and nothing are the same. New: yes."""
    before = doc.get_doc_before_save()
    return not before or any((doc.get(f) or before.get(f)) and doc.has_value_changed(f) for f in fields)


def overlapping(employee: str, starts: datetime, ends: datetime, name: str | None = None) -> list[Any]:
    """Other appointments of an employee in that time, the earliest first. One that ends when another starts is none."""
    row = frappe.qb.DocType(APPOINTMENT)
    query = (
        frappe.qb.from_(row)
        .select(row.name, row.subject, row.starts_on, row.ends_on)
        .where((row.employee == employee) & (row.status != CANCELLED))
        .where((row.starts_on < ends) & (row.ends_on > starts))
        .orderby(row.starts_on)
        .limit(2)
        .for_update()
    )
    return [other for other in query.run(as_dict=True) if other.name != name]


def told(who: str, other: Any) -> str:
    """An overlap in words; what it is about only to those who may read it."""
    subject = ""
    if frappe.has_permission(APPOINTMENT, "read", other.name):
        subject = f" ({escape_html(other.subject)})"
    return _("{0} has another appointment from {1} to {2}: {3}.").format(
        frappe.bold(escape_html(who)),
        format_datetime(other.starts_on, "short"),
        format_datetime(other.ends_on, "short"),
        get_link_to_form(APPOINTMENT, other.name) + subject,
    )


def absent(calendar: WorkCalendar, day: date) -> str:
    """Why an employee cannot be planned on a day at all: they left, or have not come yet."""
    who = frappe.bold(escape_html(calendar.name))
    if calendar.left and day > calendar.left:
        return _("{0} leaves on {1}.").format(who, formatdate(calendar.left))
    if calendar.joined and day < calendar.joined:
        return _("{0} comes on {1}.").format(who, formatdate(calendar.joined))
    if calendar.status in GONE and not calendar.left and day >= getdate():
        return _("{0} does not work at present ({1}).").format(who, _(calendar.status))
    return ""


def on_holiday(calendar: WorkCalendar, starts: datetime, ends: datetime) -> str:
    """The holiday or leave an appointment touches, in words; empty where there is none."""
    for day in days(starts, ends):
        if calendar.reason(day):
            return _("{0} does not work on {1}: {2}.").format(
                frappe.bold(escape_html(calendar.name)),
                formatdate(day),
                escape_html(calendar.reason(day)),
            )
    return ""


def days(starts: datetime, ends: datetime) -> Iterable[date]:
    """The days an appointment touches; one that ends at midnight does not touch the next day."""
    last = (ends - timedelta(microseconds=1)).date()
    for number in range((last - starts.date()).days + 1):
        yield starts.date() + timedelta(days=number)
