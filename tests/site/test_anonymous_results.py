"""Results of anonymous surveys: no filter, no two looks and no two users get at the answers of a few."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import erp
import frappe
import pytest
from answering import new_survey, respond
from desk import MANAGER, SALES, lines, run_report, user
from erp import CRAFT, NORTH, SOUTH, TRADE
from frappe.utils import add_days, add_months, get_first_day, getdate

from relationship_crm import cards
from relationship_crm.relationship_crm.report.survey_results.survey_results import with_period
from relationship_crm.surveys import results

pytestmark = pytest.mark.usefixtures("unasked")


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
    name = new_survey(
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


# what is shown


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
    assert "is anonymous" in run_report("Survey Results", survey=pulse)["message"]


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


def test_a_small_group_together_with_its_filter_gives_nothing(house) -> None:
    name = new_survey(
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


def test_anonymous_answers_feed_no_score_and_no_card_by_one(pulse) -> None:
    frappe.db.delete("Survey Response", {"survey": ("!=", pulse)})
    value = cards.nps_of_90_days()["value"]
    respond(pulse, erp.customer("RCRM One More", territory=NORTH), getdate(), nps=0)
    assert cards.nps_of_90_days()["value"] == value


# attacks


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
