"""How much of their working hours employees are planned for, week by week. Three queries and those of `absence`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import flt, get_first_day_of_week, getdate

from relationship_crm.contracts.absence import calendars
from relationship_crm.contracts.conflicts import APPOINTMENT, CANCELLED, DONE

USUAL_HOURS = 8.0


@dataclass(frozen=True)
class Load:
    """One employee in one week, in hours."""

    employee: str
    name: str
    week: date  # its first day
    planned: float  # with what is done already
    done: float
    working: float  # without holidays and leave

    @property
    def share(self) -> float | None:
        """Planned over working hours in percent; None where there are none."""
        return 100 * self.planned / self.working if self.working else None


def per_week(
    employees: Collection[str], first: date, last: date, hours_a_day: float | None = None
) -> list[Load]:
    """The load of employees in the weeks that touch the days from `first` to `last`, by employee's name and week."""
    weeks = weeks_of(first, last)
    found = calendars(employees, weeks[0], weeks[-1] + timedelta(days=6))
    a_day = hours_a_day or usual_hours()
    hours: dict[tuple[str, date, bool], float] = defaultdict(float)
    for row in _appointments(sorted(found), weeks[0], weeks[-1] + timedelta(days=7)):
        week = getdate(get_first_day_of_week(row.starts_on))
        hours[row.employee, week, row.status == DONE] += flt(row.hours)
    result = [
        Load(
            employee=employee,
            name=calendar.name,
            week=week,
            planned=hours[employee, week, True] + hours[employee, week, False],
            done=hours[employee, week, True],
            working=a_day * sum(calendar.share(week + timedelta(days=day)) for day in range(7)),
        )
        for employee, calendar in found.items()
        for week in weeks
    ]
    return sorted(result, key=lambda load: (load.name, load.employee, load.week))


def weeks_of(first: date, last: date) -> list[date]:
    """First days of the weeks that touch the days, as the system's settings begin them."""
    week, weeks = getdate(get_first_day_of_week(first)), []
    while week <= last:
        weeks.append(week)
        week += timedelta(days=7)
    return weeks


def usual_hours() -> float:
    """Working hours of a day: of HRMS where it is installed, else eight."""
    if not frappe.db.exists("DocType", "HR Settings", cache=True):
        return USUAL_HOURS
    return flt(frappe.db.get_single_value("HR Settings", "standard_working_hours")) or USUAL_HOURS


def _appointments(employees: list[str], first: date, before: date) -> list[Any]:
    """All appointments of employees, also those of customers the user may not see: hours alone, they tell nothing."""
    if not employees:
        return []
    row = frappe.qb.DocType(APPOINTMENT)
    return (
        frappe.qb.from_(row)
        .select(row.employee, row.starts_on, row.hours, row.status)
        .where(row.employee.isin(employees) & (row.status != CANCELLED))
        .where((row.starts_on >= first) & (row.starts_on < before))
        .run(as_dict=True)
    )
