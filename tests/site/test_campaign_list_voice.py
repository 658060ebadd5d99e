"""Target lists by what customers said and did: survey answers, service contracts, campaigns before this one."""

from __future__ import annotations

import erp
import frappe
import pytest
from answering import new_survey, respond
from campaigning import campaign, on, rule, target_list
from frappe.utils import add_days, now_datetime, today

from relationship_crm.assessment.bulk import write_rows

pytestmark = pytest.mark.usefixtures("unasked")


def found(*rules, **values) -> set[str]:
    """Who is on a list of these rules."""
    return on(target_list(frappe.generate_hash(length=8), *rules, **values))


def test_answers_by_the_surveys_own_lines():
    """NPS up to 6 is low, 9 and 10 are high; CSAT 2 of 5 is a quarter of the scale, 4 of 5 three quarters."""
    asked = new_survey(
        "RCRM Lines", ("nps", "NPS", "engagement_company_emotional"), ("csat", "CSAT", "satisfaction")
    )
    line = frappe.db.get_value("Relationship Survey", asked, ["low_nps", "low_share"])
    assert line[0] == 6 and 25 <= line[1] < 50
    low, middle, high, silent = (erp.customer(f"RCRM {n}") for n in ("Low", "Middle", "High", "Silent"))
    respond(asked, low, nps=6, csat=2)
    respond(asked, middle, nps=8, csat=3)
    respond(asked, high, nps=9, csat=4)
    other = new_survey("RCRM Other", ("csat", "CSAT", "satisfaction"))
    assert found(rule("Survey Answer", choice="Low")) == {low}
    assert found(rule("Survey Answer", choice="High")) == {high}
    assert found(rule("Survey Answer", choice="Any", reference=asked)) == {low, middle, high}
    assert found(rule("Survey Answer", choice="Any", reference=other)) == set()
    assert found(rule("Survey Answer", "is not", choice="Any")) == {silent}
    assert found(rule("Survey Answer", choice="Low", dimension="satisfaction")) == {low}
    assert found(rule("Survey Answer", choice="Low", dimension="trust_company")) == set()


def test_answers_within_days_and_of_nobody_in_particular():
    asked = new_survey("RCRM Days", ("csat", "CSAT", "satisfaction"))
    customer, hidden = erp.customer("RCRM Spoke"), erp.customer("RCRM Hidden")
    respond(asked, customer, add_days(today(), -40), csat=1)
    response = respond(asked, hidden, csat=1)
    frappe.db.set_value("Survey Response", response.name, "anonymous", 1)
    assert found(rule("Survey Answer", choice="Low", days=40)) == {customer}
    assert found(rule("Survey Answer", choice="Low", days=39)) == set()


def test_service_contracts():
    """Contracts as rows: what makes them is another subject's tests."""
    ends = {"RCRM Soon": 20, "RCRM Later": 200, "RCRM Over": -1, "RCRM Renewed": 20, "RCRM Draft": 100}
    rows = []
    for name, days in ends.items():
        rows.append(
            (
                *(f"SC {name}", erp.customer(name), erp.COMPANY, "Active"),
                *(add_days(today(), -300), add_days(today(), days), "X" if name == "RCRM Renewed" else None),
            )
        )
    columns = ("name", "customer", "company", "state", "start_date", "end_date", "renewed_into")
    write_rows("Service Contract", columns, rows)
    frappe.db.set_value("Service Contract", {"name": ("like", "SC RCRM%")}, "docstatus", 1)
    frappe.db.set_value("Service Contract", "SC RCRM Draft", "docstatus", 0)
    force = {"RCRM Soon", "RCRM Later", "RCRM Renewed"}
    assert found(rule("Service Contract", choice="In Force")) == force
    assert found(rule("Service Contract", "is not", choice="In Force")) == {"RCRM Over", "RCRM Draft"}
    assert found(rule("Service Contract", choice="Ends Within Days", days=20)) == {"RCRM Soon"}
    assert found(rule("Service Contract", choice="Ends Within Days", days=19)) == set()
    frappe.db.set_value("Service Contract", "SC RCRM Later", "terminated_per", add_days(today(), 5))
    assert found(rule("Service Contract", choice="Ends Within Days", days=5)) == {"RCRM Later"}
    assert found(rule("Service Contract", choice="In Force"), company=erp.COMPANY_EUR) == set()


def test_campaigns_before_this_one():
    member, control, left, stranger = (
        erp.customer(f"RCRM {n}") for n in ("Member", "Control", "Left", "Stranger")
    )
    before = campaign(target_list()).name
    columns = ("name", "campaign", "arm", "party_type", "party", "assigned_on")
    arms = ((member, "Contacted"), (control, "Control"), (left, "Left Out"))
    write_rows(
        "Campaign Member",
        columns,
        [(f"m {p}", before, arm, "Customer", p, now_datetime()) for p, arm in arms],
    )
    moment = add_days(now_datetime(), -10)
    write_rows(
        "Campaign Touch",
        ("name", "campaign", "party_type", "party", "status", "touched_on"),
        [
            ("t1", before, "Customer", member, "Sent", moment),
            ("t2", before, "Customer", left, "Waiting", None),
        ],
    )
    write_rows(
        "Campaign Response",
        ("name", "campaign", "party_type", "party", "response", "responded_on", "response_key"),
        [("r1", before, "Customer", member, "Interested", moment, "k1")],
    )
    everybody = {member, control, left, stranger}
    assert found(rule("Campaign Member", reference=before, choice="Any")) == {member, control}
    assert found(rule("Campaign Member", choice="Control")) == {control}
    assert found(rule("Campaign Member", "is not", choice="Any")) == {left, stranger}
    assert found(rule("Campaign Response", choice="Any", reference=before)) == {member}
    assert found(rule("Campaign Response", choice="Declined")) == set()
    assert found(rule("Campaign Response", "is not", choice="Interested")) == everybody - {member}
    assert found(rule("Campaign Response", choice="Any", days=9)) == set()
    assert found(rule("Contacted", "within days", days=10)) == {member}
    assert found(rule("Contacted", "not within days", days=10)) == everybody - {member}
    assert found(rule("Contacted", "within days", days=9, reference=before)) == set()
