"""The days that are proposed for what a promise still owes, and plans that are saved: by hand."""

from __future__ import annotations

from datetime import date, timedelta

import contracting
import erp
import frappe
import pytest
from desk import user
from dispatching import HOURS, QUARTERLY, VISITS, appointment, at, contract, employee, figures, holidays

from relationship_crm.contracts import planning, proposals


@pytest.fixture
def acme(house) -> str:
    return erp.customer("RCRM Planned")


def proposed(of: object, first: str = "2024-01-01", line: int = 0, **more: object) -> list[date]:
    return [row["date"] for row in proposals.propose(of.name, of.lines[line].line_key, first, **more)]


@pytest.fixture
def company_days(house):
    """The company rests at weekends, and on 17 May."""
    days = holidays("RCRM House Days", (date(2024, 5, 17), "House Day"), weekends=True)
    frappe.db.set_value("Company", erp.COMPANY, "default_holiday_list", days)
    frappe.clear_document_cache("Company", erp.COMPANY)


def test_four_visits_a_year_on_working_days(acme, company_days) -> None:
    own = contract(acme, contracting.line(VISITS))
    # 366/8 = 45.75, 137.25, 228.75, 320.25 days after 1 January: 15 February, 17 May, 16 August, 16 November, a Saturday
    assert proposed(own) == [date(2024, 2, 15), date(2024, 5, 16), date(2024, 8, 16), date(2024, 11, 15)]


def test_what_is_delivered_and_planned_is_left_out(acme, company_days) -> None:
    own = contract(acme, contracting.line(VISITS))
    contracting.entry(own, 0, "2024-02-01", 2)
    # two in the 184 days from 1 July on: 46 and 138 days after it
    assert proposed(own, "2024-07-01") == [date(2024, 8, 16), date(2024, 11, 15)]
    appointment(own, begins=at(9, date(2024, 10, 21)))
    # it is nearer to the second
    assert proposed(own, "2024-07-01") == [date(2024, 8, 16)]
    appointment(own, begins=at(9, date(2024, 8, 16)))
    assert proposed(own, "2024-07-01") == []


