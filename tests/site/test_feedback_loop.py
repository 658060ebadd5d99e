"""Closing the loop: a low answer is handed to somebody, looked after in time, closed with cause and measure, asked again."""

from __future__ import annotations

from typing import Any

import contact
import erp
import frappe
import pytest
from desk import assess, drained, scoring_weights_off, user
from erp import NORTH, SOUTH
from frappe.utils import add_days, add_to_date, getdate, now_datetime

from relationship_crm.defaults import restore_defaults
from relationship_crm.relationship_crm.report.feedback_loop import feedback_loop
from relationship_crm.surveys import loop, rounds

SALES = ("Sales User", "Sales Manager")
ROLE = "Relationship User"
ANNA, BERT, CHEF = "rcrm.anna@example.com", "rcrm.bert@example.com", "rcrm.chef@example.com"


@pytest.fixture(autouse=True)
def people(house) -> None:
    """An account manager, a colleague, a manager; nobody else holds the manager's role."""
    frappe.db.delete("Survey Follow Up")
    frappe.db.delete("Has Role", {"role": "Relationship Manager"})
    user(ANNA, *SALES, ROLE)
    user(BERT, *SALES, ROLE)
    user(CHEF, *SALES, "Relationship Manager")
    quiet()


def quiet() -> None:
    """Notifications stay in the desk: the site has no account to mail them from, and in tests Frappe would mail at once."""
    frappe.db.set_value("Notification Settings", {"name": ("!=", "")}, "enable_email_notifications", 0)
    frappe.clear_document_cache("Notification Settings")


@pytest.fixture
def survey(house) -> str:
    return make_survey("RCRM Loop")


def make_survey(name: str, **values: Any) -> str:
    items = [
        {
            "item_key": "nps",
            "kind": "NPS",
            "dimension": "satisfaction",
            "question": "Would you recommend us?",
        },
        {"item_key": "goods", "kind": "CSAT", "dimension": "satisfaction", "question": "The goods?"},
        {
            "item_key": "effort",
            "kind": "CES",
            "dimension": "satisfaction",
            "question": "Was it hard?",
            "reverse": 1,
        },
        {"item_key": "why", "kind": "Text", "question": "Why?"},
    ]
    doc = {
        "doctype": "Relationship Survey",
        "survey_name": name,
        "default_language": "en",
        "items": items,
        "follow_up_days": 2,
        "escalate_after_days": 5,
    }
    return frappe.get_doc({**doc, **values}).insert().name


def respond(survey: str, party: str, why: str = "", party_type: str = "Customer", **given: Any) -> Any:
    """A stored response; `given` are scores by item, and other fields of the response."""
    keys = ("nps", "goods", "effort")
    answers = [{"item_key": key, "score": given.pop(key)} for key in keys if key in given]
    if why:
        answers.append({"item_key": "why", "text": why})
    doc = {
        "doctype": "Survey Response",
        "survey": survey,
        "party_type": party_type,
        "party": party,
        "answered_on": now_datetime(),
        "answers": answers,
    }
    return frappe.get_doc({**doc, **given}).insert()


def follow_up_of(response: Any) -> Any:
    name = frappe.db.get_value("Survey Follow Up", {"response": response.name})
    return frappe.get_doc("Survey Follow Up", name) if name else None


def make_rounds() -> None:
    rounds.rounds(lambda: None)


def tasks(follow_up: str) -> list[tuple[str, str]]:
    rows = frappe.get_all(
        "ToDo",
        {"reference_type": "Survey Follow Up", "reference_name": follow_up},
        ["allocated_to", "status"],
        order_by="creation asc",
    )
    return [(row.allocated_to, row.status) for row in rows]


# opening


