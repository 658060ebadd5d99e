"""Reports on answers: figures with their intervals by hand, what customers say and do, and who sees which answers."""

from __future__ import annotations

from math import exp
from typing import Any

import erp
import frappe
import pytest
from answering import new_survey, respond
from contact import warranty_claim
from desk import ANALYST, MANAGER, SALES, USER, assess, lines, run_report, scoring_weights_off, user
from erp import CRAFT, NORTH, SOUTH, TRADE
from frappe.utils import add_days, getdate

from relationship_crm import cards

pytestmark = pytest.mark.usefixtures("unasked")


def invite(survey: str, customer: str, day: Any, status: str = "Sent", **values: Any) -> None:
    doc = frappe.get_doc(
        {
            "doctype": "Survey Invitation",
            "survey": survey,
            "party_type": "Customer",
            "party": customer,
            "customer": customer,
            "channel": "Email",
            "status": status,
            "sent_on": f"{day} 09:00:00",
            "send_on": day,
            "territory": frappe.db.get_value("Customer", customer, "territory"),
            **values,
        }
    )
    doc.name = frappe.generate_hash(length=16)
    doc.db_insert()


def customers(count: int, prefix: str = "RCRM Asked", **values: Any) -> list[str]:
    return [erp.customer(f"{prefix} {number}", **values) for number in range(count)]


# figures


def test_figures_by_hand(house) -> None:
    """Wilson of 4 in 5; NPS of 3 promoters, 1 passive, 1 detractor; t of 5, 6, 7, 4, 6."""
    name = new_survey("RCRM Delivery", ("nps", "NPS", ""), ("csat", "CSAT", ""), ("ces", "CES", ""))
    today = getdate()
    for customer, nps, csat, ces in zip(
        customers(5), (10, 9, 9, 8, 3), (5, 4, 4, 5, 3), (5, 6, 7, 4, 6), strict=True
    ):
        respond(name, customer, today, nps=nps, csat=csat, ces=ces)
    by_kind = {row["kind"]: row for row in lines("Survey Results", survey=name)}
    assert [by_kind[k]["answers"] for k in ("NPS", "CSAT", "CES")] == [5, 5, 5]
    csat = by_kind["CSAT"]
    assert (csat["value"], csat["low"], csat["high"]) == (
        80,
        pytest.approx(37.55, abs=5e-3),
        pytest.approx(96.38, abs=5e-3),
    )
    # N = 8, p = 3.75/8, d = 1.75/8; .25 ± 1.959964·sqrt((.6875 - .0625)/8)
    nps, reach = by_kind["NPS"], 100 * 1.959964 * (0.625 / 8) ** 0.5
    assert (nps["value"], nps["low"], nps["high"]) == (
        pytest.approx(40), pytest.approx(25 - reach, abs=1e-3), pytest.approx(25 + reach, abs=1e-3),
    )  # fmt: skip
    ces = by_kind["CES"]
    assert (ces["value"], ces["low"], ces["high"]) == (
        pytest.approx(5.6),
        pytest.approx(4.184287, abs=1e-5),
        7,
    )
    assert by_kind["NPS"]["question"] == "About nps?"
    assert by_kind["NPS"]["verdict"] == "Nothing to compare with"


def test_a_reversed_question_counts_the_right_way_round(house) -> None:
    name = new_survey("RCRM Reversed", ("trouble", "CES", ""))
    doc = frappe.get_doc("Relationship Survey", name)
    doc.items[0].reverse = 1
    doc.save()
    for customer, score in zip(customers(2), (1, 2), strict=True):  # little trouble
        respond(name, customer, getdate(), trouble=score)
    (row,) = lines("Survey Results", survey=name)
    assert row["value"] == pytest.approx(6.5)


def test_the_same_customer_again_is_no_second_opinion(house) -> None:
    name = new_survey("RCRM Often", ("csat", "CSAT", ""))
    often, *others = customers(4)
    for back in range(10):
        respond(name, often, add_days(getdate(), -back), csat=5)
    for other in others:
        respond(name, other, getdate(), csat=2)
    (row,) = lines("Survey Results", survey=name)
    assert (row["answers"], row["value"]) == (13, pytest.approx(1000 / 13))
    assert row["low"] < 30  # four opinions, not thirteen
    assert "13 answers of 4 customers" in run_report("Survey Results", survey=name)["message"]


