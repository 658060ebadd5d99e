"""From an event to a mail: triggers, recipients, the rest period, reminders, expiry. Real documents, the real mail queue."""

from __future__ import annotations

from datetime import datetime, timedelta

import erp
import frappe
import pytest
from asking import (
    SURVEY,
    advise,
    contact,
    days_ago,
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

from relationship_crm.surveys.token import hash_of, token_of

DELIVERY = {"event": "Delivery"}
SECRET = ("token_hash", "invitation_key")


@pytest.fixture(autouse=True)
def post(clean):
    """Mail can be queued; no survey but the test's own is switched on, nobody was asked yet."""
    mailer()
    frappe.db.set_value("Relationship Survey", {"name": ("!=", "")}, "enabled", 0)
    for doctype in ("Survey Invitation", "Survey Recipient", "Email Queue", "Email Queue Recipient"):
        frappe.db.delete(doctype)
    frappe.db.set_single_value(
        "Relationship CRM Settings", {"survey_rest_days": 90, "survey_quiet_with_open_issue": 1}
    )
    frappe.clear_document_cache("Relationship CRM Settings", "Relationship CRM Settings")


@pytest.fixture
def ada() -> str:
    """A customer with one contact."""
    name = erp.customer("RCRM Ada", account_manager="Administrator")
    contact(name, "ada@example.com")
    return name


def settings(**values) -> None:
    frappe.db.set_single_value("Relationship CRM Settings", values)
    frappe.clear_document_cache("Relationship CRM Settings", "Relationship CRM Settings")


# the whole way


def test_a_delivery_is_asked_about(ada):
    survey(trigger=DELIVERY)
    note = deliver(ada, sales_team=[{"sales_person": erp.ANNA, "allocated_percentage": 100}])
    assert look() == 1
    asked = invitation()
    assert (asked.status, asked.party_type, asked.party, asked.customer) == ("Waiting", "Customer", ada, ada)
    assert (asked.email, asked.recipient_name, asked.channel) == ("ada@example.com", "Ada", "Email")
    assert (asked.voucher_type, asked.voucher_no, asked.trigger_event) == (
        "Delivery Note",
        note.name,
        "Delivery",
    )
    assert (asked.company, asked.customer_group, asked.territory) == (erp.COMPANY, erp.TRADE, erp.NORTH)
    assert (asked.sales_person, asked.account_manager, asked.item_group) == (
        erp.ANNA,
        "Administrator",
        f"{erp.WIDGET}s",
    )
    assert (getdate(asked.send_on), getdate(asked.expires_on)) == (getdate(), add_days(getdate(), 30))
    assert look() == 0 and len(invitations()) == 1

    assert send().sent == 1
    asked.reload()
    assert asked.status == "Sent" and asked.sent_on and getdate(asked.expires_on) == add_days(getdate(), 30)
    ((subject, html, row),) = mails("ada@example.com")
    token = token_of(asked.name)
    assert subject == "How was it?" and "How satisfied are you?" in html
    for score in range(1, 6):  # the question in the mail: a link for each answer
        assert f"/s/{token}?a={score}" in html
    assert f"/s/{token}/stop" in html
    assert (row.status, row.priority, row.reference_doctype) == ("Not Sent", 0, "Relationship Survey")
    assert asked.token_hash == hash_of(token)


def test_the_timeline_says_so_without_the_link(ada):
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    send()
    asked = invitation()
    comm = frappe.get_doc("Communication", asked.communication)
    assert (comm.reference_doctype, comm.reference_name) == ("Customer", ada)
    assert (comm.communication_type, comm.communication_medium, comm.sent_or_received) == (
        "Automated Message",
        "Email",
        "Sent",
    )
    assert "May we ask how it went?" in comm.content and comm.recipients == "ada@example.com"
    assert asked.contact in [link.link_name for link in comm.timeline_links]
    token = token_of(asked.name)
    for doctype in ("Communication", "Survey Invitation", "Comment", "Version", "Error Log", "Activity Log"):
        for found in frappe.get_all(doctype, fields=["*"]):
            assert token not in str(found), doctype


# when


def test_cancelling_withdraws(ada):
    survey(trigger=DELIVERY | {"wait_days": 3})
    note = deliver(ada)
    look()
    assert invitation().status == "Waiting"
    note.cancel()
    asked = invitation()
    assert (asked.status, asked.withdrawn_reason) == ("Withdrawn", "The document was cancelled")
    assert send(add_days(today(), 3)).all == 0 and mails("ada@example.com") == []


def test_the_sender_looks_at_the_document_itself(ada):
    survey(trigger=DELIVERY)
    note = deliver(ada)
    look()
    frappe.db.set_value("Delivery Note", note.name, "docstatus", 2)  # by SQL, without an event
    assert send().withdrawn == 1
    assert invitation().withdrawn_reason == "The document does not stand any more"


def test_it_waits_for_its_day(ada):
    survey(trigger=DELIVERY | {"wait_days": 3})
    deliver(ada, days_ago(2))
    look()
    assert getdate(invitation().send_on) == add_days(getdate(), 1)
    assert send().all == 0
    assert send(add_days(today(), 1)).sent == 1


@pytest.mark.parametrize("days, asked", [(17, 1), (18, 0)])
def test_old_documents_are_not_asked_about(ada, days, asked):
    """Three days of waiting and a fortnight."""
    survey(trigger=DELIVERY | {"wait_days": 3})
    deliver(ada, days_ago(days))
    assert look() == asked


def test_nothing_from_before_the_trigger(ada):
    asks = survey(trigger=DELIVERY)
    deliver(ada)
    asks.reload()
    asks.triggers[0].db_set("enabled_on", datetime.now() + timedelta(minutes=1))
    assert look() == 0


def test_a_trigger_notes_when_it_was_enabled():
    asks = survey(trigger=DELIVERY | {"enabled": 0})
    assert asks.triggers[0].enabled_on is None
    asks.reload()
    asks.triggers[0].enabled = 1
    asks.save()
    noted = asks.triggers[0].enabled_on
    assert noted is not None
    asks.save()
    assert asks.triggers[0].enabled_on == noted
    asks.enabled = 0
    asks.save()
    assert asks.triggers[0].enabled_on is None


def test_returns_and_drafts_are_no_deliveries(ada):
    survey(trigger=DELIVERY)
    note = deliver(ada)
    draft = deliver(ada, submit=False)
    from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

    back = make_sales_return(note.name)
    back.insert()
    back.submit()
    look()
    assert [i.voucher_no for i in invitations()] == [note.name] and draft.docstatus == 0


def test_company_group_and_territory(ada):
    south = erp.customer("RCRM Bob", group=erp.CRAFT, territory=erp.SOUTH)
    contact(south, "bob@example.com")
    survey("RCRM North", trigger=DELIVERY | {"territory": erp.NORTH})
    survey("RCRM Craft", trigger=DELIVERY | {"customer_group": erp.CRAFT})
    survey(
        "RCRM Everywhere",
        trigger=DELIVERY | {"territory": erp.root("Territory") if hasattr(erp, "root") else ""},
    )
    survey("RCRM Haus only", trigger=DELIVERY | {"company": erp.COMPANY_EUR})
    deliver(ada)
    deliver(south)
    look()
    assert {(i.survey, i.party) for i in invitations()} == {
        ("RCRM North", ada),
        ("RCRM Craft", south),
        ("RCRM Everywhere", ada),
        ("RCRM Everywhere", south),
    }


def test_an_empty_scope_stays_empty():
    """Frappe would fill the company with the site's own."""
    frappe.db.set_default("company", erp.COMPANY)
    asks = survey(trigger=DELIVERY)
    assert not asks.triggers[0].company
    asks.append("triggers", {"event": "Issue Closed", "enabled": 1})
    asks.save()
    assert not asks.triggers[1].company


def test_sampling_is_a_fixed_draw(ada):
    from relationship_crm.surveys.triggers import in_sample

    survey(trigger=DELIVERY | {"sample_percent": 50})
    notes = [advise(ada).name for _ in range(12)]
    drawn = {name for name in notes if in_sample(SURVEY, name, 50)}
    look()
    assert {i.voucher_no for i in invitations()} == drawn
    assert 0 < len(drawn) < 12
    look()
    assert len(invitations()) == len(drawn)
    assert in_sample("S", "D", 100) and not in_sample("S", "D", 0)
    # CRC-32 of "S|D" is 0x29..., worked out by hand below
    from zlib import crc32

    share = crc32(b"S|D") % 10_000 / 100
    assert in_sample("S", "D", share + 0.01) and not in_sample("S", "D", share)


def test_a_paid_invoice(ada):
    survey(trigger={"event": "Invoice Paid", "wait_days": 0})
    bill = erp.invoice(ada, days_ago(9), [(erp.ADVICE, 1, 100)], due=today())
    credited = erp.invoice(ada, days_ago(9), [(erp.ADVICE, 1, 70)], due=today())
    erp.credit_note(credited, days_ago(3))
    assert look() == 0
    erp.payment(bill, days_ago(5), 60)
    assert look() == 0
    last = erp.payment(bill, days_ago(2), 40)
    assert look() == 1
    asked = invitation()
    assert (asked.voucher_no, getdate(asked.send_on)) == (bill.name, getdate(days_ago(2)))
    last.cancel()
    assert send().withdrawn == 1


def test_a_closed_issue(ada):
    from contact import issue

    survey(trigger={"event": "Issue Closed"})
    name = issue(ada, today())
    assert look() == 0
    doc = frappe.get_doc("Issue", name)
    doc.status = "Closed"
    doc.save()
    assert look() == 1
    doc.reload()
    doc.status = "Open"
    doc.save()
    assert send().all == 0 and invitation().status == "Waiting"
    settings(survey_quiet_with_open_issue=0)
    assert send().all == 0  # the issue itself is open, however loud we may be
    doc.reload()
    doc.status = "Resolved"
    doc.save()
    assert send().sent == 1
    assert invitation().voucher_no == name


def test_a_stage_change(ada):
    from frappe.utils import now

    survey("RCRM Up", trigger={"event": "Stage Change", "direction": "Up"})
    survey("RCRM Any", trigger={"event": "Stage Change", "direction": "Any"})

    def moved(stage: str, direction: str, source: str) -> None:
        values = {"doctype": "Relationship Stage Change", "party_type": "Customer", "party": ada}
        values |= {"to_stage": stage, "direction": direction, "source": source, "changed_on": today()}
        frappe.get_doc(values | {"creation": now()}).insert()

    moved("Client", "Up", "Assessment")
    moved("Prospect", "Down", "Assessment")
    moved("Advocate", "Up", "History")
    look()
    assert {(i.survey, i.voucher_no) for i in invitations()} == {
        ("RCRM Up", f"{today()} Client"),
        ("RCRM Any", f"{today()} Client"),
        ("RCRM Any", f"{today()} Prospect"),
    }
    frappe.db.delete("Relationship Stage Change", {"party": ada})
    moved("Client", "Up", "Assessment")  # the same move, written anew
    assert look() == 0


def test_every_three_months(ada):
    """The day is drawn: CRC-32 of survey and customer gives the month modulo 3, and the day 1..28."""
    from zlib import crc32

    survey(trigger={"event": "Every N Months", "months": 3})
    frappe.db.set_value("Customer", ada, "creation", "2020-01-01 00:00:00")
    draw = crc32(f"{SURVEY}|{ada}".encode())
    day = getdate(f"2027-01-{draw // 3 % 28 + 1:02d}")
    while (day.year * 12 + day.month - 1) % 3 != draw % 3:
        day = getdate(add_days(day.replace(day=28), 4)).replace(day=day.day)
    assert look(add_days(day, -1)) == 0
    assert look(day) == 1
    assert look(add_days(day, 13)) == 0
    asked = invitation()
    assert (getdate(asked.send_on), asked.voucher_no) == (day, day.strftime("%Y-%m"))
    later = getdate(frappe.utils.add_months(day, 3))
    assert look(add_days(later, -1)) == 0
    assert look(add_days(later, 14)) == 1
    assert look(add_days(later, 15)) == 0
    assert [getdate(i.send_on) for i in invitations()] == [day, later]


# whom


def test_the_contact_on_the_document_comes_first(ada):
    other = contact(ada, "buyer@example.com", is_primary_contact=0)
    survey(trigger=DELIVERY)
    deliver(ada, contact_person=other)
    look()
    assert invitation().email == "buyer@example.com"


def test_nobody_to_ask():
    lonely = erp.customer("RCRM Lonely")
    survey(trigger=DELIVERY)
    deliver(lonely)
    assert look() == 1
    asked = invitation()
    assert (asked.status, asked.withdrawn_reason) == ("Withdrawn", "No address")
    assert look() == 0


def test_who_unsubscribed_is_passed_over(ada):
    survey(trigger=DELIVERY)
    frappe.db.set_value("Contact", {"email_id": "ada@example.com"}, "unsubscribed", 1)
    contact(ada, "second@example.com", is_primary_contact=0)
    deliver(ada)
    look()
    assert invitation().email == "second@example.com"


@pytest.mark.parametrize(
    "how", ["contact", "global", "survey", "other survey", "page", "disabled", "the customer's own address"]
)
def test_opting_out(ada, how):
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    name = invitation().contact

    def unsubscribe(**values) -> None:
        frappe.get_doc({"doctype": "Email Unsubscribe", "email": "ada@example.com", **values}).insert()

    if how == "contact":
        frappe.db.set_value("Contact", name, "unsubscribed", 1)
    elif how == "global":
        unsubscribe(global_unsubscribe=1)
    elif how == "survey":
        unsubscribe(reference_doctype="Relationship Survey", reference_name=SURVEY)
    elif how == "other survey":
        unsubscribe(reference_doctype="Relationship Survey", reference_name=survey("RCRM Other").name)
    elif how == "page":
        frappe.db.set_value("Survey Recipient", {"address": "ada@example.com"}, "do_not_ask", 1)
    elif how == "disabled":
        frappe.db.set_value("Customer", ada, "disabled", 1)
    else:
        frappe.db.set_value("Contact", name, "unsubscribed", 1)
        frappe.db.set_value("Survey Invitation", invitation().name, "contact", None)
    counts = send()
    if how == "other survey":
        assert counts.sent == 1
        return
    assert counts.withdrawn == 1 and mails("ada@example.com") == []
    reason = "Customer is disabled" if how == "disabled" else "Does not want to be asked"
    assert invitation().withdrawn_reason == reason


def test_leads_and_prospects():
    from relationship_crm.surveys.invitations import invite

    survey()
    lead = erp.lead("RCRM Lea", email_id="lea@example.com")
    assert invite(SURVEY, "Lead", lead)
    asked = invitation(party_type="Lead")
    assert (asked.email, asked.customer, asked.recipient_name) == ("lea@example.com", None, "RCRM Lea")
    prospect = frappe.get_doc(
        {"doctype": "Prospect", "company_name": "RCRM Prospect", "leads": [{"lead": lead}]}
    ).insert()
    invite(SURVEY, "Prospect", prospect.name)
    assert invitation(party_type="Prospect").email == "lea@example.com"
    frappe.db.set_value("Lead", lead, "status", "Do Not Contact")
    counts = send()
    assert (counts.withdrawn, counts.sent) == (1, 1)  # the lead; the prospect's own answer is not the lead's


@pytest.mark.parametrize(
    "language, subject", [("de", "Wie war es?"), ("fr", "How was it?"), (None, "How was it?")]
)
def test_the_contacts_language(ada, language, subject):
    survey(trigger=DELIVERY)
    frappe.db.set_value("Customer", ada, "language", language)
    deliver(ada)
    look()
    send()
    ((found, html, _row),) = mails("ada@example.com")
    assert found == subject
    assert ("Wie zufrieden sind Sie?" in html) == (language == "de")


def test_the_contacts_user_speaks_first(ada):
    user = frappe.get_doc(
        {
            "doctype": "User",
            "email": "ada@example.com",
            "first_name": "Ada",
            "language": "de",
            "send_welcome_email": 0,
        }
    ).insert()
    frappe.db.set_value("Contact", {"email_id": "ada@example.com"}, "user", user.name)
    frappe.db.set_value("Customer", ada, "language", "en")
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    assert invitation().language == "de"


# not too often


def test_the_rest_period_holds_over_all_surveys(ada):
    survey("RCRM First", trigger=DELIVERY)
    survey("RCRM Second", trigger=DELIVERY)
    deliver(ada)
    assert look() == 2
    counts = send()
    assert (counts.sent, counts.withdrawn) == (1, 1)
    first, second = invitation(survey="RCRM First"), invitation(survey="RCRM Second")
    assert {first.status, second.status} == {"Sent", "Withdrawn"}
    assert {first.withdrawn_reason or "", second.withdrawn_reason or ""} == {"", "Asked too recently"}
    assert len(mails("ada@example.com")) == 1


@pytest.mark.parametrize("days, sent", [(89, 0), (90, 1)])
def test_days_of_rest(ada, days, sent):
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    last = f"{days_ago(days)} 23:59:00"
    frappe.db.set_value("Survey Recipient", {"address": "ada@example.com"}, "last_sent_on", last)
    assert send().sent == sent


def test_one_address_of_two_customers(ada):
    bob = erp.customer("RCRM Bob")
    contact(bob, "ADA@example.com")
    survey(trigger=DELIVERY)
    deliver(ada)
    deliver(bob)
    look()
    counts = send()
    assert (counts.sent, counts.withdrawn) == (1, 1)
    assert frappe.db.count("Survey Recipient", {"address": "ada@example.com"}) == 1


def test_a_follow_up_does_not_rest_nor_wait_for_issues(ada):
    from contact import issue

    from relationship_crm.surveys.invitations import FOLLOW_UP, invite

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    send()
    issue(ada, today())
    name = invite(
        SURVEY, "Customer", ada, event=FOLLOW_UP, voucher_type="Survey Follow Up", voucher_no="FU-1"
    )
    assert (
        invite(SURVEY, "Customer", ada, event=FOLLOW_UP, voucher_type="Survey Follow Up", voucher_no="FU-1")
        == name
    )
    assert send().sent == 1
    frappe.db.set_value("Survey Recipient", {"address": "ada@example.com"}, "do_not_ask", 1)
    invite(SURVEY, "Customer", ada, event=FOLLOW_UP, voucher_type="Survey Follow Up", voucher_no="FU-2")
    assert send().withdrawn == 1


def test_quiet_while_an_issue_is_open(ada):
    from contact import issue

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    name = issue(ada, today())
    assert send().all == 0 and invitation().status == "Waiting"
    frappe.db.set_value("Issue", name, "status", "Closed")
    assert send().sent == 1


def test_quiet_for_too_long_expires(ada):
    from contact import issue

    from relationship_crm.surveys.invitations import expire

    survey(trigger=DELIVERY, expires_after_days=5)
    deliver(ada)
    look()
    issue(ada, today())
    assert expire(getdate(add_days(today(), 5)), 100) == 0
    assert expire(getdate(add_days(today(), 6)), 100) == 1
    assert invitation().status == "Expired"


# afterwards


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


def test_without_a_gateway_text_messages_become_mail(ada):
    frappe.db.set_single_value("SMS Settings", "sms_gateway_url", None)
    survey(trigger=DELIVERY, channel="SMS")
    deliver(ada)
    look()
    assert invitation().channel == "Email"
    assert send().sent == 1
