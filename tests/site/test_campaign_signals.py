"""Answers to campaigns in the scores of real customers: one path for everybody and for one; the shipped model learns of them."""

from __future__ import annotations

from datetime import datetime, time

import erp
import frappe
import pytest
from frappe.utils import add_days, add_months, get_first_day, getdate
from responding import activity, campaign, member, no_campaigns, touch

from relationship_crm import api
from relationship_crm.assessment.run import assess_parties, write_everybody
from relationship_crm.campaigns.responses import Answer, record
from relationship_crm.engine.grid import month_index
from relationship_crm.patches import campaigns as patch
from relationship_crm.signals.campaigns import ANSWER_RATE

DIMENSION = "engagement_company_rational"


def at_noon(day) -> datetime:
    return datetime.combine(getdate(day), time(12))


@pytest.fixture
def judged(clean):
    """A campaign that reached ten customers on the first of the month before last; two of them answered."""
    no_campaigns()
    start = getdate(add_months(get_first_day(getdate()), -2))
    of = campaign(start_date=start, end_date=add_days(start, 100))
    wave = activity(of)
    names = [erp.customer(f"RCRM Asked {number}") for number in range(10)]
    touches = [touch(wave, member(of, name), at_noon(start)) for name in names]
    moment = at_noon(add_days(start, 5))
    record([Answer(of, "Interested", "Click", moment, touch=touches[number]) for number in (3, 7)])
    frappe.db.set_value("Campaign Touch", {"campaign": of}, "creation", at_noon(start))
    frappe.db.set_value("Campaign Response", {"campaign": of}, "creation", moment)
    write_everybody()
    return frappe._dict(campaign=of, names=names, start=start)


def shown(customer: str, as_of=None) -> list[tuple]:
    found = api.relationship_events(
        "Customer", customer, DIMENSION, "campaign_answered", as_of and str(as_of)
    )
    return [(row["voucher_type"], round(row["value"], 3)) for row in found["events"]]


def test_the_pass_stores_the_usual_answer_and_judges_by_it(judged):
    figures = frappe.get_all(
        "Relationship Yardstick", {"kind": ANSWER_RATE}, ["segment", "month", "value"], order_by="month"
    )
    assert [(row.segment, row.month, row.value) for row in figures] == [
        (judged.campaign, month_index(judged.start), 0.2)
    ]
    # 1 - .2/2 and (1 - .2)/2
    assert shown(judged.names[3]) == [("Campaign Response", 90)]
    assert shown(judged.names[0]) == [("Campaign Touch", 40)]


def test_nothing_before_the_month_is_closed(judged):
    closed = get_first_day(add_months(judged.start, 1))
    assert shown(judged.names[3], add_days(closed, -1)) == []
    assert shown(judged.names[3], closed) == [("Campaign Response", 90)]


def test_one_alone_has_what_the_pass_gave(judged):
    def score() -> float:
        return frappe.db.get_value("Relationship", {"customer": judged.names[7]}, DIMENSION)

    in_pass = score()
    frappe.db.set_value("Relationship", {"customer": judged.names[7]}, DIMENSION, 0)
    assess_parties([("Customer", judged.names[7])])
    assert score() == in_pass > 0


def test_a_response_that_is_taken_back_takes_its_worth_along(judged):
    name = frappe.db.get_value("Campaign Response", {"customer": judged.names[3]})
    frappe.delete_doc("Campaign Response", name)
    assert frappe.db.exists("Relationship Event", {"party": judged.names[3]})
    write_everybody()
    assert shown(judged.names[3]) == [("Campaign Touch", 45)]  # one of ten: (1 - .1)/2


def test_the_shipped_model_learns_of_them_once(clean):
    model = frappe.get_doc("Relationship Scoring Model", "Standard")
    new = {"campaign_answered": DIMENSION, "event_attended": "engagement_company_emotional"}
    model.set("signals", [row for row in model.signals if row.signal not in new])
    model.save()
    for _time in range(2):
        patch.execute()
    rows = [
        row for row in frappe.get_doc("Relationship Scoring Model", "Standard").signals if row.signal in new
    ]
    assert {row.signal: row.dimension for row in rows} == new and len(rows) == 2
    assert {row.signal: (row.weight, row.half_life, row.cap, row.enabled) for row in rows} == {
        "campaign_answered": (0.7, 365, 4, 1),
        "event_attended": (2, 730, 6, 1),
    }
