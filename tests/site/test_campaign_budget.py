"""ERPNext's Budgets over a campaign: bookings and plans beyond them are stopped or warned of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import erp
import frappe
import pytest
import spending
from erp import COMPANY, YEAR
from spending import FLYER, campaign, expense, journal, line, purchase

from relationship_crm.campaigns import budget
from relationship_crm.campaigns.budget import BudgetExceeded

MARCH = date(YEAR, 3, 1)


@pytest.fixture
def ads(house):
    spending.things()
    return expense("RCRM Advertising")


def spring(ads, *more, amount=1000, **values):
    return campaign(
        "Spring", line(amount, MARCH, account=ads), *more, **{"project": spending.project("Spring"), **values}
    )


def make(doc, action="Stop"):
    """ERPNext's Budget from the plan, submitted."""
    said = budget.make(doc.name, action)
    for name in said["made"]:
        frappe.get_doc("Budget", name).submit()
    return said


def amounts(made: list[str]) -> dict[str, float]:
    """What Budgets allow, by account."""
    rows = [row for name in made for row in spending.lines_of(frappe.get_doc("Budget", name))]
    found = {row.account: row.budget_amount for row in rows}
    assert len(found) == len(rows)
    return found


def year_of(doc) -> str:
    """The only fiscal year of a Budget."""
    (year,) = {doc.get(f) for f in ("fiscal_year", "from_fiscal_year", "to_fiscal_year") if doc.get(f)}
    return year


def messages() -> str:
    return " ".join(str(row) for row in frappe.local.message_log)


def test_a_budget_of_the_plan_by_account(ads):
    post = expense("RCRM Postage")
    doc = spring(
        ads,
        line(250, date(YEAR, 5, 1), account=ads, description="More"),
        line(80, MARCH, account=post),
        line(300, MARCH, hours=1),
    )
    said = make(doc)
    for made in (frappe.get_doc("Budget", name) for name in said["made"]):
        assert (made.budget_against, made.project, year_of(made)) == ("Project", doc.project, str(YEAR))
    assert amounts(said["made"]) == {ads: 1250, post: 80}
    assert budget.make(doc.name) == {"made": [], "kept": sorted([ads, post])}


def test_items_are_budgeted_on_the_account_that_erpnext_books_them_on(ads):
    item = frappe.get_doc("Item", FLYER)
    item.append(
        "item_defaults",
        {"company": COMPANY, "default_warehouse": erp.warehouse(COMPANY), "expense_account": ads},
    )
    item.save()
    doc = spring(ads, line(40, MARCH, item_code=FLYER))
    assert amounts(make(doc)["made"]) == {ads: 1040}


def test_a_purchase_beyond_the_budget_is_stopped_and_one_within_passes(ads):
    from erpnext.accounts.doctype.budget.budget import BudgetError

    doc = spring(ads)
    make(doc)
    row = {"project": doc.project}
    purchase(MARCH, [(FLYER, 600, ads, row)])
    frappe.db.savepoint("within")
    with pytest.raises(BudgetError):
        purchase(MARCH, [(FLYER, 400.01, ads, row)])
    frappe.db.rollback(save_point="within")
    purchase(MARCH, [(FLYER, 400, ads, row)])
    applied = budget.applying(frappe.get_doc(doc.doctype, doc.name))
    assert [(one.amount, one.planned, one.booked, one.others, one.left) for one in applied] == [
        (Decimal(1000), Decimal(1000), Decimal(1000), Decimal(0), Decimal(0))
    ]


def test_a_plan_beyond_a_budget_that_stops_is_refused(ads):
    doc = spring(ads)
    make(doc)
    doc.cost_plan[0].amount = 1000.01
    with pytest.raises(BudgetExceeded, match=r"goes beyond it by .*0\.01"):
        doc.save()
    doc.reload()
    doc.cost_plan[0].amount = 999
    doc.save()
    doc.append("cost_plan", line(1.01, date(YEAR, 4, 1), account=ads))
    with pytest.raises(BudgetExceeded):
        doc.save()


