"""Whether looking after low answers helps: scores before and after, and the report on it, by hand."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from answering import respond
from caring import ANNA, BERT, follow_up_of, looked_after, make_rounds
from desk import assess, drained, scoring_weights_off
from erp import NORTH, SOUTH
from frappe.utils import add_days, add_to_date, getdate, now_datetime

from relationship_crm.defaults import restore_defaults
from relationship_crm.relationship_crm.report.feedback_loop import feedback_loop
from relationship_crm.surveys import loop

pytestmark = pytest.mark.usefixtures("people")


# scores before and after


def stored_scores(customer: str, satisfaction: float, composite: float, confidence: float = 60) -> None:
    name = frappe.db.get_value("Relationship", {"customer": customer})
    values = {
        "satisfaction": satisfaction,
        "satisfaction_confidence": confidence,
        "composite": composite,
        "composite_confidence": confidence,
    }
    frappe.db.set_value("Relationship", name, values)


def test_scores_before_and_thirty_days_after(asks) -> None:
    customer = erp.customer("RCRM Scored")
    erp.invoice(customer, getdate(), [(erp.ADVICE, 1, 100)])
    assess(("Customer", customer))
    stored_scores(customer, 61.5, 58.2)
    found = follow_up_of(respond(asks, customer, nps=1))
    assert (found.satisfaction_before, found.composite_before) == (61.5, 58.2)
    loop.close(found.name, "Product", "Repaired.")
    frappe.db.delete("Relationship Event")
    stored_scores(customer, 70, 66)
    make_rounds()
    found.reload()
    assert not found.scored_on
    long_ago = add_days(now_datetime(), -30)
    frappe.db.set_value("Survey Follow Up", found.name, {"closed_on": long_ago}, update_modified=False)
    make_rounds()
    found.reload()
    assert (found.satisfaction_after, found.composite_after) == (70, 66)
    assert getdate(found.scored_on) == getdate()


def test_scores_are_taken_when_the_customer_answers_again(house) -> None:
    again = looked_after("RCRM Again")
    survey = looked_after("RCRM Before", follow_up_survey=again)
    customer = erp.customer("RCRM Answers Again")
    restore_defaults()  # a site that is older than the surveys has a model without them
    scoring_weights_off("survey_satisfaction")
    frappe.get_doc(
        {
            "doctype": "Contact",
            "first_name": "Ada",
            "email_ids": [{"email_id": "ada@rcrm.example.com", "is_primary": 1}],
            "links": [{"link_doctype": "Customer", "link_name": customer}],
        }
    ).insert()
    found = follow_up_of(respond(survey, customer, nps=1))
    assert (found.satisfaction_before, found.composite_before) == (0, 0)  # nobody knew anything yet
    loop.close(found.name, "Product", "Repaired.")
    found.reload()
    respond(again, customer, nps=10, invitation=found.follow_up_invitation)
    make_rounds()
    assert not frappe.db.get_value(
        "Survey Follow Up", found.name, "scored_on"
    )  # the answer is not assessed yet
    drained()
    make_rounds()
    found.reload()
    assert getdate(found.scored_on) == getdate()
    assert found.satisfaction_after > 50  # the answers, old and new, are in


def test_low_scores_without_evidence_are_no_scores(asks) -> None:
    customer = erp.customer("RCRM Unknown")
    assess(("Customer", customer))
    stored_scores(customer, 40, 40, confidence=20)
    found = follow_up_of(respond(asks, customer, nps=1))
    assert (found.satisfaction_before, found.composite_before) == (0, 0)


# the report, by hand


def test_the_report(asks) -> None:
    """Four follow-ups of last month, opened at noon of the 1st; due on the 3rd.

    A  contacted after 24 h, closed after 10 days, satisfaction 40 -> 60
    B  contacted after 96 h (late), closed after 20 days, satisfaction 50 -> 45
    C  contacted after 48 h, open
    D  nothing
    Median of the first contact: 48 h = 2 days; to close: 15 days. In touch in time: A and C of 4. Closed within 14 days: A; B and
    those still open after 14 days are not: 1 of 4. Satisfaction: +20 and -5, on the average +7.5.
    """
    first = frappe.utils.get_first_day(add_days(frappe.utils.get_first_day(getdate()), -1))
    noon = frappe.utils.get_datetime(f"{first} 12:00:00")
    frappe.db.set_value("Survey Follow Up", {"name": ("!=", "")}, "opened_on", "2001-01-01 00:00:00")
    rows = [
        ("A", 24, 10, "Delivery", 40, 60),
        ("B", 96, 20, "Delivery", 50, 45),
        ("C", 48, None, None, 0, 0),
        ("D", None, None, None, 0, 0),
    ]
    for letter, hours, days, cause, before, after in rows:
        customer = erp.customer(f"RCRM Report {letter}", account_manager=ANNA if letter in "AB" else BERT)
        found = follow_up_of(respond(asks, customer, nps=1, territory=NORTH if letter != "D" else SOUTH))
        values = {
            "opened_on": noon,
            "due_date": add_days(first, 2),
            "first_contact_on": add_to_date(noon, hours=hours) if hours else None,
            "closed_on": add_to_date(noon, days=days) if days else None,
            "status": "Closed" if days else "Contacted" if hours else "Open",
            "cause": cause or "",
            "satisfaction_before": before,
            "satisfaction_after": after,
            "scored_on": getdate() if days else None,
        }
        frappe.db.set_value("Survey Follow Up", found.name, values, update_modified=False)
    filters = {"from_date": first, "to_date": frappe.utils.get_last_day(first)}
    columns, data, message, chart, summary = feedback_loop.execute(filters)
    assert [row.customer_name for row in data] == [f"RCRM Report {letter}" for letter in "ABCD"]
    assert [row.days_to_contact for row in data] == [1.0, 4.0, 2.0, None]
    assert [row.days_to_close for row in data] == [10.0, 20.0, None, None]
    assert [row.change for row in data] == [20.0, -5.0, None, None]
    figures = {row["label"]: row["value"] for row in summary}
    assert figures == {
        "Follow-ups": 4,
        "In Touch in Time": "50 % (2 of 4)",
        "Median Days to the First Contact": "2.0",
        "Closed Within 14 Days": "25 % (1 of 4)",
        "Median Days to Close": "15.0",
        "Satisfaction Afterwards": "+7.5 (2)",
    }
    assert chart["data"]["labels"] == ["Delivery"]
    assert chart["data"]["datasets"][0]["values"] == [2]
    assert columns and not message

    def shown(**more: Any) -> str:
        return "".join(row.customer_name[-1] for row in feedback_loop.execute({**filters, **more})[1])

    assert shown(assigned_to=BERT) == "CD"
    assert shown(territory=SOUTH) == "D"
    assert shown(status="Closed") == "AB"
    assert shown(survey="RCRM Loop", cause="Delivery") == "AB"
    by_owner = feedback_loop.execute({**filters, "view": "By Person"})[1]
    assert [(row.assigned_to, row.number, row.contacted_in_time, row.closed) for row in by_owner] == [
        (ANNA, 2, 50.0, 2),
        (BERT, 2, 50.0, 0),
    ]
    by_cause = feedback_loop.execute({**filters, "view": "By Cause"})[1]
    assert [(row.cause, row.number, row.days_to_close, row.change) for row in by_cause] == [
        ("Delivery", 2, 15.0, 7.5),
        ("", 2, None, None),
    ]
