"""What the forms show before a list is used: counts, stages, who is left out and why, a sample, and what the size can see."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from campaigning import campaign, rule, target_list
from desk import assess
from frappe.utils import add_days, today

from relationship_crm.campaigns import audience, lists
from relationship_crm.campaigns.sample_size import detectable_rate

pytestmark = pytest.mark.usefixtures("unasked")


@pytest.fixture
def five(unasked) -> list[str]:
    """Five customers with a contact; the first one bought something 100 days ago."""
    names = [erp.customer(f"RCRM Five {number}") for number in range(5)]
    for number, name in enumerate(names):
        contact(name, f"five{number}@example.com")
    erp.invoice(names[0], add_days(today(), -100), [(erp.ADVICE, 1, 100)], due=add_days(today(), 60))
    assess(*(("Customer", name) for name in names))
    return names


def test_a_list(five):
    frappe.db.set_value("Contact", {"email_id": "five4@example.com"}, "unsubscribed", 1)
    erp.customer("RCRM Lonely")
    doc = target_list("RCRM List", rule("Customer Group", reference=erp.TRADE, alternative=1))
    shown = lists.preview(doc.name)
    assert (shown["people"], shown["with_email"], shown["parties"]) == (4, 4, 6)
    assert sorted(shown["left_out"]) == [("Does not want campaigns", 1), ("No address", 1)]
    stages = {row["stage"]: row["people"] for row in shown["stages"]}
    assert stages["First-time Buyer"] == 1 and sum(stages.values()) == 4
    first = shown["sample"][0]  # the furthest rung
    assert (first["party"], first["address"], first["stage"]) == (
        five[0],
        "five0@example.com",
        "First-time Buyer",
    )
    assert shown["rules"] == [
        {"effect": "Include", "alternative": 1, "sentence": f"Customer Group is {erp.TRADE}"}
    ]


def test_the_sample_is_twenty_at_most():
    for number in range(22):
        contact(erp.customer(f"RCRM Many {number}"), f"many{number}@example.com")
    shown = lists.preview(target_list().name)
    assert (shown["people"], len(shown["sample"])) == (22, 20)


def test_a_campaign_with_its_groups_and_what_they_can_see(five):
    """One of five bought: 20 %. A fifth more buyers takes 1,680 in each half, 3,360 together."""
    doc = campaign(target_list(), with_control_group=1, control_share=40, end_date=add_days(today(), 29))
    frappe.db.set_value("Relationship Campaign", doc.name, "outcome_days", 90)
    shown = lists.preview_campaign(doc.name)
    assert (shown["contacted"], shown["control"]) == (3, 2)
    size = shown["size"]
    assert (size["base"], size["days"], size["contacted"], size["control"]) == (0.2, 120, 3, 2)
    assert size["least"] == pytest.approx(detectable_rate(0.2, 3, 2))
    halves = campaign(target_list(), with_control_group=1, control_share=50)
    assert audience.of_campaign(halves)["size"]["wanted"] == 3360
    frappe.db.set_value("Relationship Campaign", doc.name, "outcome_days", 69)  # 99 days: bought before
    assert lists.preview_campaign(doc.name)["size"]["base"] == 0


def test_the_least_change_is_told_in_percentage_points(five):
    doc = campaign(target_list(), with_control_group=1, control_share=50)
    doc.outcome_days = 90
    keys = {("Customer", name): "Contacted" for name in five}
    size = audience.size(doc, keys, 500, 500)
    assert size["least"] == pytest.approx(detectable_rate(0.2, 500, 500))
    assert (
        "only see a change of 7.5 percentage points or more" in size["saying"]
    )  # docs/campaign-arithmetic.md: 7.51
    least = audience.size(doc, keys, 2, 1)
    assert least["least"] is None and "can see no change" in least["saying"]


def test_without_a_control_group_nothing_is_said_about_it(five):
    shown = lists.preview_campaign(campaign(target_list()).name)
    assert (shown["control"], shown["size"]) == (0, None)


def test_a_list_that_finds_nobody_is_shown():
    shown = lists.preview(target_list("RCRM Empty", rule("Customer Group", reference=erp.CRAFT)).name)
    assert (shown["people"], shown["sample"], shown["stages"]) == (0, [], [])
