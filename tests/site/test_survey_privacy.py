"""What of invitations and answers is handed out and erased: personal data requests, retention, deleted parties."""

from __future__ import annotations

import json

import erp
import frappe
import pytest
from answering import answered
from asking import ADA, DELIVERY, SURVEY, deliver, invitation, invitations, look, send, settings, survey
from frappe.utils import add_days, add_months, getdate, today

pytestmark = pytest.mark.usefixtures("unasked")


# on request


def test_personal_data_is_handed_out_and_erased(ada):
    from frappe.website.doctype.personal_data_download_request.personal_data_download_request import (
        get_user_data,
    )

    frappe.get_doc(
        {
            "doctype": "User",
            "email": ADA,
            "first_name": "Ada",
            "send_welcome_email": 0,
            "user_type": "Website User",
        }
    ).insert()
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    send()
    response = answered(ada, testimonial_text="Great people", testimonial_consent=1)
    other = answered(erp.customer("RCRM Bob"), email="bob@example.com")
    follow_up = frappe.get_doc(
        {
            "doctype": "Survey Follow Up",
            "response": response,
            "survey": SURVEY,
            "party_type": "Customer",
            "party": ada,
            "customer": ada,
            "due_date": today(),
            "comment": "The driver was late",
        }
    ).insert()
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "description": "The driver was late",
            "reference_type": "Survey Follow Up",
            "reference_name": follow_up.name,
        }
    ).insert()

    found = json.loads(get_user_data(ADA))
    assert found["Survey Invitation"][0]["recipient_name"] == "Ada"
    assert found["Survey Response"][0]["testimonial_text"] == "Great people"
    assert "The driver was late" in {row["text"] for row in found["Survey Answer"]}
    assert found["Survey Recipient"][0]["address"] == ADA
    assert "bob@example.com" not in json.dumps(found)

    request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": ADA}).insert()
    request.db_set("status", "Pending Approval")
    request.reload()
    request.trigger_data_deletion()  # runs at once under test
    request.reload()
    assert request.status == "Deleted"

    asked = invitation()
    assert not any((asked.email, asked.recipient_name, asked.mobile_no, asked.contact))
    doc = frappe.get_doc("Survey Response", response)
    assert not any((doc.email, doc.contact, doc.testimonial_text))
    assert [row.text for row in doc.answers] == [None, None] and doc.answers[0].score == 2
    assert not frappe.db.get_value("Survey Follow Up", follow_up.name, "comment")
    assert frappe.db.get_value("ToDo", task.name, "description") == follow_up.name
    assert not frappe.db.exists("Survey Recipient", {"address": ADA})
    kept = frappe.get_doc("Survey Response", other)
    assert kept.email == "bob@example.com" and kept.answers[1].text == "The driver was late"
    for doctype in (
        "Survey Invitation",
        "Survey Response",
        "Survey Answer",
        "Survey Recipient",
        "Survey Follow Up",
    ):
        assert ADA not in str(frappe.get_all(doctype, fields=["*"])), doctype


def test_what_was_waiting_is_not_sent_to_somebody_erased(ada):
    from relationship_crm.surveys.privacy import erase

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    erase("Ada@example.com")
    assert invitation().status == "Withdrawn"
    assert send().all == 0
    erase("")
    erase("nobody@example.com")


# after some years


def test_retention(ada):
    from relationship_crm.surveys.retention import erase_old

    survey(trigger=DELIVERY)
    settings(survey_retention_months=36)
    old, consented, young = (
        answered(ada, testimonial_text="Great", testimonial_consent=0),
        answered(ada, testimonial_text="Great", testimonial_consent=1),
        answered(ada),
    )
    limit = add_months(getdate(), -36)
    for name in (old, consented):
        frappe.db.set_value("Survey Response", name, "answered_on", add_days(limit, -1))
    frappe.db.set_value("Survey Response", young, "answered_on", limit)
    deliver(ada)
    look()
    send()
    frappe.db.set_value("Survey Invitation", invitation().name, "send_on", add_days(limit, -1))
    for address, last, refused in (("a@x.org", -1, 0), ("b@x.org", -1, 1), ("c@x.org", 1, 0)):
        values = {"doctype": "Survey Recipient", "address": address, "do_not_ask": refused}
        frappe.get_doc(values | {"last_sent_on": add_days(limit, last)}).insert()

    assert erase_old(lambda: None) == 3  # two responses, one invitation
    assert erase_old(lambda: None) == 0
    for name, text, testimonial in (
        (old, None, None),
        (consented, None, "Great"),
        (young, "The driver was late", None),
    ):
        doc = frappe.get_doc("Survey Response", name)
        assert (doc.answers[1].text, doc.testimonial_text) == (text, testimonial)
        assert bool(doc.email) == (name == young) and doc.customer == ada
        assert doc.answers[0].score == 2 and doc.answers[0].value == pytest.approx(0.25)
    asked = invitation()
    assert not any((asked.email, asked.recipient_name, asked.contact)) and asked.customer == ada
    left = set(frappe.get_all("Survey Recipient", pluck="address"))
    assert left == {"b@x.org", "c@x.org", ADA}

    settings(survey_retention_months=0)
    assert erase_old(lambda: None, getdate(add_months(today(), 1000))) == 0


# with the party


def test_a_deleted_customer_takes_its_answers_along(ada):
    from relationship_crm.surveys.invitations import invite

    survey()
    bob = erp.customer("RCRM Bob")
    kept = answered(bob)
    invite(SURVEY, "Customer", ada)
    gone = answered(ada)
    run = frappe.get_doc(
        {"doctype": "Survey Sending", "survey": SURVEY, "customers": [{"customer": ada}, {"customer": bob}]}
    ).insert()
    for name in frappe.get_all("Contact", {"email_id": ADA}, pluck="name"):
        frappe.delete_doc("Contact", name)
    assert invitation().contact is None
    frappe.delete_doc("Customer", ada)
    assert not frappe.db.exists("Survey Response", gone) and not frappe.db.exists(
        "Survey Answer", {"parent": gone}
    )
    assert invitations() == [] and frappe.db.exists("Survey Response", kept)
    assert [row.customer for row in frappe.get_doc("Survey Sending", run.name).customers] == [bob]


def test_a_deleted_lead(ada):
    from relationship_crm.surveys.invitations import invite

    survey()
    lead = erp.lead("RCRM Lea", email_id="lea@example.com")
    invite(SURVEY, "Lead", lead)
    became = answered(ada)
    frappe.db.set_value("Survey Response", became, {"party_type": "Lead", "party": lead, "customer": ada})
    frappe.delete_doc("Lead", lead)
    assert invitations(party_type="Lead") == []
    assert frappe.db.get_value("Survey Response", became, ["party_type", "party"]) == ("Customer", ada)
