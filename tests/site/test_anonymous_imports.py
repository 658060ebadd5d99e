"""Answers from elsewhere to anonymous surveys: results of a month that is over stay as they were shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import erp
import frappe
import pytest
from answering import new_survey, respond
from desk import lines
from frappe.utils import add_days, add_months, get_first_day, get_last_day, getdate

from relationship_crm.surveys.api import record_response

pytestmark = pytest.mark.usefixtures("unasked")

NAMED = "RCRM Named Pulse"


@pytest.fixture
def pulse(house) -> str:
    """An anonymous survey whose last month is shown: five answers, all 10."""
    name = new_survey(
        "RCRM Secret Pulse", ("nps", "NPS", "satisfaction"), ("why", "Text", ""), anonymous=1, minimum_group=5
    )
    for n in range(5):
        respond(name, erp.customer(f"RCRM Secret {n}"), add_days(month(-1), n), nps=10)
    assert shown(name) == (5, 100)
    return name


def month(number: int) -> date:
    """The first day of a month; this one is 0."""
    return getdate(add_months(get_first_day(getdate()), number))


def shown(survey: str) -> tuple[int, float]:
    """Number of answers and result that the report shows."""
    (row,) = lines("Survey Results", survey=survey)
    return row["answers"], row["value"]


def record(survey: str, number: str, day: Any = None) -> dict[str, Any]:
    return record_response(
        survey, "Other Tool", number, {"nps": 0}, answered_on=str(day) if day is not None else None
    )


@pytest.mark.parametrize(
    ("number", "time"), [(-1, "00:00:00"), (-24, "12:00:00"), (1, "00:00:00"), (12, "12:00:00")]
)
def test_no_answer_is_taken_into_another_month(pulse, number: int, time: str) -> None:
    """One more answer in the month that is shown would tell by the difference what it says."""
    day = f"{month(number)} {time}"
    with pytest.raises(frappe.ValidationError, match="is anonymous"):
        record(pulse, "1", day)
    with pytest.raises(frappe.ValidationError, match="is anonymous"):  # nor past the API
        frappe.get_doc({"doctype": "Survey Response", "survey": pulse, "answered_on": day}).insert()
    assert not frappe.db.exists("Survey Response", {"external_source": "Other Tool"})
    assert shown(pulse) == (5, 100)


@pytest.mark.parametrize("which", ["none", "first", "last"])
def test_answers_of_this_month_are_taken_by_their_day(pulse, which: str) -> None:
    day = {"none": None, "first": month(0), "last": f"{get_last_day(getdate())} 23:59:59"}[which]
    name = record(pulse, "1", day)["name"]
    kept = frappe.db.get_value("Survey Response", name, ["answered_on", "creation"])
    assert [str(moment) for moment in kept] == [f"{getdate(day)} 00:00:00"] * 2
    assert shown(pulse) == (5, 100)  # this month is not over


def test_an_answer_stays_in_its_month(pulse) -> None:
    name = record(pulse, "1")["name"]
    doc = frappe.get_doc("Survey Response", name)
    doc.answered_on = month(-1)
    with pytest.raises(frappe.ValidationError, match="is anonymous"):
        doc.save()
    old = frappe.get_doc(
        "Survey Response",
        frappe.db.get_value("Survey Response", {"survey": pulse, "answered_on": ("<", month(0))}),
    )
    old.save()
    assert shown(pulse) == (5, 100)


def test_named_answers_are_taken_whenever_they_were_given(house) -> None:
    new_survey(NAMED, ("nps", "NPS", "satisfaction"))
    name = record(NAMED, "1", "2024-02-03 10:11:12")["name"]
    assert str(frappe.db.get_value("Survey Response", name, "answered_on")) == "2024-02-03 10:11:12"
