"""Events of campaigns: who registers, who comes, seats, and the calendar."""

from __future__ import annotations

import calling
import frappe
import pytest
import waves
from frappe.utils import add_days, get_datetime, today
from waves import quiet  # noqa: F401

from relationship_crm.campaigns import attendance, call_desk, touches

pytestmark = pytest.mark.usefixtures("quiet")
DAY = "10:00:00"


@pytest.fixture
def evening():
    """Five people were invited to an event of yesterday; three invitations went out."""
    of = waves.frozen()
    for name in ("Ada", "Bea", "Cid", "Dan", "Eve"):
        calling.somebody(of, name)
    doc = waves.wave(of, channel="Event", event_seats=3, event_place="Hall")
    frappe.db.set_value(doc.doctype, doc.name, "event_on", f"{add_days(today(), -1)} {DAY}")
    touches.create(doc)
    for name in ("Ada", "Bea", "Cid"):
        sent = {"status": "Sent", "touched_on": calling.ago(days=5)}
        frappe.db.set_value("Campaign Touch", calling.touch(doc, name).name, sent)
    return doc.reload()


def mark(doc, attendance_, *people):
    return attendance.mark([calling.touch(doc, name).name for name in people], attendance_)


def said(doc):
    """Responses of the list by person."""
    fields = ["recipient_name", "response"]
    of = {"activity": doc.name, "source": "Attendance"}
    rows = frappe.get_all("Campaign Response", of, fields, order_by="recipient_name, response")
    found = {}
    for row in rows:
        found.setdefault(row.recipient_name, []).append(row.response)
    return found


def test_many_are_marked_at_once_and_again_without_doubles(evening):
    assert mark(evening, "Registered", "Ada", "Bea") == 2
    assert mark(evening, "Registered", "Ada", "Bea") == 2
    assert mark(evening, "Attended", "Ada") == 1
    assert mark(evening, "No Show", "Bea") == 1
    assert mark(evening, "Declined", "Cid") == 1
    assert said(evening) == {"Ada": ["Attended", "Registered"], "Bea": ["Registered"], "Cid": ["Declined"]}
    assert attendance.overview(evening.name) == {
        "invited": 5,
        "registered": 0,
        "declined": 1,
        "attended": 1,
        "no_show": 1,
        "seats": 3,
        "free": 1,
    }


def test_a_wrong_mark_is_put_right(evening):
    mark(evening, "Attended", "Ada")
    [moment] = frappe.get_all("Campaign Response", pluck="responded_on", order_by="name")
    assert moment == get_datetime(evening.event_on)
    mark(evening, "No Show", "Ada")
    assert said(evening) == {}
    mark(evening, "Registered", "Bea")
    mark(evening, "Declined", "Bea")
    assert said(evening) == {"Bea": ["Declined"]}
    mark(evening, "Attended", "Bea")
    assert said(evening) == {"Bea": ["Attended"]}


def test_who_came_without_an_invitation_that_was_sent_was_reached_there(evening):
    mark(evening, "Attended", "Dan", "Ada")
    dan, ada = calling.touch(evening, "Dan"), calling.touch(evening, "Ada")
    assert (dan.status, dan.touched_on) == ("Reached", get_datetime(evening.event_on))
    assert (ada.status, ada.touched_on.date()) == ("Sent", calling.ago(days=5).date())


def test_nobody_is_marked_who_was_left_out(evening):
    name = calling.touch(evening, "Eve").name
    frappe.db.set_value("Campaign Touch", name, {"status": "Left Out", "reason": "Does not want campaigns"})
    assert attendance.mark([name], "Registered") == 0
    assert said(evening) == {}


def test_nobody_knows_before_the_day_who_comes(evening):
    frappe.db.set_value("Campaign Activity", evening.name, "event_on", f"{add_days(today(), 1)} {DAY}")
    assert mark(evening, "Registered", "Ada") == 1
    for early in ("Attended", "No Show"):
        with pytest.raises(frappe.ValidationError, match="nobody knows yet"):
            mark(evening, early, "Ada")
    with pytest.raises(frappe.ValidationError, match="Choose whether"):
        mark(evening, "Perhaps", "Ada")


def test_more_registrations_than_seats_are_told(evening):
    names = [calling.touch(evening, name).name for name in ("Ada", "Bea", "Cid", "Dan")]
    call_desk.mark_attendance(frappe.as_json(names[:3]), "Registered")
    assert not frappe.message_log
    assert call_desk.mark_attendance(frappe.as_json(names[3:]), "Registered") == 1
    [told] = frappe.message_log
    assert "3 seats, and 4 people registered" in told["message"]
    assert attendance.overview(evening.name)["free"] == -1


def test_a_click_shows_on_the_list_and_does_not_undo_who_came(evening):
    ada, bea, cid = (calling.touch(evening, name).name for name in ("Ada", "Bea", "Cid"))
    mark(evening, "Attended", "Cid")
    attendance.registered({ada: "Registered", bea: "Declined", cid: "Registered"})
    marks = {row.recipient_name: row.attendance for row in waves.rows(evening) if row.attendance}
    assert marks == {"Ada": "Registered", "Bea": "Declined", "Cid": "Attended"}


def test_the_event_stands_in_the_calendar_with_who_registered(evening):
    mark(evening, "Registered", "Ada", "Bea")
    calling.person(evening.campaign, "RCRM Ada", "Abe")
    touches.create(evening)
    mark(evening, "Registered", "Abe")
    name = attendance.make_event(evening.name)
    event = frappe.get_doc("Event", name)
    assert (event.subject, event.starts_on) == (evening.title, evening.event_on)
    people = [(p.reference_doctype, p.reference_docname, p.attending) for p in event.event_participants]
    assert people == [("Customer", "RCRM Ada", "Yes"), ("Customer", "RCRM Bea", "Yes")]
    # brought up to date, not made twice
    mark(evening, "No Show", "Bea", "Abe")
    mark(evening, "Attended", "Ada")
    assert attendance.make_event(evening.name) == name
    people = {p.reference_docname: p.attending for p in frappe.get_doc("Event", name).event_participants}
    assert people == {"RCRM Ada": "Yes", "RCRM Bea": "No"}


def test_an_event_without_a_day_is_refused():
    doc = waves.wave(waves.frozen(), channel="Event")
    with pytest.raises(frappe.ValidationError, match="when the event takes place"):
        attendance.make_event(doc.name)
