"""Activities from the start button to the last message: checks, windows, the scheduler, stopping, counts."""

from __future__ import annotations

from datetime import datetime

import erp
import frappe
import pytest
from asking import settings
from desk import MANAGER, USER, user
from frappe.utils import add_days, today
from waves import (
    contacted,
    frozen,
    mail,
    message,
    people,
    person,
    recipients,
    rows,
    send,
    statuses,
    wave,
)

from relationship_crm.campaigns import checks, delivery, run, sending, tasks, touches

pytestmark = pytest.mark.usefixtures("quiet")
CAMPAIGN = "Relationship Campaign"


@pytest.fixture
def spring(quiet):
    return frozen()


@pytest.fixture
def queued(monkeypatch) -> list[str]:
    """What was put into the queue; nothing is committed."""
    found: list[str] = []

    def enqueue(method, **more) -> None:
        if method == "relationship_crm.campaigns.run.execute":
            found.append(more["name"])

    monkeypatch.setattr(frappe, "enqueue", enqueue)
    monkeypatch.setattr(run._Run, "_commit", lambda self: None)
    monkeypatch.setattr(tasks, "_commit", lambda: None)
    return found


def test_from_start_to_end(spring, queued):
    people(spring, "Ada", "Bob")
    person(spring, "Cleo", arm="Control")
    doc = wave(spring)
    doc.start()
    assert queued == [doc.name] and frappe.db.get_value(doc.doctype, doc.name, "status") == "Queued"
    run.execute(doc.name)
    doc.reload()
    assert (doc.status, doc.progress, doc.total, doc.done, doc.waiting) == ("Completed", 100, 2, 2, 0)
    assert (doc.error_count, doc.made, doc.started_by) == (0, 1, "Administrator")
    assert doc.started_on and doc.finished_on and recipients() == {"ada@example.com": 1, "bob@example.com": 1}
    with pytest.raises(frappe.ValidationError, match="Everybody has been seen to already"):
        doc.start()


def test_it_goes_on_when_the_day_has_come(spring, queued, monkeypatch):
    settings(contact_rest_days=7)
    people(spring, "Ada", "Bob")
    contacted(["ada@example.com"], days_ago=6)
    doc = wave(spring)
    doc.start()
    run.execute(doc.name)
    doc.reload()
    assert (doc.status, doc.done, doc.waiting, doc.resting, doc.progress) == ("Running", 1, 1, 1, 50)
    assert run.to_go_on() == []
    tasks.send_campaigns()
    assert sum(recipients().values()) == 1
    frappe.db.set_value("Campaign Touch", {"recipient_name": "Ada"}, "send_on", today())
    contacted(["ada@example.com"], days_ago=7)
    assert run.to_go_on() == [doc.name]
    tasks.send_campaigns()
    doc.reload()
    assert (doc.status, doc.done, doc.waiting, doc.resting) == ("Completed", 2, 0, 0)
    assert recipients() == {"ada@example.com": 1, "bob@example.com": 1}


def test_who_is_added_later_belongs_to_no_wave_that_has_begun(spring, queued):
    settings(contact_rest_days=7)
    people(spring, "Ada")
    contacted(["ada@example.com"], days_ago=6)
    doc = wave(spring)
    doc.start()
    run.execute(doc.name)
    people(spring, "Bob")
    run.execute(doc.name)
    assert set(statuses(doc)) == {"Ada"}


def test_a_window(spring):
    person(spring, "Ada")
    doc = wave(spring, in_window=1, send_from="09:00:00", send_until="17:00:00", weekdays_only=1)
    sunday, monday = datetime(2026, 11, 29, 10), datetime(2026, 11, 30, 8, 59)
    frappe.db.set_value(CAMPAIGN, spring, {"start_date": "2026-11-01", "end_date": "2026-12-31"})
    frappe.db.set_value("Campaign Activity", doc.name, "send_on", "2026-11-28")
    doc.reload()
    touches.create(doc)
    for moment, expected in ((sunday, 0), (monday, 0), (monday.replace(hour=9), 1)):
        assert sending.send_due(doc, lambda: None, clock=lambda now=moment: now).sent == expected


