"""Service appointments: who can come when, and what they say about a contract."""

from __future__ import annotations

from datetime import date, timedelta

import contracting
import erp
import frappe
import pytest
from desk import SALES, USER, user
from dispatching import DAY, VISITS, appointment, at, contract, employee, holidays

from relationship_crm.contracts import absence, planning
from relationship_crm.contracts.conflicts import AppointmentOverlap, EmployeeAway

WHIT_MONDAY = date(2024, 5, 20)


@pytest.fixture
def acme(house) -> str:
    return erp.customer("RCRM Planned")


@pytest.fixture
def bert(house) -> str:
    return employee("Bert")


# other appointments


def test_one_employee_is_in_one_place(acme, bert) -> None:
    first = appointment(acme, bert, at(9), 2, subject="Boiler")
    for hour, hours in ((9, 2), (10, 2), (8, 2), (9.5, 0.5), (8, 4)):
        with pytest.raises(AppointmentOverlap, match=first.name) as refused:
            appointment(acme, bert, at(hour), hours)
        assert "Bert" in str(refused.value) and "Boiler" in str(refused.value)
    # one ends when the other starts
    appointment(acme, bert, at(7), 2)
    appointment(acme, bert, at(11), 2)
    # nobody's, and somebody else's
    appointment(acme, None, at(9), 2)
    appointment(acme, employee("Anna"), at(9), 2)


def test_what_was_called_off_is_in_nobodys_way(acme, bert) -> None:
    first = appointment(acme, bert)
    first.update({"status": "Cancelled"}).save()
    second = appointment(acme, bert)
    with pytest.raises(AppointmentOverlap, match=second.name):
        first.update({"status": "Planned"}).save()


def test_moving_and_giving_it_to_somebody_else_is_checked(acme, bert) -> None:
    appointment(acme, bert, at(9))
    later = appointment(acme, bert, at(13))
    with pytest.raises(AppointmentOverlap):
        planning.move(later.name, str(at(10)), str(at(12)))
    planning.move(later.name, str(at(14)), str(at(16)))
    assert frappe.db.get_value(later.doctype, later.name, "starts_on") == at(14)
    annas = appointment(acme, employee("Anna"), at(9))
    with pytest.raises(AppointmentOverlap):
        annas.update({"employee": bert}).save()


def test_an_overlap_tells_nothing_about_other_peoples_customers(house, bert) -> None:
    hidden = erp.customer("RCRM South", territory=erp.SOUTH)
    secret = appointment(hidden, bert, subject="Secret")
    seen = erp.customer("RCRM North", territory=erp.NORTH)
    frappe.set_user(user("rcrm.plan@example.com", *SALES, USER, territory=erp.NORTH))
    with pytest.raises(AppointmentOverlap) as refused:
        appointment(seen, bert)
    assert secret.name in str(refused.value) and "Secret" not in str(refused.value)


# holidays, leave, who left


def test_a_holiday_asks_first(acme) -> None:
    own = holidays("RCRM Own", (WHIT_MONDAY, "<b>Whit</b> Monday"))
    anna = employee("Anna", holiday_list=own)
    with pytest.raises(EmployeeAway, match=r"Whit Monday.*Works on a Holiday"):
        appointment(acme, anna, at(9, WHIT_MONDAY))
    asked = frappe.parse_json(frappe.local.message_log[-1])["primary_action"]
    assert asked["client_action"] == "relationship_crm.planning.all_the_same"
    assert (asked["args"]["employee"], asked["args"]["starts_on"]) == (anna, "2024-05-20 09:00:00")
    appointment(acme, anna, at(9, WHIT_MONDAY), works_on_holiday=1)
    # through the night into the holiday
    with pytest.raises(EmployeeAway):
        appointment(acme, anna, at(22, WHIT_MONDAY - timedelta(days=1)), 4)
    # ends as it begins
    appointment(acme, anna, at(22, WHIT_MONDAY - timedelta(days=1)), 2)


