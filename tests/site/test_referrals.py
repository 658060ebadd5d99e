"""Who recommended whom: recorded once, mirrored on lead and customer, refused where it cannot be."""

from __future__ import annotations

from datetime import date
from typing import Any

import erp
import frappe
import pytest
from desk import empty_outbox, events
from referring import records, refer, says

from relationship_crm.advocacy import referrals, referred_by

pytestmark = pytest.mark.usefixtures("no_referrals")


# one truth


def test_a_record_shows_on_lead_and_customer(house) -> None:
    ada, bea, lead = erp.customer("RCRM Ada"), erp.customer("RCRM Bea"), erp.lead("RCRM Lea")
    empty_outbox()
    record = refer(ada, bea)
    refer(ada, lead=lead)
    assert (says("Customer", bea), says("Lead", lead)) == (ada, ada)
    assert records() == [(ada, None, bea, "Customer", "By Hand"), (ada, lead, None, "Lead", "By Hand")]
    assert ("Customer", ada, "Customer Referral") in events()
    record.delete()
    assert says("Customer", bea) is None


def test_a_customer_saved_with_a_referrer_makes_the_record(house) -> None:
    ada = erp.customer("RCRM Ada")
    bea = erp.customer("RCRM Bea", relationship_referred_by=ada)
    assert records() == [(ada, None, bea, "Customer", "By Hand")]
    doc = frappe.get_doc("Customer", bea)
    doc.save()  # nothing changed, nothing more
    assert len(records()) == 1
    other = erp.customer("RCRM Other")
    doc.reload()
    doc.relationship_referred_by = other
    doc.save()
    assert records() == [(other, None, bea, "Customer", "By Hand")]
    doc.reload()
    doc.relationship_referred_by = None
    doc.save()
    assert records() == []


def test_a_lead_saved_with_a_referrer_keeps_it_as_a_customer(house) -> None:
    ada = erp.customer("RCRM Ada")
    lead = erp.lead("RCRM Lea", relationship_referred_by=ada)
    assert records() == [(ada, lead, None, "Lead", "By Hand")]
    customer = erp.customer("RCRM Lea", lead_name=lead)
    assert records() == [(ada, lead, customer, "Customer", "By Hand")]
    assert says("Customer", customer) == ada
    assert len(records()) == 1


def test_a_lead_that_is_linked_later(house) -> None:
    ada, lea = erp.customer("RCRM Ada"), erp.customer("RCRM Lea")
    lead = erp.lead("RCRM Lea", relationship_referred_by=ada)
    doc = frappe.get_doc("Customer", lea)
    doc.lead_name = lead
    doc.save()
    assert says("Customer", lea) == ada
    assert records() == [(ada, lead, lea, "Customer", "By Hand")]
    doc.customer_details = "saved once more by the same form"
    doc.save()


def test_from_customer_on_a_lead(house) -> None:
    ada, other = erp.customer("RCRM Ada"), erp.customer("RCRM Other")
    lead = erp.lead("RCRM Lea", customer=ada)
    assert says("Lead", lead) == ada
    assert records() == [(ada, lead, None, "Lead", "Lead")]
    doc = frappe.get_doc("Lead", lead)
    doc.customer = other
    doc.save()
    assert records() == [(other, lead, None, "Lead", "Lead")]
    doc.reload()
    doc.relationship_referred_by = ada  # somebody knows better
    doc.save()
    doc.reload()
    doc.customer = None
    doc.save()
    assert says("Lead", lead) == ada
    doc.reload()
    doc.relationship_referred_by = None
    doc.save()
    assert records() == []
    doc.reload()
    doc.save()
    assert records() == []  # it is not filled again


def test_two_may_have_recommended_the_same(house) -> None:
    ada, eve, bea = (erp.customer(f"RCRM {n}") for n in ("Ada", "Eve", "Bea"))
    first = refer(eve, bea, referral_date="2024-02-01")
    refer(ada, bea, referral_date="2024-03-01")
    assert says("Customer", bea) == eve
    first.delete()
    assert says("Customer", bea) == ada


def test_a_form_that_is_open_cannot_undo_it(house) -> None:
    ada, bea = erp.customer("RCRM Ada"), erp.customer("RCRM Bea")
    opened = frappe.get_doc("Customer", bea)
    refer(ada, bea)
    with pytest.raises(frappe.TimestampMismatchError):
        opened.save()
    assert records()