def test_response_rates(house) -> None:
    name = new_survey("RCRM Rate", ("csat", "CSAT", ""))
    today = getdate()
    people = customers(12)
    for customer, status in zip(
        people,
        [*["Answered"] * 3, "Partly Answered", "Sent", *["Waiting", "Withdrawn", "Failed"] * 2],
        strict=False,
    ):
        invite(name, customer, today, status)
    invite(name, people[11], today, "Answered", channel="Link")  # a printed link reaches nobody knows whom
    respond(name, people[0], today, csat=5)
    (row,) = lines("Survey Results", survey=name)
    assert (row["asked"], row["rate"]) == (5, 80)
    assert (row["rate_low"], row["rate_high"]) == (
        pytest.approx(37.55, abs=5e-3),
        pytest.approx(96.38, abs=5e-3),
    )
    assert cards.survey_response_rate()["value"] == "80 %"


def test_breakdowns_and_filters(house) -> None:
    name = new_survey("RCRM Breakdown", ("nps", "NPS", ""))
    for n, (territory, group, score) in enumerate(
        ((NORTH, TRADE, 10), (NORTH, CRAFT, 10), (NORTH, TRADE, 9), (SOUTH, TRADE, 2), (SOUTH, CRAFT, 3))
    ):
        respond(name, erp.customer(f"RCRM Part {n}", territory=territory, group=group), getdate(), nps=score)

    def shown(**filters: Any) -> dict[str, tuple[int, float]]:
        return {
            r["group"]: (r["answers"], r["value"]) for r in lines("Survey Results", survey=name, **filters)
        }

    assert shown(view="Territory") == {NORTH: (3, 100), SOUTH: (2, -100)}
    assert shown(view="Customer Group") == {TRADE: (3, pytest.approx(100 / 3)), CRAFT: (2, 0)}
    assert shown(view="Customer Group", territory=NORTH) == {TRADE: (2, 100), CRAFT: (1, 100)}
    assert shown(view="Survey", customer_group=CRAFT) == {name: (2, 0)}
    assert shown(view="Month") == {getdate().strftime("%b %Y"): (5, 20)}
    assert shown(view="Sales Person") == {"Not set": (5, 20)}
    root = frappe.db.get_value("Territory", NORTH, "parent_territory")
    assert shown(view="Survey", territory=root)[name][0] == 5  # a node and everything below it


def test_snapshots_count_not_what_is_so_today(house) -> None:
    name = new_survey("RCRM Moved", ("nps", "NPS", ""))
    customer = erp.customer("RCRM Mover", territory=NORTH)
    respond(name, customer, getdate(), nps=10)
    frappe.db.set_value("Customer", customer, "territory", SOUTH)
    assert [r["group"] for r in lines("Survey Results", survey=name, view="Territory")] == [NORTH]


def test_the_sentence_compares_with_the_period_before(house) -> None:
    name = new_survey("RCRM Trend", ("csat", "CSAT", ""))
    today = getdate()
    people = customers(40)
    for customer in people:
        respond(name, customer, add_days(today, -40), csat=2)
        respond(name, customer, add_days(today, -5), csat=5)
    period = {"survey": name, "from_date": add_days(today, -29), "to_date": today}
    result = run_report("Survey Results", **period)
    assert result["message"].startswith(
        "CSAT 100 % (from 91 % to 100 %), 40 answers; it was 0 % before: higher than before."
    )
    assert [row["verdict"] for row in result["result"]] == ["Higher than before"]
    assert result["chart"]["data"]["datasets"][1]["values"] == [100.0]
    same = run_report("Survey Results", **{**period, "from_date": add_days(today, -5)})
    assert "there is nothing before to compare it with" in same["message"]


def test_text_in_names_is_escaped(house) -> None:
    name = new_survey("RCRM R&D", ("nps", "NPS", ""), anonymous=1, minimum_group=5)
    assert "RCRM R&amp;D is anonymous" in run_report("Survey Results", survey=name)["message"]


# says and does


