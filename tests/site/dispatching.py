"""Employees, their holidays, and appointments for them; in 2024, which is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import contracting
import erp
import frappe

from relationship_crm.contracts.obligations import Obligation, obligations
from relationship_crm.contracts.terms import of_contracts

START, END = date(erp.YEAR, 1, 1), date(erp.YEAR, 12, 31)
#: A Tuesday.
DAY = date(erp.YEAR, 5, 14)
VISITS = {**contracting.VISITS, "line_title": "Inspections"}
#: Two a quarter; what is left of one goes into the next.
QUARTERLY = {**VISITS, "included_qty": 2, "period": "Quarter", "carry_over": "All"}
HOURS = {**contracting.HOURS, "carry_over": "None", "carry_limit": 0}


def holidays(name: str, *days: tuple[date, str], weekends: bool = False) -> str:
    """A holiday list of the year."""
    rows = [{"holiday_date": day, "description": told} for day, told in days]
    if weekends:
        everyday = (START + timedelta(days=number) for number in range((END - START).days + 1))
        rows += [
            {"holiday_date": day, "description": f"{day:%A}", "weekly_off": 1}
            for day in everyday
            if day.weekday() > 4
        ]
    return (
        frappe.get_doc(
            {
                "doctype": "Holiday List",
                "holiday_list_name": name,
                "from_date": START,
                "to_date": END,
                "holidays": rows,
            }
        )
        .insert()
        .name
    )


def employee(name: str, **values: Any) -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "Employee",
                "first_name": name,
                "gender": erp.ensure("Gender", "Male", gender="Male"),
                "date_of_birth": "1980-01-01",
                "date_of_joining": "2020-01-01",
                "company": erp.COMPANY,
                "create_user_permission": 0,
                **values,
            }
        )
        .insert()
        .name
    )


def contract(customer: str, *lines: dict[str, Any], **values: Any) -> Any:
    """A contract of the year: four inspections, and 20 hours a quarter."""
    rows = lines or (contracting.line(VISITS), contracting.line(HOURS))
    return contracting.make_contract(customer, *rows, **{"start_date": START, "end_date": END, **values})


def at(hour: float, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(hours=hour)


def appointment(
    of: Any,
    who: str | None = None,
    begins: datetime | None = None,
    hours: float = 2,
    line: int | None = 0,
    **values: Any,
) -> Any:
    """An appointment for a line (by position) of a contract, or for a customer without one."""
    starts = begins or at(9)
    doc = {
        "doctype": "Service Appointment",
        "company": erp.COMPANY,
        "employee": who,
        "starts_on": starts,
        "ends_on": starts + timedelta(hours=hours),
    }
    if isinstance(of, str):
        doc |= {"customer": of, "makes": "Nothing"}
    else:
        doc |= {"customer": of.customer, "contract": of.name}
        if line is not None:
            row = of.lines[line]
            makes = "Timesheet" if row.counts == "Hours" else "Maintenance Visit"
            doc |= {"line_key": row.line_key, "makes": makes}
    return frappe.get_doc({**doc, **values}).insert()


def owed(of: object, first: date = START, last: date = END) -> list[Obligation]:
    return obligations(of_contracts([of.name]), first, last)


def figures(of: object, line: int = 0) -> list[tuple[float, ...]]:
    """Included, carried over, delivered, planned, still to plan: by quarter."""
    key = of.lines[line].line_key
    return [
        (one.included, one.carried, one.delivered, one.planned, one.open)
        for one in owed(of)
        if one.promise.key == key
    ]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that was run meanwhile."""
    run, seen = frappe.db.sql, []

    def noted(query: Any, *args: Any, **more: Any) -> Any:
        seen.append(str(query))
        return run(query, *args, **more)

    frappe.db.sql = noted
    try:
        yield seen
    finally:
        frappe.db.sql = run
