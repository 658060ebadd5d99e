"""The effect of real campaigns on real invoices, by assignment."""

from __future__ import annotations

import math

import frappe
import pytest
from crediting import campaign, members
from erp import ADVICE, COMPANY, COMPANY_EUR, cancel, credit_note, customer, invoice, invoice_of, lead, order

from relationship_crm.campaigns import outcome
from relationship_crm.campaigns.effect import Finding
from relationship_crm.campaigns.outcome import effects, pooled


def one(name: str, **more) -> outcome.Outcome:
    rows = frappe.get_all("Relationship Campaign", {"name": name}, list(outcome.FIELDS), order_by="name")
    return effects(rows, **more)[name]


@pytest.fixture
def drawn(clean):
    """Six customers contacted, four in the control group; drawn on 10 January, counted until 29 June 2024."""
    name = campaign("Spring")
    people = [customer(f"RCRM E{i}") for i in range(10)]
    members(name, "Contacted", people[:6], "2024-01-10")
    members(name, "Contacted", people[:1], "2024-01-11")  # a colleague
    members(name, "Control", people[6:], "2024-01-10")
    members(name, "Left Out", [customer("RCRM Out")])
    return name, people


def sold(who: str, day: str, amount: float, **values):
    return invoice(who, day, [(ADVICE, 1, amount)], **values)


def test_revenue_in_the_window(drawn):
    """Contacted 100, 60, 0, 0, 0, 0; control 30, 0, 0, 0. By hand: means 26.6667 and 7.50."""
    name, people = drawn
    sold(people[0], "2024-01-09", 999)  # the day before the lot
    sold(people[0], "2024-01-10", 100)
    sold(people[1], "2024-06-29", 50)  # the last day
    sold(people[2], "2024-06-30", 999)
    early = order(people[1], "2024-06-20", [(ADVICE, 1, 10)], "2024-07-20")
    invoice_of(early, "2024-07-20", [(0, 1)])  # ordered in time
    late = sold(people[6], "2024-02-01", 70)
    credit_note(late, "2024-08-01")  # everything back: did not buy
    sold(people[7], "2024-02-01", 30)
    cancel("Sales Invoice", sold(people[8], "2024-02-01", 500).name)
    sold("RCRM Out", "2024-02-01", 500)
    invoice(people[9], "2024-02-01", [(ADVICE, 1, 500)], company=COMPANY_EUR)  # of another company
    found = one(name)
    assert (found.contacted.n, found.control.n) == (6, 4)
    assert (found.contacted.total, found.control.total) == (160, 30)
    assert (found.contacted.buyers, found.control.buyers) == (2, 1)
    assert found.mean.value == pytest.approx(26.66667 - 7.5, abs=1e-4)
    assert found.rate.value == pytest.approx(2 / 6 - 1 / 4)
    # s² = (100² + 60² - 160²/6)/5 = 1866.667 and (30² - 30²/4)/3 = 225: error sqrt(311.11 + 56.25)
    assert found.mean.error == pytest.approx(math.sqrt(1866.6667 / 6 + 225 / 4), abs=1e-4)
    assert found.mean.finding is Finding.TOO_SMALL
    assert "Too small" in found.sentences()[0]


def test_told_with_the_currency(drawn):
    """Everybody who was contacted buys for about the same, nobody else more than a little."""
    name, people = drawn
    for number, who in enumerate(people[:6]):
        sold(who, "2024-02-01", 100 + number)
    sold(people[6], "2024-02-01", 1)
    found = one(name)
    assert found.mean.finding is Finding.MORE
    assert found.sentences()[0].startswith("$ 102.25 per customer more than without the campaign")
    assert found.rate.finding is Finding.MORE


def test_nobody_bought_in_one_group(drawn):
    name, people = drawn
    sold(people[0], "2024-02-01", 100)
    found = one(name)
    assert found.mean.finding is Finding.NO_BUYERS
    assert found.sentences()[0].startswith("No buyers in one of the groups")


def test_without_a_control_group(clean):
    name = campaign("Alone")
    members(name, "Contacted", [customer("RCRM E1"), customer("RCRM E2")])
    assert one(name).mean.finding is Finding.NOBODY
    assert one(campaign("Empty")).mean.finding is Finding.NOBODY


def test_leads_count_with_what_they_became(clean):
    """A lead in the control group that became a customer, one that did not; one that is in both arms compares nobody."""
    name = campaign("Leads")
    from relationship_crm.assessment.bulk import write_rows

    leads = [lead(f"RCRM L{i} Ltd") for i in range(4)]
    arms = ("Contacted", "Contacted", "Control", "Control")
    columns = ("name", "campaign", "arm", "assigned_on", "party_type", "party")
    write_rows(
        "Campaign Member",
        columns,
        [
            (f"L{i}", name, arm, "2024-01-01 09:00:00", "Lead", own)
            for i, (own, arm) in enumerate(zip(leads, arms, strict=True))
        ],
    )
    won = customer("RCRM L3", lead_name=leads[3])
    sold(won, "2024-02-01", 40)
    found = one(name)
    assert (found.contacted.n, found.control.n, found.control.total) == (2, 2, 40)
    members(name, "Contacted", [won])
    assert (one(name).contacted.n, one(name).control.n) == (2, 1)


def test_as_of(drawn):
    name, people = drawn
    from frappe.utils import getdate

    first = sold(people[0], "2024-02-01", 100)
    credit_note(first, "2024-03-01", 1)
    assert one(name, as_of=getdate("2024-02-28")).contacted.total == 100
    assert one(name, as_of=getdate("2024-03-01")).contacted.total == 0


def test_pooled_by_kind(drawn):
    """Two campaigns of a kind with effects, one of another kind alone, one without a control group left out."""
    name, people = drawn
    again, other = campaign("Again"), campaign("Other", kind="Retention")
    members(again, "Contacted", people[6:])
    members(again, "Control", people[:6])
    members(other, "Contacted", people[:3])
    for number, who in enumerate(people):
        sold(who, "2024-02-01", 100 + 10 * (number % 3))
    rows = frappe.get_all(
        "Relationship Campaign",
        {"name": ("in", (name, again, other)), "company": COMPANY},
        list(outcome.FIELDS),
        order_by="name",
    )
    found = effects(rows)
    together = pooled(list(found.values()))
    assert set(together) == {"Cross-Sell", "Retention"}
    mean, rate = together["Cross-Sell"]
    # the same people the other way round: what one finds the other finds with the opposite sign
    assert mean.fixed.value == pytest.approx(0, abs=1e-9)
    assert (mean.campaigns, rate.campaigns) == (2, 2)
    assert (together["Retention"][0].campaigns, together["Retention"][0].left_out) == (0, 1)