def test_the_window_closes_while_it_sends(spring, monkeypatch):
    people(spring, "Ada", "Bob", "Cleo")
    doc = wave(spring, in_window=1, send_from="09:00:00", send_until="17:00:00")
    touches.create(doc)
    monkeypatch.setattr(sending, "HANDFUL", 1)
    day = datetime.combine(frappe.utils.getdate(), datetime.min.time())
    moments = iter([day.replace(hour=16, minute=59)] * 4 + [day.replace(hour=17)] * 5)
    assert sending.send_due(doc, lambda: None, clock=lambda: next(moments)).sent == 1
    assert sorted(statuses(doc).values()) == ["Sent", "Waiting", "Waiting"]


def test_stopping_and_resuming(spring, queued, monkeypatch):
    people(spring, "Ada", "Bob", "Cleo", "Dan")
    monkeypatch.setattr(sending, "HANDFUL", 1)
    doc = wave(spring)
    doc.start()
    step = run._Run._step

    def stopped(self, counts):
        if counts.sent == 2:
            run.stop(self.name)
        return step(self, counts)

    monkeypatch.setattr(run._Run, "_step", stopped)
    run.execute(doc.name)
    doc.reload()
    assert (doc.status, doc.done, doc.waiting) == ("Stopped", 2, 2)
    assert run.to_go_on() == []
    run.execute(doc.name)  # a job that was queued before
    assert sum(recipients().values()) == 2
    monkeypatch.setattr(run._Run, "_step", step)
    doc.start()
    run.execute(doc.name)
    doc.reload()
    assert (doc.status, doc.done) == ("Completed", 4) and set(recipients().values()) == {1}


def test_withdrawing_who_still_waits(spring, queued):
    people(spring, "Ada")
    doc = wave(spring)
    doc.start()
    with pytest.raises(frappe.ValidationError, match="Stop the activity first"):
        doc.withdraw()
    touches.create(doc)
    doc.db_set({"status": "Stopped", "made": 1})
    assert doc.withdraw() == 1
    doc.reload()
    assert (doc.status, doc.left_out) == ("Completed", 1)
    assert statuses(doc) == {"Ada": "Withdrawn: Withdrawn by hand"}


def test_an_error_is_kept_without_links(spring, queued, monkeypatch):
    from relationship_crm.campaigns.token import link_of

    person(spring, "Ada")
    doc = wave(spring)
    doc.start()

    def broken(*_args):
        raise ValueError(f"no way to {link_of(rows(doc)[0].name)}")

    monkeypatch.setattr(sending, "send_due", broken)
    undone: list[int] = []
    monkeypatch.setattr(frappe.db, "rollback", lambda *args, **more: undone.append(1))
    run.execute(doc.name)
    monkeypatch.undo()
    doc.reload()
    assert (doc.status, doc.error_count, undone) == ("Failed", 1, [1])
    assert "ValueError: no way to" in doc.errors and "/c/…" in doc.errors


def test_a_deadlock_is_tried_again(spring, queued, monkeypatch):
    person(spring, "Ada")
    doc = wave(spring)
    doc.start()
    send_due, tries = sending.send_due, []

    def unlucky(*args, **more):
        tries.append(1)
        if len(tries) == 1:
            raise frappe.QueryDeadlockError("Deadlock found")
        return send_due(*args, **more)

    monkeypatch.setattr(sending, "send_due", unlucky)
    monkeypatch.setattr(frappe.db, "rollback", lambda *args, **more: None)
    run.execute(doc.name)
    assert len(tries) == 2 and recipients() == {"ada@example.com": 1}


