"""Actual cost of campaigns from the general ledger and timesheets, against the plan. Figures are worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import erp
import frappe
import pytest
import spending
from erp import COMPANY, COMPANY_EUR, YEAR
from spending import FLYER, STAMP, campaign, expense, journal, ledger, line, purchase

from relationship_crm.campaigns import costs
from relationship_crm.campaigns.variance import Compared, Verdict

MARCH, APRIL, MAY = (date(YEAR, month, 1) for month in (3, 4, 5))


def figures(name: str, as_of: date | None = None) -> Compared:
    return costs.compared([name], as_of)[name]


def table(found: Compared) -> list[tuple[str, str]]:
    """Planned and actual by line, then what was not planned."""
    rows = [*found.lines, *([found.unplanned] if found.unplanned else [])]
    return [(str(row.planned), str(row.actual)) for row in rows]


@pytest.fixture
def spring(house):
    """A campaign on a project: flyers, advertisements, postage."""
    spending.things()
    project = spending.project("Spring 2024")
    doc = campaign(
        "Spring",
        line(800, MARCH, item_code=FLYER),
        line(1500, APRIL, account=expense("RCRM Advertising")),
        line(250, date(YEAR, 4, 15), account=expense("RCRM Postage")),
        project=project,
    )
    return frappe._dict(
        doc=doc, name=doc.name, project=project, ads=expense("RCRM Advertising"), post=expense("RCRM Postage")
    )


def bought(spring, day=date(YEAR, 3, 12), **values):
    """Flyers for 612.40 and an advertisement for 1,623.10, on one account, so ERPNext books one entry."""
    row = {"project": spring.project}
    return purchase(day, [(FLYER, 612.40, spring.ads, row), (STAMP, 1623.10, spring.ads, row)], **values)


def test_plan_is_summed_up(spring):
    assert spring.doc.planned_cost == 2550
    found = figures(spring.name)
    assert (found.total.planned, found.total.actual) == (Decimal("2550.00"), Decimal("0.00"))


def test_one_entry_of_the_ledger_is_divided_by_the_items_of_its_invoice(spring):
    invoice = bought(spring)
    entries = frappe.get_all(
        "GL Entry",
        filters={"voucher_no": invoice.name, "account": spring.ads},
        pluck="debit",
        order_by="name",
    )
    assert entries == [2235.50]  # the ledger itself does not know the items
    assert table(figures(spring.name)) == [("800.00", "612.40"), ("1500.00", "1623.10"), ("250.00", "0.00")]
    assert figures(spring.name).total.variance == Decimal("314.50")  # 2,550 - 2,235.50


def test_journal_entries_belong_to_the_line_of_their_account(spring):
    journal(date(YEAR, 4, 20), 250, spring.post, project=spring.project)
    journal(date(YEAR, 4, 21), 18.75, expense("RCRM Taxi"), project=spring.project)
    found = figures(spring.name, date(YEAR, 6, 30))
    assert table(found) == [("800.00", "0.00"), ("1500.00", "0.00"), ("250.00", "250.00"), ("0.00", "18.75")]
    assert [row.verdict for row in found.lines] == [
        Verdict.FAVOURABLE,
        Verdict.FAVOURABLE,
        Verdict.AS_PLANNED,
    ]
    assert found.unplanned.verdict is Verdict.UNFAVOURABLE


def test_returns_and_cancelled_documents(spring):
    invoice = bought(spring)
    note = spending.give_back(invoice, date(YEAR, 5, 28), amount=20)
    assert table(figures(spring.name))[0] == ("800.00", "592.40")
    assert table(figures(spring.name, date(YEAR, 5, 27)))[0] == ("800.00", "612.40")
    note.cancel()
    assert table(figures(spring.name))[0] == ("800.00", "612.40")
    invoice.reload()
    invoice.cancel()
    assert figures(spring.name).total.actual == 0


def test_an_amended_invoice_counts_as_it_is_now(spring):
    invoice = bought(spring)
    invoice.cancel()
    again = frappe.copy_doc(invoice)
    again.update({"amended_from": invoice.name, "docstatus": 0, "payment_schedule": []})
    again.items[0].rate = 600.05
    again.insert().submit()
    assert table(figures(spring.name))[:2] == [("800.00", "600.05"), ("1500.00", "1623.10")]
    assert float(figures(spring.name).total.actual) == ledger("project", spring.project) == 2223.15


def test_other_currencies_count_in_the_companys(spring):
    payable = frappe.get_doc(
        {
            "doctype": "Account",
            "account_name": "RCRM Creditors EUR",
            "company": COMPANY,
            "parent_account": frappe.db.get_value("Account", erp.account("Payable"), "parent_account"),
            "account_type": "Payable",
            "account_currency": "EUR",
        }
    ).insert()
    purchase(
        date(YEAR, 3, 10),
        [(FLYER, 333.33, spring.ads, {"project": spring.project}), (STAMP, 66.67, spring.ads)],
        project=spring.project,
        currency="EUR",
        conversion_rate=1.0973,
        credit_to=payable.name,
    )
    # 333.33 and 66.67 euro at 1.0973, each rounded; the second row has the project of the document
    assert table(figures(spring.name))[:2] == [("800.00", "365.76"), ("1500.00", "73.16")]
    assert float(figures(spring.name).total.actual) == ledger("project", spring.project)


def test_taxes_on_an_expense_account_have_no_item(spring):
    purchase(
        date(YEAR, 3, 10),
        [(FLYER, 100, spring.ads, {"project": spring.project})],
        project=spring.project,
        taxes=[
            {
                "charge_type": "Actual",
                "account_head": spring.ads,
                "description": "Duty",
                "tax_amount": 7.77,
                "category": "Total",
                "add_deduct_tax": "Add",
                "cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
                "project": spring.project,
            }
        ],
    )
    assert table(figures(spring.name))[:2] == [("800.00", "100.00"), ("1500.00", "7.77")]
    assert float(figures(spring.name).total.actual) == ledger("project", spring.project) == 107.77


def test_other_projects_companies_and_balance_sheets_do_not_count(spring):
    other = spending.project("Autumn 2024")
    journal(date(YEAR, 4, 20), 99, spring.post, project=other)
    journal(date(YEAR, 4, 20), 98, spring.post)
    abroad = expense("RCRM Werbung", COMPANY_EUR)
    journal(date(YEAR, 4, 20), 97, abroad, COMPANY_EUR)
    journal(date(YEAR, 4, 20), 96, erp.account("Temporary"), project=spring.project)
    assert figures(spring.name).total.actual == 0


def test_a_closed_year_is_not_taken_back(spring):
    journal(date(YEAR, 4, 20), 250, spring.post, project=spring.project)
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
            "account": spring.post,
            "against": equity,
            "company": COMPANY,
            "project": spring.project,
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
    assert figures(spring.name).total.actual == 250


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


def test_hours_of_the_project_and_of_rows_that_name_the_campaign_each_once(spring):
    spring.doc.append("cost_plan", line(300, MAY, hours=1, description="Phoning"))
    spring.doc.save()
    other = campaign("Other")
    spending.hours(date(YEAR, 5, 2), 4, 30, project=spring.project)  # 120
    spending.hours(date(YEAR, 5, 3), 2, 25, relationship_campaign=spring.name)  # 50
    spending.hours(date(YEAR, 5, 4), 1, 40, project=spring.project, relationship_campaign=spring.name)  # 40
    spending.hours(
        date(YEAR, 5, 5), 1, 70, project=spring.project, relationship_campaign=other.name
    )  # the other's
    gone = spending.hours(date(YEAR, 5, 6), 9, 99, project=spring.project)
    gone.cancel()
    found = costs.compared([spring.name, other.name])
    assert table(found[spring.name])[3] == ("300.00", "210.00")
    assert found[spring.name].unplanned is None
    assert str(found[other.name].total.actual) == "70.00"
    spring.doc.include_hours = 0
    spring.doc.save()
    assert figures(spring.name).total.actual == 0


def test_what_a_campaign_takes_from_the_stock_has_its_items(spring):
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
                    "expense_account": spring.ads,
                    "cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
                    "project": spring.project,
                }
            ],
        }
    ).insert()
    entry.submit()
    spring.doc.append("cost_plan", line(20, MARCH, item_code=erp.WIDGET, description="Gifts"))
    spring.doc.save()
    assert table(figures(spring.name))[3] == ("20.00", "15.00")  # three at 5.00
    assert float(figures(spring.name).total.actual) == ledger("project", spring.project) == 15


def test_the_documents_behind_a_line(spring):
    invoice = bought(spring)
    entry = journal(date(YEAR, 4, 20), 250, spring.post, project=spring.project)
    _compared, found = costs.explained(spring.name)
    rows = [row.name for row in spring.doc.cost_plan]
    said = {name: [(one.voucher_no, float(one.amount)) for one in found[name]] for name in rows}
    assert said == {
        rows[0]: [(invoice.name, 612.40)],
        rows[1]: [(invoice.name, 1623.10)],
        rows[2]: [(entry.name, 250)],
    }


def test_the_number_of_queries_does_not_grow(spring):
    many = []
    for number in range(12):
        doc = campaign(
            f"Wave {number}",
            line(10, MARCH, account=spring.ads),
            project=spending.project(f"Wave {number}"),
        )
        journal(MARCH, 1, spring.ads, project=doc.project)
        purchase(MARCH, [(FLYER, 2, spring.ads, {"project": doc.project})])
        many.append(doc.name)
    few = _statements(many[:2])
    assert _statements(many) == few
    found = costs.compared(many)
    assert {str(found[name].total.actual) for name in many} == {"3.00"}


def _statements(names: list[str]) -> int:
    costs.compared(names)  # what is cached is cached
    count = 0
    run = frappe.db.sql

    def counted(*args, **kwargs):
        nonlocal count
        count += 1
        return run(*args, **kwargs)

    frappe.db.sql = counted
    try:
        costs.compared(names)
    finally:
        frappe.db.sql = run
    return count
