"""The calls of campaigns: whose they are, which are due, and whether somebody may be called now.

A call is open while its touch waits, or was reached and is to be called again; then `next_contact_on` says when. All people
of a customer are called by the same person: the account manager, where that is one of the callers, else whoever has least to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.query_builder import Case
from frappe.query_builder.functions import Coalesce, Count
from frappe.utils import escape_html, get_datetime, get_time, getdate, now_datetime

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns import consent, rest, touches
from relationship_crm.campaigns.checks import OVER
from relationship_crm.campaigns.touches import ACTIVITY, CALL, LEFT_OUT, NOT_REACHED, REACHED, WAITING
from relationship_crm.campaigns.workload import Work, share_out
from relationship_crm.contracts.absence import WorkCalendar, of_company

TOUCH, CAMPAIGN = touches.DOCTYPE, "Relationship Campaign"
#: Why an open call was ended, as stored on the touch; its form translates it (campaign_touch.js).
TOO_LATE = "The time for calls is over"
BY_LOAD, STOPPED = "Load", "Stopped"
#: Who looks after a party.
MANAGERS = {"Customer": "account_manager", "Lead": "lead_owner", "Prospect": "prospect_owner"}
#: Touches written by one statement.
CHUNK = 1000
#: So long after it was opened, what was checked then counts for a call that was made since.
CHECK_HOLDS = timedelta(hours=12)
#: Minutes for which somebody who opened a call is taken to be on the phone.
ON_THE_PHONE = timedelta(minutes=15)
#: Calls looked at together for the next one that may be made.
AT_ONCE = 20
#: Days looked ahead for a day of work.
YEAR_AHEAD = 366

Row = Any


def is_open(t: Any) -> Any:
    """The touches that are calls still to be made, as a criterion."""
    return (t.channel == CALL) & t.status.isin((WAITING, REACHED)) & t.next_contact_on.isnotnull()


def open_filters() -> dict[str, Any]:
    """The same as filters of a list."""
    return {"channel": CALL, "status": ["in", [WAITING, REACHED]], "next_contact_on": ["is", "set"]}


# giving them out


def assign(activity: str) -> int:
    """Give the calls of an activity that nobody has to its callers, and tell each how many; the number given.

    Where no callers are named the account managers call, and the campaign's owner whom nobody looks after. A fixed number
    of reads, and one statement a caller.
    """
    doc = frappe.get_doc(ACTIVITY, activity)
    rows = _unassigned(activity)
    if not rows:
        return 0
    parties = {(row.party_type, row.party) for row in rows}
    owner = frappe.db.get_value(CAMPAIGN, doc.campaign, "campaign_owner")
    managers = {} if doc.assign_by == BY_LOAD else managers_of(parties)
    named = working(row.user for row in doc.callers)
    callers = named or working({*managers.values(), owner})
    fallback = {} if named else dict.fromkeys(parties, owner)
    given = spread(rows, callers, [managers, fallback])
    since = f"{getdate(doc.send_on)} {get_time(doc.send_from or '00:00:00')}"
    write(given, next_contact_on=get_datetime(since))
    tell(Counter(given.values()), doc.name)
    return sum(bool(caller) for caller in given.values())


def spread(
    rows: Sequence[Row], callers: Iterable[str], preferred: Sequence[Mapping[tuple[str, str], str]]
) -> dict[str, str]:
    """The caller of each touch; '' where nobody calls. `preferred` says who should have a party's calls, first choice first.

    What the callers have to do already counts, except these touches.
    """
    sizes = Counter((row.party_type, row.party) for row in rows)
    works = [
        Work(key, size, tuple(choice[key] for choice in preferred if choice.get(key)))
        for key, size in sizes.items()
    ]
    by_party = share_out(works, load(callers, but=rows))
    return {row.name: by_party.get((row.party_type, row.party), "") for row in rows}


def load(callers: Iterable[str], but: Iterable[Row] = ()) -> dict[str, int]:
    """Open calls of each caller, over all campaigns, except some."""
    callers = sorted(set(callers))
    if not callers:
        return {}
    t = frappe.qb.DocType(TOUCH)
    query = frappe.qb.from_(t).select(t.assigned_to, Count("*")).where(is_open(t))
    found = dict(query.where(t.assigned_to.isin(callers)).groupby(t.assigned_to).run())
    without = Counter(row.assigned_to for row in but if row.get("next_contact_on"))
    return {caller: found.get(caller, 0) - without[caller] for caller in callers}


def working(users: Iterable[str | None]) -> list[str]:
    """Those of some users who can log in to the desk, by name."""
    wanted = {"name": ("in", sorted({u for u in users if u})), "enabled": 1, "user_type": "System User"}
    return frappe.get_all("User", wanted, pluck="name", order_by="name")


def managers_of(parties: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Who looks after each of some parties; those nobody looks after are left out."""
    parties = set(parties)
    found: dict[tuple[str, str], str] = {}
    for party_type, field in MANAGERS.items():
        names = [name for kind, name in parties if kind == party_type]
        rows = read_rows(party_type, ("name", field), "name", names)
        found |= {(party_type, name): user for name, user in rows if user}
    return found


