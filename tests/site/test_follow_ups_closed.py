"""What becomes of a follow-up: first contact, escalation, closing with cause and measure, asked again, deleted."""

from __future__ import annotations

from typing import Any

import contact
import erp
import frappe
import pytest
from answering import respond
from caring import ANNA, CHEF, follow_up_of, looked_after, make_rounds, tasks
from frappe.utils import add_to_date, now_datetime

from relationship_crm.surveys import loop

pytestmark = pytest.mark.usefixtures("people")


# first contact


def test_contact_made_by_button(asks) -> None:
    found = follow_up_of(respond(asks, erp.customer("RCRM Called", account_manager=ANNA), nps=1))
    frappe.set_user(ANNA)
    assert loop.note_contact(found.name) == "Contacted"
    found.reload()
    assert found.first_contact_on
    assert loop.note_contact(found.name) == "Contacted"  # a second click changes nothing
    found.status = "Open"
    found.save()
    assert not found.first_contact_on  # it was noted by mistake


def test_a_message_to_the_customer_is_the_contact(asks) -> None:
    customer = erp.customer("RCRM Written To", account_manager=ANNA)
    contact.message(
        "Customer", customer, add_to_date(now_datetime(), hours=-1), sent=True
    )  # before the answer
    found = follow_up_of(respond(asks, customer, nps=1))
    received = contact.message("Customer", customer, add_to_date(now_datetime(), hours=1), sent=False)
    invitation = contact.message("Customer", customer, add_to_date(now_datetime(), hours=1), sent=True)
    frappe.db.set_value("Communication", invitation, "communication_type", "Automated Message")
    make_rounds()
    assert frappe.db.get_value("Survey Follow Up", found.name, "status") == "Open"
    assert received
    later = add_to_date(now_datetime(), hours=3).replace(microsecond=0)
    contact.message("Customer", customer, add_to_date(later, hours=2), sent=True)
    contact.message("Customer", customer, later, sent=True)
    make_rounds()
    found.reload()
    assert (found.status, found.first_contact_on) == ("Contacted", later)


def test_a_message_linked_by_its_contact_counts_too(asks) -> None:
    customer = erp.customer("RCRM Linked")
    found = follow_up_of(respond(asks, customer, nps=1))
    name = contact.message("Survey Follow Up", found.name, add_to_date(now_datetime(), hours=4), sent=True)
    other = contact.message(
        "Customer", erp.customer("RCRM Not Linked"), add_to_date(now_datetime(), hours=2), True
    )
    doc = frappe.get_doc("Communication", other)
    doc.append("timeline_links", {"link_doctype": "Customer", "link_name": customer})
    doc.save()
    make_rounds()
    found.reload()
    assert name
    assert found.status == "Contacted"
    assert found.first_contact_on == frappe.db.get_value("Communication", other, "communication_date")


# escalation


def aged(follow_up: Any, days: float) -> None:
    """As if it had been opened so many days earlier."""
    opened = add_to_date(follow_up.opened_on, days=-days)
    frappe.db.set_value("Survey Follow Up", follow_up.name, "opened_on", opened, update_modified=False)


def test_nobody_got_in_touch(asks) -> None:
    found = follow_up_of(respond(asks, erp.customer("RCRM Waits", account_manager=ANNA), nps=1))
    make_rounds()
    aged(found, 4.9)
    make_rounds()
    found.reload()
    assert not found.escalated_on
    aged(found, 0.2)
    make_rounds()
    found.reload()
    assert found.escalated_on
    assert (found.escalated_to, found.assigned_to, found.status) == (CHEF, CHEF, "Open")
    assert tasks(found.name) == [(ANNA, "Cancelled"), (CHEF, "Open")]
    assert (
        frappe.db.get_value("ToDo", {"allocated_to": CHEF, "reference_name": found.name}, "priority")
        == "High"
    )
    told = frappe.get_all(
        "Notification Log", {"document_name": found.name}, ["for_user", "type"], order_by="creation asc"
    )
    assert {(row.for_user, row.type) for row in told} >= {(ANNA, "Alert"), (CHEF, "Assignment")}
    first = found.escalated_on
    make_rounds()
    found.reload()
    assert found.escalated_on == first  # once