def test_calls_are_given_to_callers(spring, queued):
    """Made and given out by the same button; who does not want it is on nobody's list."""
    seller = user("rcrm.seller@example.com", USER, "Sales User")
    people(spring, "Ada", "Bob", mobile_no="+49301234")
    person(spring, "Cleo")
    frappe.db.set_value("Contact", {"email_id": "bob@example.com"}, "unsubscribed", 1)
    doc = wave(spring, channel="Call", messages=[], callers=[{"user": seller}])
    doc.start()
    run.execute(doc.name)
    doc.reload()
    assert (doc.status, doc.total, doc.waiting, doc.left_out) == ("Running", 3, 1, 2), doc.errors
    assert statuses(doc) == {
        "Ada": "Waiting",
        "Bob": "Left Out: Does not want campaigns",
        "Cleo": "Left Out: No phone number",
    }
    assert [row.assigned_to for row in rows(doc, status="Waiting")] == [seller]
    assert run.to_go_on() == []
    frappe.db.set_value("Campaign Touch", {"recipient_name": "Ada"}, {"status": "Reached"})
    run.refresh(doc.name)
    doc.reload()
    assert (doc.status, doc.done) == ("Completed", 1)


# what has to be there before


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("is_template", 1, "is a template"),
        ("status", "Cancelled", "is over: its status is Cancelled"),
        ("members_status", "Open", "is not frozen yet"),
        ("end_date", -1, "ended on"),
        ("start_date", 1, "lies before the campaign"),
    ],
)
def test_a_campaign_that_is_not_ready(spring, queued, field, value, told):
    person(spring, "Ada")
    doc = wave(spring)
    frappe.db.set_value(CAMPAIGN, spring, field, add_days(today(), value) if "date" in field else value)
    with pytest.raises(frappe.ValidationError, match=told):
        doc.start()
    assert queued == []


def test_a_list_that_is_not_frozen_is_told_apart(spring, queued):
    doc = wave(spring)
    frappe.db.set_value(CAMPAIGN, spring, "members_status", "Open")
    with pytest.raises(checks.ListNotFrozen):
        doc.start()


def test_every_stage_needs_a_message(spring, queued):
    person(spring, "Ada", stage_name="Client")
    person(spring, "Bob", stage_name="")
    doc = wave(spring, message(stage="Kotler-Client"))
    with pytest.raises(frappe.ValidationError, match="no message for: <strong>people without a stage"):
        doc.start()
    doc.append("messages", message())
    doc.save()
    doc.start()
    assert queued == [doc.name]


def test_nobody_to_send_to_and_nothing_to_say(spring, queued):
    doc = wave(spring)
    with pytest.raises(frappe.ValidationError, match="Nobody of the campaign belongs to this audience"):
        doc.start()
    person(spring, "Ada")
    for rows_, told in (([], "Write a message first"), ([message(subject="")], "needs a subject")):
        doc.set("messages", rows_)
        doc.save()
        with pytest.raises(frappe.ValidationError, match=told):
            doc.start()


def test_without_a_mail_account(spring, queued):
    person(spring, "Ada")
    doc = wave(spring)
    frappe.db.set_value("Email Account", {"name": ("!=", "")}, {"enable_outgoing": 0, "default_outgoing": 0})
    frappe.local.outgoing_email_account = {}
    with pytest.raises(frappe.ValidationError, match="no outgoing Email Account"):
        doc.start()


def test_only_managers_start(spring, queued):
    person(spring, "Ada")
    doc = wave(spring)
    seller = user("rcrm.seller@example.com", USER, "Sales User")
    boss = user("rcrm.boss@example.com", MANAGER, "Sales Manager")
    frappe.set_user(seller)
    with pytest.raises(frappe.PermissionError):
        doc.start()
    with pytest.raises(frappe.PermissionError):
        doc.stop()
    frappe.set_user(boss)
    doc.start()
    assert queued == [doc.name]


# what became of the mail


