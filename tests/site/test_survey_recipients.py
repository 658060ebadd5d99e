"""Who is asked, in which language, and how often: contacts, refusals, the rest period, open issues."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import DELIVERY, SURVEY, contact, days_ago, deliver, invitation, look, mails, send, survey
from contact import issue
from frappe.utils import add_days, getdate, today

pytestmark = pytest.mark.usefixtures("unasked")


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


# in which language


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


# not while an issue is open


def test_quiet_while_an_issue_is_open(ada):

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    name = issue(ada, today())
    assert send().all == 0 and invitation().status == "Waiting"
    frappe.db.set_value("Issue", name, "status", "Closed")
    assert send().sent == 1


def test_quiet_for_too_long_expires(ada):

    from relationship_crm.surveys.invitations import expire

    survey(trigger=DELIVERY, expires_after_days=5)
    deliver(ada)
    look()
    issue(ada, today())
    assert expire(getdate(add_days(today(), 5)), 100) == 0
    assert expire(getdate(add_days(today(), 6)), 100) == 1
    assert invitation().status == "Expired"