def test_a_detractor_is_handed_to_the_account_manager(survey) -> None:
    customer = erp.customer("RCRM Low", account_manager=ANNA)
    response = respond(survey, customer, why="Two weeks late, <b>twice</b>.", nps=3, goods=4)
    found = follow_up_of(response)
    assert (found.status, found.assigned_to, found.customer, found.customer_name) == (
        "Open",
        ANNA,
        customer,
        customer,
    )
    assert getdate(found.due_date) == getdate(add_days(getdate(), 2))
    assert found.lowest_answer == "Would you recommend us? 3 of 10"
    assert found.comment.startswith("Two weeks late") and "<b>" not in found.comment
    assert frappe.db.get_value("Survey Response", response.name, "follow_up") == found.name
    make_rounds()
    make_rounds()  # once more hands out nothing more
    assert tasks(found.name) == [(ANNA, "Open")]
    task = frappe.get_doc("ToDo", {"reference_name": found.name})
    assert (task.priority, getdate(task.date)) == ("Medium", getdate(found.due_date))
    assert "Two weeks late" in task.description and "<b>twice" not in task.description


@pytest.mark.parametrize(
    ("given", "lowest"),
    [
        ({"nps": 6}, "Would you recommend us? 6 of 10"),
        ({"nps": 7}, None),
        ({"nps": 9, "goods": 2}, "The goods? 2 of 5"),  # (2-1)/4 = 25 % of the scale
        ({"nps": 9, "goods": 3}, None),  # 50 %
        ({"effort": 5}, "Was it hard? 5 of 7"),  # asked the other way round: 1 - (5-1)/6 = 33 %
        ({"effort": 4}, None),  # 50 %
        ({"nps": 6, "goods": 1}, "The goods? 1 of 5"),  # 0 % is lower than 60 %
    ],
)
def test_which_answers_are_low(survey, given, lowest) -> None:
    found = follow_up_of(respond(survey, erp.customer("RCRM Line"), **given))
    assert (found.lowest_answer if found else None) == lowest


def test_the_survey_draws_the_line(house) -> None:
    strict = make_survey("RCRM Strict", low_nps=8, low_share=50)
    customer = erp.customer("RCRM Strict")
    assert follow_up_of(respond(strict, customer, nps=8))
    assert follow_up_of(respond(strict, customer, goods=3))


def test_changed_answers_open_no_second_one(survey) -> None:
    response = respond(survey, erp.customer("RCRM Changes"), why="Bad.", nps=3)
    first = follow_up_of(response)
    response.reload()
    response.answers[0].score = 1
    response.save()
    assert frappe.db.count("Survey Follow Up", {"response": response.name}) == 1
    assert follow_up_of(response).lowest_answer == "Would you recommend us? 1 of 10"
    response.reload()
    response.answers[0].score = 10
    response.save()
    now = follow_up_of(response)
    assert (now.name, now.status) == (first.name, "Open")  # somebody should hear of it all the same
    assert "none is low any more" in now.lowest_answer


def test_anonymous_answers_open_nothing(house) -> None:
    secret = make_survey("RCRM Secret", anonymous=1)
    before = frappe.db.count("Survey Follow Up")
    respond(secret, "", party_type="", nps=0)
    assert frappe.db.count("Survey Follow Up") == before


def test_answers_of_past_years_open_nothing(survey) -> None:
    response = respond(survey, erp.customer("RCRM Past"), nps=0, answered_on=add_days(now_datetime(), -31))
    assert not follow_up_of(response)


def test_a_lead_goes_to_its_owner(survey) -> None:
    lead = erp.lead("RCRM Unhappy Lead", lead_owner=BERT)
    found = follow_up_of(respond(survey, lead, party_type="Lead", nps=2))
    assert (found.assigned_to, found.party_type, found.party, found.customer) == (BERT, "Lead", lead, None)
    assert found.customer_name == "RCRM Unhappy Lead"


