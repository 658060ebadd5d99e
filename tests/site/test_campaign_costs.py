"""Actual cost of campaigns from the general ledger and timesheets, against the plan. Figures are worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import erp
import frappe
import spending
from erp import COMPANY, YEAR
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
from relationship_crm.campaigns.variance import Verdict

MAY = date(YEAR, 5, 1)


def test_plan_is_summed_up(costed):
    assert costed.doc.planned_cost == 2550
    found = figures(costed.name)
    assert (found.total.planned, found.total.actual) == (Decimal("2550.00"), Decimal("0.00"))


def test_one_entry_of_the_ledger_is_divided_by_the_items_of_its_invoice(costed):
    invoice = bought(costed)
    entries = frappe.get_all(
        "GL Entry",
        filters={"voucher_no": invoice.name, "account": costed.ads},
        pluck="debit",
        order_by="name",
    )
    assert entries == [2235.50]  # the ledger itself does not know the items
    assert table(figures(costed.name)) == [("800.00", "612.40"), ("1500.00", "1623.10"), ("250.00", "0.00")]
    assert figures(costed.name).total.variance == Decimal("314.50")  # 2,550 - 2,235.50


def test_journal_entries_belong_to_the_line_of_their_account(costed):
    journal(date(YEAR, 4, 20), 250, costed.post, project=costed.project)
    journal(date(YEAR, 4, 21), 18.75, expense("RCRM Taxi"), project=costed.project)
    found = figures(costed.name, date(YEAR, 6, 30))
    assert table(found) == [("800.00", "0.00"), ("1500.00", "0.00"), ("250.00", "250.00"), ("0.00", "18.75")]
    assert [row.verdict for row in found.lines] == [
        Verdict.FAVOURABLE,
        Verdict.FAVOURABLE,
        Verdict.AS_PLANNED,
    ]
    assert found.unplanned.verdict is Verdict.UNFAVOURABLE


def test_returns_and_cancelled_documents(costed):
    invoice = bought(costed)
    note = spending.give_back(invoice, date(YEAR, 5, 28), amount=20)
    assert table(figures(costed.name))[0] == ("800.00", "592.40")
    assert table(figures(costed.name, date(YEAR, 5, 27)))[0] == ("800.00", "612.40")
    note.cancel()
    assert table(figures(costed.name))[0] == ("800.00", "612.40")
    invoice.reload()
    invoice.cancel()
    assert figures(costed.name).total.actual == 0


def test_an_amended_invoice_counts_as_it_is_now(costed):
    invoice = bought(costed)
    invoice.cancel()
    again = frappe.copy_doc(invoice)
    again.update({"amended_from": invoice.name, "docstatus": 0, "payment_schedule": []})
    again.items[0].rate = 600.05
    again.insert().submit()
    assert table(figures(costed.name))[:2] == [("800.00", "600.05"), ("1500.00", "1623.10")]
    assert float(figures(costed.name).total.actual) == ledger("project", costed.project) == 2223.15


def test_other_currencies_count_in_the_companys(costed):
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
        [(FLYER, 333.33, costed.ads, {"project": costed.project}), (STAMP, 66.67, costed.ads)],
        project=costed.project,
        currency="EUR",
        conversion_rate=1.0973,
        credit_to=payable.name,
    )
    # 333.33 and 66.67 euro at 1.0973, each rounded; the second row has the project of the document
    assert table(figures(costed.name))[:2] == [("800.00", "365.76"), ("1500.00", "73.16")]
    assert float(figures(costed.name).total.actual) == ledger("project", costed.project)


def test_taxes_on_an_expense_account_have_no_item(costed):
    purchase(
        date(YEAR, 3, 10),
        [(FLYER, 100, costed.ads, {"project": costed.project})],
        project=costed.project,
        taxes=[
            {
                "charge_type": "Actual",
                "account_head": costed.ads,
                "description": "Duty",
                "tax_amount": 7.77,
                "category": "Total",
                "add_deduct_tax": "Add",
                "cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
                "project": costed.project,
            }
        ],
    )
    assert table(figures(costed.name))[:2] == [("800.00", "100.00"), ("1500.00", "7.77")]
    assert float(figures(costed.name).total.actual) == ledger("project", costed.project) == 107.77


def test_the_documents_behind_a_line(costed):
    invoice = bought(costed)
    entry = journal(date(YEAR, 4, 20), 250, costed.post, project=costed.project)
    _compared, found = costs.explained(costed.name)
    rows = [row.name for row in costed.doc.cost_plan]
    said = {name: [(one.voucher_no, float(one.amount)) for one in found[name]] for name in rows}
    assert said == {
        rows[0]: [(invoice.name, 612.40)],
        rows[1]: [(invoice.name, 1623.10)],
        rows[2]: [(entry.name, 250)],
    }


def test_the_number_of_queries_does_not_grow(costed):
    many = []
    for number in range(12):
        doc = campaign(
            f"Wave {number}",
            line(10, MARCH, account=costed.ads),
            project=spending.project(f"Wave {number}"),
        )
        journal(MARCH, 1, costed.ads, project=doc.project)
        purchase(MARCH, [(FLYER, 2, costed.ads, {"project": doc.project})])
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