def test_switched_off_nothing_is_recorded(house) -> None:
    settings = frappe.get_single("Relationship CRM Settings")
    settings.enabled = 0
    settings.save()
    erp.customer("RCRM Bea", relationship_referred_by=erp.customer("RCRM Ada"))
    assert records() == []


# what cannot be


def test_nobody_recommends_themselves(house) -> None:
    ada = erp.customer("RCRM Ada")
    with pytest.raises(frappe.ValidationError, match="themselves"):
        refer(ada, ada)
    doc = frappe.get_doc("Customer", ada)
    doc.relationship_referred_by = ada
    with pytest.raises(frappe.ValidationError, match="themselves"):
        doc.save()
    lead = erp.lead("RCRM Ada's Colleague", customer=ada)
    doc.reload()
    doc.lead_name = lead  # the lead was one of theirs
    doc.save()
    assert says("Customer", ada) is None


def test_no_circles(house) -> None:
    ada, bea, cid = (erp.customer(f"RCRM {n}") for n in ("Ada", "Bea", "Cid"))
    refer(ada, bea)
    refer(bea, cid)
    with pytest.raises(frappe.ValidationError, match="circle"):
        refer(cid, ada)
    doc = frappe.get_doc("Customer", ada)
    doc.relationship_referred_by = cid
    with pytest.raises(frappe.ValidationError, match="circle"):
        doc.save()
    assert len(records()) == 2


@pytest.mark.parametrize("what", ["customer", "lead", "contact"])
def test_recommended_once(house, what) -> None:
    ada, eve = erp.customer("RCRM Ada"), erp.customer("RCRM Eve")
    named = {
        "customer": lambda: {"customer": erp.customer("RCRM Bea")},
        "lead": lambda: {"lead": erp.lead("RCRM Lea")},
        "contact": lambda: {"contact_email": "lea@rcrm.example.com", "contact_name": "Lea"},
    }[what]()
    refer(ada, **named)
    with pytest.raises(frappe.DuplicateEntryError, match="already"):
        refer(ada, **named)
    refer(eve, **named)


def test_somebody_must_be_named(house) -> None:
    with pytest.raises(frappe.ValidationError, match="who was recommended"):
        refer(erp.customer("RCRM Ada"), contact_name="  ")


def test_declined_until_they_buy_all_the_same(house) -> None:
    ada = erp.customer("RCRM Ada")
    lead = erp.lead("RCRM Lea")
    record = refer(ada, lead=lead)
    assert referrals.decline(record.name) == "Declined"
    assert says("Lead", lead) is None
    assert referrals.decline(record.name, declined=False) == "Lead"
    assert referrals.decline(record.name) == "Declined"
    customer = erp.customer("RCRM Lea", lead_name=lead)
    record.reload()
    assert (record.referred_customer, record.status) == (customer, "Customer")
    assert says("Customer", customer) == ada
    with pytest.raises(frappe.ValidationError, match="customer already"):
        referrals.decline(record.name)


def test_a_status_cannot_be_made_up(house) -> None:
    record = refer(erp.customer("RCRM Ada"), erp.customer("RCRM Bea"))
    record.status, record.first_paid_on = "Paid", "2024-01-01"
    record.save()
    assert (record.status, record.first_paid_on) == ("Customer", None)


# what came past the forms


def test_older_values_get_their_records(house) -> None:
    ada, bea, cid = (erp.customer(f"RCRM {n}") for n in ("Ada", "Bea", "Cid"))
    lead = erp.lead("RCRM Lea")
    frappe.db.set_value("Customer", bea, {"relationship_referred_by": ada, "creation": "2023-05-06 10:00:00"})
    frappe.db.set_value("Customer", cid, "relationship_referred_by", cid)  # themselves: nothing is made of it
    frappe.db.set_value("Lead", lead, "relationship_referred_by", bea)
    mine = [("in", [ada, bea, cid])]
    assert referred_by.adopt(lambda: None) >= 2
    assert records(referrer=mine[0]) == [
        (bea, lead, None, "Lead", "By Hand"),
        (ada, None, bea, "Customer", "By Hand"),
    ]
    made = frappe.db.get_value("Customer Referral", {"referred_customer": bea}, "referral_date")
    assert made == date(2023, 5, 6)
    assert referred_by.adopt(lambda: None) == 0
    customer = erp.customer("RCRM Lea")
    frappe.db.set_value("Customer", customer, "lead_name", lead)
    assert referred_by.adopt(lambda: None) == 1
    assert (bea, lead, customer, "Customer", "By Hand") in records()


