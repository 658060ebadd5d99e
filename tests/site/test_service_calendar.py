"""Appointments in calendars: what they show to whom, and how they are moved there."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import erp
import frappe
import pytest
from desk import SALES, USER, user
from dispatching import DAY, appointment, at, contract, employee

from relationship_crm.contracts import completion, planning, proposals


@pytest.fixture
def acme(house) -> str:
    return erp.customer("RCRM Planned")


@pytest.fixture
def bert(house) -> str:
    return employee("Bert")


def events(first: date, last: date, filters: list | None = None) -> list[dict]:
    return planning.get_events(
        "Service Appointment", str(first), str(last), filters=frappe.as_json(filters or [])
    )


def test_the_calendar_shows_what_touches_its_days(acme, bert) -> None:
    night = appointment(acme, bert, at(22, DAY - timedelta(days=1)), 4, subject="Night")
    mine = appointment(acme, bert, at(9), subject="Day")
    appointment(acme, bert, at(9, DAY + timedelta(days=1)), subject="After")
    off = appointment(acme, None, at(9), status="Cancelled")
    found = events(DAY, DAY + timedelta(days=1))
    assert [event["name"] for event in found] == [night.name, mine.name]
    assert found[1]["title"] == "! Bert: Day"  # it should have taken place
    asked = events(DAY, DAY + timedelta(days=1), [["Service Appointment", "status", "=", "Cancelled"]])
    assert [event["name"] for event in asked] == [off.name]


def test_colours_follow_employee_and_status(acme, bert) -> None:
    tomorrow = datetime.combine(date.today() + timedelta(days=1), datetime.min.time())
    mine = appointment(acme, bert, tomorrow + timedelta(hours=9))
    second = appointment(acme, bert, tomorrow + timedelta(hours=12))
    open_ = appointment(acme, None, tomorrow + timedelta(hours=9))
    red = appointment(acme, bert, tomorrow + timedelta(hours=15), color="#ff0000")
    over = appointment(acme, bert, at(9))
    over.update({"status": "Done"}).save()
    shown = planning.colours([doc.name for doc in (mine, second, open_, red, over)])
    assert shown[mine.name] == shown[second.name] in planning.COLOURS
    assert (shown[open_.name], shown[red.name], shown[over.name]) == ("#ffffff", "#ff0000", "#ebebeb")
    # what is over cannot be dragged
    found = {event["name"]: event["docstatus"] for event in events(DAY, DAY + timedelta(days=1))}
    assert found == {over.name: 1}


def test_calendar_follows_the_customers_permissions(house, bert) -> None:
    north = appointment(erp.customer("RCRM North", territory=erp.NORTH), bert, at(9))
    appointment(erp.customer("RCRM South", territory=erp.SOUTH), bert, at(13))
    frappe.set_user(user("rcrm.plan@example.com", *SALES, USER, territory=erp.NORTH))
    assert [event["name"] for event in events(DAY, DAY + timedelta(days=1))] == [north.name]


def test_moving_needs_permission(acme, bert) -> None:
    doc = appointment(acme, bert)
    frappe.set_user(user("rcrm.stranger@example.com", "Accounts User"))
    with pytest.raises(frappe.PermissionError):
        planning.move(doc.name, str(at(13)), str(at(15)))


def test_technicians_see_and_finish_their_own_appointments(acme) -> None:
    tech = user("rcrm.tech@example.com", "Maintenance User")
    mine = employee("Anna", user_id=tech)
    own = appointment(contract(acme), mine)
    others = appointment(acme, employee("Bert"))
    frappe.set_user(tech)
    assert not frappe.has_permission("Customer", "read")
    assert frappe.get_list("Service Appointment", pluck="name", order_by="name") == [own.name]
    assert [event["name"] for event in events(DAY, DAY + timedelta(days=1))] == [own.name]
    assert proposals.promises(own.contract) == []  # the form asks, and shows the title it knows
    with pytest.raises(frappe.PermissionError):
        planning.move(others.name, str(at(13)), str(at(15)))
    planning.move(own.name, str(at(13)), str(at(15)))
    made = completion.done(own.name, work_done="Filters changed")
    assert frappe.db.get_value("Maintenance Visit", made["voucher_no"], "customer") == acme
    # nor may they look at other customers by way of their own appointment
    frappe.set_user("Administrator")
    hidden = erp.customer("RCRM Hidden")
    frappe.set_user(tech)
    own.reload()
    own.customer = hidden
    with pytest.raises(frappe.PermissionError):
        own.save()
