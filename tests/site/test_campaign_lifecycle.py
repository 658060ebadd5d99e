"""Members, touches, responses and lists follow renamed, merged, converted and deleted parties; people are forgotten on request."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact, never, settings
from frappe.utils import add_days, add_months, getdate, now_datetime, today
from responding import activity, campaign, member, no_campaigns, response, responses, touch

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns import retention
from relationship_crm.campaigns.responses import Answer, record

ADA = "ada@example.com"
NAMING = ("Campaign Member", "Campaign Touch", "Campaign Response", "Campaign Target Entry")


@pytest.fixture
def spring(clean):
    no_campaigns()
    return campaign()


def told(of: str, party: str, party_type: str = "Customer", email: str = ADA, **values) -> str:
    """A party on the list and on a static one, reached, with a response; the member's name."""
    who = member(of, party, party_type, email=email, **values)
    reached = touch(activity(of), who, mobile_no="+1 555", note="Nice")
    record([Answer(of, "Interested", "Click", now_datetime(), touch=reached, note="Yes")])
    row = {
        "name": frappe.generate_hash(length=10),
        "target_list": "L",
        "party_type": party_type,
        "party": party,
    }
    write_rows("Campaign Target Entry", tuple(row), [tuple(row.values())])
    return who


def everywhere(column: str = "party") -> dict[str, list]:
    return {
        doctype: frappe.get_all(doctype, pluck=column, order_by="name")
        for doctype in NAMING
        if frappe.get_meta(doctype).has_field(column)
    }


@pytest.mark.parametrize("party_type", ["Customer", "Lead", "Prospect"])
def test_a_renamed_party_keeps_everything(spring, party_type):
    party = {
        "Customer": lambda: erp.customer("RCRM Ada"),
        "Lead": lambda: erp.lead("RCRM Ada"),
        "Prospect": lambda: frappe.get_doc({"doctype": "Prospect", "company_name": "RCRM Ada"}).insert().name,
    }[party_type]()
    told(spring, party, party_type)
    new = frappe.rename_doc(party_type, party, "RCRM Ada Ltd")
    assert everywhere() == {doctype: [new] for doctype in NAMING}
    if party_type == "Customer":
        assert everywhere("customer") == {doctype: [new] for doctype in NAMING[:3]}


def test_a_renamed_lead_does_not_respond_twice(spring):
    frappe.get_doc({"doctype": "Campaign", "campaign_name": "RCRM Theirs"}).insert()
    frappe.db.set_value("Relationship Campaign", spring, "erpnext_campaign", "RCRM Theirs")
    lead = erp.lead("RCRM Lead", **erp.of_campaign("Lead", "RCRM Theirs"))
    frappe.rename_doc("Lead", lead, "RCRM-L-1")
    row = response()
    assert (row.voucher_no, row.party) == ("RCRM-L-1", "RCRM-L-1")
    again = Answer(spring, "Interested", "Lead", now_datetime(), voucher_type="Lead", voucher_no="RCRM-L-1")
    assert record([again]) == [row.name]


class TestMerged:
    def test_customers_who_are_one_are_in_one_arm(self, spring):
        other = campaign("RCRM Other")
        one, two = erp.customer("RCRM One"), erp.customer("RCRM Two")
        told(spring, one, email="one@example.com")
        control = member(spring, two, email="two@example.com", arm="Control")
        alone = member(other, two, email="two@example.com", arm="Control")
        frappe.rename_doc("Customer", two, one, merge=True)
        arms = dict(frappe.get_all("Campaign Member", fields=["name", "arm"], as_list=True, order_by="name"))
        assert arms[control] == "Left Out" and arms[alone] == "Control"
        assert set(everywhere()["Campaign Member"]) == {one}
        reason = frappe.db.get_value("Campaign Member", control, "left_out_reason")
        assert reason == "Merged with a customer who was contacted"

    def test_a_list_names_them_once(self, spring):
        one, two = erp.customer("RCRM One"), erp.customer("RCRM Two")
        told(spring, one), told(spring, two, email="two@example.com")
        frappe.rename_doc("Customer", two, one, merge=True)
        assert everywhere()["Campaign Target Entry"] == [one]
        assert len(responses(customer=one)) == 2