def test_who_looks_after_a_customer_without_account_manager(survey) -> None:
    employee = frappe.get_doc(
        {
            "doctype": "Employee",
            "first_name": "Bert",
            "gender": erp.ensure("Gender", "Male", gender="Male"),
            "date_of_birth": "1980-01-01",
            "date_of_joining": "2020-01-01",
            "company": erp.COMPANY,
            "user_id": BERT,
            "create_user_permission": 0,
        }
    ).insert()
    frappe.db.set_value("Sales Person", erp.BORIS, "employee", employee.name)
    team = [
        {"sales_person": erp.ANNA, "allocated_percentage": 40},
        {"sales_person": erp.BORIS, "allocated_percentage": 60},
    ]
    sold_to = erp.customer("RCRM Sold To", sales_team=team)
    assert follow_up_of(respond(survey, sold_to, nps=1)).assigned_to == BERT
    nobodys = erp.customer("RCRM Nobody's")
    assert follow_up_of(respond(survey, nobodys, nps=1)).assigned_to == CHEF  # the manager
    frappe.db.set_value("Relationship Survey", survey, "escalate_to", ANNA)
    frappe.clear_document_cache("Relationship Survey", survey)
    assert follow_up_of(respond(survey, nobodys, nps=1)).assigned_to == ANNA  # whom the survey names
    frappe.db.set_value("User", ANNA, "enabled", 0)
    gone = erp.customer("RCRM Manager Left", account_manager=ANNA)
    assert (
        follow_up_of(respond(survey, gone, nps=1)).assigned_to == CHEF
    )  # who left cannot look after anybody


def test_a_caretaker_without_our_role_may_open_it(survey) -> None:
    clerk = user("rcrm.clerk@example.com", *SALES)
    quiet()
    customer = erp.customer("RCRM Clerk's", account_manager=clerk)
    found = follow_up_of(respond(survey, customer, nps=1))
    make_rounds()
    assert tasks(found.name) == [(clerk, "Open")]
    assert frappe.has_permission("Survey Follow Up", "read", doc=found.name, user=clerk)


# first contact


def test_contact_made_by_button(survey) -> None:
    found = follow_up_of(respond(survey, erp.customer("RCRM Called", account_manager=ANNA), nps=1))
    frappe.set_user(ANNA)
    assert loop.note_contact(found.name) == "Contacted"
    found.reload()
    assert found.first_contact_on
    assert loop.note_contact(found.name) == "Contacted"  # a second click changes nothing
    found.status = "Open"
    found.save()
    assert not found.first_contact_on  # it was noted by mistake


def test_a_message_to_the_customer_is_the_contact(survey) -> None:
    customer = erp.customer("RCRM Written To", account_manager=ANNA)
    contact.message(
        "Customer", customer, add_to_date(now_datetime(), hours=-1), sent=True
    )  # before the answer
    found = follow_up_of(respond(survey, customer, nps=1))
    received = contact.message("Customer", customer, add_to_date(now_datetime(), hours=1), sent=False)
    invitation = contact.message("Customer", customer, add_to_date(now_datetime(), hours=1), sent=True)
    frappe.db.set_value("Communication", invitation, "communication_type", "Automated Message")
    make_rounds()
    assert frappe.db.get_value("Survey Follow Up", found.name, "status") == "Open"
    assert received
    later = add_to_date(now_datetime(), hours=3).replace(microsecond=0)
    contact.message("Customer", customer, add_to_date(later, hours=2), sent=True)
    contact.message("Customer", customer, later, sent=True)
    make_rounds()
    found.reload()
    assert (found.status, found.first_contact_on) == ("Contacted", later)


def test_a_message_linked_by_its_contact_counts_too(survey) -> None:
    customer = erp.customer("RCRM Linked")
    found = follow_up_of(respond(survey, customer, nps=1))
    name = contact.message("Survey Follow Up", found.name, add_to_date(now_datetime(), hours=4), sent=True)
    other = contact.message(
        "Customer", erp.customer("RCRM Not Linked"), add_to_date(now_datetime(), hours=2), True
    )
    doc = frappe.get_doc("Communication", other)
    doc.append("timeline_links", {"link_doctype": "Customer", "link_name": customer})
    doc.save()
    make_rounds()
    found.reload()
    assert name
    assert found.status == "Contacted"
    assert found.first_contact_on == frappe.db.get_value("Communication", other, "communication_date")