def test_what_became_of_the_mail(spring, queued):
    people(spring, "Ada", "Bob", "Cleo")
    doc = wave(spring)
    send(doc)
    found = {row.recipient_name: row for row in rows(doc)}
    queue = {
        name: frappe.db.get_value("Email Queue", {"message_id": row.message_id})
        for name, row in found.items()
    }
    frappe.db.set_value("Email Queue", queue["Ada"], "status", "Sent")
    trouble = "Traceback\n  File x\nSMTPRecipientsRefused: nobody here\n"
    frappe.db.set_value("Email Queue", queue["Bob"], {"status": "Error", "error": trouble})
    tasks.note_campaign_delivery()
    after = {row.recipient_name: row for row in rows(doc)}
    assert (after["Ada"].status, after["Ada"].delivery) == ("Sent", "Sent")
    assert (after["Bob"].status, after["Bob"].delivery, after["Bob"].touched_on) == ("Failed", "Error", None)
    assert after["Bob"].delivery_error == "SMTPRecipientsRefused: nobody here"
    assert (after["Cleo"].status, after["Cleo"].delivery) == ("Sent", "Queued")
    # links stay secret: the body is emptied once it is out
    assert not frappe.db.get_value("Email Queue", queue["Ada"], "message")
    assert frappe.db.get_value("Email Queue", queue["Cleo"], "message")
    # somebody lets Frappe try again
    frappe.db.set_value("Email Queue", queue["Bob"], "status", "Sent")
    assert delivery.note_delivery(100) == 1 and delivery.note_delivery(100) == 0
    [bob] = rows(doc, recipient_name="Bob")
    assert (bob.status, bob.delivery) == ("Sent", "Sent") and bob.touched_on
    # and the queue is purged
    frappe.db.delete("Email Queue")
    assert delivery.note_delivery(100) == 0 and rows(doc, recipient_name="Cleo")[0].status == "Sent"


def test_mail_that_frappe_tries_again_is_not_sent_twice(spring, queued):
    person(spring, "Ada")
    doc = wave(spring)
    send(doc)
    frappe.db.set_value("Email Queue", {"name": ("!=", "")}, "status", "Error")
    delivery.note_delivery(100)
    doc.db_set({"status": "Completed", "made": 1})
    with pytest.raises(frappe.ValidationError, match="nothing to try again"):
        doc.try_failed_again()


# before it is sent


def test_preview_and_test(spring):
    person(spring, "Ada", stage_name="Client")
    doc = wave(
        spring,
        message("<p>Dear {{ recipient_name }}: {{ reward }}</p>", stage="Kotler-Client", reward="a trip"),
        message("<p>All</p>"),
    )
    shown = doc.preview("Client")
    assert shown["subject"] == "News for Ada" and "Dear Ada: a trip" in shown["html"]
    assert "/c/preview?r=1" in shown["html"] and doc.preview("Prospect")["subject"] != shown["subject"]
    assert doc.audience_by_stage() == {
        "people": {"Client": 1},
        "total": 1,
        "missing": [],
        "stages": ["Client"],
        "variants": [],
    }
    frappe.db.set_value("User", "Administrator", "email", "boss@example.com")
    assert doc.send_test("Client") == "boss@example.com"
    subject, html, _plain, _headers = mail("boss@example.com")
    assert subject == "Test: News for Ada" and "/c/preview" in html
    assert rows(doc) == [] and not frappe.db.exists("Survey Recipient", {"address": "boss@example.com"})


def test_a_preview_shows_nobody_the_user_may_not_read(spring):
    person(spring, "Ada", stage_name="Client")
    doc = wave(spring)
    hidden = user("rcrm.other@example.com", MANAGER, "Sales User")
    frappe.get_doc(
        {
            "doctype": "User Permission",
            "user": hidden,
            "allow": "Customer",
            "for_value": erp.customer("RCRM X"),
        }
    ).insert()
    frappe.set_user(hidden)
    assert doc.preview("Client")["recipient"] == "rcrm.other"


def test_an_event_can_be_declined(spring):
    person(spring, "Ada", language="en")
    doc = wave(
        spring,
        message("<p>{{ event_date }}, {{ event_place }}</p>", button_label=""),
        channel="Event",
        event_on="2027-03-04 18:30:00",
        event_place="Town Hall",
    )
    send(doc)
    html = mail("ada@example.com")[1]
    assert "March 4, 2027, 18:30, Town Hall" in html
    assert "?r=1" in html and "I will come" in html and "?r=0" in html and "I cannot come" in html