def test_a_plan_beyond_a_budget_that_warns_is_only_told(ads):
    doc = spring(ads)
    make(doc, "Warn")
    frappe.local.message_log = []
    doc.cost_plan[0].amount = 1100
    doc.save()
    assert "goes beyond it by" in messages()
    assert doc.planned_cost == 1100


def test_what_changes_nothing_in_the_plan_is_never_stopped(ads):
    doc = spring(ads)
    made = frappe.get_doc("Budget", make(doc)["made"][0])
    # the budget was cut after the campaign was planned
    made.cancel()
    less = frappe.copy_doc(made)
    less.update({"amended_from": made.name, "docstatus": 0})
    spending.lines_of(less)[0].budget_amount = 500
    less.insert().submit()
    doc.reload()
    doc.goal = "Everybody knows us"
    doc.save()
    doc.cost_plan[0].amount = 501
    with pytest.raises(BudgetExceeded):
        doc.save()


def test_other_years_are_other_budgets(ads):
    from house import fiscal_year

    fiscal_year(YEAR + 1)
    doc = spring(ads)
    make(doc)
    doc.append("cost_plan", line(5000, date(YEAR + 1, 1, 2), account=ads))
    doc.save()
    assert doc.planned_cost == 6000


def test_a_budget_of_two_years_is_kept_in_both(ads):
    from house import fiscal_year

    if not frappe.get_meta("Budget").has_field("to_fiscal_year"):
        pytest.skip("a Budget is for one year here")
    fiscal_year(YEAR + 1)
    doc = spring(ads)
    spending.budget("Project", doc.project, {ads: 1500}, str(YEAR), to_fiscal_year=str(YEAR + 1))
    doc.reload()
    doc.append("cost_plan", line(500, date(YEAR + 1, 1, 2), account=ads))
    doc.save()
    assert budget.make(doc.name) == {"made": [], "kept": [ads]}
    one = budget.applying(doc)[0]
    assert (one.amount, one.planned, one.end) == (Decimal(1500), Decimal(1500), date(YEAR + 1, 12, 31))
    doc.cost_plan[1].amount = 500.01
    with pytest.raises(BudgetExceeded):
        doc.save()


def test_a_budget_of_a_group_holds_for_all_below_it(ads):
    above = spending.cost_center("RCRM Marketing", is_group=1)
    mail, fairs = (spending.cost_center(name, above) for name in ("RCRM Mailings", "RCRM Fairs"))
    spending.budget("Cost Center", above, {ads: 1000}, str(YEAR))
    journal(MARCH, 700, ads, cost_center=mail)
    values = {"cost_basis": "Cost Center", "cost_center": fairs, "project": None}
    doc = spring(ads, amount=300, **values)
    journal(MARCH, 100, ads, cost_center=fairs)
    one = budget.applying(doc)[0]
    assert (one.against, one.booked, one.others, one.left) == (
        above,
        Decimal(100),
        Decimal(700),
        Decimal(200),
    )
    with pytest.raises(BudgetExceeded, match="spent on other things"):
        spring(ads, amount=300.01, **values)


def test_who_may_exceed_budgets_is_only_told(ads):
    doc = spring(ads)
    make(doc)
    frappe.db.set_value("Company", COMPANY, "exception_budget_approver_role", "System Manager")
    frappe.clear_document_cache("Company", COMPANY)
    doc.cost_plan[0].amount = 2000
    doc.save()
    assert doc.planned_cost == 2000


def test_making_budgets_takes_their_permission_and_a_basis(ads):
    doc = spring(ads, project=None)
    with pytest.raises(frappe.ValidationError, match="booked on"):
        budget.make(doc.name)
    frappe.set_user("Guest")
    with pytest.raises(frappe.PermissionError):
        budget.make(doc.name)


def test_templates_are_held_to_no_budget(ads):
    doc = spring(ads)
    make(doc)
    again = spring(ads, amount=9999, project=doc.project, is_template=1)
    assert again.planned_cost == 9999
