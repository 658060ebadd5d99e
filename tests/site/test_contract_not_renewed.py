"""Renewals that are decided against, and who may decide."""

from __future__ import annotations

import erp
import frappe
import pytest
from frappe.utils import add_days, getdate
from renewals import (
    ACME,
    contract,
    of,
    opened,
    proposed,
    today,
    user_with,
)

from relationship_crm.contracts import acts, renewal, renewal_api
from relationship_crm.contracts.renewal import CONTRACT, NOT_RENEWED, OPEN, PROPOSED, RENEWAL, RENEWED

pytestmark = pytest.mark.usefixtures("about_to_renew")


# -- not renewed


def test_not_renewed_asks_why():
    doc = contract()
    one = proposed(doc)
    with pytest.raises(frappe.ValidationError, match="why"):
        renewal_api.not_renewed(one.name, "")
    renewal_api.not_renewed(one.name, "Price", "Ten per cent too much")
    assert of(one, "status", "decided_on", "reason", "note") == (
        NOT_RENEWED,
        today(),
        "Price",
        "Ten per cent too much",
    )
    assert of(doc, "decided_on", "not_renewed_reason", "ending_note", "state") == (
        *(today(), "Price", "Ten per cent too much", "In Notice"),
    )
    assert of(doc, "ending_entered_on")[0]
    assert doc.name not in renewal.due(today())
    for act in (renewal_api.accept, renewal_api.make_quotation):
        with pytest.raises(frappe.ValidationError, match="Not Renewed"):
            act(one.name)


def test_undone_it_is_open_again():
    doc = contract()
    one = proposed(doc)
    renewal_api.not_renewed(one.name, "Price")
    renewal_api.undo(one.name)
    assert of(one, "status", "decided_on", "reason") == (PROPOSED, None, None)
    assert of(doc, "decided_on", "not_renewed_reason", "state") == (None, None, "Active")
    assert renewal_api.accept(one.name)["submitted"]


def test_notice_decides_and_withdrawn_opens_again():
    doc = contract()
    one = opened(doc)
    acts.terminate(doc.name, getdate(doc.end_date), "Another Supplier")
    assert of(one, "status", "reason") == (NOT_RENEWED, "Another Supplier")
    assert of(doc, "ending_entered_on")[0]
    with pytest.raises(frappe.ValidationError, match="terminated"):
        renewal_api.undo(one.name)
    acts.withdraw_termination(doc.name)
    assert of(one, "status", "reason") == (OPEN, None)
    assert of(doc, "ending_entered_on") == (None,)


def test_what_is_decided_is_not_typed():
    one = opened(contract())
    one.update({"status": RENEWED, "successor": one.contract, "proposed_price": 7000})
    one.save()
    assert of(one, "status", "successor", "proposed_price") == (OPEN, None, 7000)
    new = contract()
    made = frappe.get_doc({"doctype": RENEWAL, "contract": new.name, "status": RENEWED}).insert()
    assert made.status == OPEN and made.by_hand


def test_a_decision_is_not_deleted():
    one = proposed(contract())
    renewal_api.not_renewed(one.name, "Price")
    with pytest.raises(frappe.ValidationError, match="stays"):
        frappe.delete_doc(RENEWAL, one.name)
    renewal_api.undo(one.name)
    frappe.delete_doc(RENEWAL, one.name)


def test_a_deleted_contract_takes_its_renewal():
    doc = contract()
    one = opened(doc)
    frappe.get_doc(CONTRACT, doc.name).cancel()
    frappe.delete_doc(CONTRACT, doc.name)
    assert not frappe.db.exists(RENEWAL, one.name)


# -- who may


def test_who_may_not_submit_leaves_a_draft():
    doc = contract()
    one = proposed(doc)
    frappe.set_user(user_with("Sales User", "Relationship User"))
    found = renewal_api.accept(one.name)
    assert not found["submitted"]
    assert of(doc, "renewed_into") == (None,)
    frappe.set_user("Administrator")
    assert renewal_api.accept(one.name) == {"successor": found["successor"], "submitted": True}


def test_rows_follow_the_customer():
    doc = contract()
    one = opened(doc)
    user = user_with("Sales User", "Relationship User")
    other = erp.customer("RCRM Renewal Gamma")
    frappe.get_doc(
        {"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": other}
    ).insert()
    frappe.set_user(user)
    assert not frappe.get_list(RENEWAL, filters={"name": one.name})
    for ask in (renewal_api.lines, renewal_api.accept, renewal_api.undo):
        with pytest.raises(frappe.PermissionError):
            ask(one.name)
    for ask in (renewal_api.probability, renewal_api.open_renewal):
        with pytest.raises(frappe.PermissionError):
            ask(doc.name)
    with pytest.raises(frappe.PermissionError):
        renewal_api.not_renewed(one.name, "Price")
    assert renewal_api.calendar(str(today()), str(add_days(today(), 60))) == []


def test_the_calendar():
    doc = contract()
    one = opened(doc)
    (event,) = [
        e for e in renewal_api.calendar(str(today()), str(add_days(today(), 60))) if e["name"] == one.name
    ]
    assert (getdate(event["start"]), event["title"]) == (getdate(doc.notice_date), f"{ACME}: Open")
    assert not [
        e
        for e in renewal_api.calendar(str(add_days(today(), 11)), str(add_days(today(), 60)))
        if e["name"] == one.name
    ]
