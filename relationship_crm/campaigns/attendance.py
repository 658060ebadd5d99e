"""Who comes to a campaign's event, and who came: many at once. Seats are counted, and the event stands in calendars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Count
from frappe.utils import get_datetime, getdate, now_datetime

from relationship_crm.campaigns import calls, responses, touches
from relationship_crm.campaigns.touches import ACTIVITY, EVENT, REACHED, SENT, WAITING

TOUCH, SOURCE = touches.DOCTYPE, "Attendance"
REGISTERED, DECLINED, ATTENDED, NO_SHOW = "Registered", "Declined", "Attended", "No Show"
#: What each mark says, and the responses of the list that it takes back.
RESPONSE = {REGISTERED: "Registered", DECLINED: "Declined", ATTENDED: "Attended", NO_SHOW: ""}
#: Marks of people who have, or had, a seat.
SEATED = (REGISTERED, ATTENDED, NO_SHOW)
#: Touches that may be marked: nobody who was left out.
MARKABLE = (WAITING, SENT, REACHED)
#: Whether a participant comes, as the calendar says it.
ATTENDING = {REGISTERED: "Yes", ATTENDED: "Yes", NO_SHOW: "No"}


def mark(names: Iterable[str], attendance: str) -> int:
    """Write down for some touches of events who registered, declined, attended or stayed away; how many were marked.

    Each gives a response with the source Attendance, and takes back an earlier mark that says otherwise. Whoever came was
    reached, whether or not an invitation was sent. A fixed number of statements, however many. Raises
    frappe.ValidationError where the mark does not exist, or says what cannot be known before the event.
    """
    if attendance not in RESPONSE:
        frappe.throw(_("Choose whether they registered, declined, attended or did not come."))
    rows = _rows(names)
    events = _events({row.activity for row in rows})
    moment = now_datetime()
    if attendance in (ATTENDED, NO_SHOW):
        _check_day(events, moment)
    if not rows:
        return 0
    _take_back([row.name for row in rows], attendance)
    calls.update([row.name for row in rows], attendance=attendance)
    if attendance == ATTENDED:
        _reached([row for row in rows if not row.touched_on], events, moment)
    if RESPONSE[attendance]:
        responses.record([_answer(row, attendance, events, moment) for row in rows])
    return len(rows)


def registered(responded: Mapping[str, str]) -> None:
    """Responses by touch (a click, a reply) as far as they say who comes: the list shows them. Who attended stays marked so."""
    t = frappe.qb.DocType(TOUCH)
    for attendance in (REGISTERED, DECLINED):
        names = [name for name, response in responded.items() if response == attendance]
        if names:
            unknown = Coalesce(t.attendance, "").isin(("", REGISTERED, DECLINED))
            query = frappe.qb.update(t).set(t.attendance, attendance)
            query.where(t.name.isin(names) & (t.channel == EVENT) & unknown).run()


def overview(activity: str) -> dict[str, int]:
    """Of an event: invited, registered, declined, attended, no_show, seats (0: any number) and free seats (below 0: too few)."""
    t = frappe.qb.DocType(TOUCH)
    mark_of = Coalesce(t.attendance, "")
    query = frappe.qb.from_(t).select(mark_of, Count("*"))
    found = Counter(
        dict(query.where((t.activity == activity) & t.status.isin(MARKABLE)).groupby(mark_of).run())
    )
    seats = frappe.db.get_value(ACTIVITY, activity, "event_seats") or 0
    taken = sum(found[one] for one in SEATED)
    return {
        "invited": sum(found.values()),
        "registered": found[REGISTERED],
        "declined": found[DECLINED],
        "attended": found[ATTENDED],
        "no_show": found[NO_SHOW],
        "seats": seats,
        "free": seats - taken if seats else 0,
    }


def without_seats(names: Iterable[str]) -> list[str]:
    """A sentence for each event of these touches that more people registered for than there are seats."""
    activities = {row.activity for row in _rows(names)}
    found = []
    for name, row in sorted(_events(activities).items()):
        seen = overview(name)
        if seen["free"] < 0:
            text = _("{0} has {1} seats, and {2} people registered.")
            taken = seen["seats"] - seen["free"]
            found.append(text.format(frappe.bold(frappe.utils.escape_html(row.title)), seen["seats"], taken))
    return found


def make_event(activity: str) -> str:
    """The Event of an activity with those who registered as participants, made or brought up to date; its name.

    Raises frappe.ValidationError where the activity is no event or has no day.
    """
    doc = frappe.get_doc(ACTIVITY, activity)
    if doc.channel != EVENT or not doc.event_on:
        frappe.throw(_("Say when the event takes place."))
    event = frappe.get_doc("Event", doc.event) if doc.event and frappe.db.exists("Event", doc.event) else None
    new = event is None
    event = event or frappe.new_doc("Event")
    event.update(
        {
            "subject": doc.title,
            "event_category": "Event",
            "event_type": event.event_type or "Public",
            "starts_on": doc.event_on,
            "ends_on": doc.event_until,
        }
    )
    if new:
        event.update({"send_reminder": 0, "description": doc.event_place})
    event.set("event_participants", _participants(activity))
    event.save()
    if doc.event != event.name:
        frappe.db.set_value(ACTIVITY, activity, "event", event.name)
    return event.name


def _participants(activity: str) -> list[dict[str, Any]]:
    """Each party that registered somebody, once."""
    filters = {"activity": activity, "attendance": ("in", SEATED), "party": ("is", "set")}
    fields = ["party_type", "party", "email", "attendance"]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in frappe.get_list(TOUCH, filters, fields, order_by="recipient_name, name"):
        values = {
            "reference_doctype": row.party_type,
            "reference_docname": row.party,
            "email": row.email,
            "attending": ATTENDING[row.attendance],
        }
        before = found.setdefault((row.party_type, row.party), values)
        if values["attending"] == "Yes":  # one of them came
            before["attending"] = "Yes"
    return list(found.values())


def _rows(names: Iterable[str]) -> list[Any]:
    """Touches of events that the user may see, and that were not left out, in the order of names."""
    filters = {"name": ("in", sorted(set(names)) or [""]), "channel": EVENT, "status": ("in", MARKABLE)}
    fields = [
        *("name", "campaign", "activity", "member", "touched_on", "variant"),
        *("party_type", "party", "contact", "email", "recipient_name"),
    ]
    return frappe.get_list(TOUCH, filters, fields, order_by="name")


def _events(activities: set[str]) -> dict[str, Any]:
    """When each event begins, None where nobody said."""
    wanted = {"name": ("in", sorted(activities) or [""])}
    found = frappe.get_all(ACTIVITY, wanted, ["name", "title", "event_on"], order_by="name")
    return {row.name: row for row in found}


def _check_day(events: Mapping[str, Any], moment: Any) -> None:
    for row in events.values():
        # on the day itself: people come before it begins
        if row.event_on and getdate(row.event_on) > moment.date():
            text = _("{0} takes place on {1}: nobody knows yet who comes.")
            frappe.throw(text.format(frappe.bold(row.title), frappe.format(getdate(row.event_on), "Date")))


def _take_back(names: Sequence[str], attendance: str) -> None:
    """Responses of the list that the new mark contradicts. A registration is none of those of somebody who came, or did not."""
    wrong = {
        REGISTERED: ("Attended",),  # the topic takes care of the answer to the invitation
        DECLINED: ("Attended",),
        ATTENDED: ("Declined",),
        NO_SHOW: ("Attended", "Declined"),
    }[attendance]
    r = frappe.qb.DocType(responses.RESPONSE)
    stale = (r.touch.isin(list(names))) & (r.source == SOURCE) & r.response.isin(wrong)
    parties = frappe.qb.from_(r).select(r.party_type, r.party).where(stale).run()
    if parties:
        frappe.qb.from_(r).delete().where(stale).run()
        responses.tell(parties)


def _reached(rows: Sequence[Any], events: Mapping[str, Any], moment: Any) -> None:
    """Who came without an invitation that was sent was contacted there."""
    by_activity: dict[str, list[str]] = {}
    for row in rows:
        by_activity.setdefault(row.activity, []).append(row.name)
    for activity, names in sorted(by_activity.items()):
        calls.update(names, status=REACHED, touched_on=events[activity].event_on or moment)


def _answer(row: Any, attendance: str, events: Mapping[str, Any], moment: Any) -> responses.Answer:
    begins = events[row.activity].event_on
    return responses.Answer(
        campaign=row.campaign,
        response=RESPONSE[attendance],
        source=SOURCE,
        moment=get_datetime(begins) if attendance == ATTENDED and begins else moment,
        touch=row.name,
        member=row.member or "",
        party_type=row.party_type or "",
        party=row.party or "",
        contact=row.contact or "",
        activity=row.activity,
        variant=row.variant or "",
        email=row.email or "",
        name=row.recipient_name or "",
    )
