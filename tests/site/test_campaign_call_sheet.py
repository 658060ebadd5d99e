"""What a caller sees and may do: script, numbers, what is known of the relationship, documents made while on the phone."""

from __future__ import annotations

import calling
import erp
import frappe
import pytest
import waves
from calling import ANNA, BORIS
from desk import ANALYST, assess
from frappe.utils import add_days, today
from waves import quiet  # noqa: F401

from relationship_crm.campaigns import call_desk, call_sheet, dialling, outcomes
from relationship_crm.campaigns.naming import campaign_field, campaigns_of

pytestmark = pytest.mark.usefixtures("quiet")
SCRIPT = "<p>Good day {{ recipient_name }} of {{ customer_name }}, this is about {{ nonsense }}.</p>"


@pytest.fixture
def call():
    """Ada & Sons, who bought and owe us money, is to be called by Anna, who may read customers of the North alone."""
    spring = waves.frozen()
    calling.somebody(spring, "Ada", number="+49 30 123")
    frappe.db.set_value("Customer", "RCRM Ada", "customer_name", "Ada <& Sons>")
    calling.caller(ANNA, "Relationship User", "Sales User", "Accounts User")
    calling.caller(BORIS)
    doc = calling.given_out(spring, ANNA, script=SCRIPT)
    return doc, calling.touch(doc, "Ada").name


def test_the_script_speaks_to_the_person_and_escapes_what_people_wrote(call):
    _doc, name = call
    script = call_desk.sheet(name)["script"]
    assert "Good day Ada of Ada &lt;&amp; Sons&gt;, this is about {{ nonsense }}." in script


def test_numbers_of_the_person_once_each(call):
    _doc, name = call
    contact = frappe.get_doc("Contact", frappe.db.get_value("Campaign Touch", name, "contact"))
    for number in ("+49 (30) 123", "+49 30 456"):
        contact.append("phone_nos", {"phone": number})
    contact.save()
    assert call_desk.sheet(name)["phones"] == ["+49 30 123", "+49 30 456"]


def test_what_is_known_of_the_customer(call):
    _doc, name = call
    erp.invoice("RCRM Ada", add_days(today(), -60), [(erp.ADVICE, 1, 100)], due=add_days(today(), -30))
    erp.invoice("RCRM Ada", today(), [(erp.ADVICE, 1, 100)], due=add_days(today(), 30))
    erp.order("RCRM Ada", today(), [(erp.ADVICE, 1, 100)], add_days(today(), 5))
    assess(("Customer", "RCRM Ada"))
    outcomes.record(name, "Call Again", "Asks for a brochure")
    frappe.set_user(ANNA)
    sheet = call_desk.sheet(name)
    assert sheet["relationship"]["stage_name"] == "Repeat Buyer"
    assert {row["label"]: row["count"] for row in sheet["documents"]} == {
        "Unpaid Invoices": 2,
        "Overdue Invoices": 1,
        "Open Orders": 1,
    }
    assert sheet["calls"][0]["text"] == "Call: Call Again\nAsks for a brochure"
    assert sheet["is_open"] and not sheet["can_correct"]  # Administrator wrote it down
    assert [row["name"] for row in sheet["outcomes"]][:2] == ["Interested", "Not Interested"]


def test_a_caller_who_may_not_read_the_customer_calls_all_the_same(call):
    _doc, name = call
    frappe.db.set_value("Campaign Touch", name, "assigned_to", BORIS)  # no role in sales
    frappe.set_user(BORIS)
    sheet = call_desk.open_call(name)
    assert sheet["barred"] == "" and sheet["phones"] == ["+49 30 123"]
    assert (sheet["relationship"], sheet["documents"], sheet["calls"]) == (None, [], [])
    done = call_desk.record_outcome(name, "Interested")
    assert (done["status"], done["next"]) == ("Reached", "")


def test_others_calls_of_unknown_customers_are_nobodys_business(call):
    _doc, name = call
    frappe.set_user(BORIS)
    for act in (
        lambda: call_desk.open_call(name),
        lambda: call_desk.sheet(name),
        lambda: call_desk.record_outcome(name, "Interested"),
        lambda: call_desk.correct_outcome(name),
        lambda: call_desk.make_document(name, "Lead"),
    ):
        with pytest.raises(frappe.PermissionError):
            act()
    assert not frappe.get_list("Campaign Touch", order_by="name")
    assert dialling.next_call(BORIS) == ""


def test_analysts_look_on(call):
    _doc, name = call
    frappe.set_user("Administrator")
    analyst = calling.caller("rcrm-ann@example.com", ANALYST, "Sales User")
    frappe.set_user(analyst)
    assert call_desk.sheet(name)["script"]
    with pytest.raises(frappe.PermissionError):
        call_desk.record_outcome(name, "Interested")
    with pytest.raises(frappe.PermissionError):
        call_desk.open_call(name)


def test_an_opportunity_of_a_call_names_the_campaign(call):
    doc, name = call
    erpnext = frappe.get_doc({"doctype": "Campaign", "campaign_name": "RCRM Spring"}).insert()
    frappe.db.set_value("Relationship Campaign", doc.campaign, "erpnext_campaign", erpnext.name)
    frappe.set_user(ANNA)
    made = frappe.get_doc(call_desk.make_document(name, "Opportunity")).insert()
    assert (made.opportunity_from, made.party_name) == ("Customer", "RCRM Ada")
    assert campaigns_of(made.get(campaign_field("Opportunity"))) == [doc.campaign]
    quotation = frappe.get_doc(call_desk.make_document(name, "Quotation"))
    quotation.append("items", {"item_code": erp.ADVICE, "qty": 1, "rate": 100})
    quotation.update({"selling_price_list": "RCRM Prices USD", "currency": "USD"})
    quotation.insert()
    assert (quotation.quotation_to, quotation.party_name, quotation.company) == (
        "Customer",
        "RCRM Ada",
        erp.COMPANY,
    )
    assert campaigns_of(quotation.get(campaign_field("Quotation"))) == [doc.campaign]
    # somebody they told us of: not themselves
    lead = call_desk.make_document(name, "Lead")
    assert not lead.get("email_id") and campaigns_of(lead[campaign_field("Lead")]) == [doc.campaign]
    with pytest.raises(frappe.PermissionError):
        call_desk.make_document(name, "Sales Invoice")


def test_nothing_is_made_of_a_customer_the_caller_may_not_read(call):
    _doc, name = call
    frappe.db.set_value("Campaign Touch", name, "assigned_to", BORIS)
    frappe.get_doc("User", BORIS).add_roles("Relationship Manager")
    frappe.set_user(BORIS)
    assert call_desk.sheet(name)["can_make"] == []
    with pytest.raises(frappe.PermissionError):
        call_desk.make_document(name, "Opportunity")


def test_the_sheet_asks_as_often_whatever_was_sold(call, monkeypatch):
    _doc, name = call
    counts = []
    run = frappe.db.sql
    for _round in range(3):
        asked = []
        monkeypatch.setattr(frappe.db, "sql", lambda *a, asked=asked, **k: asked.append(a) or run(*a, **k))
        call_sheet.sheet(name)
        monkeypatch.undo()
        counts.append(len(asked))
        for _number in range(3):
            erp.invoice("RCRM Ada", today(), [(erp.ADVICE, 1, 100)], due=add_days(today(), 30))
    assert counts[1] == counts[2]
