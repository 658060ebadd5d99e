"""Freezing a campaign's list: members, control group, counts; once, and not after the first touch."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from campaigning import campaign, members, rule, target_list

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns import freezing

pytestmark = pytest.mark.usefixtures("unasked")


def crowd(size: int, group: str = erp.TRADE, prefix: str = "Crowd") -> list[str]:
    """Customers with a contact each."""
    names = [erp.customer(f"RCRM {prefix} {number:02d}", group=group) for number in range(size)]
    for number, name in enumerate(names):
        contact(name, f"{prefix.lower()}{number}@example.com")
    return names


def frozen(doc, **_):
    freezing.freeze(doc.name)
    return doc.reload()


def test_members_keep_what_was_true_on_that_day():
    name = crowd(1)[0]
    frappe.db.set_value("Customer", name, "account_manager", "Administrator")
    doc = frozen(campaign(target_list()))
    (member,) = members(doc.name)
    assert (member.party_type, member.party, member.customer) == ("Customer", name, name)
    assert (member.email, member.recipient_name, member.arm) == ("crowd0@example.com", "Crowd0", "Contacted")
    assert (member.customer_group, member.territory, member.account_manager) == (
        erp.TRADE,
        erp.NORTH,
        "Administrator",
    )
    assert (member.target_list, member.person_key) == ("RCRM List", "crowd0@example.com")
    frappe.db.set_value("Customer", name, "territory", erp.SOUTH)
    assert members(doc.name)[0].territory == erp.NORTH
    assert (doc.members_status, doc.contacted_members, doc.control_members, doc.left_out_members) == (
        "Frozen",
        1,
        0,
        0,
    )


def test_a_fifth_is_left_out_by_lot():
    crowd(20)
    doc = frozen(campaign(target_list(), with_control_group=1, control_share=20))
    assert (doc.contacted_members, doc.control_members) == (16, 4)
    assert doc.lot_seed and frappe.parse_json(doc.lists_snapshot)[0]["list"] == "RCRM List"