class TestConverted:
    def test_what_a_lead_was_told_is_the_customers(self, spring):
        lead = erp.lead("RCRM Lead", email_id=ADA)
        told(spring, lead, "Lead")
        assert set(everywhere("customer")["Campaign Response"]) == {None}
        customer = erp.customer("RCRM Grown", lead_name=lead)
        assert everywhere("customer") == {doctype: [customer] for doctype in NAMING[:3]}
        assert response(customer=customer).party == lead

    def test_also_where_it_is_said_later(self, spring):
        lead = erp.lead("RCRM Lead", email_id=ADA)
        told(spring, lead, "Lead")
        customer = frappe.get_doc("Customer", erp.customer("RCRM Grown"))
        customer.lead_name = lead
        customer.save()
        assert everywhere("customer")["Campaign Touch"] == [customer.name]

    def test_a_deleted_lead_leaves_it_to_its_customer(self, spring):
        lead = erp.lead("RCRM Lead", email_id=ADA)
        told(spring, lead, "Lead")
        customer = erp.customer("RCRM Grown", lead_name=lead)
        frappe.db.set_value("Customer", customer, "lead_name", None)  # Frappe would keep the lead
        frappe.delete_doc("Lead", lead)
        assert everywhere() == {**{doctype: [customer] for doctype in NAMING[:3]}, NAMING[3]: []}

    def test_a_deleted_customer_gives_it_back_to_its_lead(self, spring):
        lead = erp.lead("RCRM Lead", email_id=ADA)
        told(spring, lead, "Lead")
        customer = erp.customer("RCRM Grown", lead_name=lead)
        told(spring, customer, email="own@example.com")
        frappe.delete_doc("Customer", customer)
        assert everywhere()["Campaign Member"] == [lead]
        assert everywhere("customer")["Campaign Response"] == [None]


@pytest.mark.parametrize("party_type", ["Customer", "Lead"])
def test_a_deleted_party_is_not_held_by_its_campaigns(spring, party_type):
    party = (erp.customer if party_type == "Customer" else erp.lead)("RCRM Ada")
    told(spring, party, party_type)
    frappe.delete_doc(party_type, party)
    assert everywhere() == {doctype: [] for doctype in NAMING}


def test_a_deleted_contact_stands_nowhere(spring):
    ada = erp.customer("RCRM Ada")
    person = contact(ada, ADA)
    told(spring, ada, contact=person)
    frappe.delete_doc("Contact", person)
    assert set(everywhere("contact")["Campaign Response"]) == {None}
    assert response().customer == ada


class TestForgotten:
    def test_on_request_names_and_words_go_and_figures_stay(self, spring):
        ada, bob = erp.customer("RCRM Ada"), erp.customer("RCRM Bob")
        hers = told(spring, ada, person_key=ADA)
        told(spring, bob, email="bob@example.com", person_key="bob@example.com")
        waiting = touch(activity(spring, "Call"), hers, status="Waiting", touched_on=None)
        retention.erase("ADA@example.com")
        for doctype in NAMING[:3]:
            rows = frappe.get_all(doctype, {"customer": ada}, ["*"], order_by="name")
            assert rows
            said = {str(value).lower() for row in rows for value in row.values() if value}
            assert not said & {ADA, "ada", "+1 555", "nice", "yes"}
        assert response(customer=ada).response == "Interested"
        assert frappe.db.get_value("Campaign Touch", waiting, "status") == "Withdrawn"
        assert response(customer=bob).email == "bob@example.com"

    def test_frappes_request_finds_our_rows(self):
        found = {row["doctype"]: row for row in frappe.get_hooks("user_data_fields")}
        for doctype, fields in retention.IDENTITY.items():
            hook = found[doctype]
            assert hook["filter_by"] == "email"
            assert set(fields) - {"contact"} <= set(hook["redact_fields"])

    def test_after_the_time_the_settings_allow(self, spring):
        settings(survey_retention_months=12)
        ada, bob = erp.customer("RCRM Ada"), erp.customer("RCRM Bob")
        told(spring, ada)
        old = campaign("RCRM Old", start_date="2020-01-01", end_date="2020-02-01")
        told(old, bob, email="bob@example.com")
        assert retention.erase_old(never) == 3
        assert retention.erase_old(never) == 0
        assert (response(customer=ada).email, response(customer=bob).email) == (ADA, None)
        ends = getdate(frappe.db.get_value("Relationship Campaign", spring, "end_date"))
        assert retention.erase_old(never, getdate(add_months(ends, 12))) == 0
        assert retention.erase_old(never, getdate(add_days(add_months(ends, 12), 1))) == 3
        settings(survey_retention_months=0)
        assert retention.erase_old(never, getdate(add_days(today(), 9999))) == 0
