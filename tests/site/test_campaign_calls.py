"""Whose calls are whose, which is next, and who may not be called now."""

from __future__ import annotations

import calling
import erp
import frappe
import pytest
import waves
from asking import settings
from calling import ANNA, BORIS, CLARA
from frappe.utils import add_days, getdate, today
from waves import quiet  # noqa: F401

from relationship_crm.campaigns import calls, dialling, rest, touches

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def spring():
    for name in (ANNA, BORIS, CLARA):
        calling.caller(name)
    return waves.frozen()


def statements(act):
    """How many statements something takes."""
    counted, run = [], frappe.db.sql
    frappe.db.sql = lambda *args, **kwargs: counted.append(args[0]) or run(*args, **kwargs)
    try:
        act()
    finally:
        frappe.db.sql = run
    return len(counted)


# giving out


def test_the_account_manager_calls_and_the_rest_goes_by_load(spring):
    for name, manager in (("Ada", BORIS), ("Bea", BORIS), ("Cid", ""), ("Dan", ""), ("Eve", CLARA)):
        calling.somebody(spring, name, manager=manager)
    doc = calling.given_out(spring, ANNA, BORIS)
    held = calling.holders(doc)
    # Boris looks after two; Anna has none, so the other three go: Anna, Anna, then to the first of two equals
    assert (held["Ada"], held["Bea"]) == (BORIS, BORIS)
    assert sorted(held[name] for name in ("Cid", "Dan", "Eve")) == [ANNA, ANNA, ANNA]
    assert {row.next_contact_on for row in waves.rows(doc)} == {calling.at("00:00:00")}


def test_all_people_of_a_customer_are_called_by_one(spring):
    ada = calling.somebody(spring, "Ada")
    for name in ("Abe", "Amy"):
        calling.person(spring, ada, name)
    calling.somebody(spring, "Bea")
    held = calling.holders(calling.given_out(spring, ANNA, BORIS))
    assert len({held[name] for name in ("Ada", "Abe", "Amy")}) == 1
    assert held["Bea"] != held["Ada"]


def test_what_callers_have_from_other_campaigns_counts(spring):
    for name in ("Ada", "Bea", "Cid"):
        calling.somebody(spring, name)
    calling.given_out(spring, ANNA)
    autumn = waves.frozen("RCRM Autumn")
    for name in ("Dan", "Eve"):
        calling.somebody(autumn, name)
    assert set(calling.holders(calling.given_out(autumn, ANNA, BORIS)).values()) == {BORIS}


def test_by_load_alone_account_managers_do_not_matter(spring):
    for name in ("Ada", "Bea"):
        calling.somebody(spring, name, manager=BORIS)
    doc = calling.given_out(spring, ANNA, BORIS, assign_by="Load")
    assert set(calling.holders(doc).values()) == {ANNA, BORIS}


def test_without_callers_account_managers_call_and_the_owner_the_rest(spring):
    frappe.db.set_value("User", CLARA, "enabled", 0)
    frappe.db.set_value("Relationship Campaign", spring, "campaign_owner", ANNA)
    calling.somebody(spring, "Ada", manager=BORIS)
    calling.somebody(spring, "Bea")
    calling.somebody(spring, "Cid", manager=CLARA)  # cannot log in any more
    assert calling.holders(calling.given_out(spring)) == {"Ada": BORIS, "Bea": ANNA, "Cid": ANNA}


def test_who_has_no_role_for_calls_is_given_none(spring):
    desk_only = calling.caller("rcrm-desk@example.com", "Sales User")
    calling.somebody(spring, "Ada", manager=desk_only)
    calling.somebody(spring, "Bea")
    doc = calling.given_out(spring, ANNA, desk_only)
    assert set(calling.holders(doc).values()) == {ANNA}


def test_the_number_of_statements_does_not_depend_on_the_number_of_calls(spring):
    warm, few, many = (waves.frozen(f"RCRM {title}") for title in ("Warm", "Few", "Many"))
    for name in ("Ada", "Bea"):
        calling.somebody(warm, f"{name}Warm")
        calling.somebody(few, name)
    for number in range(40):
        calling.somebody(many, f"Person{number:02}")
    taken = []
    for of in (warm, few, many):  # the first reads what is kept in memory afterwards
        doc = calling.call_wave(of, ANNA, BORIS)
        touches.create(doc)
        taken.append(statements(lambda name=doc.name: calls.assign(name)))
    assert taken[1] == taken[2]


