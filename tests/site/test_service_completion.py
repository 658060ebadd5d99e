"""An appointment that took place makes its voucher, which counts once; cancelled, the appointment is open again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import contracting
import erp
import frappe
import pytest
from desk import user
from dispatching import DAY, HOURS, VISITS, appointment, at, contract, employee

from relationship_crm.contracts import completion
from relationship_crm.contracts.obligations import obligations
from relationship_crm.contracts.terms import of_contracts


@pytest.fixture
def acme(house) -> str:
    return erp.customer("RCRM Planned")


@pytest.fixture
def bert(house) -> str:
    who = employee("Bert")
    frappe.db.set_value("Sales Person", erp.BORIS, "employee", who)
    return who


@pytest.fixture
def repair(house) -> str:
    return erp.ensure("Activity Type", "RCRM Repair", activity_type="RCRM Repair")


def used(contract: Any) -> list[tuple[str, float, str]]:
    """What stands in the ledger of a contract."""
    return [
        (row.line_title, row.qty, row.voucher_no)
        for row in frappe.get_all(
            "Service Usage Entry",
            {"contract": contract.name, "is_cancelled": 0},
            ["line_title", "qty", "voucher_no"],
            order_by="creation",
        )
    ]


def stands(contract: Any) -> tuple[float, float]:
    """Delivered and planned of the contract's first promise, in the quarter or year of the day."""
    one = obligations(of_contracts([contract.name]), DAY, DAY)[0]
    return one.delivered, one.planned


def state(doc: Any) -> tuple[str, str | None, str | None]:
    return frappe.db.get_value(doc.doctype, doc.name, ["status", "voucher_type", "voucher_no"])


def visit_of(doc: Any, **values: Any) -> Any:
    made = completion.done(doc.name, **{"work_done": "Filters changed", **values})
    return frappe.get_doc(made["voucher_type"], made["voucher_no"])


# visits


def test_a_visit_is_drafted_with_what_erpnext_asks_for(acme, bert) -> None:
    own = contract(acme, contracting.line(VISITS, item_code=erp.ADVICE))
    contact = frappe.get_doc(
        {
            "doctype": "Contact",
            "first_name": "Cleo",
            "links": [{"link_doctype": "Customer", "link_name": acme}],
            "phone_nos": [{"phone": "+31 15 555", "is_primary_mobile_no": 1}],
        }
    ).insert()
    visit = visit_of(appointment(own, bert, contact=contact.name))
    assert (visit.doctype, visit.docstatus, visit.customer) == ("Maintenance Visit", 0, acme)
    assert (str(visit.mntc_date), visit.maintenance_type) == ("2024-05-14", "Scheduled")
    assert (visit.contact_person, visit.contact_display, visit.contact_mobile) == (
        contact.name,
        "Cleo",
        "+31 15 555",
    )
    row = visit.purposes[0]
    assert (row.item_code, row.service_person, row.work_done) == (erp.ADVICE, erp.BORIS, "Filters changed")
    assert not visit.customer_feedback
    assert (visit.relationship_contract, visit.relationship_contract_line) == (
        own.name,
        own.lines[0].line_key,
    )
    visit.submit()


def test_a_visit_counts_once_and_only_while_it_stands(acme, bert) -> None:
    own = contract(acme, contracting.line(VISITS))
    doc = appointment(own, bert)
    assert stands(own) == (0, 1)
    visit = visit_of(doc)
    # a draft has delivered nothing, and the appointment is not owed again
    assert state(doc) == ("Done", "Maintenance Visit", visit.name)
    assert (used(own), stands(own)) == ([], (0, 1))
    visit.submit()
    assert (used(own), stands(own)) == ([("Inspections", 1, visit.name)], (1, 0))
    visit.cancel()
    assert state(doc) == ("Planned", "Maintenance Visit", visit.name)
    assert (used(own), stands(own)) == ([], (0, 1))
    again = erp.amend(visit)
    assert state(doc) == ("Done", "Maintenance Visit", again.name)
    assert (used(own), stands(own)) == ([("Inspections", 1, again.name)], (1, 0))


def test_a_visit_that_was_taken_off_the_contract_is_owed_again(acme, bert) -> None:
    own = contract(acme, contracting.line(VISITS))
    visit = visit_of(appointment(own, bert))
    visit.update({"relationship_contract_choice": "Not Under Contract"})
    visit.submit()
    assert (used(own), stands(own)) == ([], (0, 0))


def test_a_deleted_draft_opens_the_appointment(acme, bert) -> None:
    doc = appointment(contract(acme, contracting.line(VISITS)), bert)
    visit = visit_of(doc)
    visit.delete()
    assert state(doc) == ("Planned", None, None)
    doc.reload()
    other = visit_of(doc)
    assert state(doc) == ("Done", "Maintenance Visit", other.name)


def test_a_second_visit_after_a_cancelled_one(acme, bert) -> None:
    own = contract(acme, contracting.line(VISITS))
    doc = appointment(own, bert)
    first = visit_of(doc)
    first.submit()
    first.cancel()
    second = visit_of(doc)
    second.submit()
    assert used(own) == [("Inspections", 1, second.name)]
    # amending the first one now does not take the appointment from the second
    third = frappe.copy_doc(first)
    third.update({"amended_from": first.name, "docstatus": 0}).insert()
    assert state(doc)[2] == second.name
    frappe.delete_doc("Maintenance Visit", third.name)
    assert state(doc) == ("Done", "Maintenance Visit", second.name)