def write(given: Mapping[str, str], **more: Any) -> None:
    """Write down whose each call is, and what else is so for all of them."""
    t = frappe.qb.DocType(TOUCH)
    by_caller: dict[str, list[str]] = {}
    for name, caller in given.items():
        by_caller.setdefault(caller, []).append(name)
    for caller, names in sorted(by_caller.items()):
        for start in range(0, len(names), CHUNK):
            query = frappe.qb.update(t).set(t.assigned_to, caller or None).set(t.modified, now_datetime())
            for column, value in more.items():
                query = query.set(t[column], value)
            query.where(t.name.isin(names[start : start + CHUNK])).run()


def tell(counts: Mapping[str, int], activity: str) -> None:
    """One notification for each caller: how many calls are theirs now."""
    title = escape_html(frappe.db.get_value(ACTIVITY, activity, "title") or activity)
    users = {user for user, count in counts.items() if user and count and user != frappe.session.user}
    languages = dict(read_rows("User", ("name", "language"), "name", users))
    for user in sorted(users):
        subject = _("{0} calls are yours: {1}", lang=languages.get(user) or None)
        enqueue_create_notification(
            user,
            {
                "type": "Alert",
                "document_type": ACTIVITY,
                "document_name": activity,
                "subject": subject.format(counts[user], f"<b>{title}</b>"),
                "from_user": frappe.session.user,
            },
        )


def _unassigned(activity: str) -> list[Row]:
    t = frappe.qb.DocType(TOUCH)
    return (
        frappe.qb.from_(t)
        .select(t.name, t.party_type, t.party, t.assigned_to, t.next_contact_on)
        .where((t.activity == activity) & (t.channel == CALL) & (t.status == WAITING))
        .where(Coalesce(t.assigned_to, "") == "")
        .orderby(t.name)
    ).run(as_dict=True)


# calling


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


def count_due(user: str) -> int:
    """How many calls of a user are due."""
    query, _t = _due(user)
    return query.select(Count("*")).run()[0][0]


def _due(user: str) -> tuple[Any, Any]:
    t, a, c = (frappe.qb.DocType(doctype) for doctype in (TOUCH, ACTIVITY, CAMPAIGN))
    query = (
        frappe.qb.from_(t)
        .join(a)
        .on(a.name == t.activity)
        .join(c)
        .on(c.name == t.campaign)
        .where(is_open(t) & (t.assigned_to == user) & (t.next_contact_on <= now_datetime()))
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
    unwilling = consent.unwilling(rows)
    barred: dict[str, str] = {}
    left_out: dict[str, list[str]] = {}
    postponed: dict[datetime, list[str]] = {}
    for row in rows:
        about = [known[address] for address in rest.addresses_of(row) if address in known]
        reason = consent.OPTED_OUT if any(no for _last, no in about) else unwilling.get(row.name)
        if reason:
            left_out.setdefault(reason, []).append(row.name)
            barred[row.name] = consent.reasons().get(reason, reason)
            continue
        last = rest.later(*(when for when, _no in about))
        if last and not row.touched_on and rest.is_resting(last, at, days):
            until = rest.rested_on(last, days)
            postponed.setdefault(get_datetime(until), []).append(row.name)
            text = _("Contacted on {0}; may be called from {1} on.")
            barred[row.name] = text.format(frappe.format(last, "Datetime"), frappe.format(until, "Date"))
    for reason, names in left_out.items():
        update(names, status=LEFT_OUT, reason=reason, next_contact_on=None)
    for until, names in postponed.items():
        update(names, next_contact_on=until)
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
    update([name], opened_on=now_datetime(), opened_by=frappe.session.user)
    return ""


def was_checked(row: Row, moment: datetime) -> bool:
    """Whether the person of a call could be called when it was opened, and that was not long ago."""
    return bool(row.opened_on) and moment - row.opened_on <= CHECK_HOLDS


def is_on_the_phone(row: Row, user: str) -> bool:
    """Whether somebody else has opened a call just now."""
    return bool(
        row.opened_on and row.opened_by != user and now_datetime() - row.opened_on <= ON_THE_PHONE
    )


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
    """End the calls whose activity's days are over; how many. Whom somebody spoke to counts as reached all the same."""
    t, a = frappe.qb.DocType(TOUCH), frappe.qb.DocType(ACTIVITY)
    late = frappe.qb.from_(t).join(a).on(a.name == t.activity).select(t.name, t.touched_on)
    rows = late.where(is_open(t) & (a.call_until < getdate())).orderby(t.name).run(as_dict=True)
    spoken = [row.name for row in rows if row.touched_on]
    update(spoken, next_contact_on=None)
    missed = [row.name for row in rows if not row.touched_on]
    update(missed, status=NOT_REACHED, reason=TOO_LATE, next_contact_on=None)
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


def update(names: Sequence[str], **values: Any) -> None:
    """By one statement: a touch is nothing that people save."""
    t = frappe.qb.DocType(TOUCH)
    query = frappe.qb.update(t).set(t.modified, now_datetime())
    for column, value in values.items():
        query = query.set(t[column], value)
    for start in range(0, len(names), CHUNK):
        query.where(t.name.isin(list(names[start : start + CHUNK]))).run()
