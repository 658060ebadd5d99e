"""Who sees whom on a list: parties by their territory, scores about employees by role; the number of statements."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from campaigning import campaign, entry, keys, members, on, rule, target_list
from desk import MANAGER, SALES, USER, buyer, user
from test_statement_counts import heard

from relationship_crm.campaigns import freezing, listing, lists

pytestmark = pytest.mark.usefixtures("unasked")
NORTHERNER, CLERK = "rcrm.lists.north@example.com", "rcrm.lists.user@example.com"


def people(number: int) -> None:
    """Customers with a contact and a purchase, leads, and somebody with two contacts."""
    for i in range(number):
        name = buyer(f"RCRM Someone {number} {i}")
        contact(name, f"someone{number}.{i}@example.com")
        contact(name, f"other{number}.{i}@example.com", is_primary_contact=0)
        erp.lead(f"RCRM Some Lead {number} {i}", email_id=f"lead{number}.{i}@example.com")


def test_only_parties_the_user_may_read():
    north, south = erp.customer("RCRM N"), erp.customer("RCRM S", territory=erp.SOUTH)
    static, dynamic = target_list(kind="Static"), target_list()
    for name in (north, south):
        contact(name, f"{name[-1].lower()}@example.com")
        entry(static, name)
    out = target_list("RCRM Not", rule("Territory", "is not", reference=erp.NORTH))
    doc = campaign(dynamic, with_control_group=0)
    user(NORTHERNER, *SALES, MANAGER, territory=erp.NORTH)
    frappe.set_user(NORTHERNER)
    assert (on(static), on(dynamic), on(out)) == ({north}, {north}, set())
    shown = lists.preview(dynamic.name)
    assert (shown["people"], [row["party"] for row in shown["sample"]]) == (1, [north])
    assert lists.add_to_list(static.name, "Customer", [south]) == 0
    with pytest.raises(frappe.PermissionError):
        entry(target_list(kind="Static"), south)
    freezing.freeze(doc.name)
    frappe.set_user("Administrator")
    assert [m.party for m in members(doc.name)] == [north]


def test_members_follow_who_may_read_the_party():
    for name in (erp.customer("RCRM N"), erp.customer("RCRM S", territory=erp.SOUTH)):
        contact(name, f"{name[-1].lower()}@example.com")
    doc = campaign(target_list())
    freezing.freeze(doc.name)
    user(NORTHERNER, *SALES, USER, territory=erp.NORTH)
    frappe.set_user(NORTHERNER)
    assert sum(row["people"] for row in lists.members(doc.name)) == 1
    assert frappe.get_list("Campaign Member", {"campaign": doc.name}, pluck="party", order_by="party") == [
        "RCRM N"
    ]


@pytest.mark.parametrize("score", ["trust", "engagement", "trust_employee"])
def test_scores_about_employees_choose_nobody_for_those_who_may_not_see_them(score):
    doc = target_list("RCRM Trusting", rule("Score", "at least", choice=score, amount=50))
    user(CLERK, *SALES, USER)
    frappe.set_user(CLERK)
    assert score not in {c["value"] for row in lists.list_criteria() for c in row["choices"]}
    with pytest.raises(frappe.PermissionError, match="scores about employees"):
        lists.preview(doc.name)
    assert on(target_list_of("satisfaction")) == set()


def target_list_of(score: str):
    """A list nobody saved, as the form would have it."""
    return frappe.get_doc(
        {
            "doctype": "Campaign Target List",
            "list_name": "RCRM Unsaved",
            "kind": "Dynamic",
            "customers": 1,
            "rules": [rule("Score", "at least", choice=score, amount=50)],
        }
    )


def test_who_may_not_write_changes_nothing():
    erp.customer("RCRM N")
    static, doc = target_list(kind="Static"), campaign(target_list())
    erp.ensure("Email Group", "RCRM Group", title="RCRM Group")
    user(CLERK, *SALES, USER)
    frappe.set_user(CLERK)
    for call in (
        lambda: lists.freeze(doc.name),
        lambda: lists.unfreeze(doc.name),
        lambda: lists.add_to_list(static.name, "Customer", ["RCRM N"]),
        lambda: lists.remove_from_list(static.name, "Customer", ["RCRM N"]),
        lambda: lists.add_from_list(static.name, static.name),
    ):
        with pytest.raises(frappe.PermissionError):
            call()


def test_nobody_edits_a_member():
    contact(erp.customer("RCRM N"), "n@example.com")
    doc = campaign(target_list())
    freezing.freeze(doc.name)
    user(NORTHERNER, *SALES, MANAGER)
    frappe.set_user(NORTHERNER)
    member = frappe.get_doc("Campaign Member", {"campaign": doc.name})
    for ptype in ("write", "create", "delete"):
        assert not member.has_permission(ptype)


def test_the_number_of_statements_does_not_depend_on_the_number_of_people():
    """The same four rules and lists over 3 and over 12 parties of each kind; members are written in one statement."""
    rules = (
        rule("Rung", "at least", amount=1, alternative=1),
        rule("Last Purchase", "within days", days=90, alternative=1),
        rule("Bought Item", reference=erp.ADVICE, alternative=1),
        rule("Lead Status", choice="Lead", alternative=2),
    )
    doc = campaign(
        target_list("RCRM A", *rules, leads=1, contacts="All Contacts"),
        without=[target_list("RCRM B", rule("Dissolving"))],
        with_control_group=1,
        control_share=20,
    )
    said = []
    for number in (3, 9):
        people(number)
        listing.members(frappe.get_doc("Relationship Campaign", doc.name))  # what is cached once
        with heard() as statements:
            found, _standing = listing.members(frappe.get_doc("Relationship Campaign", doc.name))
        said.append((len(found), len(statements)))
    (few, before), (many, after) = said
    assert (few, many) == (9, 36)
    assert before == after, said


def test_an_email_group_is_filled_once_and_those_who_left_stay_out():
    name, other = erp.customer("RCRM N"), erp.customer("RCRM O")
    contact(name, "n@example.com")
    contact(other, "o@example.com")
    gone = erp.customer("RCRM P")
    contact(gone, "p@example.com", unsubscribed=1)
    erp.ensure("Email Group", "RCRM Group", title="RCRM Group")
    left = {"doctype": "Email Group Member", "email_group": "RCRM Group", "email": "O@example.com"}
    frappe.get_doc({**left, "unsubscribed": 1}).insert()
    doc = target_list()
    assert lists.export_to_email_group(doc.name, "RCRM Group") == 1
    assert lists.export_to_email_group(doc.name, "RCRM Group") == 0
    there = target_list("RCRM There", rule("Email Group", reference="RCRM Group"))
    assert keys(there) == {("Customer", name)}