# from a survey


def answered(customer: str | None) -> Any:
    """A stored response, as far as a referral looks at it."""
    return frappe._dict(name="rcrm-answer", customer=customer, anonymous=0, answered_on="2024-06-07 08:00:00")


def test_whom_a_customer_named_in_a_survey(house) -> None:
    ada = erp.customer("RCRM Ada")
    frappe.set_user("Guest")
    response = answered(ada)
    name = referrals.create_referral_from_response(response, "Lea", "Lea@Example.com", "+593 99 1")
    assert referrals.create_referral_from_response(response, "Lea Lopez", "lea@example.com") == name
    frappe.set_user("Administrator")
    record = frappe.get_doc("Customer Referral", name)
    assert (
        record.status,
        record.source,
        record.contact_name,
        record.contact_email,
        record.contact_phone,
    ) == (
        "Open",
        "Survey",
        "Lea Lopez",
        "lea@example.com",
        None,
    )
    assert record.referral_date == date(2024, 6, 7)
    again = frappe._dict(response, name="rcrm-answer-2")
    assert referrals.create_referral_from_response(again, "Lea", "lea@example.com") == name  # named before
    lead = referrals.make_lead(name)
    doc = frappe.get_doc("Lead", lead)
    assert (doc.lead_name, doc.email_id, doc.relationship_referred_by) == (
        "Lea Lopez",
        "lea@example.com",
        ada,
    )
    record.reload()
    assert (record.status, record.referred_lead) == ("Lead", lead)
    assert len(records()) == 1
    assert referrals.create_referral_from_response(response, "Somebody Else") == name
    assert frappe.db.get_value("Customer Referral", name, "contact_name") == "Lea Lopez"  # work has begun
    with pytest.raises(frappe.ValidationError):
        referrals.make_lead(name)


def test_a_name_taken_back_is_forgotten(house) -> None:
    response = answered(erp.customer("RCRM Ada"))
    assert referrals.create_referral_from_response(response, "Lea")
    assert referrals.create_referral_from_response(response) is None
    assert records() == []


def test_no_referral_without_a_customer(house) -> None:
    assert referrals.create_referral_from_response(answered(None), "Lea") is None
    secret = frappe._dict(answered(erp.customer("RCRM Ada")), anonymous=1)
    assert referrals.create_referral_from_response(secret, "Lea") is None


def test_a_lead_with_the_same_address_is_taken(house) -> None:
    lead = erp.lead("RCRM Lea", email_id="lea@rcrm.example.com")
    name = referrals.create_referral_from_response(
        answered(erp.customer("RCRM Ada")), "Lea", "lea@rcrm.example.com"
    )
    assert referrals.make_lead(name) == lead
    assert says("Lead", lead) == "RCRM Ada"


# rename, merge, delete


def test_rename_and_delete(house) -> None:
    ada, bea, lead = erp.customer("RCRM Ada"), erp.customer("RCRM Bea"), erp.lead("RCRM Lea")
    refer(ada, bea)
    refer(bea, lead=lead)
    frappe.rename_doc("Customer", ada, "RCRM Ada & Sons")
    assert says("Customer", bea) == "RCRM Ada & Sons"
    frappe.delete_doc("Lead", lead)
    assert records(referrer=bea) == [(bea, None, None, "Open", "By Hand")]
    assert frappe.db.get_value("Customer Referral", {"referrer": bea}, "contact_name") == "RCRM Lea"
    frappe.delete_doc("Customer", bea)
    assert records() == [("RCRM Ada & Sons", None, None, "Open", "By Hand")]
    assert (
        frappe.db.get_value("Customer Referral", {"referrer": "RCRM Ada & Sons"}, "contact_name")
        == "RCRM Bea"
    )


def test_merge(house) -> None:
    kept, gone, bea, eve = (erp.customer(f"RCRM {n}") for n in ("Kept", "Gone", "Bea", "Eve"))
    refer(kept, gone)  # would recommend themselves
    refer(kept, bea)
    refer(gone, bea)  # the same again
    refer(gone, eve)
    frappe.rename_doc("Customer", gone, kept, merge=True)
    assert records() == [(kept, None, bea, "Customer", "By Hand"), (kept, None, eve, "Customer", "By Hand")]
    assert [says("Customer", name) for name in (kept, bea, eve)] == [None, kept, kept]