def test_given_out_twice_nothing_changes_and_nobody_is_told_again(spring, monkeypatch):
    told = []
    monkeypatch.setattr(
        calls, "enqueue_create_notification", lambda user, doc: told.append((user, doc["subject"]))
    )
    for name in ("Ada", "Bea", "Cid"):
        calling.somebody(spring, name)
    doc = calling.given_out(spring, ANNA, BORIS)
    before = calling.holders(doc)
    assert calls.assign(doc.name) == 0
    assert calling.holders(doc) == before
    assert [user for user, _subject in told] == [ANNA, BORIS]
    assert told[0][1].startswith("2 calls are yours")


# the next one


def test_who_expects_a_call_comes_first_then_who_waits_longest(spring):
    for name in ("Ada", "Bea", "Cid", "Dan"):
        calling.somebody(spring, name)
    doc = calling.given_out(spring, ANNA)
    ada, bea, cid, dan = (calling.touch(doc, name).name for name in ("Ada", "Bea", "Cid", "Dan"))
    frappe.db.set_value("Campaign Touch", ada, "next_contact_on", calling.ago(hours=1))
    frappe.db.set_value("Campaign Touch", bea, "next_contact_on", calling.ago(hours=5))
    frappe.db.set_value(
        "Campaign Touch",
        cid,
        {"status": "Reached", "touched_on": calling.ago(days=3), "next_contact_on": calling.ago(minutes=5)},
    )
    frappe.db.set_value("Campaign Touch", dan, "next_contact_on", calling.later(1))
    assert [row.name for row in dialling.due(ANNA)] == [cid, bea, ada]
    assert dialling.count_due(ANNA) == 3
    assert dialling.next_call(ANNA) == cid
    assert dialling.next_call(ANNA, [cid, bea]) == ada
    assert dialling.next_call(BORIS) == ""


@pytest.mark.parametrize(
    ("doctype", "values"),
    [
        ("Campaign Activity", {"status": "Stopped"}),
        ("Campaign Activity", {"call_until": "2020-01-01"}),
        ("Relationship Campaign", {"status": "Cancelled"}),
    ],
)
def test_nobody_is_called_for_what_is_over(spring, doctype, values):
    calling.somebody(spring, "Ada")
    doc = calling.given_out(spring, ANNA)
    name = calling.touch(doc, "Ada").name
    assert dialling.next_call(ANNA) == name
    frappe.db.set_value(doctype, doc.name if doctype == "Campaign Activity" else spring, values)
    assert dialling.next_call(ANNA) == ""
    frappe.set_user(ANNA)
    assert dialling.open_call(name) != ""


def test_calls_whose_time_is_over_are_ended(spring):
    for name in ("Ada", "Bea"):
        calling.somebody(spring, name)
    doc = calling.given_out(spring, ANNA, call_until=today())
    assert dialling.close_late_calls() == 0
    frappe.db.set_value("Campaign Activity", doc.name, "call_until", add_days(today(), -1))
    bea = calling.touch(doc, "Bea").name
    frappe.db.set_value("Campaign Touch", bea, {"status": "Reached", "touched_on": calling.ago(days=2)})
    assert dialling.close_late_calls() == 2
    assert waves.statuses(doc) == {"Ada": f"Not Reached: {dialling.TOO_LATE}", "Bea": "Reached"}
    assert calls.load([ANNA]) == {ANNA: 0}


# who may not be called


def test_somebody_who_opted_out_is_left_out_when_the_call_is_opened(spring):
    calling.somebody(spring, "Ada")
    doc = calling.given_out(spring, ANNA)
    row = calling.touch(doc, "Ada")
    frappe.db.set_value("Contact", row.contact, "unsubscribed", 1)
    assert dialling.open_call(row.name) == "Does not want campaigns"
    assert waves.statuses(doc) == {"Ada": "Left Out: Does not want campaigns"}
    assert dialling.open_call(row.name) == "This call is done with."


