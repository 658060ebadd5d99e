"""The service level of a contract reaches its issues through ERPNext's own engine; times worked out by hand.

The office is open from 9 to 17, Monday to Friday. Gold: answered in 1 hour, solved in 4; High in half of that. Basic, which
everybody gets: 8 and 24 hours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import contracting
import erp
import frappe
import pytest
from dispatching import contract, holidays

#: A Tuesday, 10 o'clock.
OPENED = datetime(2024, 5, 14, 10)
INCIDENTS = contracting.line(contracting.INCIDENTS)


def agreement(name: str, response: int, resolution: int, **values: Any) -> str:
    """A service level agreement; hours for a priority of Medium, half of them for High."""
    hours = (("Medium", 1), ("High", 0.5))
    doc = {
        "doctype": "Service Level Agreement",
        "document_type": "Issue",
        "service_level": name,
        "enabled": 1,
        "apply_sla_for_resolution": 1,
        "holiday_list": erp.ensure(
            "Holiday List",
            "RCRM SLA",
            holiday_list_name="RCRM SLA",
            from_date="2024-01-01",
            to_date="2024-12-31",
        ),
        "priorities": [
            {
                "priority": erp.ensure("Issue Priority", priority),
                "response_time": 3600 * response * part,
                "resolution_time": 3600 * resolution * part,
                "default_priority": int(priority == "Medium"),
            }
            for priority, part in hours
        ],
        "support_and_resolution": [
            {"workday": day, "start_time": "09:00:00", "end_time": "17:00:00"}
            for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
        ],
        "sla_fulfilled_on": [{"status": "Resolved"}, {"status": "Closed"}],
        "pause_sla_on": [{"status": "On Hold"}],
    }
    return frappe.get_doc({**doc, **values}).insert().name


@pytest.fixture(params=["finds it by its name", "finds another one first"])
def levels(house, request) -> dict[str, str]:
    """Three levels. ERPNext takes the first it finds, the one that was changed last: both ways the contract's has to win."""
    frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
    frappe.db.delete("Service Level Agreement")
    frappe.cache.delete_value("doctypes_with_active_sla")
    found = {
        "basic": agreement("Basic", 8, 24),
        "gold": agreement("Gold", 1, 4, entity_type="Customer", entity=erp.customer("RCRM Somebody Else")),
        "silver": agreement("Silver", 2, 8, entity_type="Customer", entity=erp.customer("RCRM Silver")),
    }
    last = found["basic"] if "another" in request.param else found["gold"]
    for field in ("creation", "modified"):
        frappe.db.set_value("Service Level Agreement", last, field, "2099-01-01", update_modified=False)
    yield found
    frappe.flags.current_time = None
    frappe.cache.delete_value("doctypes_with_active_sla")


@pytest.fixture
def acme(house) -> str:
    return erp.customer("RCRM Level")


def issue(customer: str, **values: Any) -> Any:
    """An issue that was opened on Tuesday at 10."""
    doc = frappe.get_doc(
        {
            "doctype": "Issue",
            "subject": "It does not print",
            "customer": customer,
            "company": erp.COMPANY,
            **values,
        }
    )
    doc.opening_date = OPENED.date()
    doc.insert()
    frappe.db.set_value("Issue", doc.name, "creation", OPENED, update_modified=False)
    doc.reload()
    doc.save()
    return doc


def times(doc: Any) -> tuple[str | None, str, str]:
    stored = frappe.get_doc("Issue", doc.name)
    return (
        stored.service_level_agreement,
        str(stored.response_by or "")[:16],
        str(stored.sla_resolution_by or "")[:16],
    )


BASIC = ("2024-05-15 10:00", "2024-05-17 10:00")  # 8 and 24 hours of 8 a day
GOLD = ("2024-05-14 11:00", "2024-05-14 14:00")


def test_without_a_contract_the_usual_level(levels, acme) -> None:
    assert times(issue(acme)) == (levels["basic"], *BASIC)


def test_an_issue_under_a_contract_gets_its_level(levels, acme) -> None:
    # ERPNext would never find Gold for this customer: it is another one's
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    doc = issue(acme)
    assert times(doc) == (levels["gold"], *GOLD)
    # and it stays
    doc.save()
    assert times(doc) == (levels["gold"], *GOLD)
    assert (doc.priority, doc.agreement_status) == ("Medium", "First Response Due")


def test_the_lines_level_goes_before_the_contracts(levels, acme) -> None:
    line = {**INCIDENTS, "service_level_agreement": levels["silver"]}
    contract(acme, line, service_level_agreement=levels["gold"])
    assert times(issue(acme)) == (levels["silver"], "2024-05-14 12:00", "2024-05-15 10:00")


def test_priority_counts(levels, acme) -> None:
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    assert times(issue(acme, priority="High")) == (levels["gold"], "2024-05-14 10:30", "2024-05-14 12:00")
    doc = issue(acme)
    doc.update({"priority": "High"}).save()
    assert times(doc) == (levels["gold"], "2024-05-14 10:30", "2024-05-14 12:00")


def test_taken_off_the_contract_it_has_the_usual_level_again(levels, acme) -> None:
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    doc = issue(acme)
    doc.update({"relationship_contract_choice": "Not Under Contract"}).save()
    assert times(doc) == (levels["basic"], *BASIC)
    assert not doc.relationship_service_level
    doc.update({"relationship_contract_choice": "Found"}).save()
    assert times(doc) == (levels["gold"], *GOLD)


