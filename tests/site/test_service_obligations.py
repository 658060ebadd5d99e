"""What promises still owe, how full the weeks of employees are, and the report on both: by hand."""

from __future__ import annotations

from datetime import date, timedelta

import contracting
import erp
import frappe
import pytest
from desk import SALES, USER, lines, run_report, user
from dispatching import (
    DAY,
    HOURS,
    QUARTERLY,
    VISITS,
    appointment,
    at,
    contract,
    employee,
    figures,
    holidays,
    owed,
    statements,
)

from relationship_crm.contracts import load, proposals


@pytest.fixture
def acme(house) -> str:
    return erp.customer("RCRM Planned")


# obligations


def test_visits_by_quarter(acme) -> None:
    own = contract(acme, contracting.line(QUARTERLY))
    contracting.entry(own, 0, "2024-02-01", 1)
    contracting.entry(own, 0, "2024-04-10", 1)
    appointment(own, begins=at(9))  # 14 May
    # one of the first quarter goes into the second: 2 + 1, of which 1 is delivered, 1 planned; the third gets what is left
    assert figures(own) == [(2, 0, 1, 0, 1), (2, 1, 1, 1, 1), (2, 1, 0, 0, 3), (2, 3, 0, 0, 5)]
    # planned in the first quarter, it is not owed once more in the second
    appointment(own, begins=at(9, date(2024, 3, 1)))
    assert figures(own) == [(2, 0, 1, 1, 0), (2, 0, 1, 1, 0), (2, 0, 0, 0, 2), (2, 2, 0, 0, 4)]


def test_hours_count_in_the_lines_unit(acme) -> None:
    frappe.db.delete(
        "UOM Conversion Factor", {"from_uom": ["in", ["Day", "Hour"]], "to_uom": ["in", ["Day", "Hour"]]}
    )
    erp.ensure("UOM Category", "Time", category_name="Time")
    frappe.get_doc(
        {
            "doctype": "UOM Conversion Factor",
            "category": "Time",
            "from_uom": "Day",
            "to_uom": "Hour",
            "value": 8,
        }
    ).insert()
    day = contracting.line({**HOURS, "uom": "Day", "included_qty": 3})
    own = contract(acme, contracting.line(HOURS), day)
    contracting.entry(own, 0, "2024-04-02", 12)
    appointment(own, begins=at(9), hours=2.5, line=0)
    appointment(own, begins=at(13), hours=4, line=1)
    # of 20 hours 12 are delivered and 2.5 planned; of 3 days 4/8 are planned
    assert figures(own, 0)[1] == (20, 0, 12, 2.5, 5.5)
    assert figures(own, 1)[1] == (3, 0, 0, 0.5, 2.5)


def test_what_was_called_off_or_belongs_to_nobody_is_not_planned(acme) -> None:
    own = contract(acme, contracting.line(QUARTERLY))
    appointment(own, begins=at(9), status="Cancelled")
    appointment(own, begins=at(9), line=None, makes="Nothing")
    other = contract(erp.customer("RCRM Other"), contracting.line(QUARTERLY))
    appointment(other, begins=at(9))
    assert figures(own)[1] == (2, 2, 0, 0, 4)


def test_overdue_and_next(acme) -> None:
    own = contract(acme, contracting.line(QUARTERLY), end_date="2099-12-31")
    appointment(own, begins=at(9))
    coming = date.today() + timedelta(days=400)
    appointment(own, begins=at(9, coming))
    second = next(one for one in owed(own, DAY, DAY))
    assert (second.overdue, second.next) == (1, None)
    later = next(one for one in owed(own, coming, coming))
    assert (later.overdue, later.next) == (0, at(9, coming))


def test_unlimited_promises_and_incidents_owe_nothing(acme) -> None:
    rows = ({**VISITS, "unlimited": 1, "included_qty": 0}, contracting.INCIDENTS, contracting.FEE)
    own = contract(acme, *(contracting.line(row) for row in rows))
    assert owed(own) == []


# load


@pytest.fixture
def monday(house, monkeypatch):
    """Weeks begin on Monday. Version 16 asks the language first."""
    monkeypatch.setattr(frappe.utils.data, "get_first_day_of_the_week", lambda *_args: "Monday")


