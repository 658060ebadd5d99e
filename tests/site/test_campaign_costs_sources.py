"""Where the actual cost of campaigns comes from: cost centers, hours, stock, and entries of unusual kinds."""

from __future__ import annotations

from datetime import date

import erp
import frappe
import spending
from erp import COMPANY, COMPANY_EUR, YEAR
from spending import (
    FLYER,
    MARCH,
    STAMP,
    bought,
    campaign,
    expense,
    figures,
    journal,
    ledger,
    line,
    purchase,
    table,
)

from relationship_crm.campaigns import costs

MAY = date(YEAR, 5, 1)


def test_a_ledger_that_is_never_changed_takes_back_by_entries(costed):
    frappe.db.set_single_value("Accounts Settings", "enable_immutable_ledger", 1)
    invoice = bought(costed)
    assert table(figures(costed.name))[0] == ("800.00", "612.40")
    invoice.cancel()
    assert frappe.db.count("GL Entry", {"voucher_no": invoice.name, "is_cancelled": 0}) > 2
    assert table(figures(costed.name)) == [("800.00", "0.00"), ("1500.00", "0.00"), ("250.00", "0.00")]


def test_an_expense_spread_over_months_belongs_to_its_item(costed):
    """A deferred row is booked month by month from another account; its entries name the row."""
    invoice = purchase(
        date(YEAR, 3, 1),
        [
            (FLYER, 120, costed.ads, {"project": costed.project}),
            (STAMP, 5, costed.ads, {"project": costed.project}),
        ],
    )
    # what the monthly booking leaves behind
    frappe.db.set_value("Purchase Invoice Item", invoice.items[0].name, "enable_deferred_expense", 1)
    entry = frappe.get_last_doc("GL Entry", {"voucher_no": invoice.name, "account": costed.ads})
    entry.db_set({"debit": 5, "debit_in_account_currency": 5})
    for month in (3, 4):
        again = frappe.copy_doc(entry)
        again.name, again.docstatus = frappe.generate_hash(length=10), entry.docstatus
        again.update(
            {"posting_date": date(YEAR, month, 28), "debit": 40, "voucher_detail_no": invoice.items[0].name}
        )
        again.db_insert()
    assert table(figures(costed.name, date(YEAR, 3, 31)))[:2] == [("800.00", "40.00"), ("1500.00", "5.00")]
    assert table(figures(costed.name))[:2] == [("800.00", "80.00"), ("1500.00", "5.00")]


def test_other_projects_companies_and_balance_sheets_do_not_count(costed):
    other = spending.project("Autumn 2024")
    journal(date(YEAR, 4, 20), 99, costed.post, project=other)
    journal(date(YEAR, 4, 20), 98, costed.post)
    abroad = expense("RCRM Werbung", COMPANY_EUR)
    journal(date(YEAR, 4, 20), 97, abroad, COMPANY_EUR)
    journal(date(YEAR, 4, 20), 96, erp.account("Temporary"), project=costed.project)
    assert figures(costed.name).total.actual == 0


def test_a_closed_year_is_not_taken_back(costed):
    journal(date(YEAR, 4, 20), 250, costed.post, project=costed.project)
    equity = frappe.get_all(
        "Account",
        filters={"company": COMPANY, "root_type": "Equity", "is_group": 0},
        pluck="name",
        order_by="name",
        limit=1,
    )[0]
    entry = frappe.get_doc(
        {
            "doctype": "GL Entry",
            "posting_date": date(YEAR, 12, 31),
            "account": costed.post,
            "against": equity,
            "company": COMPANY,
            "project": costed.project,
            "cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
            "credit": 250,
            "credit_in_account_currency": 250,
            "account_currency": "USD",
            "voucher_type": "Period Closing Voucher",
            "voucher_no": "PCV",
            "fiscal_year": str(YEAR),
        }
    )
    entry.db_insert()
    assert figures(costed.name).total.actual == 250


def test_cost_centers_with_all_below(house):
    above = spending.cost_center("RCRM Marketing", is_group=1)
    mail, fairs = (spending.cost_center(name, above) for name in ("RCRM Mailings", "RCRM Fairs"))
    ads = expense("RCRM Advertising")
    whole = campaign("All", line(100, MARCH, account=ads), cost_basis="Cost Center", cost_center=above)
    part = campaign("Part", line(100, MARCH, account=ads), cost_basis="Cost Center", cost_center=fairs)
    journal(MARCH, 40.10, ads, cost_center=mail)
    journal(MARCH, 60.25, ads, cost_center=fairs)
    found = costs.compared([whole.name, part.name])
    assert [str(found[doc.name].total.actual) for doc in (whole, part)] == ["100.35", "60.25"]
    assert ledger("cost_center", mail, fairs) == 100.35


def test_hours_of_the_project_and_of_rows_that_name_the_campaign_each_once(costed):
    costed.doc.append("cost_plan", line(300, MAY, hours=1, description="Phoning"))
    costed.doc.save()
    other = campaign("Other")
    spending.hours(date(YEAR, 5, 2), 4, 30, project=costed.project)  # 120
    spending.hours(date(YEAR, 5, 3), 2, 25, relationship_campaign=costed.name)  # 50
    spending.hours(date(YEAR, 5, 4), 1, 40, project=costed.project, relationship_campaign=costed.name)  # 40
    spending.hours(
        date(YEAR, 5, 5), 1, 70, project=costed.project, relationship_campaign=other.name
    )  # the other's
    gone = spending.hours(date(YEAR, 5, 6), 9, 99, project=costed.project)
    gone.cancel()
    found = costs.compared([costed.name, other.name])
    assert table(found[costed.name])[3] == ("300.00", "210.00")
    assert found[costed.name].unplanned is None
    assert str(found[other.name].total.actual) == "70.00"
    costed.doc.include_hours = 0
    costed.doc.save()
    assert figures(costed.name).total.actual == 0


def test_what_a_campaign_takes_from_the_stock_has_its_items(costed):
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Issue",
            "purpose": "Material Issue",
            "company": COMPANY,
            "set_posting_time": 1,
            "posting_date": date(YEAR, 4, 2),
            "posting_time": "09:00:00",
            "items": [
                {
                    "item_code": erp.WIDGET,
                    "qty": 3,
                    "s_warehouse": erp.warehouse(COMPANY),
                    "expense_account": costed.ads,
                    "cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
                    "project": costed.project,
                }
            ],
        }
    ).insert()
    entry.submit()
    costed.doc.append("cost_plan", line(20, MARCH, item_code=erp.WIDGET, description="Gifts"))
    costed.doc.save()
    assert table(figures(costed.name))[3] == ("20.00", "15.00")  # three at 5.00
    assert float(figures(costed.name).total.actual) == ledger("project", costed.project) == 15