def test_says_and_does_by_hand(house) -> None:
    """CSAT 5 of 5 today: says (A·1 + 2·.5)/(A + 2), A = 9(1 - e^(-1/3)). Four claims today at .25: A = 4(1 - e^(-1))."""
    scoring_weights_off("survey_satisfaction", "warranty_claim")
    name = new_survey("RCRM Said", ("csat", "CSAT", "satisfaction"))
    customer, content = erp.customer("RCRM Polite"), erp.customer("RCRM Content")
    for person in (customer, content):
        for _n in range(3):
            respond(name, person, getdate(), csat=5)
    for _n in range(8):
        warranty_claim(customer, getdate())
    assess(("Customer", customer), ("Customer", content))
    rows = {r["party"]: r for r in lines("Says and Does")}
    asked, claimed = 9 * (1 - exp(-1)), 4 * (1 - exp(-2))
    polite = rows[customer]
    assert polite["says"] == pytest.approx(100 * (asked + 1) / (asked + 2), abs=1e-6)
    assert polite["does"] == pytest.approx(100 * (claimed * 0.25 + 1) / (claimed + 2), abs=1e-6)
    assert polite["gap"] == pytest.approx(polite["says"] - polite["does"])
    assert (polite["state"], polite["answers"]) == ("says good", 3)
    assert rows[content]["state"] == "unknown" and rows[content]["does"] is None
    assert next(r["party"] for r in lines("Says and Does")) == customer
    assert [r["party"] for r in lines("Says and Does", only_contradictions=1)] == [customer]


# who sees what


@pytest.fixture
def two(house) -> dict[str, str]:
    """A survey answered by a customer in the north (10) and one in the south (0), about two dimensions."""
    name = new_survey("RCRM Two", ("nps", "NPS", "satisfaction"), ("person", "Scale", "trust_employee"))
    found = {"survey": name}
    for territory, score in ((NORTH, 10), (SOUTH, 0)):
        customer = erp.customer(f"RCRM of {territory}", territory=territory)
        respond(name, customer, getdate(), nps=score, person=1 + score // 2)
        invite(name, customer, getdate(), "Answered")
        assess(("Customer", customer))
        found[territory] = customer
    return found


@pytest.mark.parametrize("role", [MANAGER, USER, ANALYST])
def test_results_are_those_of_the_own_customers(two, role) -> None:
    frappe.set_user(user("rcrm.north@example.com", *SALES, role, territory=NORTH))
    rows = [r for r in lines("Survey Results", survey=two["survey"]) if r["kind"] == "NPS"]
    assert [(r["answers"], r["value"], r["asked"]) for r in rows] == [(1, 100, 1)]
    assert [r["group"] for r in lines("Survey Results", survey=two["survey"], view="Territory")] == [NORTH]
    assert lines("Survey Results", survey=two["survey"], territory=SOUTH) == []
    assert cards.nps_of_90_days()["value"] == "+100"
    frappe.set_user("Administrator")
    assert cards.nps_of_90_days()["value"] == "0"


@pytest.mark.parametrize("role", [USER, ANALYST, MANAGER])
def test_answers_about_employees_are_for_those_who_may_see_such_scores(two, role) -> None:
    frappe.set_user(user("rcrm.role@example.com", *SALES, role))
    kinds = {r["kind"] for r in lines("Survey Results", survey=two["survey"])}
    assert kinds == ({"NPS", "Scale"} if role == MANAGER else {"NPS"})
    if role == MANAGER:
        assert len(lines("Says and Does", dimension="trust_employee")) == 2
    else:
        with pytest.raises(frappe.ValidationError):
            run_report("Says and Does", dimension="trust_employee")


@pytest.mark.parametrize("role", [MANAGER, USER, ANALYST])
def test_says_and_does_shows_the_own_customers(two, role) -> None:
    frappe.set_user(user("rcrm.north@example.com", *SALES, role, territory=NORTH))
    assert [r["party"] for r in lines("Says and Does")] == [two[NORTH]]


def test_without_a_role_of_ours_there_are_no_results(two) -> None:
    frappe.set_user(user("rcrm.nobody@example.com", *SALES))
    for report in ("Survey Results", "Says and Does"):
        with pytest.raises(frappe.PermissionError):
            run_report(report)
    with pytest.raises(frappe.PermissionError):
        cards.nps_of_90_days()


@pytest.mark.parametrize("report", ["Survey Results", "Says and Does"])
def test_reports_ship_with_their_roles(house, report) -> None:
    doc = frappe.get_doc("Report", report)
    assert (doc.is_standard, doc.module) == ("Yes", "Relationship CRM")
    assert {row.role for row in doc.roles} == {MANAGER, USER, ANALYST, "System Manager"}