def test_carried_over_is_proposed_once(acme, company_days) -> None:
    own = contract(acme, contracting.line(QUARTERLY))
    contracting.entry(own, 0, "2024-02-01", 1)
    found = proposed(own, "2024-04-01")
    # 2 + 1 carried over in the second quarter, 2 in the third and the fourth
    assert [sum((day.month - 1) // 3 == quarter for day in found) for quarter in range(4)] == [0, 3, 2, 2]
    assert proposed(own, "2024-04-01", until="2024-06-30") == found[:3]


def test_an_employees_days_are_kept_clear(acme, company_days) -> None:
    bert = employee("Bert", holiday_list=holidays("RCRM Bert", (date(2024, 8, 16), "Off")))
    own = contract(acme, contracting.line(VISITS))
    appointment(acme, bert, at(10, date(2024, 2, 15)))
    appointment(acme, bert, at(12, date(2024, 5, 17)))
    rows = proposals.propose(
        own.name, own.lines[0].line_key, "2024-01-01", at="09:00", hours=2, employee=bert
    )
    # 15 February is taken from 10; on 17 May only from 12; 16 August is off; his list knows no Saturdays
    assert [row["date"] for row in rows] == [
        date(2024, 2, 16),
        date(2024, 5, 17),
        date(2024, 8, 17),
        date(2024, 11, 16),
    ]
    assert {row["employee"] for row in rows} == {bert}


def test_no_working_day_is_said(acme) -> None:
    week = [(date(2024, 12, 1) + timedelta(days=day), "Closed") for day in range(31)]
    frappe.db.set_value("Company", erp.COMPANY, "default_holiday_list", holidays("RCRM Closed", *week))
    frappe.clear_document_cache("Company", erp.COMPANY)
    own = contract(acme, contracting.line(VISITS, included_qty=1))
    rows = proposals.propose(own.name, own.lines[0].line_key, "2024-12-01")
    assert [(row["date"], row["note"]) for row in rows] == [(date(2024, 12, 16), "Closed")]


def test_weekends_are_free_where_the_holiday_list_ends(acme, company_days) -> None:
    own = contract(acme, contracting.line(VISITS), start_date="2025-01-01", end_date="2025-12-31")
    # 365/8 = 45.6, 136.9, 228.1, 319.4 days after 1 January 2025: 15 February, 17 May, 17 August and 16 November are all
    # Saturdays and Sundays; the list speaks of 2024 only
    assert proposed(own, "2025-01-01") == [
        date(2025, 2, 14),
        date(2025, 5, 16),
        date(2025, 8, 18),
        date(2025, 11, 17),
    ]
    # they forbid nothing
    appointment(own, employee("Bert"), at(9, date(2025, 2, 15)))


def test_hours_are_proposed_in_appointments_that_fit(acme, company_days) -> None:
    own = contract(acme, contracting.line(HOURS))
    contracting.entry(own, 0, "2024-10-02", 9)
    # 11 hours are left: two of 4 hours, the rest is too short for a third
    assert len(proposed(own, "2024-10-01", hours=4)) == 2


def test_a_plan_is_saved_as_it_was_edited(acme, company_days) -> None:
    bert = employee("Bert")
    own = contract(acme, contracting.line(VISITS))
    rows = proposals.propose(own.name, own.lines[0].line_key, "2024-01-01", hours=3, employee=bert)
    rows[0]["date"] = "2024-02-20"
    rows[1] |= {"date": "2024-05-17", "works_on_holiday": 1}
    rows[3]["employee"] = None
    names = proposals.plan(own.name, own.lines[0].line_key, frappe.as_json(rows))
    saved = frappe.get_all(
        "Service Appointment",
        {"name": ("in", names)},
        ["starts_on", "hours", "employee", "makes", "line_key", "customer"],
        order_by="starts_on",
    )
    days = [date(2024, 2, 20), date(2024, 5, 17), date(2024, 8, 16), date(2024, 11, 15)]
    assert [row.starts_on for row in saved] == [at(9, day) for day in days]
    assert [row.employee for row in saved] == [bert, bert, bert, None]
    assert {(row.hours, row.makes, row.line_key, row.customer) for row in saved} == {
        (3, "Maintenance Visit", own.lines[0].line_key, acme)
    }
    assert figures(own)[0] == (4, 0, 0, 4, 0)


def test_a_plan_with_a_conflict_says_all_of_them_and_saves_nothing(acme, company_days) -> None:
    bert = employee("Bert")
    own = contract(acme, contracting.line(VISITS))
    taken = appointment(acme, bert, at(10, date(2024, 2, 15)))
    rows = proposals.propose(own.name, own.lines[0].line_key, "2024-01-01", employee=bert)
    rows[0]["date"] = "2024-02-15"
    rows[2]["date"] = "2024-05-17"
    frappe.db.savepoint("plan")
    with pytest.raises(frappe.ValidationError):
        proposals.plan(own.name, own.lines[0].line_key, rows)
    # one message with both of them
    told = frappe.parse_json(frappe.local.message_log[-1])["message"]
    assert taken.name in str(told) and "House Day" in str(told)
    assert len(frappe.local.message_log) == 1
    # the request's transaction goes with the message
    frappe.db.rollback(save_point="plan")
    assert frappe.db.count("Service Appointment", {"contract": own.name}) == 0


def test_planning_needs_permission(acme) -> None:
    own = contract(acme, contracting.line(VISITS))
    frappe.set_user(user("rcrm.reader@example.com", "Accounts User"))
    with pytest.raises(frappe.PermissionError):
        proposals.propose(own.name, own.lines[0].line_key, "2024-01-01")
    with pytest.raises(frappe.PermissionError):
        proposals.plan(own.name, own.lines[0].line_key, [{"date": "2024-05-14"}])


def test_promises_say_what_is_open(acme) -> None:
    own = contract(
        acme, contracting.line(QUARTERLY), contracting.line(contracting.INCIDENTS), end_date="2099-12-31"
    )
    told = proposals.promises(own.name)
    assert [(one["title"], one["plannable"], one["makes"]) for one in told] == [
        ("Inspections", True, "Maintenance Visit"),
        ("Incidents", False, None),
    ]
    assert told[0]["open"] > 0 and told[1]["open"] is None
    assert planning.VOUCHER["Hours"] == "Timesheet"
