"""Activities from the start button to the last message: checks, windows, the scheduler, stopping, counts."""

from __future__ import annotations

from datetime import datetime

import frappe
import pytest
from asking import settings
from desk import USER, user
from frappe.utils import now_datetime, today
from waves import (
    contacted,
    frozen,
    people,
    person,
    recipients,
    rows,
    statuses,
    wave,
)

from relationship_crm.campaigns import run, sending, tasks, touches

pytestmark = pytest.mark.usefixtures("quiet")
CAMPAIGN = "Relationship Campaign"


@pytest.fixture
def spring(quiet):
    return frozen()


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
    ada = {"recipient_name": "Ada"}
    for again, status in ((now_datetime(), "Running"), (None, "Completed")):
        frappe.db.set_value("Campaign Touch", ada, {"status": "Reached", "next_contact_on": again})
        run.refresh(doc.name)
        doc.reload()
        assert (doc.status, doc.done, doc.waiting) == (status, 1, 0)
