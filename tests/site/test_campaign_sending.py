"""Mails of a wave: who gets one, what it says, and what is kept of it."""

from __future__ import annotations

import frappe
import pytest
from asking import settings
from frappe.utils import add_days, getdate, today
from waves import frozen, mail, message, people, person, recipients, rows, send, statuses, wave

from relationship_crm.campaigns import touches
from relationship_crm.campaigns.token import hash_of, token_of

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def spring(quiet):
    return frozen()


def test_everybody_to_be_contacted_gets_one_mail_and_nobody_else(spring):
    people(spring, "Ada", "Bob")
    person(spring, "Cleo", arm="Control")
    person(spring, "Dan", arm="Left Out", left_out_reason="No consent")
    doc = wave(spring)
    counts = send(doc)
    assert (counts.sent, counts.all) == (2, 2)
    assert recipients() == {"ada@example.com": 1, "bob@example.com": 1}
    assert statuses(doc) == {"Ada": "Sent", "Bob": "Sent"}
    assert send(doc).all == 0 and sum(recipients().values()) == 2


def test_a_mail_is_personal(spring):
    person(spring, "Ada", account_manager="Administrator", stage_name="Client", language="en")
    text = (
        "<p>{{ recipient_name }} of {{customer_name}}, {{&nbsp;stage }}: <b>{{ reward }}</b> "
        "says {{ account_manager }} at {{ company }}.</p>"
    )
    doc = wave(spring, message(text, subject="For {{ recipient_name }}", reward="a mug & more"))
    send(doc)
    [row] = rows(doc)
    subject, html, plain, headers = mail("ada@example.com")
    assert subject == "For Ada"
    assert "Ada of RCRM Ada, Client: <b" in html and "a mug &amp; more</b> says Administrator at " in html
    assert "a mug & more" in plain.replace("\n", " ")
    link = frappe.utils.get_url(f"/c/{token_of(row.name)}")
    assert f'href="{link}?r=1"' in html and f'href="{link}/stop"' in html
    assert link in plain.replace("\n", "")
    assert headers["List-Unsubscribe"] == f"<{link}/stop>"
    assert "x0" not in html.replace(token_of(row.name), "") and "{{" not in html
    assert row.token_hash == hash_of(token_of(row.name))


def test_one_click_is_enough_where_the_site_has_a_certificate(spring, monkeypatch):
    monkeypatch.setitem(frappe.local.conf, "host_name", "https://shop.example.com")
    person(spring, "Ada")
    send(wave(spring))
    _subject, html, _plain, headers = mail("ada@example.com")
    assert headers["List-Unsubscribe"].startswith("<https://shop.example.com")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert 'href="https://shop.example.com' in html


def test_what_is_filled_in_is_no_html(spring):
    person(spring, "Ada", recipient_name="<script>alert(1)</script>")
    send(wave(spring))
    subject, html, _plain, _headers = mail("ada@example.com")
    assert "<script>alert" not in html and "&lt;script&gt;alert(1)" in html
    assert subject == "News for <script>alert(1)</script>"


def test_a_message_is_no_program(spring):
    person(spring, "Ada")
    doc = wave(spring, message("<p>{% set a = 1 %}{{ company }}{{ 7 * 7 }}</p>".replace("{{ 7 * 7 }}", "")))
    send(doc)
    assert "{% set a = 1 %}" in mail("ada@example.com")[1]


def test_the_touch_keeps_what_the_mail_queue_forgets(spring):
    who = person(spring, "Ada")
    doc = wave(spring)
    send(doc)
    [row] = rows(doc)
    queued = frappe.get_doc("Email Queue", {"message_id": row.message_id})
    assert queued.communication == row.communication and row.delivery == "Queued"
    assert row.name == touches.name_of(doc.name, who) and getdate(row.touched_on) == getdate()
    kept = frappe.get_doc("Communication", row.communication)
    assert (kept.reference_doctype, kept.reference_name) == ("Customer", "RCRM Ada")
    assert (kept.message_id, kept.communication_type) == (row.message_id, "Automated Message")
    assert "Good day Ada" in kept.content and token_of(row.name) not in kept.content
    assert [link.link_name for link in kept.timeline_links] == [row.contact]


def test_a_stage_has_a_message_and_a_reward_of_its_own(spring):
    person(spring, "Ada", stage_name="Client")
    person(spring, "Bob", stage_name="Prospect")
    person(spring, "Cleo", stage_name="")
    own = message("<p>For clients: {{ reward }}</p>", stage="Kotler-Client", reward="a trip")
    doc = wave(spring, own, message("<p>For all: {{ reward }}</p>", reward="a pen"))
    send(doc)
    assert "For clients: a trip" in mail("ada@example.com")[1]
    assert "For all: a pen" in mail("bob@example.com")[1] and "For all: a pen" in mail("cleo@example.com")[1]


