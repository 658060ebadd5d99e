"""What the form, the calendar and ERPNext's documents see of a campaign's plan, and who may."""

from __future__ import annotations

import json
from datetime import date

import erp
import frappe
import pytest
import spending
from erp import YEAR
from frappe.utils import getdate
from spending import FLYER, campaign, expense, journal, line, purchase

from relationship_crm.campaigns import budget, calendar, naming, overview, states

CAMPAIGN = "Relationship Campaign"
MARCH = date(YEAR, 3, 1)


def user(name: str, *roles: str) -> str:
    email = f"{name}@example.com"
    return erp.ensure(
        "User",
        email,
        email=email,
        first_name=name,
        send_welcome_email=0,
        roles=[{"role": role} for role in roles],
    )


@pytest.fixture
def spring(house):
    spending.things()
    ads = expense("RCRM Advertising")
    doc = campaign(
        "Spring",
        line(800, MARCH, item_code=FLYER, description="Flyers"),
        line(300, MARCH, hours=1, description="Phoning"),
        project=spending.project("Spring 2024"),
    )
    row = {"project": doc.project}
    invoice = purchase(MARCH, [(FLYER, 612.40, ads, row)])
    entry = journal(date(YEAR, 3, 2), 18.75, ads, **row)
    sheet = spending.hours(date(YEAR, 3, 3), 4, 30, **row)
    spending.hours(date(YEAR, 3, 4), 2, 0, **row)
    return frappe._dict(doc=doc, name=doc.name, invoice=invoice, entry=entry, sheet=sheet)


def test_the_cost_tab(spring):
    found = overview.cost(spring.name)
    flyers, phoning = found["lines"]
    assert (flyers["planned"], flyers["actual"], flyers["variance"]) == (800, 612.40, 187.60)
    assert round(flyers["share"], 2) == 23.45
    assert [(row["voucher_no"], row["item"], row["amount"]) for row in flyers["documents"]] == [
        (spring.invoice.name, FLYER, 612.40)
    ]
    assert (phoning["actual"], phoning["documents"][-1]["voucher_no"]) == (120, spring.sheet.name)
    assert (found["hours"], found["uncosted"]) == (6, 2)
    assert found["unplanned"]["actual"] == 18.75
    assert (found["total"]["planned"], found["total"]["actual"]) == (1100, 751.15)
    assert found["total"]["verdict"] == "Favourable"


def test_documents_are_named_to_those_who_may_read_the_ledger(spring):
    frappe.set_user(user("campaigner", "Relationship Manager"))
    found = overview.cost(spring.name)
    assert found["total"]["actual"] == 751.15
    assert [row["count"] for row in found["lines"]] == [1, 2]
    assert [row["documents"] for row in found["lines"]] == [[], []]
    assert not found["may_budget"]
    frappe.set_user("Guest")
    with pytest.raises(frappe.PermissionError):
        overview.cost(spring.name)


def test_budgets_on_the_form(spring):
    spring.doc.append("cost_plan", line(500, MARCH, account=expense("RCRM Postage")))
    spring.doc.save()
    for name in budget.make(spring.name, "Warn")["made"]:
        frappe.get_doc("Budget", name).submit()
    rows = {row["account"]: row for row in overview.cost(spring.name)["budgets"]}
    post = rows[expense("RCRM Postage")]
    assert (post["amount"], post["planned"], post["booked"], post["left"], post["action"]) == (
        500,
        500,
        0,
        500,
        "Warn",
    )


# ERPNext's Campaign


def test_erpnexts_campaign_is_made_once_and_found_by_what_documents_name(house):
    doc = campaign("Spring of the Test")
    made = overview.make_erpnext_campaign(doc.name)
    assert overview.make_erpnext_campaign(doc.name) == made
    assert frappe.db.get_value("Campaign", made, "campaign_name") == "Spring of the Test"
    assert naming.campaigns_of(naming.value_of(doc.name)) == [doc.name]


def test_titles_may_be_there_twice(house):
    first, second = campaign("Spring of the Test"), campaign("Spring of the Test")
    one, other = (overview.make_erpnext_campaign(doc.name) for doc in (first, second))
    assert one != other
    assert naming.campaigns_of(naming.value_of(second.name)) == [second.name]


def test_a_campaign_of_erpnext_that_is_nobodys_is_taken(house):
    there = frappe.get_doc({"doctype": "Campaign", "campaign_name": "Spring of the Test"}).insert()
    doc = campaign("Spring of the Test")
    assert overview.make_erpnext_campaign(doc.name) == there.name


def test_templates_are_named_by_no_document(house):
    doc = campaign("Spring", is_template=1)
    with pytest.raises(frappe.ValidationError, match="template"):
        overview.make_erpnext_campaign(doc.name)


# calendar


def events(first: str, last: str, filters: list | None = None) -> list[str]:
    found = calendar.get_events(CAMPAIGN, first, last, filters=json.dumps(filters or []))
    return [row["name"] for row in found if row["title"].startswith("RCRM")]


def test_the_calendar_shows_what_touches_a_time(house):
    doc = campaign("RCRM Spring")  # 1 March to 31 May
    template = campaign("RCRM Template", is_template=1)
    called_off = campaign("RCRM Cancelled")
    states.act(called_off.name, "cancel")
    assert events(f"{YEAR}-05-31", f"{YEAR}-07-04") == [doc.name]
    assert events(f"{YEAR}-01-28", f"{YEAR}-03-01") == [doc.name]
    assert events(f"{YEAR}-06-01", f"{YEAR}-07-04") == []
    assert called_off.name in events(
        f"{YEAR}-03-01", f"{YEAR}-04-01", [[CAMPAIGN, "status", "=", "Cancelled"]]
    )
    assert template.name in events(f"{YEAR}-03-01", f"{YEAR}-04-01", [[CAMPAIGN, "is_template", "=", 1]])


def test_a_campaign_is_moved_by_dragging_until_it_is_over(house):
    doc = campaign("RCRM Spring")
    calendar.move_event(
        json.dumps({"name": doc.name, "start_date": f"{YEAR}-03-08", "end_date": f"{YEAR}-06-07"})
    )
    doc.reload()
    assert (getdate(doc.start_date), getdate(doc.end_date)) == (date(YEAR, 3, 8), date(YEAR, 6, 7))
    states.act(doc.name, "complete")
    with pytest.raises(frappe.ValidationError, match="cannot be moved"):
        calendar.move(doc.name, f"{YEAR}-03-09", f"{YEAR}-06-08")
    frappe.set_user(user("reader", "Relationship User"))
    with pytest.raises(frappe.PermissionError):
        calendar.move(doc.name, f"{YEAR}-03-09", f"{YEAR}-06-08")
