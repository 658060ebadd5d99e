"""Making the calls: which is next, whether somebody may be called now, and when the next time is.

Consent and rest are looked at while the addresses are locked, when a call is taken up and when its outcome is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.query_builder.functions import Count
from frappe.utils import get_datetime, getdate, now_datetime

from relationship_crm.campaigns import calls, consent, rest, run, sending, touches
from relationship_crm.campaigns.calls import CAMPAIGN, TOUCH, Row
from relationship_crm.campaigns.checks import OVER
from relationship_crm.campaigns.touches import ACTIVITY, CALL, LEFT_OUT, NOT_REACHED, REACHED, WAITING
from relationship_crm.contracts.absence import WorkCalendar, of_company

STOPPED = "Stopped"
#: Why an open call was ended, as stored on the touch; its form translates it (campaign_touch.js).
TOO_LATE = "The time for calls is over"
#: So long after it was opened, what was checked then counts for a call that was made since.
CHECK_HOLDS = timedelta(hours=12)
#: Minutes for which somebody who opened a call is taken to be on the phone.
ON_THE_PHONE = timedelta(minutes=15)
#: Calls looked at together for the next one that may be made.
AT_ONCE = 20
#: Days looked ahead for a day of work.
YEAR_AHEAD = 366


def due(user: str, skip: Iterable[str] = (), limit: int = AT_ONCE) -> list[Row]:
    """Calls of a user whose time has come: first those who expect one, then who waits longest.

    Not those of activities that were stopped or whose days are over, nor of campaigns that are over.
    """
    query, t = _due(user)
    order = Case().when(t.touched_on.isnotnull(), 0).else_(1)
    query = query.select(t.star).orderby(order).orderby(t.next_contact_on).orderby(t.name)
    if skip := [*skip]:
        query = query.where(t.name.notin(skip))
    return query.limit(limit).run(as_dict=True)


def count_due(user: str, until: datetime | None = None) -> int:
    """How many calls of a user are due by a moment, now unless told otherwise."""
    query, _t = _due(user, until)
    return query.select(Count("*")).run()[0][0]


def _due(user: str, until: datetime | None = None) -> tuple[Any, Any]:
    t, a, c = (frappe.qb.DocType(doctype) for doctype in (TOUCH, ACTIVITY, CAMPAIGN))
    query = (
        frappe.qb.from_(t)
        .join(a)
        .on(a.name == t.activity)
        .join(c)
        .on(c.name == t.campaign)
        .where(calls.is_open(t) & (t.assigned_to == user) & (t.next_contact_on <= (until or now_datetime())))
        .where((a.status != STOPPED) & c.status.notin(OVER))
        .where(a.call_until.isnull() | (a.call_until >= getdate()))
    )
    return query, t


def next_call(user: str, skip: Iterable[str] = ()) -> str:
    """The next call that a user may make now, '' where there is none. Whoever may not be called is seen to on the way."""
    seen = set(skip)
    while rows := due(user, seen):
        barred = check(rows)
        for row in rows:
            if row.name not in barred and not is_on_the_phone(row, user):
                return row.name
        seen |= {row.name for row in rows}
    return ""


def check(rows: Sequence[Row]) -> dict[str, str]:
    """Which of these open calls may not be made now, and why, in words. A fixed number of statements, however many.

    Who wants no campaigns is left out for good; who was contacted too recently is called when the rest is over. The rest
    does not stand between us and somebody who was reached already and is to be called again.
    """
    at, days = now_datetime(), rest.rest_days()
    known = rest.lock(address for row in rows for address in rest.addresses_of(row))
    unwilling = consent.unwilling(rows) | dict.fromkeys(sending.of_control_group(rows), touches.CONTROL)
    words = consent.reasons() | {touches.CONTROL: _("In the control group")}
    barred: dict[str, str] = {}
    left_out: dict[str, list[str]] = {}
    postponed: dict[datetime, list[str]] = {}
    for row in rows:
        about = [known[address] for address in rest.addresses_of(row) if address in known]
        reason = consent.OPTED_OUT if any(no for _last, no in about) else unwilling.get(row.name)
        if reason:
            left_out.setdefault(reason, []).append(row.name)
            barred[row.name] = words.get(reason, reason)
            continue
        last = rest.later(*(when for when, _no in about))
        if last and not row.touched_on and rest.is_resting(last, at, days):
            until = rest.rested_on(last, days)
            postponed.setdefault(get_datetime(until), []).append(row.name)
            text = _("Contacted on {0}; may be called from {1} on.")
            barred[row.name] = text.format(frappe.format(last, "Datetime"), frappe.format(until, "Date"))
    for reason, names in left_out.items():
        calls.update(names, status=LEFT_OUT, reason=reason, next_contact_on=None)
    for until, names in postponed.items():
        calls.update(names, next_contact_on=until)
    return barred


def lock(name: str) -> Row:
    """A touch as it is now, locked, after the addresses of its person: the order in which senders lock."""
    row = frappe.db.get_value(TOUCH, name, ["email", "mobile_no", "party_type", "party"], as_dict=True)
    rest.lock(rest.addresses_of(row))
    t = frappe.qb.DocType(TOUCH)
    found = frappe.qb.from_(t).select("*").where(t.name == name).for_update().run(as_dict=True)
    if not found:
        raise frappe.DoesNotExistError
    return found[0]


def still_open(row: Row) -> bool:
    """Whether a touch is a call that is still to be made."""
    return row.channel == CALL and row.status in (WAITING, REACHED) and bool(row.next_contact_on)


def open_call(name: str) -> str:
    """Take a call up: why it may not be made now, in words; '' where it may. Others see that somebody is on the phone."""
    row = lock(name)
    if not still_open(row):
        return _("This call is done with.")
    if why := _over(row) or check([row]).get(name, ""):
        return why
    if is_on_the_phone(row, frappe.session.user):
        return _("{0} has this call open.").format(frappe.utils.get_fullname(row.opened_by))
    calls.update([name], opened_on=now_datetime(), opened_by=frappe.session.user)
    return ""


def was_checked(row: Row, moment: datetime) -> bool:
    """Whether the person of a call could be called when it was opened, and that was not long ago."""
    return bool(row.opened_on) and moment - row.opened_on <= CHECK_HOLDS


def is_on_the_phone(row: Row, user: str) -> bool:
    """Whether somebody else has opened a call just now."""
    return bool(row.opened_on and row.opened_by != user and now_datetime() - row.opened_on <= ON_THE_PHONE)


def _over(row: Row) -> str:
    """Why nobody is called any more for an activity or a campaign."""
    status, until = frappe.db.get_value(ACTIVITY, row.activity, ["status", "call_until"])
    if status == STOPPED:
        return _("The calls of this activity were stopped.")
    if frappe.db.get_value(CAMPAIGN, row.campaign, "status") in OVER:
        return _("The campaign is over.")
    if until and until < getdate():
        return _("Calls of this activity were to be made until {0}.").format(frappe.format(until, "Date"))
    return ""


def close_late_calls() -> int:
    """End the calls whose activity's or campaign's days are over; how many. Whom somebody spoke to counts as reached all the same."""
    t, a = frappe.qb.DocType(TOUCH), frappe.qb.DocType(ACTIVITY)
    c = frappe.qb.DocType(CAMPAIGN)
    ended = (c.status == "Completed") & (c.end_date < getdate())
    late = (
        frappe.qb.from_(t)
        .join(a)
        .on(a.name == t.activity)
        .join(c)
        .on(c.name == t.campaign)
        .select(t.name, t.touched_on, t.activity)
        .where(calls.is_open(t) & ((a.call_until < getdate()) | ended))
    )
    rows = late.orderby(t.name).run(as_dict=True)
    spoken = [row.name for row in rows if row.touched_on]
    calls.update(spoken, next_contact_on=None)
    missed = [row.name for row in rows if not row.touched_on]
    calls.update(missed, status=NOT_REACHED, reason=TOO_LATE, next_contact_on=None)
    for activity in sorted({row.activity for row in rows}):
        run.refresh(activity)
    return len(rows)


def in_working_days(moment: datetime, days: int, company: str) -> datetime:
    """The same time of day so many days of work later, after the company's holidays or, without a list, weekends.

    0 is two hours later, if need be on the next day of work.
    """
    if days < 1:
        later = moment + timedelta(hours=2)
        return later if later.date() == moment.date() else in_working_days(moment, 1, company)
    last = getdate(moment) + timedelta(days=YEAR_AHEAD + 2 * days)
    calendar = of_company(company, getdate(moment), last) if company else WorkCalendar()
    day, left = getdate(moment), days
    while left and day < last:
        day += timedelta(days=1)
        left -= calendar.works(day)
    return datetime.combine(day, moment.time().replace(microsecond=0))
