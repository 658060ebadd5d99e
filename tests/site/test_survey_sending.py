"""Invitations on their way: reminders, expiry, text messages, and what may go wrong with mail."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import (
    DELIVERY,
    contact,
    deliver,
    invitation,
    invitations,
    look,
    mailer,
    mails,
    never,
    send,
    survey,
)
from frappe.utils import add_days, getdate, today

from relationship_crm.surveys.token import token_of

pytestmark = pytest.mark.usefixtures("unasked")


# reminders and expiry


def test_one_reminder(ada):
    from relationship_crm.surveys.sending import remind_due

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    send()
    assert remind_due(never, add_days(today(), 6)) == 0
    assert remind_due(never, add_days(today(), 7)) == 1
    assert remind_due(never, add_days(today(), 8)) == 0
    (_s, first, _r), (_s, second, _r) = mails("ada@example.com")
    link = f"/s/{token_of(invitation().name)}"
    assert link in first and link in second and first != second
    assert frappe.db.count("Communication", {"reference_doctype": "Customer", "reference_name": ada}) == 2


@pytest.mark.parametrize(
    "why", ["answered", "partly", "opted out", "page", "cancelled", "no reminder", "expired"]
)
def test_no_reminder(ada, why):
    from relationship_crm.surveys.sending import remind_due

    asks = survey(trigger=DELIVERY)
    note = deliver(ada)
    look()
    send()
    asked = invitation()
    if why in ("answered", "partly"):
        asked.db_set("status", "Answered" if why == "answered" else "Partly Answered")
    elif why == "opted out":
        frappe.db.set_value("Contact", asked.contact, "unsubscribed", 1)
    elif why == "page":
        frappe.db.set_value("Survey Recipient", {"address": "ada@example.com"}, "do_not_ask", 1)
    elif why == "cancelled":
        note.cancel()
    elif why == "no reminder":
        asks.db_set("reminder_after_days", 0)
    else:
        asked.db_set("expires_on", add_days(today(), 6))
    assert remind_due(never, add_days(today(), 7)) == 0
    assert len(mails("ada@example.com")) == 1


def test_expiry(ada):
    from relationship_crm.surveys.invitations import expire

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    send()
    assert expire(getdate(add_days(today(), 30)), 100) == 0
    assert expire(getdate(add_days(today(), 31)), 100) == 1
    assert invitation().status == "Expired"


# which surveys are sent


def test_a_disabled_survey_neither_asks_nor_sends(ada):
    asks = survey(trigger=DELIVERY)
    deliver(ada)
    look()
    asks.db_set("enabled", 0)
    assert look() == 0 and send().all == 0


def test_anonymous_surveys_are_sent_like_others(ada):
    survey(trigger=DELIVERY, anonymous=1, minimum_group=5)
    deliver(ada)
    look()
    assert send().sent == 1 and len(mails("ada@example.com")) == 1


# text messages


def test_text_messages(ada, monkeypatch):
    """Committed before the gateway is called; where the gateway refuses, the invitation failed."""
    gateway = frappe.get_single("SMS Settings")
    gateway.update(
        {"sms_gateway_url": "http://localhost", "message_parameter": "m", "receiver_parameter": "r"}
    )
    gateway.save()
    frappe.db.set_value("Contact", {"email_id": "ada@example.com"}, "mobile_no", "+49 (30) 12-34")
    sent, steps = [], []
    monkeypatch.setattr(
        "frappe.core.doctype.sms_settings.sms_settings.send_request",
        lambda url, params, *more: sent.append(params) or steps.append("sent") or 200,
    )
    survey(trigger=DELIVERY, channel="SMS")
    deliver(ada)
    look()
    asked = invitation()
    assert (asked.channel, asked.mobile_no) == ("SMS", "+49 (30) 12-34")
    assert frappe.db.exists("Survey Recipient", {"address": "+49301234"})
    from relationship_crm.surveys.sending import send_due

    assert send_due(lambda: steps.append("committed"), getdate()).sent == 1
    assert steps[:2] == ["committed", "sent"]
    link = f"/s/{token_of(asked.name)}"
    assert link in sent[0]["m"].decode() if isinstance(sent[0]["m"], bytes) else link in sent[0]["m"]
    comm = frappe.get_doc("Communication", invitation().communication)
    assert (comm.communication_medium, comm.phone_no) == ("SMS", "+49 (30) 12-34")
    assert token_of(asked.name) not in comm.content
    assert not frappe.db.exists("SMS Log", {"message": ("like", "%/s/%")})


def test_without_a_gateway_text_messages_become_mail(ada):
    frappe.db.set_single_value("SMS Settings", "sms_gateway_url", None)
    survey(trigger=DELIVERY, channel="SMS")
    deliver(ada)
    look()
    assert invitation().channel == "Email"
    assert send().sent == 1


# what may go wrong


def test_one_trigger_that_fails_does_not_keep_the_others(ada, monkeypatch):
    from relationship_crm.surveys import tasks

    survey("RCRM Broken", trigger=DELIVERY)
    survey("RCRM Whole", trigger=DELIVERY)
    deliver(ada)
    look_up, undone = tasks.occasions, []

    def broken(trigger, *more):
        if trigger.survey == "RCRM Broken":
            raise ValueError("broken")
        return look_up(trigger, *more)

    monkeypatch.setattr(tasks, "occasions", broken)
    monkeypatch.setattr(tasks, "_commit", never)
    monkeypatch.setattr(frappe.db, "rollback", lambda *args, **more: undone.append(1))
    tasks.send_relationship_surveys()
    monkeypatch.undo()
    assert undone == [1]
    assert [(i.survey, i.status) for i in invitations()] == [("RCRM Whole", "Sent")]


def test_without_a_mail_account_it_waits(ada):
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    frappe.db.set_value("Email Account", {"name": ("!=", "")}, {"enable_outgoing": 0, "default_outgoing": 0})
    frappe.local.outgoing_email_account = {}
    assert send().all == 0 and invitation().status == "Waiting"
    mailer()
    frappe.db.set_value("Email Account", "RCRM Surveys", {"enable_outgoing": 1, "default_outgoing": 1})
    frappe.local.outgoing_email_account = {}
    assert send().sent == 1


def test_a_mail_that_cannot_be_written(ada, monkeypatch):
    """The others go out; the address was not asked, and the error holds no link."""
    from relationship_crm.surveys import mail

    bob = erp.customer("RCRM Bob")
    contact(bob, "bob@example.com")
    survey(trigger=DELIVERY)
    deliver(ada)
    deliver(bob)
    look()
    write = mail.invitation_mail

    def broken(invitation, link, reminder=False):
        if invitation.party == ada:
            raise ValueError(f"cannot write {link}")
        return write(invitation, link, reminder=reminder)

    monkeypatch.setattr(mail, "invitation_mail", broken)
    counts = send()
    assert (counts.sent, counts.failed) == (1, 1)
    failed = invitation(party=ada)
    assert failed.status == "Failed" and failed.error.startswith("ValueError: cannot write")
    assert token_of(failed.name) not in failed.error
    assert frappe.db.get_value("Survey Recipient", {"address": "ada@example.com"}, "last_sent_on") is None
    assert mails("ada@example.com") == [] and len(mails("bob@example.com")) == 1


# what is left in the queue


def test_mail_that_has_gone_out_is_emptied(ada):
    from relationship_crm.surveys.sending import forget_sent_mail

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    send()
    assert forget_sent_mail(100) == 0
    ((_subject, _html, row),) = mails("ada@example.com")
    frappe.db.set_value("Email Queue", row.name, "status", "Sent")
    assert forget_sent_mail(100) == 1
    assert not frappe.db.get_value("Email Queue", row.name, "message") and forget_sent_mail(100) == 0
