"""Actual cost and budgets by an accounting dimension over campaigns.

Making a dimension alters some fifty tables and cannot be rolled back: it is made once for this module and taken away again.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import frappe
import pytest
import spending
from erp import YEAR
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import get_doctypes_with_dimensions
from spending import FLYER, campaign, expense, journal, ledger, line, purchase

from relationship_crm import uninstall
from relationship_crm.campaigns import bases, budget, costs
from relationship_crm.campaigns.budget import BudgetExceeded

CAMPAIGN, DIMENSION = "Relationship Campaign", "Accounting Dimension"
MARCH = date(YEAR, 3, 1)


def taken_away(column: str) -> None:
    """As uninstalling does it: ERPNext itself would leave the columns."""
    uninstall.remove_dimensions()
    frappe.db.commit()  # as after uninstalling: dropping columns would commit unasked
    uninstall.drop_dimension_columns()
    assert not frappe.get_all(DIMENSION, {"document_type": CAMPAIGN})
    assert not frappe.get_all(
        "Custom Field", {"fieldname": column, "options": CAMPAIGN, "module": ["is", "not set"]}
    )
    for doctype in filter(frappe.db.table_exists, get_doctypes_with_dimensions()):
        assert column not in frappe.db.get_table_columns(doctype), doctype


@pytest.fixture(scope="module")
def dimension(house):
    """The dimension, and whether ERPNext knows it."""
    there = frappe.db.get_value(DIMENSION, {"document_type": CAMPAIGN}, "name")
    made = None
    if not there:
        made = frappe.get_doc({"doctype": DIMENSION, "document_type": CAMPAIGN, "label": CAMPAIGN}).insert()
        frappe.db.commit()
    frappe.flags.accounting_dimensions = None
    frappe.clear_cache()
    yield there or made.name
    frappe.db.rollback()
    if made:
        taken_away(made.fieldname)
    frappe.flags.accounting_dimensions = None
    frappe.clear_cache()


@pytest.fixture
def spring(dimension):
    doc = campaign(
        "Spring",
        line(800, MARCH, item_code=_flyer()),
        line(500, MARCH, account=expense("RCRM Advertising")),
        cost_basis=DIMENSION,
        accounting_dimension=dimension,
    )
    return frappe._dict(doc=doc, name=doc.name, ads=expense("RCRM Advertising"))


def _flyer() -> str:
    spending.things()
    return FLYER


def test_of_a_dimension_over_campaigns_the_campaign_itself_is_the_value(spring):
    column = bases.of(spring.doc).column
    row = {column: spring.name}
    other = campaign("Other")
    invoice = purchase(MARCH, [(FLYER, 612.40, spring.ads, row)])
    journal(date(YEAR, 4, 1), 77.70, spring.ads, **row)
    journal(date(YEAR, 4, 1), 99, spring.ads, **{column: other.name})
    found = costs.compared([spring.name])[spring.name]
    assert [str(one.actual) for one in found.lines] == ["612.40", "77.70"]
    assert float(found.total.actual) == ledger(column, spring.name) == 690.10
    spending.give_back(invoice, date(YEAR, 5, 2), amount=12.40)
    assert str(costs.compared([spring.name])[spring.name].total.actual) == "677.70"


def test_budgets_against_the_dimension(spring):
    said = budget.make(spring.name, "Stop")
    column = bases.of(spring.doc).column
    for made in (frappe.get_doc("Budget", name) for name in said["made"]):
        made.submit()
        assert (made.budget_against, made.get(column)) == (CAMPAIGN, spring.name)
    from erpnext.accounts.doctype.budget.budget import BudgetError

    frappe.db.savepoint("within")
    with pytest.raises(BudgetError):
        journal(date(YEAR, 4, 1), 500.01, spring.ads, **{column: spring.name})
    frappe.db.rollback(save_point="within")
    journal(date(YEAR, 4, 1), 500, spring.ads, **{column: spring.name})
    one = next(one for one in budget.applying(spring.doc) if one.account == spring.ads)
    assert (one.amount, one.booked, one.left) == (Decimal(500), Decimal(500), Decimal(0))
    spring.doc.reload()
    spring.doc.cost_plan[1].amount = 501
    with pytest.raises(BudgetExceeded):
        spring.doc.save()


def test_a_dimension_over_erpnexts_campaigns_takes_that_of_the_campaign():
    row = frappe._dict(
        name="RC",
        company="C",
        cost_basis=DIMENSION,
        accounting_dimension="D",
        dimension_doctype="Campaign",
        erpnext_campaign="Spring",
    )
    assert bases.of(row, {"D": "campaign"}).value == "Spring"
    row.dimension_value = "Other"
    assert bases.of(row, {"D": "campaign"}).value == "Other"
    assert bases.of(row, {}).value == ""  # ERPNext has not made its column yet
