"""Funnel, response by stage and variant, the result tab; and who sees how much of them."""

from __future__ import annotations

import frappe
import pytest
from crediting import campaign, members, response, touch
from erp import ADVICE, COMPANY, NORTH, SOUTH, customer, invoice, lead, order, payment, quotation
from frappe.permissions import add_user_permission

from relationship_crm.campaigns import by_stage, funnel, outcome, results
from relationship_crm.campaigns.sight import Sight

SPRING = "RC-T-Spring"


def rows() -> list:
    return frappe.get_all("Relationship Campaign", {"name": SPRING}, list(outcome.FIELDS), order_by="name")


def sold(who: str, day: str, amount: float):
    return invoice(who, day, [(ADVICE, 1, amount)])


@pytest.fixture
def spring(clean):
    """Six listed and one in the control group. Five were written to: A0 twice, one bounced; A0, A1, A2 answered."""
    campaign("Spring")
    people = [customer(f"RCRM A{i}", territory=NORTH if i < 3 else SOUTH) for i in range(7)]
    own = members(SPRING, "Contacted", people[:5], "2024-01-10")
    members(SPRING, "Left Out", people[5:6], "2024-01-10")
    members(SPRING, "Control", people[6:], "2024-01-10")
    first = {"activity": "W1", "delivery": "Sent", "stage_name": "Client", "rung": 5}
    for i, variant in enumerate("AABB"):
        touch(SPRING, people[i], "2024-02-01", variant=variant, member=own[i], **first)
    touch(SPRING, people[4], "2024-02-01", status="Failed", activity="W1", variant="A", member=own[4])
    again = touch(SPRING, people[0], "2024-02-20", activity="W2", channel="Letter", member=own[0])
    response(SPRING, people[0], "2024-02-21", activity="W2", touch=again, member=own[0])
    response(SPRING, people[0], "2024-02-22", activity="W2", touch=again, member=own[0])
    response(SPRING, people[1], "2024-02-03", activity="W1", variant="A", member=own[1])
    response(SPRING, people[2], "2024-02-03", "Not Interested", activity="W1", variant="B", member=own[2])
    response(SPRING, customer("RCRM Stranger"), "2024-02-03")  # nobody wrote to him
    return people


def steps(by: str = "Campaign", **more) -> dict[tuple, list[int]]:
    return {one.key: list(one.steps.values()) for one in funnel.read(rows(), by, **more)}


def test_funnel(spring):
    """Listed, contacted, reached, responded, quoted, ordered, invoiced, paid."""
    assert steps() == {(SPRING,): [6, 4, 4, 3, 0, 0, 0, 0]}
    quotation("Customer", spring[0], "2024-02-02", [(ADVICE, 1, 50)])
    quotation("Customer", spring[0], "2024-02-03", [(ADVICE, 1, 60)])
    quotation("Customer", spring[1], "2024-01-31", [(ADVICE, 1, 60)])  # before the first touch
    quotation("Customer", spring[5], "2024-02-03", [(ADVICE, 1, 60)])  # not contacted
    order(spring[1], "2024-02-05", [(ADVICE, 1, 70)], "2024-03-01")
    bill = sold(spring[2], "2024-02-06", 80)
    sold(spring[3], "2024-02-07", 90)
    sold(spring[3], "2024-07-01", 900)  # too late
    payment(bill, "2024-02-10", 20)
    assert steps() == {(SPRING,): [6, 4, 4, 3, 1, 3, 2, 1]}
    money = funnel.read(rows())[0].money
    assert money == {"quoted": 110, "ordered": 70, "invoiced": 170, "paid": 20}
    # A0's quotation came after wave 1, and before wave 2
    assert steps("Wave") == {
        (SPRING, "W1"): [5, 4, 4, 2, 1, 3, 2, 1],
        (SPRING, "W2"): [1, 1, 1, 1, 0, 0, 0, 0],
    }
    found = steps("Variant")
    assert found[SPRING, "W1", "A"] == [3, 2, 2, 1, 1, 1, 0, 0]
    assert found[SPRING, "W1", "B"] == [2, 2, 2, 1, 0, 2, 2, 1]


def test_a_lead_is_the_customer_it_became(clean):
    campaign("Spring")
    dora = lead("RCRM Dora Ltd")
    quotation("Lead", dora, "2024-02-05", [(ADVICE, 1, 50)])
    touch(SPRING, dora, "2024-02-01", "Lead", delivery="Sent")
    assert steps("Wave")[SPRING, ""] == [1, 1, 1, 0, 1, 0, 0, 0]
    won = customer("RCRM Dora", lead_name=dora)
    sold(won, "2024-02-06", 80)
    touch(SPRING, won, "2024-02-02", delivery="Error")
    assert steps("Wave")[SPRING, ""] == [1, 1, 1, 0, 1, 1, 1, 0]


