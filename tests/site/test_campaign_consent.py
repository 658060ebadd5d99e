"""Who may not be contacted: every way of saying no, consent where it is needed, one address one person."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact, settings
from campaigning import campaign, persons, target_list

from relationship_crm.campaigns import consent
from relationship_crm.campaigns.consent import NO_CONSENT, OPTED_OUT
from relationship_crm.surveys.recipients import DISABLED

pytestmark = pytest.mark.usefixtures("unasked")
GIVEN, REFUSED = "Given", "Refused"
FIELD = "relationship_marketing_consent"


def row(
    name="m", campaign="RC-1", party_type="Customer", party="", contact="", email="", mobile_no="", **more
):
    customer = party if party_type == "Customer" else ""
    return {
        "name": name,
        "campaign": campaign,
        "party_type": party_type,
        "party": party,
        "customer": customer,
        "contact": contact,
        "email": email,
        "mobile_no": mobile_no,
        **more,
    }


def why(**values) -> str:
    return consent.unwilling([row(**values)]).get("m", "")


@pytest.fixture
def bea(unasked) -> tuple[str, str]:
    """A customer and its contact."""
    name = erp.customer("RCRM Bea")
    return name, contact(name, "bea@example.com")


@pytest.mark.parametrize(
    "how",
    [
        "contact",
        "refused",
        "global",
        "campaign",
        "page",
        "lead",
        "lead refused",
        "do not contact",
        "disabled",
    ],
)
def test_every_way_of_saying_no(bea, how):
    customer, person = bea
    mine = {"party": customer, "contact": person, "email": "bea@example.com", "campaign": "RC-1"}
    assert why(**mine) == ""
    unsubscribe = {"doctype": "Email Unsubscribe", "email": "bea@example.com"}
    if how == "contact":
        frappe.db.set_value("Contact", person, "unsubscribed", 1)
    elif how == "refused":
        frappe.db.set_value("Contact", person, FIELD, REFUSED)
    elif how == "global":
        frappe.get_doc({**unsubscribe, "global_unsubscribe": 1}).insert()
    elif how == "campaign":
        name = campaign(target_list()).name
        frappe.get_doc(
            {**unsubscribe, "reference_doctype": "Relationship Campaign", "reference_name": name}
        ).insert()
        assert why(**mine) == ""  # another campaign
        mine["campaign"] = name
    elif how == "page":
        frappe.get_doc(
            {"doctype": "Survey Recipient", "address": "bea@example.com", "no_campaigns": 1}
        ).insert()
    elif how == "disabled":
        frappe.db.set_value("Customer", customer, "disabled", 1)
    else:
        lead = erp.lead("RCRM Bea Lead", email_id="bea@example.com")
        value = {"lead": ("unsubscribed", 1), "lead refused": (FIELD, REFUSED)}
        frappe.db.set_value("Lead", lead, *value.get(how, ("status", "Do Not Contact")))
        assert why(party_type="Lead", party=lead, email="bea@example.com") == OPTED_OUT
    assert why(**mine) == (DISABLED if how == "disabled" else OPTED_OUT)
    assert why(email="colleague@example.com") == ""  # one unsubscribe affects one person


def test_what_surveys_may_not_ask_campaigns_may(bea):
    """Two refusals: of surveys, and of campaigns."""
    frappe.get_doc({"doctype": "Survey Recipient", "address": "bea@example.com", "do_not_ask": 1}).insert()
    assert why(email="bea@example.com") == ""


def test_a_number_that_wants_no_campaigns():
    frappe.get_doc({"doctype": "Survey Recipient", "address": "+59399", "no_campaigns": 1}).insert()
    assert why(mobile_no="+593 99") == OPTED_OUT
    assert why(mobile_no="+593 98") == ""


def test_small_and_capital_letters_are_one_address(bea):
    frappe.db.set_value("Contact", bea[1], "email_id", "Bea@Example.COM")
    frappe.db.set_value("Contact", bea[1], "unsubscribed", 1)
    assert why(email="bea@example.com") == OPTED_OUT


def test_where_consent_is_needed(bea):
    customer, person = bea
    mine = {"party": customer, "contact": person, "email": "bea@example.com"}
    settings(campaign_consent="Only When Given")
    assert why(**mine) == NO_CONSENT
    frappe.db.set_value("Contact", person, FIELD, GIVEN)
    assert why(**mine) == ""
    assert why(email="bea@example.com") == ""  # said by the same address
    assert why(email="other@example.com") == NO_CONSENT
    erp.lead("RCRM Bea Lead", email_id="bea@example.com", **{FIELD: REFUSED})
    assert why(**mine) == OPTED_OUT  # a refusal is stronger


def test_a_list_that_asks_for_consent(bea):
    customer, person = bea
    strict, plain = target_list("RCRM Strict", only_with_consent=1), target_list("RCRM Plain")
    assert persons(campaign(strict)) == [(customer, "bea@example.com", NO_CONSENT)]
    assert persons(campaign(strict, plain)) == [(customer, "bea@example.com", "")]
    frappe.db.set_value("Contact", person, FIELD, GIVEN)
    assert persons(campaign(strict)) == [(customer, "bea@example.com", "")]


def test_who_refused_is_passed_over(bea):
    customer, person = bea
    other = contact(customer, "other@example.com", is_primary_contact=0)
    frappe.db.set_value("Contact", person, FIELD, REFUSED)
    assert persons(campaign(target_list())) == [(customer, "other@example.com", "")]
    frappe.db.set_value("Contact", other, "unsubscribed", 1)
    assert persons(campaign(target_list())) == [(customer, "bea@example.com", OPTED_OUT)]
    everybody = target_list("RCRM All", contacts="All Contacts")
    assert [row[2] for row in persons(campaign(everybody))] == [OPTED_OUT, OPTED_OUT]


def test_a_new_consent_ends_what_was_refused_before(bea) -> None:
    """Said on the page, then agreed again in person: only what was said of campaigns ends, and only for this address."""
    name, who = bea
    for address in ("bea@example.com", "other@example.com"):
        frappe.get_doc({"doctype": "Survey Recipient", "address": address, "no_campaigns": 1}).insert()
    for values in (
        {"reference_doctype": "Relationship Campaign", "reference_name": "RC-1"},
        {"reference_doctype": "Relationship Survey", "reference_name": "S"},
    ):
        doc = {"doctype": "Email Unsubscribe", "email": "bea@example.com", **values}
        frappe.get_doc(doc).db_insert()
    assert why(party=name, contact=who, email="bea@example.com") == OPTED_OUT
    doc = frappe.get_doc("Contact", who)
    doc.set(FIELD, GIVEN)
    doc.save()
    assert str(doc.get(f"{FIELD}_on")) == frappe.utils.today()
    assert why(party=name, contact=who, email="bea@example.com") == ""
    assert why(email="other@example.com") == OPTED_OUT
    left = frappe.get_all(
        "Email Unsubscribe", {"email": "bea@example.com"}, pluck="reference_doctype", order_by="name"
    )
    assert left == ["Relationship Survey"]


def test_saving_a_contact_that_agreed_long_ago_lifts_nothing(bea) -> None:
    name, who = bea
    doc = frappe.get_doc("Contact", who)
    doc.update({FIELD: GIVEN, f"{FIELD}_on": "2024-01-05"})
    doc.save()
    assert str(doc.get(f"{FIELD}_on")) == "2024-01-05"
    frappe.get_doc({"doctype": "Survey Recipient", "address": "bea@example.com", "no_campaigns": 1}).insert()
    doc.reload()
    doc.last_name = "Bee"
    doc.save()
    assert why(party=name, contact=who, email="bea@example.com") == OPTED_OUT
    doc.set(FIELD, "")
    doc.save()
    assert doc.get(f"{FIELD}_on") is None