def test_taken_off_it_has_none_where_nothing_else_fits(levels, acme) -> None:
    frappe.db.set_value("Service Level Agreement", levels["basic"], "enabled", 0)
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    doc = issue(acme)
    assert times(doc)[0] == levels["gold"]
    doc.update({"relationship_contract_choice": "Not Under Contract"}).save()
    assert times(doc) == (None, "", "")


def test_moved_to_another_contract(levels, acme) -> None:
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    other = contract(acme, INCIDENTS, service_level_agreement=levels["silver"])
    doc = issue(acme)
    doc.update(
        {
            "relationship_contract_choice": "Chosen",
            "relationship_contract": other.name,
            "relationship_contract_line": other.lines[0].line_key,
        }
    ).save()
    assert times(doc) == (levels["silver"], "2024-05-14 12:00", "2024-05-15 10:00")


def test_a_contract_without_level_changes_nothing(levels, acme) -> None:
    contract(acme, INCIDENTS)
    assert times(issue(acme)) == (levels["basic"], *BASIC)


def test_what_erpnext_could_not_apply_is_not_applied(levels, acme) -> None:
    own = contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    frappe.db.set_value("Service Level Agreement", levels["gold"], "enabled", 0)
    assert times(issue(acme)) == (levels["basic"], *BASIC)
    frappe.db.set_value(
        "Service Level Agreement", levels["gold"], {"enabled": 1, "condition": "doc.subject == 'Fire'"}
    )
    assert times(issue(acme))[0] == levels["basic"]
    assert times(issue(acme, subject="Fire"))[0] == levels["gold"]
    frappe.db.set_value("Service Level Agreement", levels["gold"], "condition", "")
    # a priority it does not know: the usual level, and somebody is told
    frappe.local.message_log = []
    low = erp.ensure("Issue Priority", "Low")
    assert times(issue(acme, priority=low))[0] != levels["gold"]
    assert any("knows no priority" in str(message) for message in frappe.local.message_log)
    frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 0)
    assert times(issue(acme))[0] is None
    assert own.docstatus == 1


# ERPNext counts: waiting, answers and fulfilment, once


def later(hour: float, doc: Any, **values: Any) -> Any:
    """Save an issue so many hours into the day it was opened on."""
    frappe.flags.current_time = datetime(2024, 5, 14, int(hour), int(hour % 1 * 60))
    doc.reload()
    doc.update(values).save()
    return frappe.get_doc("Issue", doc.name)


def test_answered_and_solved_in_time(levels, acme) -> None:
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    doc = issue(acme)
    solved = later(13, doc, status="Resolved")
    assert solved.agreement_status == "Fulfilled"
    assert str(solved.first_responded_on) == "2024-05-14 13:00:00"
    assert (solved.resolution_time, str(solved.sla_resolution_date)) == (3 * 3600, "2024-05-14 13:00:00")


def test_solved_too_late_for_the_contract_though_not_for_everybody(levels, acme) -> None:
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    assert later(15, issue(acme), status="Resolved").agreement_status == "Failed"
    other = erp.customer("RCRM Plain")
    assert later(15, issue(other), status="Resolved").agreement_status == "Fulfilled"


def test_waiting_is_counted_once(levels, acme) -> None:
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    doc = issue(acme)
    held = later(11, doc, status="On Hold")
    assert held.sla_resolution_by is None
    back = later(12.5, doc, status="Open")
    # an hour and a half on hold: 14:00 becomes 15:30
    assert (back.total_hold_time, str(back.sla_resolution_by)) == (5400, "2024-05-14 15:30:00")
    # solved, and on hold once more: ERPNext counts what lies between from the solution on
    later(13, doc, status="Resolved")
    again = later(14, doc, status="On Hold")
    assert again.total_hold_time == 5400 + 3600


def test_an_answer_by_mail_is_an_answer(levels, acme) -> None:
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    doc = issue(acme)
    frappe.flags.current_time = datetime(2024, 5, 14, 10, 30)
    frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": "Email",
            "sent_or_received": "Sent",
            "reference_doctype": "Issue",
            "reference_name": doc.name,
            "subject": doc.subject,
            "content": "Turn it off and on.",
        }
    ).insert()
    answered = frappe.get_doc("Issue", doc.name)
    assert times(answered) == (levels["gold"], *GOLD)
    assert str(answered.first_responded_on) == "2024-05-14 10:30:00"
    assert answered.agreement_status == "Resolution Due"


def test_a_holiday_moves_the_times(levels, acme) -> None:
    free = holidays("RCRM SLA Free", (OPENED.date(), "Closed"))
    frappe.db.set_value("Service Level Agreement", levels["gold"], "holiday_list", free)
    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    assert times(issue(acme)) == (levels["gold"], "2024-05-15 10:00", "2024-05-15 13:00")


def test_amending_the_contract_keeps_the_level(levels, acme) -> None:
    own = contract(acme, INCIDENTS, service_level_agreement=levels["gold"])
    doc = issue(acme)
    again = contracting.amend(own)
    doc.reload()
    doc.save()
    assert doc.relationship_contract == again.name
    assert times(doc) == (levels["gold"], *GOLD)


def test_a_mistake_of_ours_does_not_stop_an_issue(levels, acme, monkeypatch) -> None:
    from relationship_crm.contracts import service_level

    contract(acme, INCIDENTS, service_level_agreement=levels["gold"])

    def broken(doc: Any) -> None:
        raise ValueError("a mistake")

    monkeypatch.setattr(service_level, "promised_to", broken)
    assert times(issue(acme))[0] == levels["basic"]
