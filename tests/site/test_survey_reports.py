"""Reports on surveys: figures by hand, who sees which answers, and anonymity that no filter and no two users can beat."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from math import exp
from typing import Any

import erp
import frappe
import pytest
from contact import warranty_claim
from desk import assess, scoring_weights_off, user
from erp import CRAFT, NORTH, SOUTH, TRADE
from frappe.utils import add_days, add_months, get_first_day, getdate

from relationship_crm import cards
from relationship_crm.relationship_crm.report.survey_results.survey_results import with_period
from relationship_crm.surveys import results

SALES = ("Sales User", "Sales Manager", "Sales Master Manager")
MANAGER, USER, ANALYST = "Relationship Manager", "Relationship User", "Relationship Analyst"
TEXTS = ("Mail Subject", "Mail Message", "Introduction", "Thank You")


@pytest.fixture(autouse=True)
def nobody_answered(house) -> None:
    for doctype in ("Survey Response", "Survey Answer", "Survey Invitation", "Survey Follow Up"):
        frappe.db.delete(doctype)  # rolled back with the test


def run(report: str, **filters: Any) -> Any:
    """A report as the desk runs it: with the permissions of the session's user."""
    from frappe.desk.query_report import run as run_report

    return run_report(report, filters=json.dumps(filters, default=str), ignore_prepared_report=True)


def lines(report: str, **filters: Any) -> list[dict[str, Any]]:
    return [row for row in run(report, **filters)["result"] if isinstance(row, dict)]


def survey(name: str, *items: tuple[str, str, str], **values: Any) -> str:
    """A survey with items of key, kind and dimension."""
    return (
        frappe.get_doc(
            {
                "doctype": "Relationship Survey",
                "survey_name": name,
                "default_language": "en",
                "channel": "Email",
                "items": [
                    {"item_key": key, "kind": kind, "dimension": dimension, "question": f"About {key}?"}
                    for key, kind, dimension in items
                ],
                "texts": [{"language": "en", "part": part, "text": part} for part in TEXTS],
                **values,
            }
        )
        .insert()
        .name
    )


def respond(survey: str, party: str, day: Any, party_type: str = "Customer", **scores: float) -> Any:
    """An answer, with what was so of the customer."""
    return frappe.get_doc(
        {
            "doctype": "Survey Response",
            "survey": survey,
            "party_type": party_type,
            "party": party,
            "answered_on": f"{day} 10:00:00",
            "answers": [{"item_key": key, "score": score} for key, score in scores.items()],
        }
    ).insert()


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


# -- figures


def test_figures_by_hand(house) -> None:
    """Wilson of 4 in 5; NPS of 3 promoters, 1 passive, 1 detractor; t of 5, 6, 7, 4, 6."""
    name = survey("RCRM Delivery", ("nps", "NPS", ""), ("csat", "CSAT", ""), ("ces", "CES", ""))
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
    name = survey("RCRM Reversed", ("trouble", "CES", ""))
    doc = frappe.get_doc("Relationship Survey", name)
    doc.items[0].reverse = 1
    doc.save()
    for customer, score in zip(customers(2), (1, 2), strict=True):  # little trouble
        respond(name, customer, getdate(), trouble=score)
    (row,) = lines("Survey Results", survey=name)
    assert row["value"] == pytest.approx(6.5)


def test_the_same_customer_again_is_no_second_opinion(house) -> None:
    name = survey("RCRM Often", ("csat", "CSAT", ""))
    often, *others = customers(4)
    for back in range(10):
        respond(name, often, add_days(getdate(), -back), csat=5)
    for other in others:
        respond(name, other, getdate(), csat=2)
    (row,) = lines("Survey Results", survey=name)
    assert (row["answers"], row["value"]) == (13, pytest.approx(1000 / 13))
    assert row["low"] < 30  # four opinions, not thirteen
    assert "13 answers of 4 customers" in run("Survey Results", survey=name)["message"]


def test_response_rates(house) -> None:
    name = survey("RCRM Rate", ("csat", "CSAT", ""))
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
    name = survey("RCRM Breakdown", ("nps", "NPS", ""))
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
    name = survey("RCRM Moved", ("nps", "NPS", ""))
    customer = erp.customer("RCRM Mover", territory=NORTH)
    respond(name, customer, getdate(), nps=10)
    frappe.db.set_value("Customer", customer, "territory", SOUTH)
    assert [r["group"] for r in lines("Survey Results", survey=name, view="Territory")] == [NORTH]