def test_who_was_contacted_is_not_escalated(asks) -> None:
    found = follow_up_of(respond(asks, erp.customer("RCRM In Touch", account_manager=ANNA), nps=1))
    loop.note_contact(found.name)
    aged(found, 30)
    make_rounds()
    assert frappe.db.get_value("Survey Follow Up", found.name, "assigned_to") == ANNA


def test_a_survey_that_never_escalates(house) -> None:
    calm = looked_after("RCRM Calm", escalate_after_days=0)
    found = follow_up_of(respond(calm, erp.customer("RCRM Calm", account_manager=ANNA), nps=1))
    aged(found, 30)
    make_rounds()
    assert frappe.db.get_value("Survey Follow Up", found.name, "assigned_to") == ANNA


# closing


def test_closing_wants_cause_and_measure(asks) -> None:
    found = follow_up_of(respond(asks, erp.customer("RCRM Closed", account_manager=ANNA), nps=1))
    make_rounds()
    frappe.set_user(ANNA)
    for cause, measure in (("", "We sent a new one."), ("Product", ""), ("Product", "  ")):
        with pytest.raises(frappe.MandatoryError):
            loop.close(found.name, cause, measure)
    assert loop.close(found.name, "Product", "We sent a new one.") == "Closed"
    found.reload()
    assert found.closed_on and found.first_contact_on  # who closes it has been in touch
    assert found.assigned_to == ANNA
    assert tasks(found.name) == [(ANNA, "Closed")]
    found.status = "Open"
    with pytest.raises(frappe.ValidationError):
        found.save()


def test_afterwards_the_customer_is_asked_again(house) -> None:
    again = looked_after("RCRM Asked Again")
    survey = looked_after("RCRM First Asked", follow_up_survey=again)
    customer = erp.customer("RCRM Asked Twice")
    person = frappe.get_doc(
        {
            "doctype": "Contact",
            "first_name": "Ida",
            "email_ids": [{"email_id": "ida@rcrm.example.com", "is_primary": 1}],
            "links": [{"link_doctype": "Customer", "link_name": customer}],
        }
    ).insert()
    response = respond(survey, customer, nps=1, contact=person.name, email="ida@rcrm.example.com")
    found = follow_up_of(response)
    loop.close(found.name, "Service", "Spoke with the driver.")
    found.reload()
    invitation = frappe.get_doc("Survey Invitation", found.follow_up_invitation)
    assert (invitation.survey, invitation.party, invitation.email) == (
        again,
        customer,
        "ida@rcrm.example.com",
    )
    assert (invitation.voucher_type, invitation.voucher_no) == ("Survey Follow Up", found.name)


# deleting


def test_deleting_a_follow_up_and_its_response(asks) -> None:
    response = respond(asks, erp.customer("RCRM Deleted", account_manager=ANNA), nps=1)
    found = follow_up_of(response)
    make_rounds()
    found.delete()
    assert tasks(found.name) == []
    assert frappe.db.get_value("Survey Response", response.name, "follow_up") is None
    frappe.delete_doc("Survey Response", response.name)


@pytest.mark.parametrize("kind", ["Customer", "Lead", "Prospect"])
def test_deleting_the_party_takes_the_tasks_along(asks, kind) -> None:
    make = {
        "Customer": lambda: erp.customer("RCRM Gone", account_manager=ANNA),
        "Lead": lambda: erp.lead("RCRM Gone", lead_owner=ANNA),
        "Prospect": lambda: (
            frappe.get_doc(
                {
                    "doctype": "Prospect",
                    "company_name": "RCRM Gone",
                    "company": erp.COMPANY,
                    "prospect_owner": ANNA,
                }
            )
            .insert()
            .name
        ),
    }
    party = make[kind]()
    found = follow_up_of(respond(asks, party, party_type=kind, nps=1))
    assert found.assigned_to == ANNA
    make_rounds()
    assert tasks(found.name) == [(ANNA, "Open")]
    frappe.delete_doc(kind, party)
    assert tasks(found.name) == []
    assert not frappe.db.exists("Survey Follow Up", found.name)