# closing


def test_closing_wants_cause_and_measure(survey) -> None:
    found = follow_up_of(respond(survey, erp.customer("RCRM Closed", account_manager=ANNA), nps=1))
    make_rounds()
    frappe.set_user(ANNA)
    for cause, measure in (("", "We sent a new one."), ("Product", ""), ("Product", "  ")):
        with pytest.raises(frappe.MandatoryError):
            loop.close(found.name, cause, measure)
    assert loop.close(found.name, "Product", "We sent a new one.") == "Closed"
    found.reload()
    assert found.closed_on and found.first_contact_on  # who closes it has been in touch
    assert found.assigned_to == ANNA
    assert tasks(found.name) == [(ANNA, "Closed")]
    found.status = "Open"
    with pytest.raises(frappe.ValidationError):
        found.save()


def test_afterwards_the_customer_is_asked_again(house) -> None:
    again = make_survey("RCRM Asked Again")
    survey = make_survey("RCRM First Asked", follow_up_survey=again)
    customer = erp.customer("RCRM Asked Twice")
    person = frappe.get_doc(
        {
            "doctype": "Contact",
            "first_name": "Ida",
            "email_ids": [{"email_id": "ida@rcrm.example.com", "is_primary": 1}],
            "links": [{"link_doctype": "Customer", "link_name": customer}],
        }
    ).insert()
    response = respond(survey, customer, nps=1, contact=person.name, email="ida@rcrm.example.com")
    found = follow_up_of(response)
    loop.close(found.name, "Service", "Spoke with the driver.")
    found.reload()
    invitation = frappe.get_doc("Survey Invitation", found.follow_up_invitation)
    assert (invitation.survey, invitation.party, invitation.email) == (
        again,
        customer,
        "ida@rcrm.example.com",
    )
    assert (invitation.voucher_type, invitation.voucher_no) == ("Survey Follow Up", found.name)


# escalation


def aged(follow_up: Any, days: float) -> None:
    """As if it had been opened so many days earlier."""
    opened = add_to_date(follow_up.opened_on, days=-days)
    frappe.db.set_value("Survey Follow Up", follow_up.name, "opened_on", opened, update_modified=False)


def test_nobody_got_in_touch(survey) -> None:
    found = follow_up_of(respond(survey, erp.customer("RCRM Waits", account_manager=ANNA), nps=1))
    make_rounds()
    aged(found, 4.9)
    make_rounds()
    found.reload()
    assert not found.escalated_on
    aged(found, 0.2)
    make_rounds()
    found.reload()
    assert found.escalated_on
    assert (found.escalated_to, found.assigned_to, found.status) == (CHEF, CHEF, "Open")
    assert tasks(found.name) == [(ANNA, "Cancelled"), (CHEF, "Open")]
    assert (
        frappe.db.get_value("ToDo", {"allocated_to": CHEF, "reference_name": found.name}, "priority")
        == "High"
    )
    told = frappe.get_all(
        "Notification Log", {"document_name": found.name}, ["for_user", "type"], order_by="creation asc"
    )
    assert {(row.for_user, row.type) for row in told} >= {(ANNA, "Alert"), (CHEF, "Assignment")}
    first = found.escalated_on
    make_rounds()
    found.reload()
    assert found.escalated_on == first  # once


def test_who_was_contacted_is_not_escalated(survey) -> None:
    found = follow_up_of(respond(survey, erp.customer("RCRM In Touch", account_manager=ANNA), nps=1))
    loop.note_contact(found.name)
    aged(found, 30)
    make_rounds()
    assert frappe.db.get_value("Survey Follow Up", found.name, "assigned_to") == ANNA


def test_a_survey_that_never_escalates(house) -> None:
    calm = make_survey("RCRM Calm", escalate_after_days=0)
    found = follow_up_of(respond(calm, erp.customer("RCRM Calm", account_manager=ANNA), nps=1))
    aged(found, 30)
    make_rounds()
    assert frappe.db.get_value("Survey Follow Up", found.name, "assigned_to") == ANNA


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


