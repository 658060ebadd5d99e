"""Leads, quotations and orders that name ERPNext's campaign are responses to ours."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from frappe.utils import add_days, getdate, today
from responding import THEIRS, campaign, campaign_of_erpnext, member, response, responses
from test_statement_counts import heard

from relationship_crm.campaigns import documents, lifecycle, naming

ADVICE = [(erp.ADVICE, 1, 100)]


@pytest.fixture
def spring(clean):
    return campaign_of_erpnext()


@pytest.fixture
def ada(spring):
    name = erp.customer("RCRM Ada", account_manager="Administrator")
    contact(name, "ada@example.com")
    return name


def sold(customer: str, day: str | None = None, named: str | None = THEIRS, **values):
    campaign = erp.of_campaign("Sales Order", named) if named else {}
    return erp.order(customer, day or today(), ADVICE, day or today(), **campaign, **values)


def inquired(name: str = "RCRM Lead", **values) -> str:
    """A lead that names ERPNext's campaign."""
    return erp.lead(name, **erp.of_campaign("Lead", THEIRS), **values)


def offered(party_type: str, party: str):
    """A quotation that names it."""
    return erp.quotation(party_type, party, today(), ADVICE, **erp.of_campaign("Quotation", THEIRS))


def test_a_lead_a_quotation_and_an_order_respond(spring, ada):
    lead = inquired(email_id="lead@example.com")
    offer = offered("Lead", lead)
    order = sold(ada)
    found = {row.source: row for row in responses(campaign=spring)}
    assert {
        source: (row.response, row.party_type, row.party, row.voucher_no) for source, row in found.items()
    } == {
        "Lead": ("Interested", "Lead", lead, lead),
        "Quotation": ("Interested", "Lead", lead, offer.name),
        "Sales Order": ("Ordered", "Customer", ada, order.name),
    }
    assert found["Lead"].email == "lead@example.com"
    assert found["Sales Order"].customer == ada
    assert getdate(found["Sales Order"].responded_on) == getdate()


def test_an_order_is_the_members_whoever_signed_it(spring, ada):
    who = member(spring, ada, email="bob@example.com")
    sold(ada)
    assert response(source="Sales Order").member == who


def test_drafts_say_nothing_and_cancelled_documents_no_more(spring, ada):
    draft = sold(ada, submit=False)
    assert responses() == []
    draft.submit()
    assert response().voucher_no == draft.name
    erp.cancel("Sales Order", draft.name)
    assert responses() == []
    again = erp.amend(frappe.get_doc("Sales Order", draft.name))
    assert response().voucher_no == again.name
    offer = offered("Customer", ada)
    assert response(source="Quotation").voucher_no == offer.name
    offer.cancel()
    assert responses(source="Quotation") == []


def test_a_lead_responds_once_however_often_it_is_saved(spring):
    lead = frappe.get_doc("Lead", inquired())
    first = response()
    # somebody has read it and knows better
    frappe.db.set_value("Campaign Response", first.name, "response", "Question")
    lead.reload()
    lead.job_title = "Buyer"
    lead.save()
    assert (response().name, response().response) == (first.name, "Question")


def test_a_lead_that_names_another_campaign_responds_to_that_one(spring):
    frappe.get_doc({"doctype": "Campaign", "campaign_name": "RCRM Their Autumn"}).insert()
    autumn = campaign("RCRM Autumn", erpnext_campaign="RCRM Their Autumn")
    lead = frappe.get_doc("Lead", inquired())
    lead.reload()
    lead.update(erp.of_campaign("Lead", "RCRM Their Autumn"))
    lead.save()
    assert response().campaign == autumn
    lead.reload()
    lead.set(naming.campaign_field("Lead"), None)
    lead.save()
    assert responses() == []


def test_a_document_that_names_no_campaign_costs_no_statement(spring, ada):
    lead = frappe.get_doc("Lead", erp.lead("RCRM Lead"))
    offer = erp.quotation("Customer", ada, today(), ADVICE)
    order = sold(ada, named=None)
    customer = frappe.get_doc("Customer", ada)
    with heard() as said:
        for doc in (lead, offer, order):
            documents.saved(doc)
            documents.gone(doc)
        lifecycle.became(customer)
    assert said == []
    assert responses() == []


class TestWhichCampaign:
    def test_the_day_decides_between_several(self, spring, ada):
        before = campaign(
            "RCRM Winter",
            erpnext_campaign=THEIRS,
            start_date=add_days(today(), -200),
            end_date=add_days(today(), -150),
            outcome_days=30,
        )
        assert documents.campaign_on([spring, before], getdate()) == spring
        assert documents.campaign_on([spring, before], getdate(add_days(today(), -200))) == before
        # the outcome is counted for 30 days after the end
        assert documents.campaign_on([spring, before], getdate(add_days(today(), -120))) == before
        assert documents.campaign_on([spring, before], getdate(add_days(today(), -119))) == ""
        sold(ada, str(add_days(today(), -160)))
        assert response().campaign == before
        assert getdate(response().responded_on) == getdate(add_days(today(), -160))

    def test_of_two_under_way_the_last_to_begin(self, spring, ada):
        later = campaign("RCRM Later", erpnext_campaign=THEIRS, start_date=add_days(today(), -2))
        sold(ada)
        assert response().campaign == later

    def test_another_companys_order_is_not_ours(self, spring, ada):
        sold(ada, company=erp.COMPANY_EUR)
        assert responses() == []

    def test_a_leads_company_is_nobodys_choice_but_decides_between_two(self, spring):
        inquired(company=erp.COMPANY_EUR)
        assert response().campaign == spring
        theirs = campaign("RCRM Frühling", erpnext_campaign=THEIRS, company=erp.COMPANY_EUR)
        frappe.db.set_value("Relationship Campaign", theirs, "start_date", add_days(today(), -20))
        inquired("RCRM Lead 2", company=erp.COMPANY_EUR)
        assert response(campaign=theirs).source == "Lead"

    def test_templates_take_no_responses(self, spring, ada):
        frappe.db.set_value("Relationship Campaign", spring, "is_template", 1)
        sold(ada)
        assert responses() == []

    def test_documents_from_before_the_link_are_found_once_it_is_there(self, ada):
        frappe.db.set_value("Relationship Campaign", {"erpnext_campaign": THEIRS}, "erpnext_campaign", None)
        order = sold(ada)
        lead = inquired()
        mine = campaign("RCRM Late", erpnext_campaign=THEIRS)
        for _time in range(2):
            documents.record_earlier(mine)
        assert {row.voucher_no for row in responses(campaign=mine)} == {order.name, lead}

    def test_they_are_looked_for_when_the_link_is_made_and_only_then(self, spring, monkeypatch):
        asked = []
        monkeypatch.setattr(
            frappe, "enqueue", lambda method, **more: asked.append((method, more["campaign"]))
        )
        doc = frappe.get_doc("Relationship Campaign", campaign("RCRM Alone"))
        doc.save()
        assert asked == []
        doc.erpnext_campaign = THEIRS
        doc.save()
        assert asked == [("relationship_crm.campaigns.documents.record_earlier", doc.name)]
        doc.goal = "More"
        doc.save()
        assert len(asked) == 1