def test_somebody_who_rests_is_called_when_the_rest_is_over(spring):
    settings(contact_rest_days=7)
    calling.somebody(spring, "Ada")
    calling.somebody(spring, "Bea")
    doc = calling.given_out(spring, ANNA)
    waves.contacted(["ada@example.com"], days_ago=2)
    ada, bea = calling.touch(doc, "Ada"), calling.touch(doc, "Bea")
    assert dialling.next_call(ANNA) == bea.name
    assert str(calling.touch(doc, "Ada").next_contact_on) == f"{add_days(today(), 5)} 00:00:00"
    assert "may be called from" in dialling.open_call(ada.name)
    assert dialling.open_call(bea.name) == ""


def test_a_talk_that_goes_on_is_no_new_contact(spring):
    settings(contact_rest_days=7)
    calling.somebody(spring, "Ada")
    doc = calling.given_out(spring, ANNA)
    row = calling.touch(doc, "Ada")
    waves.contacted(rest.addresses_of(row), days_ago=1)
    frappe.db.set_value("Campaign Touch", row.name, {"status": "Reached", "touched_on": calling.ago(days=1)})
    assert dialling.open_call(row.name) == ""


def test_two_callers_do_not_call_the_same_person(spring):
    calling.somebody(spring, "Ada")
    doc = calling.given_out(spring, ANNA)
    name = calling.touch(doc, "Ada").name
    frappe.set_user(ANNA)
    assert dialling.open_call(name) == ""
    assert dialling.open_call(name) == ""  # opened again by the same
    frappe.set_user(BORIS)
    assert "has this call open" in dialling.open_call(name)


# days of work


def test_the_next_call_is_on_a_day_of_work():
    friday = calling.at("10:30:00", "2026-01-09")
    assert str(dialling.in_working_days(friday, 1, erp.COMPANY)) == "2026-01-12 10:30:00"
    assert str(dialling.in_working_days(friday, 5, erp.COMPANY)) == "2026-01-16 10:30:00"
    assert str(dialling.in_working_days(friday, 0, erp.COMPANY)) == "2026-01-09 12:30:00"
    late = calling.at("23:00:00", "2026-01-09")
    assert getdate(dialling.in_working_days(late, 0, erp.COMPANY)) == getdate("2026-01-12")


def test_holidays_of_the_company_are_no_days_of_work():
    holidays = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": "RCRM Calls",
            "from_date": "2026-01-01",
            "to_date": "2026-12-31",
            "holidays": [{"holiday_date": "2026-01-12", "description": "Monday off"}],
        }
    ).insert()
    frappe.db.set_value("Company", erp.COMPANY, "default_holiday_list", holidays.name)
    frappe.clear_document_cache("Company", erp.COMPANY)
    friday = calling.at("10:30:00", "2026-01-09")
    # within the list the weekend is work where the list does not say otherwise
    assert str(dialling.in_working_days(friday, 1, erp.COMPANY)) == "2026-01-10 10:30:00"
    assert str(dialling.in_working_days(friday, 3, erp.COMPANY)) == "2026-01-13 10:30:00"


# the control group, and the end


def test_a_number_of_the_control_group_is_not_called(spring):
    """Two customers share a switchboard; one of them was left out by lot."""
    calling.somebody(spring, "Ada", number="+49 30 111")
    left_out = erp.customer("RCRM Bea")
    calling.person(spring, left_out, "Bea", number="+49 30 111", arm="Control")
    calling.somebody(spring, "Cid", number="+49 30 222")
    doc = calling.given_out(spring, ANNA)
    frappe.set_user(ANNA)
    assert "control group" in dialling.open_call(calling.touch(doc, "Ada").name)
    assert dialling.open_call(calling.touch(doc, "Cid").name) == ""
    assert calling.touch(doc, "Ada").status == "Left Out"


def test_calls_end_with_their_campaign(spring):
    """Nobody is called for a campaign that is over; the activity is completed with its last call."""
    for name in ("Ada", "Bea"):
        calling.somebody(spring, name)
    doc = calling.given_out(spring, ANNA)
    calls.update([calling.touch(doc, "Bea").name], status="Reached", touched_on=calling.ago(days=1))
    assert dialling.close_late_calls() == 0
    yesterday = {"status": "Completed", "end_date": add_days(today(), -1)}
    frappe.db.set_value("Relationship Campaign", spring, yesterday)
    assert dialling.close_late_calls() == 2
    assert (calling.touch(doc, "Ada").status, calling.touch(doc, "Bea").status) == ("Not Reached", "Reached")
    doc.reload()
    assert (doc.status, doc.waiting, doc.done) == ("Completed", 0, 1)
