"""A low answer opens a follow-up: which answers are low, who is to look after it, who sees it."""

from __future__ import annotations

import erp
import frappe
import pytest
from answering import respond
from caring import ANNA, BERT, CHEF, follow_up_of, looked_after, make_rounds, quiet, tasks
from desk import SALES, USER, user
from erp import NORTH, SOUTH
from frappe.utils import add_days, getdate, now_datetime

from relationship_crm.relationship_crm.report.feedback_loop import feedback_loop
from relationship_crm.surveys import loop

pytestmark = pytest.mark.usefixtures("people")


# which answers


def test_a_detractor_is_handed_to_the_account_manager(asks) -> None:
    customer = erp.customer("RCRM Low", account_manager=ANNA)
    response = respond(asks, customer, why="Two weeks late, <b>twice</b>.", nps=3, goods=4)
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
def test_which_answers_are_low(asks, given, lowest) -> None:
    found = follow_up_of(respond(asks, erp.customer("RCRM Line"), **given))
    assert (found.lowest_answer if found else None) == lowest


def test_the_survey_draws_the_line(house) -> None:
    strict = looked_after("RCRM Strict", low_nps=8, low_share=50)
    customer = erp.customer("RCRM Strict")
    assert follow_up_of(respond(strict, customer, nps=8))
    assert follow_up_of(respond(strict, customer, goods=3))


def test_changed_answers_open_no_second_one(asks) -> None:
    response = respond(asks, erp.customer("RCRM Changes"), why="Bad.", nps=3)
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
    secret = looked_after("RCRM Secret", anonymous=1)
    before = frappe.db.count("Survey Follow Up")
    respond(secret, "", party_type="", nps=0)
    assert frappe.db.count("Survey Follow Up") == before


def test_answers_of_past_years_open_nothing(asks) -> None:
    response = respond(asks, erp.customer("RCRM Past"), nps=0, answered_on=add_days(now_datetime(), -31))
    assert not follow_up_of(response)


# who looks after it


def test_a_lead_goes_to_its_owner(asks) -> None:
    lead = erp.lead("RCRM Unhappy Lead", lead_owner=BERT)
    found = follow_up_of(respond(asks, lead, party_type="Lead", nps=2))
    assert (found.assigned_to, found.party_type, found.party, found.customer) == (BERT, "Lead", lead, None)
    assert found.customer_name == "RCRM Unhappy Lead"


def test_who_looks_after_a_customer_without_account_manager(asks) -> None:
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
    assert follow_up_of(respond(asks, sold_to, nps=1)).assigned_to == BERT
    nobodys = erp.customer("RCRM Nobody's")
    assert follow_up_of(respond(asks, nobodys, nps=1)).assigned_to == CHEF  # the manager
    frappe.db.set_value("Relationship Survey", asks, "escalate_to", ANNA)
    frappe.clear_document_cache("Relationship Survey", asks)
    assert follow_up_of(respond(asks, nobodys, nps=1)).assigned_to == ANNA  # whom the survey names
    frappe.db.set_value("User", ANNA, "enabled", 0)
    gone = erp.customer("RCRM Manager Left", account_manager=ANNA)
    assert follow_up_of(respond(asks, gone, nps=1)).assigned_to == CHEF  # who left cannot look after anybody


def test_a_caretaker_without_our_role_may_open_it(asks) -> None:
    clerk = user("rcrm.clerk@example.com", *SALES)
    quiet()
    customer = erp.customer("RCRM Clerk's", account_manager=clerk)
    found = follow_up_of(respond(asks, customer, nps=1))
    make_rounds()
    assert tasks(found.name) == [(clerk, "Open")]
    assert frappe.has_permission("Survey Follow Up", "read", doc=found.name, user=clerk)


# who sees what


def test_the_own_territory_only(asks) -> None:
    found = {
        territory: follow_up_of(respond(asks, erp.customer(f"RCRM {territory}", territory=territory), nps=1))
        for territory in (NORTH, SOUTH)
    }
    frappe.set_user(user("rcrm.loop.north@example.com", *SALES, USER, territory=NORTH))
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


def test_nobody_without_a_role_of_ours(asks) -> None:
    found = follow_up_of(respond(asks, erp.customer("RCRM Closed Book"), nps=1))
    frappe.set_user(user("rcrm.loop.none@example.com", *SALES))
    with pytest.raises(frappe.PermissionError):
        loop.note_contact(found.name)
    with pytest.raises(frappe.PermissionError):
        frappe.get_list("Survey Follow Up", order_by="name")
