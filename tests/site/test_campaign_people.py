"""The people of a list: one contact or all, each person once, letters where there is no address, lists that leave out."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from campaigning import campaign, persons, target_list

from relationship_crm.campaigns.consent import NO_ADDRESS, OTHER_STAGE, SAME_PERSON

pytestmark = pytest.mark.usefixtures("unasked")


def postal(party: str) -> None:
    frappe.get_doc(
        {
            "doctype": "Address",
            "address_title": party,
            "address_type": "Billing",
            "address_line1": "1 Road",
            "city": "Quito",
            "country": "Ecuador",
            "links": [{"link_doctype": "Customer", "link_name": party}],
        }
    ).insert()


def test_the_primary_contact_or_all_of_them():
    name = erp.customer("RCRM House of Ada")
    contact(name, "second@example.com", is_primary_contact=0)
    contact(name, "first@example.com")
    one, every = target_list("RCRM One"), target_list("RCRM All", contacts="All Contacts")
    assert persons(campaign(one)) == [(name, "first@example.com", "")]
    assert persons(campaign(every)) == [(name, "first@example.com", ""), (name, "second@example.com", "")]
    assert len(persons(campaign(one, every))) == 2  # on both lists: as the wider one says


def test_a_contact_without_an_address_is_passed_over():
    name = erp.customer("RCRM Silent")
    contact(name, "unused@example.com", email_ids=[])
    contact(name, "written@example.com", is_primary_contact=0)
    assert persons(campaign(target_list())) == [(name, "written@example.com", "")]


def test_mail_before_phone_and_phone_before_nothing():
    name = erp.customer("RCRM Phone")
    contact(name, "x@example.com", email_ids=[], phone_nos=[{"phone": "+593 99", "is_primary_mobile_no": 1}])
    assert persons(campaign(target_list())) == [(name, "+593 99", "")]
    contact(name, "mail@example.com", is_primary_contact=0)
    assert persons(campaign(target_list())) == [(name, "mail@example.com", "")]


def test_one_person_of_two_customers_is_a_member_once():
    """Customers before leads; of customers the further rung, then the name. The other one says why it has nobody."""
    low, high = erp.customer("RCRM A Low"), erp.customer("RCRM B High")
    for name in (low, high):
        contact(
            name,
            f"{name[-3:].strip().lower()}@example.com",
            email_ids=[{"email_id": "Both@Example.com", "is_primary": 1}],
        )
    lead = erp.lead("RCRM Lea", email_id="both@example.com")
    from desk import assess, relationship

    assess(("Customer", low), ("Customer", high))
    frappe.db.set_value("Relationship", relationship("Customer", high).name, "rung", 5)
    found = persons(campaign(target_list(leads=1)))
    mine = [row for row in found if row[0] in (low, high, lead)]
    assert mine == [(high, "both@example.com", ""), (low, "", SAME_PERSON), (lead, "", SAME_PERSON)]


def test_a_disabled_customer_does_not_keep_the_address():
    gone, active = erp.customer("RCRM A Gone"), erp.customer("RCRM B Active")
    for name in (gone, active):
        contact(
            name,
            f"{name}@example.com".replace(" ", ""),
            email_ids=[{"email_id": "z@example.com", "is_primary": 1}],
        )
    doc = target_list("RCRM Static", kind="Static")
    from campaigning import entry

    entry(doc, gone)
    entry(doc, active)
    frappe.db.set_value("Customer", gone, "disabled", 1)
    assert persons(campaign(doc)) == [(gone, "", "Customer is disabled"), (active, "z@example.com", "")]


def test_no_address_but_a_letter_box():
    letter, nothing = erp.customer("RCRM Letter"), erp.customer("RCRM Nothing")
    postal(letter)
    assert persons(campaign(target_list())) == [(letter, "", ""), (nothing, "", NO_ADDRESS)]


def test_the_lead_of_a_prospect_is_its_person():
    lead = erp.lead("RCRM Lea", email_id="lea@example.com")
    prospect = frappe.get_doc(
        {"doctype": "Prospect", "company_name": "RCRM Prospect", "leads": [{"lead": lead}]}
    ).insert()
    doc = campaign(target_list(customers=0, prospects=1, leads=1))
    found = [row for row in persons(doc) if row[0] in (lead, prospect.name)]
    assert found == [(prospect.name, "lea@example.com", ""), (lead, "", SAME_PERSON)]


def test_who_is_on_a_list_that_is_left_out_is_nobody_even_as_a_lead():
    customer, other = erp.customer("RCRM Known"), erp.customer("RCRM Other", group=erp.CRAFT)
    contact(customer, "known@example.com")
    contact(other, "other@example.com")
    lead = erp.lead("RCRM Known Lead", email_id="known@example.com")
    from campaigning import rule

    out = target_list("RCRM Out", rule("Customer Group", reference=erp.TRADE))
    found = [row[0] for row in persons(campaign(target_list(leads=1), without=[out]))]
    assert other in found and customer not in found and lead not in found


def test_a_contact_named_on_a_list_is_the_one():
    from campaigning import entry

    name = erp.customer("RCRM Named")
    contact(name, "first@example.com")
    other = contact(name, "other@example.com", is_primary_contact=0)
    doc = target_list("RCRM Static", kind="Static")
    entry(doc, name, contact=other)
    assert persons(campaign(doc)) == [(name, "other@example.com", "")]


def test_stages_a_campaign_aims_at():
    from desk import buyer

    first, fresh = buyer("RCRM First"), erp.customer("RCRM Fresh")
    for name in (first, fresh):
        contact(name, f"{name[-5:].lower()}@example.com")
    doc = campaign(target_list(), stages=[{"stage": "Kotler-First-time Buyer"}])
    assert persons(doc) == [(first, "first@example.com", ""), (fresh, "fresh@example.com", OTHER_STAGE)]