def test_response_by_stage_and_variant(spring):
    """Wave 1: of A one of two answered, of B one of two; A0 answered to wave 2."""
    found = by_stage.people([SPRING])
    assert len(found) == 5
    whole = by_stage.tallies(found, "campaign")[(SPRING,)]
    assert (whole.contacted, whole.responded, whole.welcome) == (4, 3, 2)
    stages = by_stage.tallies(found, "stage")
    assert {key: (t.contacted, t.responded) for key, t in stages.items()} == {
        ("Client",): (4, 2),
        ("",): (1, 1),
    }
    # Wilson for 2 of 4
    assert (round(stages[("Client",)].rate.low, 1), round(stages[("Client",)].rate.high, 1)) == (15.0, 85.0)
    variants = by_stage.contests(found)[SPRING, "W1"]
    assert {v: (t.contacted, t.responded) for v, t in variants.items()} == {"A": (2, 1), "B": (2, 1)}
    told = by_stage.in_words("B", "A", by_stage.compared(variants["B"], variants["A"]))
    assert told.startswith("B and A: too small")
    sure = by_stage.compared(by_stage.Tally(200, 60), by_stage.Tally(200, 20))
    # Newcombe for 60/200 (Wilson .2407 to .3668) against 20/200 (.0657 to .1494)
    assert by_stage.in_words("B", "A", sure) == (
        "B brought 20.0 percentage points more responses than A (95 % interval: 12.3 to 27.5)."
    )


def test_result_tab(spring):
    bill = sold(spring[0], "2024-02-06", 80)
    payment(bill, "2024-02-10", 20)
    found = results.of_campaign(SPRING)
    assert {row["model"]: (row["amount"], row["paid"]) for row in found["credit"]} == dict.fromkeys(
        ("First Touch", "Last Touch", "Linear", "Position Based", "Time Decay"), (80, 20)
    )
    assert [row["model"] for row in found["credit"] if row["own"]] == ["Linear"]
    assert [step["count"] for step in found["funnel"]] == [6, 4, 4, 3, 0, 1, 1, 1]
    assert (found["effect"]["contacted"], found["effect"]["control"]) == (5, 1)
    assert "no control group" in found["effect"]["mean"]["sentence"]  # one is none
    assert found["note"] == ""
    assert frappe.as_json(found)


def test_goals_and_how_far_it_is(spring):
    """Three of four responded, one of five became a customer, 80 of 200 were credited; a goal nobody set is not shown."""
    sold(spring[0], "2024-02-06", 80)
    sold(spring[5], "2024-02-07", 500)  # nobody wrote to him
    assert results.of_campaign(SPRING)["goals"] == []
    goals = {"goal_responses": 4, "goal_customers": 5, "goal_revenue": 200}
    frappe.db.set_value("Relationship Campaign", SPRING, goals)
    found = results.of_campaign(SPRING)["goals"]
    assert [(row["goal"], row["reached"], row["wanted"], row["share"]) for row in found] == [
        ("goal_responses", 3, 4, 75),
        ("goal_customers", 1, 5, 20),
        ("goal_revenue", 80, 200, 40),
    ]
    # whoever bought before is no new customer
    sold(spring[0], "2024-01-05", 10)
    assert results.of_campaign(SPRING)["goals"][1]["reached"] == 0


def test_only_what_the_user_may_read(spring):
    """Somebody with the northern customers sees what came of these, and is told so."""
    sold(spring[0], "2024-02-06", 80)
    sold(spring[3], "2024-02-06", 900)
    user = frappe.get_doc(
        {"doctype": "User", "email": "north@example.com", "first_name": "Nora", "send_welcome_email": 0}
    ).insert()
    user.add_roles("Relationship Manager", "Sales User")
    add_user_permission("Territory", NORTH, user.name)
    frappe.set_user(user.name)
    assert not Sight().whole
    found = results.of_campaign(SPRING)
    assert found["note"].startswith("Only customers")
    assert found["credit"][0]["amount"] == 80
    assert [step["count"] for step in found["funnel"]][:4] == [3, 3, 3, 3]
    assert found["effect"]["control"] == 0
    frappe.set_user("Administrator")
    assert results.of_campaign(SPRING)["credit"][0]["amount"] == 980


def test_who_may_not_read_campaigns(spring):
    user = frappe.get_doc(
        {"doctype": "User", "email": "nobody@example.com", "first_name": "No", "send_welcome_email": 0}
    ).insert()
    frappe.set_user(user.name)
    with pytest.raises(frappe.PermissionError):
        results.of_campaign(SPRING)


def test_statements_do_not_grow(spring):
    """Ten campaigns ask as often as one."""
    from relationship_crm.campaigns import performance

    sold(spring[0], "2024-02-06", 80)

    def asked() -> int:
        found = frappe.get_all(
            "Relationship Campaign", {"company": COMPANY}, list(outcome.FIELDS), order_by="name"
        )
        count, sql = 0, frappe.db.sql

        def counting(*args, **kwargs):
            nonlocal count
            count += 1
            return sql(*args, **kwargs)

        frappe.db.sql = counting
        try:
            performance.read(COMPANY, found)
        finally:
            frappe.db.sql = sql
        return count

    asked()
    before = asked()
    for number in range(9):
        other = campaign(f"More {number}")
        members(other, "Contacted", spring[:3])
        members(other, "Control", spring[3:])
        for who in spring[:3]:
            touch(other, who, "2024-02-01")
            sold(who, "2024-02-08", 10)
    assert asked() == before
