"""What a message looks like before it is sent, and what became of it afterwards."""

from __future__ import annotations

import erp
import frappe
import pytest
from desk import MANAGER, user
from waves import frozen, mail, message, people, person, rows, send, wave

from relationship_crm.campaigns import delivery, tasks

pytestmark = pytest.mark.usefixtures("quiet")
CAMPAIGN = "Relationship Campaign"


@pytest.fixture
def spring(quiet):
    return frozen()


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