def test_the_sentence_compares_with_the_period_before(house) -> None:
    name = survey("RCRM Trend", ("csat", "CSAT", ""))
    today = getdate()
    people = customers(40)
    for customer in people:
        respond(name, customer, add_days(today, -40), csat=2)
        respond(name, customer, add_days(today, -5), csat=5)
    period = {"survey": name, "from_date": add_days(today, -29), "to_date": today}
    result = run("Survey Results", **period)
    assert result["message"].startswith(
        "CSAT 100 % (from 91 % to 100 %), 40 answers; it was 0 % before: higher than before."
    )
    assert [row["verdict"] for row in result["result"]] == ["Higher than before"]
    assert result["chart"]["data"]["datasets"][1]["values"] == [100.0]
    same = run("Survey Results", **{**period, "from_date": add_days(today, -5)})
    assert "there is nothing before to compare it with" in same["message"]


def test_text_in_names_is_escaped(house) -> None:
    name = survey("RCRM R&D", ("nps", "NPS", ""), anonymous=1, minimum_group=5)
    assert "RCRM R&amp;D is anonymous" in run("Survey Results", survey=name)["message"]


# -- who sees what


@pytest.fixture
def two(house) -> dict[str, str]:
    """A survey answered by a customer in the north (10) and one in the south (0), about two dimensions."""
    name = survey("RCRM Two", ("nps", "NPS", "satisfaction"), ("person", "Scale", "trust_employee"))
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
            run("Says and Does", dimension="trust_employee")


@pytest.mark.parametrize("role", [MANAGER, USER, ANALYST])
def test_says_and_does_shows_the_own_customers(two, role) -> None:
    frappe.set_user(user("rcrm.north@example.com", *SALES, role, territory=NORTH))
    assert [r["party"] for r in lines("Says and Does")] == [two[NORTH]]


def test_without_a_role_of_ours_there_are_no_results(two) -> None:
    frappe.set_user(user("rcrm.nobody@example.com", *SALES))
    for report in ("Survey Results", "Says and Does"):
        with pytest.raises(frappe.PermissionError):
            run(report)
    with pytest.raises(frappe.PermissionError):
        cards.nps_of_90_days()


@pytest.mark.parametrize("report", ["Survey Results", "Says and Does"])
def test_reports_ship_with_their_roles(house, report) -> None:
    doc = frappe.get_doc("Report", report)
    assert (doc.is_standard, doc.module) == ("Yes", "Relationship CRM")
    assert {row.role for row in doc.roles} == {MANAGER, USER, ANALYST, "System Manager"}


# -- says and does


def test_says_and_does_by_hand(house) -> None:
    """CSAT 5 of 5 today: says (A·1 + 2·.5)/(A + 2), A = 9(1 - e^(-1/3)). Four claims today at .25: A = 4(1 - e^(-1))."""
    scoring_weights_off("survey_satisfaction", "warranty_claim")
    name = survey("RCRM Said", ("csat", "CSAT", "satisfaction"))
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


# -- anonymity


def months() -> list[date]:
    """The first days of this month and the four before it, oldest first."""
    return [getdate(add_months(get_first_day(getdate()), -n)) for n in range(4, -1, -1)]


#: Answers by month, territory: some groups large enough, some not, some of the month that is not over.
PULSE = {
    (0, NORTH): (10, 10, 9, 2, 7, 8),
    (0, SOUTH): (0, 10),
    (1, NORTH): (3, 10),
    (1, SOUTH): (5, 9, 9),
    (2, NORTH): (9, 9, 9),
    (2, SOUTH): (1, 1, 2, 10, 10, 4),
    (3, NORTH): (10,),
    (4, NORTH): (0, 0, 0, 0, 0, 0),
}