def test_the_company_has_holidays_too(acme, bert) -> None:
    frappe.db.set_value(
        "Company", erp.COMPANY, "default_holiday_list", holidays("RCRM House", (DAY, "House Day"))
    )
    frappe.clear_document_cache("Company", erp.COMPANY)
    with pytest.raises(EmployeeAway, match="House Day"):
        appointment(acme, bert)
    # their own list goes before the company's
    appointment(acme, employee("Anna", holiday_list=holidays("RCRM None")))


def test_confirmed_for_one_day_is_not_confirmed_for_another(acme) -> None:
    both = ((WHIT_MONDAY, "Whit Monday"), (WHIT_MONDAY + timedelta(days=10), "Corpus Christi"))
    anna = employee("Anna", holiday_list=holidays("RCRM Both", *both))
    doc = appointment(acme, anna, at(9, WHIT_MONDAY), works_on_holiday=1)
    other = WHIT_MONDAY + timedelta(days=10)
    with pytest.raises(EmployeeAway, match="Corpus"):
        planning.move(doc.name, str(at(9, other)), str(at(11, other)))
    planning.move(doc.name, str(at(9, other)), str(at(11, other)), works_on_holiday=1)
    # within the day nobody is asked again
    planning.move(doc.name, str(at(10, other)), str(at(12, other)))
    # on a working day nothing is confirmed
    planning.move(doc.name, str(at(9)), str(at(11)))
    assert frappe.db.get_value(doc.doctype, doc.name, "works_on_holiday") == 0


@pytest.fixture
def leave(house, monkeypatch):
    """HRMS's Leave Application, as far as it is read here: a temporary table, which commits nothing."""
    # by the cursor itself: Frappe takes any "create" for a statement that commits
    run = frappe.db._cursor.execute
    run(
        "create temporary table `tabLeave Application` (name varchar(140), docstatus int, status varchar(40),"
        " employee varchar(140), from_date date, to_date date, half_day int, half_day_date date)"
    )
    known = frappe.db.exists
    monkeypatch.setattr(
        frappe.db, "exists", lambda *args, **more: "Leave Application" in args or known(*args, **more)
    )

    def take(
        who: str,
        first: date,
        last: date,
        status: str = "Approved",
        docstatus: int = 1,
        half: date | None = None,
    ):
        row = (frappe.generate_hash(length=8), docstatus, status, who, first, last, int(bool(half)), half)
        run("insert into `tabLeave Application` values (%s, %s, %s, %s, %s, %s, %s, %s)", row)

    yield take
    run("drop temporary table `tabLeave Application`")


def test_approved_leave_asks_first(acme, bert, leave) -> None:
    leave(bert, DAY, DAY + timedelta(days=3), half=DAY + timedelta(days=3))
    leave(bert, DAY + timedelta(days=6), DAY + timedelta(days=6), status="Open")
    leave(bert, DAY + timedelta(days=7), DAY + timedelta(days=7), docstatus=2)
    with pytest.raises(EmployeeAway, match="leave"):
        appointment(acme, bert, at(9, DAY + timedelta(days=2)))
    with pytest.raises(EmployeeAway, match="half a day of leave"):
        appointment(acme, bert, at(9, DAY + timedelta(days=3)))
    appointment(acme, bert, at(9, DAY + timedelta(days=6)))
    appointment(acme, bert, at(9, DAY + timedelta(days=7)))
    found = absence.calendars([bert], DAY, DAY + timedelta(days=6))[bert]
    # Tuesday to Friday, the weekend, Monday
    assert [found.share(DAY + timedelta(days=day)) for day in range(7)] == [0, 0, 0, 0.5, 0, 0, 1]


def test_who_left_is_not_planned(acme) -> None:
    gone = employee("Gone", status="Left", relieving_date=DAY)
    appointment(acme, gone)
    with pytest.raises(EmployeeAway, match="leaves on"):
        appointment(acme, gone, at(9, DAY + timedelta(days=1)))
    with pytest.raises(EmployeeAway, match="comes on"):
        appointment(acme, gone, at(9, date(2019, 12, 31)))
    # what was planned for them can still be called off
    planned = appointment(acme, gone, at(15))
    frappe.db.set_value("Employee", gone, "relieving_date", DAY - timedelta(days=1))
    planned.reload()
    planned.update({"status": "Cancelled"}).save()


