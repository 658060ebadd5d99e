"""Nobody hears from us twice within the days of rest: campaigns and surveys, on every way."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
import pytest
from asking import DELIVERY, deliver, invitation, look, never, settings, survey
from asking import send as send_surveys
from frappe.utils import add_days, get_datetime, getdate, now_datetime, today
from waves import contacted, frozen, message, people, person, recipients, rows, send, statuses, wave

from relationship_crm.campaigns import rest
from relationship_crm.campaigns.touches import create
from relationship_crm.surveys import retention

ADA = "ada@example.com"


@pytest.fixture
def spring(quiet, unasked):
    settings(contact_rest_days=7, survey_rest_days=90)
    return frozen()


def last(address: str = ADA):
    return frappe.db.get_value("Survey Recipient", {"address": address}, "last_contacted_on")


def test_the_days_are_counted_from_day_to_day():
    late = datetime(2026, 3, 1, 23, 59)
    assert rest.is_resting(late, datetime(2026, 3, 7, 0, 1), 7)
    assert not rest.is_resting(late, datetime(2026, 3, 8, 0, 1), 7)
    assert not rest.is_resting(None, late, 7) and not rest.is_resting(late, late, 0)
    assert str(rest.rested_on(late, 7)) == "2026-03-08"


def test_two_waves_in_the_days_of_rest(spring):
    person(spring, "Ada")
    first, second = wave(spring), wave(spring, wave=2)
    assert send(first).sent == 1 and getdate(last()) == getdate()
    assert send(second).postponed == 1
    assert statuses(second) == {"Ada": "Waiting: Contacted too recently"}
    [row] = rows(second)
    assert row.send_on == getdate(add_days(today(), 7)) and row.touched_on is None
    assert send(second, add_days(today(), 6)).all == 0
    assert send(second, add_days(today(), 7)).sent == 1
    [row] = rows(second)
    assert (row.status, row.reason) == ("Sent", "") and recipients() == {ADA: 2}


def test_campaigns_share_the_rest(spring):
    person(spring, "Ada")
    other = frozen("RCRM Autumn")
    person(other, "Ada")
    assert send(wave(spring)).sent == 1
    assert send(wave(other)).postponed == 1


def test_who_rests_until_after_the_end_is_left_out(spring):
    people(spring, "Ada", "Bob")
    frappe.db.set_value("Relationship Campaign", spring, "end_date", add_days(today(), 3))
    contacted([ADA], days_ago=1)
    contacted(["bob@example.com"], days_ago=4)
    doc = wave(spring)
    counts = send(doc)
    # Ada rests until the sixth day from now, Bob until the third, which is the last
    assert (counts.left_out, counts.postponed) == (1, 1)
    assert statuses(doc) == {
        "Ada": "Left Out: Contacted too recently",
        "Bob": "Waiting: Contacted too recently",
    }


def test_without_days_of_rest_nobody_rests(spring):
    settings(contact_rest_days=0)
    person(spring, "Ada")
    contacted([ADA], days_ago=0)
    assert send(wave(spring)).sent == 1


def test_a_person_has_two_addresses(spring):
    """A text message yesterday, a mail today: one person."""
    person(spring, "Ada", mobile_no="+49 (30) 12-34")
    contacted(["+49301234"], days_ago=1)
    assert send(wave(spring)).postponed == 1


def test_what_was_used_is_remembered_and_not_the_number_of_the_office(spring):
    people(spring, "Ada", "Bob", mobile_no="+49 30 1")
    assert send(wave(spring)).sent == 2
    assert last() and not last("+49301")


def test_two_people_of_one_address_get_one_message(spring):
    """Lists are without doubles; two campaigns at once may not be."""
    person(spring, "Ada")
    person(spring, "Bob", email="ADA@example.com ".strip())
    doc = wave(spring)
    counts = send(doc)
    assert (counts.sent, counts.postponed) == (1, 1) and sum(recipients().values()) == 1


# surveys


def asked(name: str = "RCRM Ada"):
    survey(trigger=DELIVERY)
    deliver(name)
    look()
    return invitation()


def test_after_a_survey_a_campaign_waits(spring):
    person(spring, "Ada")
    asked()
    assert send_surveys().sent == 1
    assert get_datetime(last()) and send(wave(spring)).postponed == 1


def test_after_a_campaign_a_survey_waits_and_is_sent_then(spring):
    person(spring, "Ada")
    assert send(wave(spring)).sent == 1
    asked()
    counts = send_surveys()
    assert (counts.sent, counts.withdrawn, counts.postponed) == (0, 0, 1)
    waits = invitation()
    assert (waits.status, waits.send_on) == ("Waiting", getdate(add_days(today(), 7)))
    frappe.db.set_value(
        "Survey Recipient", {"address": ADA}, "last_contacted_on", add_days(now_datetime(), -7)
    )
    assert send_surveys(add_days(today(), 7)).sent == 1
    row = frappe.get_doc("Survey Recipient", {"address": ADA})
    assert row.last_contacted_on == row.last_sent_on


def test_a_survey_does_not_keep_surveys_waiting_as_a_campaign_does(spring):
    """Between surveys their own days of rest count."""
    settings(survey_rest_days=0)
    person(spring, "Ada")
    asked()
    assert send_surveys().sent == 1
    deliver("RCRM Ada")
    look()
    assert send_surveys().sent == 1


def test_a_survey_that_cannot_be_sent_contacted_nobody(spring, monkeypatch):
    from relationship_crm.surveys import mail

    def broken(*_args, **_more):
        raise ValueError("broken")

    person(spring, "Ada")
    contacted([ADA], days_ago=30)
    before = last()
    asked()
    monkeypatch.setattr(mail, "invitation_mail", broken)
    assert send_surveys().failed == 1
    row = frappe.get_doc("Survey Recipient", {"address": ADA})
    assert (row.last_contacted_on, row.last_sent_on) == (before, None)


def test_reminders_rest_too(spring):
    from relationship_crm.surveys.sending import remind_due

    person(spring, "Ada")
    asked()
    assert send_surveys().sent == 1
    invited = frappe.db.get_value("Survey Recipient", {"address": ADA}, "last_sent_on")
    rest.contacted(ADA, invited + timedelta(seconds=1))
    assert remind_due(never, add_days(today(), 7)) == 0
    rest.contacted(ADA, add_days(invited, -7))
    assert remind_due(never, add_days(today(), 8)) == 1
    assert getdate(last()) == getdate()


def test_old_rows_know_only_surveys(spring):
    """Rows from before there were campaigns."""
    person(spring, "Ada")
    rest.known([ADA])
    frappe.db.set_value("Survey Recipient", {"address": ADA}, "last_sent_on", add_days(now_datetime(), -2))
    assert send(wave(spring)).postponed == 1


def test_who_refused_stays_known_and_who_was_contacted_lately(spring):
    contacted([ADA, "bob@example.com", "cleo@example.com"], days_ago=400)
    frappe.db.set_value("Survey Recipient", {"address": ADA}, "no_campaigns", 1)
    contacted(["dan@example.com"], days_ago=400)
    contacted(["bob@example.com"], days_ago=3)
    frappe.db.set_value(
        "Survey Recipient", {"address": "cleo@example.com"}, "last_sent_on", add_days(now_datetime(), -3)
    )
    day = getdate(add_days(today(), -90))
    retention.forget_addresses(day, day)
    kept = frappe.get_all("Survey Recipient", pluck="address", order_by="address")
    assert kept == [ADA, "bob@example.com", "cleo@example.com"]


# text messages


@pytest.fixture
def gateway(monkeypatch):
    doc = frappe.get_single("SMS Settings")
    doc.update({"sms_gateway_url": "http://localhost", "message_parameter": "m", "receiver_parameter": "r"})
    doc.save()
    sent: list[str] = []
    monkeypatch.setattr(
        "frappe.core.doctype.sms_settings.sms_settings.send_request",
        lambda url, params, *more: sent.append(params["m"]) or 200,
    )
    return sent


def test_text_messages(spring, gateway):
    from relationship_crm.campaigns import sending
    from relationship_crm.campaigns.token import link_of

    person(spring, "Ada", mobile_no="+49 (30) 12-34")
    person(spring, "Bob")
    doc = wave(spring, message("<p>Hello {{ recipient_name }}</p><p>Bye &amp; thanks</p>"), channel="SMS")
    create(doc)
    steps: list[str] = []
    counts = sending.send_due(doc, lambda: steps.append(f"committed, {len(gateway)} sent"))
    assert counts.sent == 1 and steps[0] == "committed, 0 sent"
    [row] = rows(doc, recipient_name="Ada")
    text = gateway[0].decode() if isinstance(gateway[0], bytes) else gateway[0]
    assert text == f"Hello Ada\nBye & thanks\n{link_of(row.name)}"
    assert (row.status, row.delivery) == ("Sent", "Sent") and last("+49301234")
    note = frappe.get_doc("Communication", row.communication)
    assert (note.communication_medium, note.phone_no) == ("SMS", "+49 (30) 12-34")
    assert "/c/" not in note.content and not frappe.db.exists("SMS Log", {"message": ("like", "%/c/%")})
    assert statuses(doc)["Bob"] == "Left Out: No phone number"


def test_a_text_that_the_gateway_refuses(spring, gateway, monkeypatch):
    def refused(*_args):
        raise ValueError("no credit")

    monkeypatch.setattr("frappe.core.doctype.sms_settings.sms_settings.send_request", refused)
    person(spring, "Ada", mobile_no="+49301234")
    doc = wave(spring, channel="SMS")
    assert send(doc).failed == 1
    [row] = rows(doc)
    assert (row.status, row.delivery_error, row.touched_on) == ("Failed", "ValueError: no credit", None)
    assert not last("+49301234") and not frappe.db.exists("Communication", {"reference_name": "RCRM Ada"})