def test_what_was_called_off_stays_so(acme, bert) -> None:
    doc = appointment(contract(acme, contracting.line(VISITS)), bert)
    visit = visit_of(doc)
    visit.submit()
    visit.cancel()
    doc.reload()
    doc.update({"status": "Cancelled"}).save()
    frappe.delete_doc("Maintenance Visit", visit.name)
    assert state(doc) == ("Cancelled", None, None)


def test_saving_it_as_done_makes_the_visit_too(acme) -> None:
    doc = appointment(contract(acme, contracting.line(VISITS)), None)
    doc.update({"status": "Done"}).save()
    visit = frappe.get_doc("Maintenance Visit", doc.voucher_no)
    assert visit.purposes[0].work_done == doc.subject
    # nobody was there: whoever submits it has to say
    with pytest.raises(frappe.MandatoryError, match="service_person"):
        visit.submit()


# timesheets


def test_hours_count_by_a_timesheet(acme, bert, repair) -> None:
    own = contract(acme, contracting.line(HOURS))
    doc = appointment(own, bert, hours=2)
    assert stands(own) == (0, 2)
    # it took longer than planned
    sheet = visit_of(doc, ends_on=str(at(12.5)), activity_type=repair)
    assert (sheet.doctype, sheet.employee, sheet.customer) == ("Timesheet", bert, acme)
    row = sheet.time_logs[0]
    assert (row.from_time, row.to_time, row.hours, row.activity_type) == (at(9), at(12.5), 3.5, repair)
    assert (row.description, row.is_billable) == ("Filters changed", 0)
    assert stands(own) == (0, 3.5)
    sheet.submit()
    assert used(own) == [("Support hours", 3.5, sheet.name)]
    assert stands(own) == (3.5, 0)
    sheet.cancel()
    assert state(doc)[0] == "Planned"
    assert (used(own), stands(own)) == ([], (0, 3.5))
    again = erp.amend(sheet)
    assert state(doc) == ("Done", "Timesheet", again.name)
    assert used(own) == [("Support hours", 3.5, again.name)]


def test_two_employees_at_the_same_time(acme, bert, repair) -> None:
    own = contract(acme, contracting.line(HOURS))
    for who in (bert, employee("Anna")):
        visit_of(appointment(own, who), activity_type=repair).submit()
    assert stands(own) == (4, 0)


def test_a_timesheet_needs_somebody(acme) -> None:
    doc = appointment(contract(acme, contracting.line(HOURS)), None)
    with pytest.raises(frappe.ValidationError, match="whose hours"):
        completion.done(doc.name)


# rules


def test_the_overage_rule_decides_when_the_voucher_is_submitted(acme, bert) -> None:
    own = contract(acme, contracting.line(VISITS, included_qty=1))
    visit_of(appointment(own, bert)).submit()
    second = visit_of(appointment(own, bert, at(13)))
    with pytest.raises(frappe.ValidationError, match="Inspections"):
        second.submit()
    assert used(own)[0][1] == 1 and len(used(own)) == 1


def test_nothing_makes_nothing(acme) -> None:
    doc = appointment(acme)
    assert completion.done(doc.name) == {"voucher_type": None, "voucher_no": None}
    assert state(doc) == ("Done", None, None)
    doc.reload()
    doc.update({"status": "Planned"}).save()


def test_without_a_promise_the_visit_finds_its_own(acme, bert) -> None:
    own = contract(acme, contracting.line(VISITS))
    visit = visit_of(appointment(own, bert, line=None, makes="Maintenance Visit"))
    assert visit.relationship_contract_line == own.lines[0].line_key
    assert visit.relationship_contract_choice == "Found"


def test_what_a_voucher_stands_for_does_not_change(acme, bert) -> None:
    doc = appointment(contract(acme, contracting.line(VISITS)), bert)
    visit = visit_of(doc)
    doc.reload()
    for change in (
        {"status": "Planned"},
        {"starts_on": str(at(8))},
        {"employee": None},
        {"status": "Cancelled"},
    ):
        with pytest.raises(frappe.ValidationError, match=visit.name):
            doc.update(change).save()
        doc.reload()
    doc.update({"notes": "Bring a ladder", "subject": "Ladder"}).save()
    assert frappe.db.count("Maintenance Visit", {"customer": acme}) == 1


def test_nothing_is_done_before_it_begins(acme) -> None:
    tomorrow = frappe.utils.getdate() + timedelta(days=1)
    doc = appointment(acme, None, at(9, tomorrow))
    with pytest.raises(frappe.ValidationError, match="begins on"):
        completion.done(doc.name)
    # it was done today already
    today = frappe.utils.getdate()
    completion.done(doc.name, starts_on=str(at(1, today)), ends_on=str(at(2, today)))
    assert state(doc)[0] == "Done"


def test_who_may_not_make_the_voucher_is_refused(acme, bert) -> None:
    doc = appointment(contract(acme, contracting.line(VISITS)), bert)
    frappe.set_user(user("rcrm.helper@example.com", "Support Team", "Sales User"))
    with pytest.raises(frappe.PermissionError):
        completion.done(doc.name)


def test_a_cancelled_contract_does_not_keep_work_from_being_written_down(acme, bert) -> None:
    own = contract(acme, contracting.line(VISITS))
    doc = appointment(own, bert)
    own.cancel()
    visit = visit_of(doc)
    assert not visit.relationship_contract
    visit.submit()
    assert used(own) == []