# times and terms


def test_times_make_sense(acme) -> None:
    with pytest.raises(frappe.ValidationError, match="ends before"):
        appointment(acme, None, at(9), 0)
    with pytest.raises(frappe.ValidationError, match="24 hours"):
        appointment(acme, None, at(9), 25)
    assert appointment(acme, None, at(20), 8.5).hours == 8.5


def test_what_belongs_to_the_contract_comes_from_it(acme) -> None:
    address = frappe.get_doc(
        {
            "doctype": "Address",
            "address_title": "Site",
            "address_type": "Shipping",
            "is_shipping_address": 1,
            "address_line1": "Lock 7",
            "city": "Delft",
            "country": "Netherlands",
            "links": [{"link_doctype": "Customer", "link_name": acme}],
        }
    ).insert()
    doc = appointment(contract(acme), customer=None, company=erp.COMPANY_EUR, subject="")
    assert (doc.customer, doc.company, doc.line_title) == (acme, erp.COMPANY, "Inspections")
    assert doc.subject == "Inspections – RCRM Planned"
    assert doc.address == address.name and "Lock 7" in doc.address_display


def test_contracts_of_others_and_promises_out_of_force_are_refused(acme) -> None:
    own = contract(acme, contracting.line(VISITS, end_date="2024-06-30"))
    other = contract(erp.customer("RCRM Other"))
    with pytest.raises(frappe.ValidationError, match="another customer"):
        appointment(other, customer=acme)
    with pytest.raises(frappe.ValidationError, match="no such promise"):
        appointment(own, line_key=other.lines[0].line_key)
    with pytest.raises(frappe.ValidationError, match=r"Inspections.*is promised from"):
        appointment(own, begins=at(9, date(2024, 7, 1)))
    appointment(own, begins=at(9, date(2024, 6, 30)))
    draft = contract(acme, submit=False)
    with pytest.raises(frappe.ValidationError, match="not submitted"):
        appointment(draft, line=None)


def test_a_promise_is_made_good_by_what_counts_it(acme) -> None:
    own = contract(acme)
    with pytest.raises(frappe.ValidationError, match=r"counted by a Maintenance Visit, not by a Timesheet"):
        appointment(own, line=0, makes="Timesheet")
    with pytest.raises(frappe.ValidationError, match=r"counted by a Timesheet"):
        appointment(own, line=1, makes="Maintenance Visit")
    appointment(own, line=1, makes="Nothing")


def test_a_cancelled_contract_leaves_appointments_alone(acme) -> None:
    own = contract(acme)
    doc = appointment(own)
    own.cancel()
    doc.reload()
    doc.update({"notes": "Call before"}).save()
    doc.update({"status": "Cancelled"}).save()


def test_an_amendment_takes_appointments_over(acme) -> None:
    own = contract(acme)
    doc = appointment(own)
    again = contracting.amend(own)
    assert frappe.db.get_value(doc.doctype, doc.name, "contract") == again.name


# customers and employees come and go


def test_appointments_follow_their_customer(acme) -> None:
    doc = appointment(acme)
    frappe.rename_doc("Customer", acme, "RCRM Renamed")
    assert frappe.db.get_value(doc.doctype, doc.name, "customer") == "RCRM Renamed"
    into = erp.customer("RCRM Into")
    frappe.rename_doc("Customer", "RCRM Renamed", into, merge=True)
    assert frappe.db.get_value(doc.doctype, doc.name, "customer") == into


def test_a_customer_who_was_only_planned_can_be_deleted(acme) -> None:
    doc = appointment(acme)
    frappe.delete_doc("Customer", acme)
    assert not frappe.db.exists(doc.doctype, doc.name)


def test_an_employee_who_was_only_called_off_can_be_deleted(acme, bert) -> None:
    doc = appointment(acme, bert)
    with pytest.raises(frappe.LinkExistsError, match=doc.name):
        frappe.delete_doc("Employee", bert)
    doc.update({"status": "Cancelled"}).save()
    frappe.delete_doc("Employee", bert)
    assert frappe.db.get_value(doc.doctype, doc.name, ["employee", "employee_name"]) == (None, "Bert")