def test_scores_before_and_thirty_days_after(survey) -> None:
    customer = erp.customer("RCRM Scored")
    erp.invoice(customer, getdate(), [(erp.ADVICE, 1, 100)])
    assess(("Customer", customer))
    stored_scores(customer, 61.5, 58.2)
    found = follow_up_of(respond(survey, customer, nps=1))
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
    again = make_survey("RCRM Again")
    survey = make_survey("RCRM Before", follow_up_survey=again)
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


def test_low_scores_without_evidence_are_no_scores(survey) -> None:
    customer = erp.customer("RCRM Unknown")
    assess(("Customer", customer))
    stored_scores(customer, 40, 40, confidence=20)
    found = follow_up_of(respond(survey, customer, nps=1))
    assert (found.satisfaction_before, found.composite_before) == (0, 0)


# the report, by hand


def test_the_report(survey) -> None:
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
        found = follow_up_of(respond(survey, customer, nps=1, territory=NORTH if letter != "D" else SOUTH))
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


# deleting


def test_deleting_a_follow_up_and_its_response(survey) -> None:
    response = respond(survey, erp.customer("RCRM Deleted", account_manager=ANNA), nps=1)
    found = follow_up_of(response)
    make_rounds()
    found.delete()
    assert tasks(found.name) == []
    assert frappe.db.get_value("Survey Response", response.name, "follow_up") is None
    frappe.delete_doc("Survey Response", response.name)


@pytest.mark.parametrize("kind", ["Customer", "Lead", "Prospect"])
def test_deleting_the_party_takes_the_tasks_along(survey, kind) -> None:
    make = {
        "Customer": lambda: erp.customer("RCRM Gone", account_manager=ANNA),
        "Lead": lambda: erp.lead("RCRM Gone", lead_owner=ANNA),
        "Prospect": lambda: (
            frappe.get_doc(
                {
                    "doctype": "Prospect",
                    "company_name": "RCRM Gone",
                    "company": erp.COMPANY,
                    "prospect_owner": ANNA,
                }
            )
            .insert()
            .name
        ),
    }
    party = make[kind]()
    found = follow_up_of(respond(survey, party, party_type=kind, nps=1))
    assert found.assigned_to == ANNA
    make_rounds()
    assert tasks(found.name) == [(ANNA, "Open")]
    frappe.delete_doc(kind, party)
    assert tasks(found.name) == []
    assert not frappe.db.exists("Survey Follow Up", found.name)


# who sees what


def test_the_own_territory_only(survey) -> None:
    found = {
        territory: follow_up_of(
            respond(survey, erp.customer(f"RCRM {territory}", territory=territory), nps=1)
        )
        for territory in (NORTH, SOUTH)
    }
    frappe.set_user(user("rcrm.loop.north@example.com", *SALES, ROLE, territory=NORTH))
    assert frappe.get_list("Survey Follow Up", pluck="name", order_by="name") == [found[NORTH].name]
    assert loop.note_contact(found[NORTH].name) == "Contacted"
    for call in (
        lambda: loop.note_contact(found[SOUTH].name),
        lambda: loop.close(found[SOUTH].name, "Product", "Nothing."),
    ):
        with pytest.raises(frappe.PermissionError):
            call()
    data = feedback_loop.execute({})[1]
    assert [row.name for row in data] == [found[NORTH].name]


def test_nobody_without_a_role_of_ours(survey) -> None:
    found = follow_up_of(respond(survey, erp.customer("RCRM Closed Book"), nps=1))
    frappe.set_user(user("rcrm.loop.none@example.com", *SALES))
    with pytest.raises(frappe.PermissionError):
        loop.note_contact(found.name)
    with pytest.raises(frappe.PermissionError):
        frappe.get_list("Survey Follow Up", order_by="name")