def test_load_by_week(acme, monday) -> None:
    free = holidays("RCRM Free", (date(2024, 5, 20), "Whit Monday"), weekends=True)
    anna, bert = employee("Anna", holiday_list=free), employee("Bert", holiday_list=free)
    appointment(acme, anna, at(9), 6)
    appointment(acme, anna, at(16), 4, status="Cancelled")
    done = appointment(acme, anna, at(9, date(2024, 5, 17)), 4)
    done.update({"status": "Done"}).save()
    appointment(acme, anna, at(9, date(2024, 5, 21)), 8)
    appointment(acme, bert, at(9, date(2024, 5, 18)), 5, works_on_holiday=1)
    found = load.per_week({anna, bert}, date(2024, 5, 15), date(2024, 5, 22))
    assert [(one.name, one.week, one.planned, one.done, one.working, one.share) for one in found] == [
        ("Anna", date(2024, 5, 13), 10, 4, 40, 25),
        ("Anna", date(2024, 5, 20), 8, 0, 32, 25),  # four days
        ("Bert", date(2024, 5, 13), 5, 0, 40, 12.5),
        ("Bert", date(2024, 5, 20), 0, 0, 32, 0),
    ]
    halved = load.per_week({anna}, DAY, DAY, hours_a_day=4)
    assert [(one.working, one.share) for one in halved] == [(20, 50)]


def test_nobody_is_no_load(house) -> None:
    assert load.per_week(set(), DAY, DAY) == []


# the report


def test_report_lists_what_is_to_be_planned(acme, monday) -> None:
    own = contract(acme, contracting.line(QUARTERLY), contracting.line(HOURS))
    bert = employee("Bert", holiday_list=holidays("RCRM Free", weekends=True))
    appointment(own, bert, at(9), 8)
    rows = lines("Service Planning", month=DAY, counts="Visits", only_open=1, customer=acme)
    assert [
        (row["promise"], row["included"], row["carried"], row["planned"], row["open"]) for row in rows
    ] == [("Inspections", 2, 2, 1, 3)]
    assert (rows[0]["period_start"], rows[0]["period_end"]) == (date(2024, 4, 1), date(2024, 6, 30))
    assert rows[0]["overdue"] == 1
    both = lines("Service Planning", month=DAY, only_open=0, customer=acme)
    assert [row["unit"] for row in both] == ["Hour", "Visits"]  # 20 hours are more than 3 visits
    week = lines("Service Planning", month=DAY, view="Load", employee=bert)
    assert [row["planned"] for row in week] == [0, 0, 8, 0, 0]
    assert week[2]["free"] == 32
    answer = run_report("Service Planning", month=DAY, customer=acme)
    assert answer["chart"]["data"]["labels"] == ["Bert"]
    assert [series["values"] for series in answer["chart"]["data"]["datasets"]] == [[0], [0], [20], [0], [0]]
    # May is in the quarter that ends in June: nothing is due this month
    assert [figure["value"] for figure in answer["report_summary"]] == [0, 3, 1, 0]
    june = run_report("Service Planning", month="2024-06-01", customer=acme)
    assert june["report_summary"][0]["value"] == 3


def test_report_follows_the_customers_permissions(house, monday) -> None:
    seen = erp.customer("RCRM North", territory=erp.NORTH)
    hidden = erp.customer("RCRM South", territory=erp.SOUTH)
    own, other = (contract(name, contracting.line(QUARTERLY)) for name in (seen, hidden))
    anna, bert = employee("Anna"), employee("Bert")
    appointment(own, anna, at(9))
    appointment(other, anna, at(13), 3)
    appointment(other, bert, at(9))
    frappe.set_user(user("rcrm.plan@example.com", *SALES, USER, territory=erp.NORTH))
    assert [row["customer"] for row in lines("Service Planning", month=DAY)] == [seen]
    # Bert works for others only; Anna's hours are all counted, or she would look free
    week = lines("Service Planning", month=DAY, view="Load")
    assert {row["name"] for row in week} == {"Anna"}
    assert sum(row["planned"] for row in week) == 5


def test_who_may_only_choose_contracts_can_still_plan(acme) -> None:
    own = contract(acme, contracting.line(QUARTERLY))
    frappe.set_user(user("rcrm.tech@example.com", "Maintenance User", "Stock User"))
    assert not frappe.has_permission("Service Contract", "read")
    assert [row["customer"] for row in lines("Service Planning", month=DAY)] == [acme]
    assert not {"price", "currency", "overage_rate"} & set(proposals.promises(own.name)[0])
    rows = proposals.propose(own.name, own.lines[0].line_key, "2024-10-01")
    assert len(proposals.plan(own.name, own.lines[0].line_key, rows)) == 8  # all four quarters


def test_queries_do_not_depend_on_the_number(house, monday) -> None:
    def add(count: int) -> None:
        for number in range(count):
            own = contract(
                erp.customer(f"RCRM Many {number} {count}"),
                contracting.line(QUARTERLY),
                contracting.line(HOURS),
            )
            who = employee(f"E{number}{count}")
            appointment(own, who, at(9))
            contracting.entry(own, 0, "2024-04-10", 1)

    def asked() -> int:
        with statements() as seen:
            run_report("Service Planning", month=DAY)
        return len(seen)

    add(1)
    asked()  # caches
    few = asked()
    add(4)
    asked()  # new employees empty them
    assert asked() == few < 40