@pytest.fixture
def pulse(house) -> str:
    """An anonymous survey by territory, answered as `PULSE` says by customers of two groups."""
    name = survey(
        "RCRM Pulse",
        ("nps", "NPS", "satisfaction"),
        anonymous=1,
        minimum_group=5,
        anonymous_breakdown="Territory",
    )
    for (month, territory), scores in PULSE.items():
        for n, score in enumerate(scores):
            customer = erp.customer(
                f"RCRM {month} {territory} {n}", territory=territory, group=(TRADE, CRAFT)[n % 2]
            )
            respond(
                name,
                customer,
                add_days(months()[month], min(n, getdate().day - 1) if month == 4 else 3 * n),
                nps=score,
            )
    return name


def test_what_is_shown_of_an_anonymous_survey(pulse) -> None:
    """North's first month has six; its 2 and 3 of the next two make five. South's 2 and 3 make five, then it has six."""
    rows = {r["group"]: r for r in lines("Survey Results", survey=pulse, view="Territory")}
    assert {name: row["answers"] for name, row in rows.items()} == {NORTH: 11, SOUTH: 11}
    (whole,) = lines("Survey Results", survey=pulse)
    assert whole["answers"] == 22
    north = [s for m in (0, 1, 2) for s in PULSE[m, NORTH]]
    assert rows[NORTH]["value"] == pytest.approx(
        100 * (sum(s > 8 for s in north) - sum(s < 7 for s in north)) / 11
    )
    assert [r["group"] for r in lines("Survey Results", survey=pulse, view="Month")] == [
        m.strftime("%b %Y") for m in (months()[2], months()[1], months()[0])
    ]
    assert "is anonymous" in run("Survey Results", survey=pulse)["message"]


def test_other_filters_and_breakdowns_show_nothing(pulse) -> None:
    for filters in (
        {"customer_group": TRADE},
        {"stage_name": "Client"},
        {"sales_person": erp.ANNA},
        {"company": erp.COMPANY},
        {"item_group": "Products"},
        {"territory": NORTH, "customer_group": TRADE},
    ):
        assert lines("Survey Results", survey=pulse, **filters) == [], filters
    for view in ("Customer Group", "Stage", "Sales Person", "Item Group"):
        assert lines("Survey Results", survey=pulse, view=view) == [], view
    assert [r["answers"] for r in lines("Survey Results", survey=pulse, territory=NORTH)] == [11]


def seen(survey: str, first: date, last: date, territory: str | None) -> set[tuple[Any, ...]]:
    """The pieces that everything a report shows is made of: question, month, territory, number of answers."""
    filters = with_period(frappe._dict(survey=survey, from_date=first, to_date=last, territory=territory))
    found = results.pieces(filters, filters.from_date, filters.to_date)
    return {(p.question.item_key, p.month, p.groups.get("Territory"), len(p.scores)) for p in found}


def test_no_filter_gets_below_five(pulse) -> None:
    """Every pair of days, every territory: what is shown is made of the same four blocks of five and six, whole or not at all."""
    days = {add_days(months()[0], n) for n in range(0, (getdate() - months()[0]).days + 1, 9)}
    days |= {*months(), getdate(), *(add_days(month, -1) for month in months()[1:])}
    known: dict[tuple[Any, ...], int] = {}
    for start, end in product(sorted(days), repeat=2):
        if start > end:
            continue
        for territory in (None, NORTH, SOUTH):
            for *block, size in seen(pulse, start, end, territory):
                assert known.setdefault(tuple(block), size) == size >= 5
    assert sorted(known.values()) == [5, 5, 6, 6]


def test_the_difference_of_two_shown_results_is_never_a_few_answers(pulse) -> None:
    """The attack itself: ranges that grow day by day, each result less the one before."""
    sums: dict[Any, tuple[int, float]] = {}
    before = (0, 0.0)
    for n in range((getdate() - months()[0]).days + 1):
        found = lines("Survey Results", survey=pulse, from_date=months()[0], to_date=add_days(months()[0], n))
        now = (found[0]["answers"], found[0]["answers"] * found[0]["value"] / 100) if found else (0, 0.0)
        assert now[0] - before[0] == 0 or now[0] - before[0] >= 5
        before = now
        sums[n] = now
    assert before[0] == 22


