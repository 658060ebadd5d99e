"""When employees do not work: the holidays of their list, approved leave, before they came and after they left.

Read for all employees at once: at most five queries, whatever their number. Where no holiday list says anything, next year
for instance, Saturday and Sunday are taken for days off where days are proposed or counted; they forbid nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, strip_html
from pypika.functions import Coalesce
from pypika.terms import NullValue

SATURDAY = 5
HALF = 0.5


@dataclass(frozen=True)
class Off:
    """Why somebody does not work on a day, and how much of the day that is."""

    reason: str
    part: float = 1.0


@dataclass(frozen=True)
class WorkCalendar:
    """The days of one employee (or of a company, for work that nobody was given yet)."""

    off: dict[date, Off] = field(default_factory=dict)
    listed: tuple[date, date] | None = None  # first and last day of the holiday list
    name: str = ""
    status: str = "Active"
    joined: date | None = None
    left: date | None = None

    def reason(self, day: date) -> str:
        """Why a day is a holiday or leave; empty for a day of work."""
        return self.off[day].reason if day in self.off else ""

    def share(self, day: date) -> float:
        """How much of a day is worked: 1, a half, or 0."""
        if (self.joined and day < self.joined) or (self.left and day > self.left):
            return 0.0
        if day in self.off:
            return 1.0 - self.off[day].part
        told = self.listed and self.listed[0] <= day <= self.listed[1]
        return 1.0 if told or day.weekday() < SATURDAY else 0.0

    def works(self, day: date) -> bool:
        """Whether the whole day is one of work."""
        return self.share(day) == 1.0


def calendars(employees: Iterable[str], start: date, end: date) -> dict[str, WorkCalendar]:
    """The calendars of employees from a day to a day, by employee."""
    people = _people(sorted({name for name in employees if name}))
    if not people:
        return {}
    lists = _lists(people, start, end)
    named = {name for name in lists.values() if name}
    holidays, spans = _holidays(named, start, end), _spans(named)
    leaves = _leaves([person.name for person in people], start, end)
    return {
        person.name: WorkCalendar(
            # leave says more than a weekly day off within it
            {**holidays.get(lists[person.name] or "", {}), **leaves.get(person.name, {})},
            spans.get(lists[person.name] or ""),
            person.employee_name or person.name,
            person.status,
            person.date_of_joining,
            person.relieving_date,
        )
        for person in people
    }


def of_company(company: str, start: date, end: date) -> WorkCalendar:
    """The days on which a company works."""
    name = frappe.get_cached_value("Company", company, "default_holiday_list") or _assigned(
        [company], start, end
    ).get(company)
    if not name:
        return WorkCalendar()
    return WorkCalendar(_holidays({name}, start, end)[name], _spans({name}).get(name))


def _people(names: list[str]) -> list[Any]:
    if not names:
        return []
    employee, company = frappe.qb.DocType("Employee"), frappe.qb.DocType("Company")
    own = employee.holiday_list if frappe.get_meta("Employee").has_field("holiday_list") else NullValue()
    listed = frappe.get_meta("Company").has_field("default_holiday_list")
    return (
        frappe.qb.from_(employee)
        .left_join(company)
        .on(company.name == employee.company)
        .select(employee.name, employee.employee_name, employee.company, employee.status)
        .select(employee.date_of_joining, employee.relieving_date)
        .select(
            # an empty field is an empty text or nothing
            Coalesce(own, "").as_("own_list"),
            Coalesce(company.default_holiday_list if listed else NullValue(), "").as_("company_list"),
        )
        .where(employee.name.isin(names))
        .orderby(employee.name)
        .run(as_dict=True)
    )


def _lists(people: list[Any], start: date, end: date) -> dict[str, str | None]:
    """Holiday list by employee: their own, else the company's, as ERPNext takes them."""
    assigned = _assigned(
        {name for person in people for name in (person.name, person.company) if name}, start, end
    )
    return {
        person.name: assigned.get(person.name)
        or person.own_list
        or assigned.get(person.company)
        or person.company_list
        or None
        for person in people
    }


def _assigned(names: Iterable[str], start: date, end: date) -> dict[str, str]:
    """Lists that newer versions of HRMS assign for a time; the last one where they change within the days asked for."""
    if not frappe.db.exists("DocType", "Holiday List Assignment", cache=True):
        return {}
    row = frappe.qb.DocType("Holiday List Assignment")
    query = (
        frappe.qb.from_(row)
        .select(row.assigned_to, row.holiday_list)
        .where((row.docstatus == 1) & (row.from_date <= end) & (row.to_date >= start))
        .where(row.assigned_to.isin(sorted(names)))
        .orderby(row.from_date)
    )
    return dict(query.run())


def _holidays(lists: set[str], start: date, end: date) -> dict[str, dict[date, Off]]:
    found: dict[str, dict[date, Off]] = {name: {} for name in lists}
    if not lists:
        return found
    holiday = frappe.qb.DocType("Holiday")
    query = (
        frappe.qb.from_(holiday)
        .select(holiday.parent, holiday.holiday_date, holiday.description)
        .where((holiday.parenttype == "Holiday List") & holiday.parent.isin(sorted(lists)))
        .where((holiday.holiday_date >= start) & (holiday.holiday_date <= end))
        .orderby(holiday.parent, holiday.holiday_date)
    )
    for parent, day, description in query.run():
        found[parent][getdate(day)] = Off(strip_html(description or "").strip() or _("a holiday"))
    return found


def _spans(lists: set[str]) -> dict[str, tuple[date, date]]:
    """The days that holiday lists speak of."""
    if not lists:
        return {}
    row = frappe.qb.DocType("Holiday List")
    found = (
        frappe.qb.from_(row)
        .select(row.name, row.from_date, row.to_date)
        .where(row.name.isin(sorted(lists)))
        .run()
    )
    return {name: (getdate(first), getdate(last)) for name, first, last in found}


def _leaves(employees: list[str], start: date, end: date) -> dict[str, dict[date, Off]]:
    """Approved leave, where HRMS is installed."""
    if not frappe.db.exists("DocType", "Leave Application", cache=True):
        return {}
    leave = frappe.qb.DocType("Leave Application")
    query = (
        frappe.qb.from_(leave)
        .select(leave.employee, leave.from_date, leave.to_date, leave.half_day, leave.half_day_date)
        .where((leave.docstatus == 1) & (leave.status == "Approved") & leave.employee.isin(employees))
        .where((leave.from_date <= end) & (leave.to_date >= start))
        .orderby(leave.employee, leave.from_date)
    )
    found: dict[str, dict[date, Off]] = {}
    for row in query.run(as_dict=True):
        first, last = max(getdate(row.from_date), start), min(getdate(row.to_date), end)
        half = getdate(row.half_day_date or row.from_date) if row.half_day else None
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            off = Off(_("half a day of leave"), HALF) if day == half else Off(_("leave"))
            found.setdefault(row.employee, {})[day] = off
    return found
