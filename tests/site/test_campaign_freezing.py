"""Freezing a campaign's list: members, control group, counts; once, and not after the first touch."""

from __future__ import annotations

from collections import Counter
from typing import Any

import erp
import frappe
import pytest
from asking import contact
from campaigning import campaign, entry, members, rule, target_list
from desk import buyer
from frappe.utils import now_datetime

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns import freezing

pytestmark = pytest.mark.usefixtures("unasked")


def crowd(size: int, prefix: str = "Crowd") -> list[str]:
    """Customers with a contact each."""
    names = [erp.customer(f"RCRM {prefix} {number:02d}") for number in range(size)]
    for number, name in enumerate(names):
        contact(name, f"{prefix.lower()}{number}@example.com")
    return names


def frozen(doc: Any) -> Any:
    freezing.freeze(doc.name)
    return doc.reload()


def counts(doc: Any) -> tuple[str, int, int, int]:
    return doc.members_status, doc.contacted_members, doc.control_members, doc.left_out_members


def test_members_keep_what_was_true_on_that_day():
    name = crowd(1)[0]
    frappe.db.set_value("Customer", name, "account_manager", "Administrator")
    doc = frozen(campaign(target_list("RCRM List")))
    (member,) = members(doc.name)
    assert (member.party_type, member.party, member.customer) == ("Customer", name, name)
    assert (member.email, member.recipient_name, member.arm) == ("crowd0@example.com", "Crowd0", "Contacted")
    then = (member.customer_group, member.territory, member.account_manager)
    assert then == (erp.TRADE, erp.NORTH, "Administrator")
    assert (member.target_list, member.person_key) == ("RCRM List", "crowd0@example.com")
    frappe.db.set_value("Customer", name, "territory", erp.SOUTH)
    assert members(doc.name)[0].territory == erp.NORTH
    assert counts(doc) == ("Frozen", 1, 0, 0)


def test_a_fifth_of_each_stage_is_left_out_by_lot():
    """10 first-time buyers give 2, 5 without a stage give 1."""
    for number in range(10):
        contact(buyer(f"RCRM Buyer {number}"), f"buyer{number}@example.com")
    crowd(5)
    doc = frozen(campaign(target_list(), with_control_group=1, control_share=20))
    assert counts(doc) == ("Frozen", 12, 3, 0)
    assert Counter(m.stage_name for m in members(doc.name, arm="Control")) == {"First-time Buyer": 2, "": 1}


def test_everybody_at_a_customer_is_in_one_group():
    names = crowd(6)
    for number, name in enumerate(names):
        contact(name, f"second{number}@example.com", is_primary_contact=0)
    doc = frozen(campaign(target_list(contacts="All Contacts"), with_control_group=1, control_share=50))
    arms: dict[str, set[str]] = {}
    for member in members(doc.name):
        arms.setdefault(member.party, set()).add(member.arm)
    assert len(members(doc.name)) == 12 and all(len(arm) == 1 for arm in arms.values())
    assert counts(doc) == ("Frozen", 6, 6, 0)


def test_who_may_not_be_contacted_is_in_no_lot_and_says_why():
    names = crowd(4)
    frappe.db.set_value("Contact", {"email_id": "crowd0@example.com"}, "unsubscribed", 1)
    lonely = erp.customer("RCRM Lonely")
    doc = frozen(campaign(target_list(), with_control_group=1, control_share=50))
    assert counts(doc) == ("Frozen", 1, 2, 2)  # half of 3 is 1.5, rounded up
    reasons = {m.party: m.left_out_reason for m in members(doc.name, arm="Left Out")}
    assert reasons == {names[0]: "Does not want campaigns", lonely: "No address"}


def test_freezing_twice_changes_nothing():
    crowd(6)
    doc = frozen(campaign(target_list(), with_control_group=1, control_share=50))
    before = {m.name: (m.arm, m.assigned_on) for m in members(doc.name)}
    crowd(3, "Late")
    freezing.freeze(doc.name)
    assert {m.name: (m.arm, m.assigned_on) for m in members(doc.name)} == before