def test_results_of_today_and_of_tomorrow_do_not_differ_by_one(pulse, monkeypatch) -> None:
    """Nor do two days of looking: a new answer shows when its month is over and its group is large enough."""

    def total() -> int:
        found = lines("Survey Results", survey=pulse, from_date=months()[0], to_date=add_days(getdate(), 400))
        return found[0]["answers"] if found else 0

    before = total()
    respond(pulse, erp.customer("RCRM Late", territory=SOUTH), getdate(), nps=0)
    assert total() == before
    for later in (30, 60, 120, 200):
        monkeypatch.setattr(
            results,
            "getdate",
            lambda value=None, later=later: getdate(value) if value else add_days(getdate(), later),
        )
        gained = total() - before
        assert gained == 0 or gained >= 5


def test_users_of_parts_see_their_part_or_nothing(pulse) -> None:
    frappe.set_user(user("rcrm.north@example.com", *SALES, MANAGER, territory=NORTH))
    assert {r["group"]: r["answers"] for r in lines("Survey Results", survey=pulse, view="Territory")} == {
        NORTH: 11
    }
    assert [r["answers"] for r in lines("Survey Results", survey=pulse)] == [11]
    assert lines("Survey Results", survey=pulse, territory=SOUTH) == []
    frappe.set_user("Administrator")
    for doctype, value in (("Customer Group", TRADE), ("Customer", f"RCRM 0 {NORTH} 0")):
        name = user(f"rcrm.{frappe.scrub(doctype)}@example.com", *SALES, MANAGER)
        frappe.get_doc(
            {"doctype": "User Permission", "user": name, "allow": doctype, "for_value": value}
        ).insert()
        frappe.set_user(name)
        assert lines("Survey Results", survey=pulse) == [], doctype
        assert lines("Survey Results", survey=pulse, view="Territory") == [], doctype
        frappe.set_user("Administrator")


def test_a_small_group_together_with_its_filter_gives_nothing(house) -> None:
    name = survey(
        "RCRM Small", ("nps", "NPS", ""), anonymous=1, minimum_group=5, anonymous_breakdown="Territory"
    )
    month = months()[0]
    for n in range(9):
        respond(name, erp.customer(f"RCRM N{n}", territory=NORTH), add_days(month, n), nps=9)
    for n in range(4):
        respond(name, erp.customer(f"RCRM S{n}", territory=SOUTH), add_days(month, n), nps=1)
    assert {r["group"]: r["answers"] for r in lines("Survey Results", survey=name, view="Territory")} == {
        NORTH: 9
    }
    assert [r["answers"] for r in lines("Survey Results", survey=name)] == [
        9
    ]  # the whole less North is nothing
    assert lines("Survey Results", survey=name, territory=SOUTH) == []


def test_anonymous_answers_are_rows_for_nobody(pulse) -> None:
    frappe.set_user(user("rcrm.manager@example.com", *SALES, MANAGER))
    assert frappe.get_list("Survey Response", filters={"survey": pulse}, order_by="creation") == []
    frappe.set_user("Administrator")
    name = frappe.get_all("Survey Response", {"survey": pulse}, pluck="name", order_by="creation", limit=1)[0]
    frappe.set_user("rcrm.manager@example.com")
    assert not frappe.has_permission("Survey Response", "read", name)
    assert lines("Says and Does") == []


def test_how_answers_are_grouped_cannot_change(pulse) -> None:
    """Two ways of cutting the same answers could be subtracted from each other."""
    for field, value in (("minimum_group", 6), ("minimum_group", 3), ("anonymous_breakdown", "Customer Group"),
                         ("anonymous_breakdown", ""), ("anonymous", 0)):  # fmt: skip
        doc = frappe.get_doc("Relationship Survey", pulse)
        doc.set(field, value)
        with pytest.raises(frappe.ValidationError):
            doc.save()
    doc = frappe.get_doc("Relationship Survey", pulse)
    doc.description = "Still ours to write"
    doc.save()


def test_anonymous_answers_feed_no_score_and_no_card_by_one(pulse) -> None:
    frappe.db.delete("Survey Response", {"survey": ("!=", pulse)})
    value = cards.nps_of_90_days()["value"]
    respond(pulse, erp.customer("RCRM One More", territory=NORTH), getdate(), nps=0)
    assert cards.nps_of_90_days()["value"] == value