def test_who_cannot_be_reached_is_told_why(spring):
    person(spring, "Ada")
    person(spring, "Bob", email="bob@example.com", person_key="+49301", mobile_no="+49301")
    frappe.db.set_value("Campaign Member", {"recipient_name": "Bob"}, "email", "")
    doc = wave(spring, message(stage="Kotler-Client"))
    person(spring, "Cleo", stage_name="Prospect")
    send(doc)
    assert statuses(doc) == {
        "Ada": "Sent",
        "Bob": "Left Out: No e-mail address",
        "Cleo": "Left Out: No message for this stage",
    }


@pytest.mark.parametrize("why", ["contact", "global", "campaign", "page", "disabled", "consent"])
def test_nobody_who_does_not_want_it(spring, why):
    people(spring, "Ada", "Bob")
    doc = wave(spring)
    touches.create(doc)
    expected = "Left Out: Does not want campaigns"
    if why == "contact":
        frappe.db.set_value("Contact", {"email_id": "ada@example.com"}, "unsubscribed", 1)
    elif why in ("global", "campaign"):
        of = (
            {"global_unsubscribe": 1}
            if why == "global"
            else {"reference_doctype": "Relationship Campaign", "reference_name": spring}
        )
        frappe.get_doc({"doctype": "Email Unsubscribe", "email": "ada@example.com", **of}).insert()
    elif why == "page":
        from relationship_crm.campaigns import rest

        rest.known(["ada@example.com"])
        frappe.db.set_value("Survey Recipient", {"address": "ada@example.com"}, "no_campaigns", 1)
    elif why == "disabled":
        frappe.db.set_value("Customer", "RCRM Ada", "disabled", 1)
        expected = "Left Out: Customer is disabled"
    else:
        settings(campaign_consent="Only When Given")
        bob = {"email_id": "bob@example.com"}
        frappe.db.set_value("Contact", bob, "relationship_marketing_consent", "Given")
        expected = "Left Out: No consent"
    send(doc)
    assert statuses(doc) == {"Ada": expected, "Bob": "Sent"}
    assert recipients() == {"bob@example.com": 1}


def test_an_address_of_the_control_group_gets_nothing(spring):
    """Two members of different customers came to have one address after the lot was drawn."""
    people(spring, "Ada", "Bob")
    person(spring, "Cleo", arm="Control", email="ADA@example.com")
    doc = wave(spring)
    send(doc)
    assert statuses(doc) == {"Ada": "Left Out: In the control group", "Bob": "Sent"}
    assert recipients() == {"bob@example.com": 1}


def test_one_mail_that_cannot_be_written_keeps_nobody_else(spring, monkeypatch):
    from relationship_crm.campaigns.mail import Mails

    people(spring, "Ada", "Bob", "Cleo")
    doc = wave(spring)
    queue = Mails.queue

    def broken(self, row, written, token, **more):
        if row["recipient_name"] == "Bob":
            raise ValueError(f"no mail with {token}")
        return queue(self, row, written, token, **more)

    monkeypatch.setattr(Mails, "queue", broken)
    counts = send(doc)
    assert (counts.sent, counts.failed) == (2, 1)
    [bob] = rows(doc, recipient_name="Bob")
    assert (bob.status, bob.delivery, bob.touched_on) == ("Failed", "Error", None)
    assert bob.delivery_error == "ValueError: no mail with …"
    assert not frappe.db.exists("Communication", {"reference_name": "RCRM Bob"})
    assert not frappe.db.get_value("Survey Recipient", {"address": "bob@example.com"}, "last_contacted_on")
    monkeypatch.undo()
    assert touches.retry(doc.name) == 1 and send(doc).sent == 1
    assert recipients() == {f"{name}@example.com": 1 for name in ("ada", "bob", "cleo")}


def test_nothing_goes_out_before_its_day(spring):
    person(spring, "Ada")
    doc = wave(spring, send_on=add_days(today(), 3))
    assert send(doc).all == 0 and send(doc, add_days(today(), 2)).all == 0
    assert send(doc, add_days(today(), 3)).sent == 1


def test_after_the_campaign_nothing_goes_out(spring):
    person(spring, "Ada")
    doc = wave(spring)
    assert send(doc, add_days(today(), 21)).left_out == 1
    assert statuses(doc) == {"Ada": "Left Out: The campaign has ended"} and not recipients()
