"""A colleague's open calls go to others in one step."""

from __future__ import annotations

import calling
import frappe
import pytest
import waves
from calling import ANNA, BORIS, CLARA
from desk import MANAGER
from waves import quiet  # noqa: F401

from relationship_crm.campaigns import call_desk, calls, redistribution

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def spring():
    for name in (ANNA, BORIS, CLARA):
        calling.caller(name)
    return waves.frozen()


@pytest.fixture
def annas(spring):
    """Six calls of Anna's; Boris looks after Bea."""
    for name in ("Ada", "Bea", "Cid", "Dan", "Eve", "Fay"):
        calling.somebody(spring, name, manager=BORIS if name == "Bea" else "")
    return calling.given_out(spring, ANNA)


def test_open_calls_go_by_load_and_to_account_managers(annas):
    given = redistribution.redistribute([BORIS, CLARA], of=ANNA)
    assert given == {BORIS: 3, CLARA: 3}
    assert calling.holders(annas)["Bea"] == BORIS
    assert calls.load([ANNA, BORIS, CLARA]) == {ANNA: 0, BORIS: 3, CLARA: 3}


def test_calls_that_are_done_with_stay(annas):
    for name, values in (
        ("Ada", {"status": "Reached", "next_contact_on": None, "touched_on": calling.ago(days=1)}),
        ("Cid", {"status": "Left Out"}),
        ("Dan", {"status": "Not Reached", "next_contact_on": None}),
    ):
        frappe.db.set_value("Campaign Touch", calling.touch(annas, name).name, values)
    assert sum(redistribution.redistribute([CLARA], of=ANNA).values()) == 3
    assert {name for name, who in calling.holders(annas).items() if who == CLARA} == {"Bea", "Eve", "Fay"}


def test_who_spoke_to_somebody_keeps_the_call(annas):
    talked = calling.touch(annas, "Cid").name
    frappe.db.set_value("Campaign Touch", talked, {"status": "Reached", "touched_on": calling.ago(days=1)})
    redistribution.redistribute([ANNA, CLARA])
    held = calling.holders(annas)
    assert held["Cid"] == ANNA
    assert sorted(held.values()) == [ANNA] * 3 + [CLARA] * 3


def test_what_others_have_to_do_counts_but_not_what_is_being_given(annas):
    autumn = waves.frozen("RCRM Autumn")
    for name in ("Gil", "Hal"):
        calling.somebody(autumn, name)
    calling.given_out(autumn, BORIS)
    # Boris has two already: of Anna's six he gets two, Bea among them, and Clara four
    assert redistribution.redistribute([BORIS, CLARA], of=ANNA) == {BORIS: 2, CLARA: 4}


def test_of_one_campaign_or_of_some_calls_only(annas):
    autumn = waves.frozen("RCRM Autumn")
    calling.somebody(autumn, "Gil")
    other = calling.given_out(autumn, ANNA)
    assert redistribution.redistribute([CLARA], of=ANNA, campaign=autumn) == {CLARA: 1}
    assert redistribution.redistribute([BORIS], activity=other.name) == {BORIS: 1}
    chosen = [calling.touch(annas, name).name for name in ("Ada", "Cid")]
    assert redistribution.redistribute([CLARA], names=chosen) == {CLARA: 2}
    assert calls.load([ANNA]) == {ANNA: 4}


def test_colleagues_with_open_work_are_listed_those_who_left_first(annas):
    frappe.db.set_value("User", ANNA, "enabled", 0)
    frappe.db.set_value("Campaign Touch", calling.touch(annas, "Ada").name, "assigned_to", None)
    frappe.db.set_value("Campaign Touch", calling.touch(annas, "Bea").name, "assigned_to", BORIS)
    found = redistribution.colleagues()
    assert [(row["user"], row["open"], row["enabled"]) for row in found] == [
        ("-", 1, False),
        (ANNA, 4, False),
        (BORIS, 1, True),
    ]
    assert redistribution.redistribute([CLARA], of="-") == {CLARA: 1}
    with pytest.raises(frappe.ValidationError, match="cannot make calls"):
        redistribution.redistribute([ANNA, CLARA], of=BORIS)
    with pytest.raises(frappe.ValidationError, match="who is to make"):
        redistribution.redistribute([], of=BORIS)


def test_each_is_told_once_and_nobody_about_what_stays(annas, monkeypatch):
    told = []
    monkeypatch.setattr(
        calls, "enqueue_create_notification", lambda user, doc: told.append((user, doc["subject"]))
    )
    redistribution.redistribute([ANNA, CLARA])
    assert [user for user, _subject in told] == [CLARA]
    assert told[0][1].startswith("3 calls")


def test_only_managers_give_calls_to_others(annas):
    frappe.set_user(CLARA)
    with pytest.raises(frappe.PermissionError):
        call_desk.redistribute(frappe.as_json([CLARA]), of=ANNA)
    with pytest.raises(frappe.PermissionError):
        call_desk.colleagues()
    frappe.set_user("Administrator")
    manager = calling.caller("rcrm-max@example.com", MANAGER, "Sales User")
    frappe.set_user(manager)
    [given] = call_desk.redistribute(frappe.as_json([CLARA]), of=ANNA)
    assert (given["user"], given["calls"]) == (CLARA, 6)


def test_only_what_the_manager_may_see_is_given(annas):
    frappe.db.set_value("Customer", "RCRM Ada", "territory", "RCRM South")
    manager = calling.caller("rcrm-max@example.com", MANAGER, "Sales User")
    frappe.get_doc(
        {"doctype": "User Permission", "user": manager, "allow": "Territory", "for_value": "RCRM South"}
    ).insert()
    frappe.set_user(manager)
    assert redistribution.redistribute([CLARA], of=ANNA) == {CLARA: 1}
    frappe.set_user("Administrator")
    assert [name for name, who in calling.holders(annas).items() if who == CLARA] == ["Ada"]
