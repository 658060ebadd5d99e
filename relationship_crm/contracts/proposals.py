"""Planning what a promise still owes: days are proposed, somebody edits them, all of them are saved or none."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, format_datetime, get_time, getdate

from relationship_crm.contracts import planning, slots
from relationship_crm.contracts.absence import WorkCalendar, calendars, of_company
from relationship_crm.contracts.conflicts import APPOINTMENT, CANCELLED
from relationship_crm.contracts.obligations import PLANNABLE, Obligation, obligations
from relationship_crm.contracts.terms import HOURS, Promise, of_contracts
from relationship_crm.contracts.units import HOUR, factor
from relationship_crm.engine.grid import day_number, day_of

#: More in one go than anybody looks through.
MOST = 200


@frappe.whitelist()
def promises(contract: str) -> list[dict[str, Any]]:
    """The promises of a contract, for appointments to choose from; with what they still owe this period.

    Without prices; none at all for who may neither read nor choose the contract.
    """
    if not _may_choose(contract):
        return []
    found = of_contracts([contract])
    today = getdate()
    owed = {one.promise.key: one for one in obligations(found, today, today)}
    return [
        {
            "line_key": promise.key,
            "title": promise.title,
            "counts": promise.counts,
            "makes": planning.VOUCHER.get(promise.counts),
            "plannable": promise.limited and promise.counts in PLANNABLE,
            "open": owed[promise.key].open if promise.key in owed else None,
            "period_end": owed[promise.key].end if promise.key in owed else None,
            "until": promise.line.last or promise.line.end,
            "customer": promise.head.customer,
            "company": promise.head.company,
        }
        for promise in found
    ]


@frappe.whitelist()
def propose(
    contract: str,
    line_key: str,
    from_date: str,
    until: str | None = None,
    at: str = "09:00",
    hours: float = 2.0,
    employee: str | None = None,
) -> list[dict[str, Any]]:
    """Appointments for what a promise owes in the periods from a day on that begin by another: evenly, on working days.

    Nothing is stored. `at` is the time of day, `hours` how long each takes. With an employee their holidays, leave and
    other appointments are kept clear of, else the company's holidays.
    """
    _may_plan(contract)
    promise = _promise(contract, line_key)
    first = max(getdate(from_date), promise.line.start)
    last = min(getdate(until), promise.line.end) if until else promise.line.end
    start, length = get_time(at), timedelta(hours=flt(hours))
    if not timedelta() < length <= planning.LONGEST:
        frappe.throw(_("Say how many hours an appointment takes, 24 at most."))
    owed = obligations([promise], first, last)
    calendar = _calendar(promise, first, max((one.end for one in owed), default=first), employee)
    busy = _busy(employee, first, start, length) if employee else set()
    rows = []
    for number, one in enumerate(owed):
        # what an earlier period leaves over is proposed there
        count = _count(one, flt(hours), carried=number == 0)
        rows += _days(one, first, count, lambda day: calendar.works(day) and day not in busy)
    return [_row(day, works, calendar, start, flt(hours), employee) for day, works in rows[:MOST]]


def _may_choose(contract: str) -> bool:
    """Technicians may choose contracts without reading their prices."""
    return any(frappe.has_permission("Service Contract", kind, contract) for kind in ("read", "select"))


def _may_plan(contract: str) -> None:
    if not _may_choose(contract):
        frappe.throw(_("Not permitted"), frappe.PermissionError)
    frappe.has_permission(APPOINTMENT, "create", throw=True)


def _promise(contract: str, line_key: str) -> Promise:
    for promise in of_contracts([contract]):
        if promise.key == line_key and promise.limited and promise.counts in PLANNABLE:
            return promise
    frappe.throw(_("This promise cannot be planned: it counts neither visits nor hours, or is unlimited."))


def _count(owed: Obligation, hours: float, carried: bool) -> int:
    """How many appointments an obligation still needs."""
    left = owed.open if carried else max(owed.included - owed.delivered - owed.planned, 0.0)
    if owed.promise.counts == HOURS:
        left /= hours * (factor(HOUR, owed.promise.uom or HOUR) or 1.0)
    return min(int(left + 1e-6), MOST)


def _days(owed: Obligation, first: date, count: int, works: Any) -> list[tuple[date, bool]]:
    start, end = day_number(max(owed.start, first)), day_number(owed.end)
    planned = [day_number(getdate(row.starts_on)) for row in owed.appointments]
    coming = [day for day in planned if day >= start]
    proposed = slots.propose(start, end, count, coming, lambda day: works(day_of(day)))
    return [(day_of(day), fits) for day, fits in proposed]


def _calendar(promise: Promise, first: date, last: date, employee: str | None) -> WorkCalendar:
    if employee:
        return calendars([employee], first, last)[employee]
    return of_company(promise.head.company, first, last)


def _busy(employee: str, first: date, at: time, length: timedelta) -> set[date]:
    """Days on which an employee has something else at that time."""
    row = frappe.qb.DocType(APPOINTMENT)
    query = (
        frappe.qb.from_(row)
        .select(row.starts_on, row.ends_on)
        .where((row.employee == employee) & (row.status != CANCELLED))
        .where(row.ends_on >= datetime.combine(first, time()))
    )
    days = set()
    for starts, ends in query.run():
        for near in (starts.date() - timedelta(days=1), starts.date(), ends.date()):
            begins = datetime.combine(near, at)
            if starts < begins + length and ends > begins:
                days.add(near)
    return days


def _row(
    day: date, works: bool, calendar: WorkCalendar, at: time, hours: float, employee: str | None
) -> dict[str, Any]:
    note = "" if works else calendar.reason(day) or _("no working day is free")
    return {"date": day, "time": str(at), "hours": hours, "employee": employee, "note": note}


@frappe.whitelist(methods=["POST"])
def plan(contract: str, line_key: str, rows: str | list, subject: str | None = None) -> list[str]:
    """Save the appointments of a proposal as it was edited: all of them, or none and why; their names.

    Rows have date, time, hours, employee and works_on_holiday.
    """
    _may_plan(contract)
    promise = _promise(contract, line_key)
    wanted = frappe.parse_json(rows) or []
    if len(wanted) > MOST:
        frappe.throw(_("At most {0} appointments can be planned at once.").format(MOST))
    names, problems = [], []
    for row in wanted:
        starts = datetime.combine(getdate(row.get("date")), get_time(row.get("time") or "09:00"))
        doc = frappe.get_doc(
            {
                "doctype": APPOINTMENT,
                "contract": contract,
                "line_key": line_key,
                "customer": promise.head.customer,
                "company": promise.head.company,
                "subject": subject,
                "starts_on": starts,
                "ends_on": starts + timedelta(hours=flt(row.get("hours")) or 1.0),
                "employee": row.get("employee") or None,
                "works_on_holiday": cint(row.get("works_on_holiday")),
                "makes": planning.VOUCHER[promise.counts],
            }
        )
        said = len(frappe.local.message_log)
        try:
            names.append(doc.insert().name)
        except frappe.ValidationError as error:
            # one message with all of them instead of the first one alone
            del frappe.local.message_log[said:]
            problems.append(f"{format_datetime(starts, 'short')}: {error}")
    if problems:
        frappe.throw(problems, title=_("Nothing Was Planned"), as_list=True)
    return names
