"""What the server prints: dimensions and measures by their labels, in the language of the print, never by their keys."""

from __future__ import annotations

import re

import frappe
import pytest
from answering import new_survey, respond
from erp import customer
from frappe import _

from relationship_crm.measures.registry import MEASURES

KEY, MEASURE = "engagement_company_rational", "days_since_last_purchase"
SIGNAL = {
    "doctype": "Relationship Signal",
    "signal_key": "rcrm_visit",
    "label": "Visits",
    "description": "A visit.",
    "document_type": "Maintenance Visit",
    "party_type": "Customer",
    "party_field": "customer",
    "date_field": "mntc_date",
    "dimension": KEY,
    "value_type": "Constant",
    "constant_value": 50,
    "weight": 1,
    "cap": 4,
    "half_life": 100,
}


@pytest.fixture(params=["en", "ru"])
def language(request: pytest.FixtureRequest, house):
    frappe.local.lang = request.param
    yield request.param
    frappe.local.lang = "en"


def printed(doctype: str, name: str) -> str:
    return frappe.get_print(doctype, name, print_format="Standard")


def shows(html: str, *keys: str) -> bool:
    """Whether a print shows the labels of these keys, and the keys nowhere but in names of signals."""
    bare = (re.search(rf"(?<![a-z_]){key}(?![a-z_])", html) for key in keys)
    return all(_(MEASURES[key].label) in html for key in keys) and not any(bare)


def test_a_survey_and_an_answer(language: str) -> None:
    survey = new_survey("RCRM Printed", ("pays", "Scale", KEY), ("why", "Text", ""))
    assert shows(printed("Relationship Survey", survey), KEY)
    response = respond(survey, customer("RCRM Printed"), pays=6, why="Because")
    html = printed("Survey Response", response.name)
    assert shows(html, KEY) and "Because" in html


def test_scoring_model_stage_and_signal(language: str) -> None:
    assert shows(printed("Relationship Scoring Model", "Standard"), KEY, "trust_employee")
    stage = frappe.get_doc("Relationship Stage", "Kotler-Client")
    stage.append("criteria", {"measure": MEASURE, "operator": "<=", "threshold": 100})
    stage.save()
    assert shows(printed("Relationship Stage", stage.name), MEASURE)
    assert shows(printed("Relationship Signal", frappe.get_doc(SIGNAL).insert().name), KEY)


def test_a_reason_of_a_move() -> None:
    """Whatever the measure was: one that does not exist any more is shown as it was stored."""
    row = frappe.new_doc("Relationship Stage Change Reason")
    for measure, shown in ((KEY, MEASURES[KEY].label), ("of_another_app", "of_another_app")):
        row.measure = measure
        assert row.get_formatted("measure") == shown
    row.operator = ">="
    assert row.get_formatted("operator") == ">="