def test_the_same_seed_draws_the_same_lot_and_opening_draws_anew():
    crowd(12)
    doc = campaign(target_list(), with_control_group=1, control_share=50)
    frappe.db.set_value("Relationship Campaign", doc.name, "lot_seed", "00c0ffee")
    frozen(doc)
    first = {m.party for m in members(doc.name, arm="Control")}
    freezing.unfreeze(doc.name)
    assert counts(doc.reload()) == ("Open", 0, 0, 0) and members(doc.name) == [] and not doc.lot_seed
    frappe.db.set_value("Relationship Campaign", doc.name, "lot_seed", "00c0ffee")
    frozen(doc)
    assert {m.party for m in members(doc.name, arm="Control")} == first
    freezing.unfreeze(doc.name)
    assert frozen(doc).lot_seed not in ("", "00c0ffee")


def test_after_the_first_touch_the_list_stays():
    crowd(1)
    doc = frozen(campaign(target_list()))
    (member,) = members(doc.name)
    columns = ("name", "campaign", "member", "party_type", "party", "status", "touched_on")
    write_rows(
        "Campaign Touch",
        columns,
        [("t1", doc.name, member.name, "Customer", member.party, "Sent", now_datetime())],
    )
    with pytest.raises(frappe.ValidationError, match="touches already"):
        freezing.unfreeze(doc.name)


def test_a_frozen_list_is_locked():
    crowd(1)
    other = target_list()
    doc = frozen(campaign(target_list()))
    doc.append("lists", {"target_list": other.name, "effect": "Exclude"})
    with pytest.raises(frappe.ValidationError, match="frozen"):
        doc.save()
    doc.reload().stages = []
    doc.append("stages", {"stage": "Kotler-Client"})
    with pytest.raises(frappe.ValidationError, match="frozen"):
        doc.save()


def test_later_changes_of_a_list_change_no_member():
    crowd(1)
    listed = target_list("RCRM List", rule("Customer Group", reference=erp.TRADE))
    doc = frozen(campaign(listed))
    listed.rules[0].reference = erp.CRAFT
    listed.save()
    assert len(members(doc.name)) == 1
    (kept,) = frappe.parse_json(doc.lists_snapshot)
    assert (kept["list"], kept["rules"][0]["sentence"]) == ("RCRM List", f"Customer Group is {erp.TRADE}")


@pytest.mark.parametrize(
    "values, said",
    [({"is_template": 1}, "template"), ({"status": "Completed"}, "over"), ({"lists": []}, "target lists")],
)
def test_what_cannot_be_frozen(values, said):
    crowd(1)
    doc = campaign(target_list(), **{k: v for k, v in values.items() if k != "status"})
    if "status" in values:
        frappe.db.set_value("Relationship Campaign", doc.name, "status", values["status"])
    with pytest.raises(frappe.ValidationError, match=said):
        freezing.freeze(doc.name)


def test_a_list_of_nobody_is_told_and_can_be_mended():
    erp.customer("RCRM Lonely")
    doc = campaign(target_list())
    with pytest.raises(frappe.ValidationError, match="nobody on the lists"):
        freezing.freeze(doc.name)
    frappe.db.set_value("Relationship Campaign", doc.name, "members_status", "Failed")
    doc.reload().append("lists", {"target_list": target_list().name, "effect": "Include"})
    doc.save()


def test_a_static_list_follows_a_lead_that_became_a_customer():
    lead = erp.lead("RCRM Lea", email_id="lea@example.com")
    static = target_list(kind="Static")
    entry(static, lead, "Lead")
    won = erp.customer("RCRM Won", lead_name=lead)
    contact(won, "won@example.com")
    doc = frozen(campaign(static))
    assert [(m.party_type, m.party, m.email) for m in members(doc.name)] == [
        ("Customer", won, "won@example.com")
    ]
