"""What else stands on a contract's invoice: what ERPNext fills, the entries behind overage, units."""

from __future__ import annotations

import erp
import frappe
from charging import nights, quarterly, rows_of, terminate
from contracting import FEE, HOURS, START, entry, line, make_contract


def test_taxes_terms_accounts_and_projects() -> None:
    """The contract's own where it has some, else as ERPNext fills them."""
    customer = erp.customer("Terms Ltd", payment_terms=erp.PREPAID, language="de")
    tax = frappe.get_doc(
        {
            "doctype": "Sales Taxes and Charges Template",
            "title": "Contract VAT",
            "company": erp.COMPANY,
            "taxes": [
                {
                    "charge_type": "On Net Total",
                    "account_head": erp.account("Tax"),
                    "description": "VAT",
                    "rate": 10,
                }
            ],
        }
    ).insert()
    project = frappe.get_doc(
        {
            "doctype": "Project",
            "project_name": "Contract project",
            "company": erp.COMPANY,
            "customer": customer,
        }
    ).insert()
    contract = make_contract(customer, line(FEE), taxes_and_charges=tax.name, project=project.name)
    (made,) = nights(contract, [START])
    assert (made.net_total, made.total_taxes_and_charges, made.grand_total) == (100, 10, 110)
    assert (made.payment_terms_template, str(made.due_date)) == (erp.PREPAID, "2026-01-18")
    row = made.items[0]
    assert (made.project, row.project) == (project.name, project.name)
    assert row.income_account
    assert row.cost_center
    assert (row.relationship_contract, row.relationship_contract_line) == (
        contract.name,
        contract.lines[0].line_key,
    )
    assert made.selling_price_list


def test_a_line_without_an_item() -> None:
    contract = make_contract(erp.customer("Plain Ltd"), FEE)
    (made,) = nights(contract, [START])
    assert (made.items[0].item_code, made.items[0].item_name, made.net_total) == (None, "Hosting", 100)
    made.submit()


def test_the_entries_behind_overage_are_on_the_invoice() -> None:
    hours = line(HOURS, price=0, overage_rate=90, line_title="Hours <b>bold</b>")
    contract = make_contract(erp.customer("Listed Ltd"), hours, overage_period="Month")
    entry(contract, 0, "2026-01-20", 21, voucher_type="Timesheet", voucher_no="TS-1", note="=cmd()<script>")
    entry(contract, 0, "2026-01-21", 0.5, voucher_type="Issue", voucher_no="ISS-7")
    (made,) = nights(contract, ["2026-02-15"])
    text = made.items[0].description
    assert "Timesheet TS-1" in text
    assert "Issue ISS-7" in text
    assert "<script>" not in text
    assert "<b>" not in text
    (name,) = frappe.get_all(
        "File", {"attached_to_doctype": "Sales Invoice", "attached_to_name": made.name}, pluck="name"
    )
    file = frappe.get_doc("File", name)
    assert file.is_private
    content = file.get_content()
    content = content if isinstance(content, str) else content.decode("utf-8-sig")
    first, second = content.strip().splitlines()[1:]
    assert first.split(",")[0] == "2026-01-20"
    assert "'=cmd()" in first
    assert first.split(",")[-5:] == ["21", "1", "90", "90.00", "USD"]
    assert second.split(",")[-5:] == ["0.5", "0.5", "90", "45.00", "USD"]


def test_a_fraction_in_a_unit_of_whole_pieces() -> None:
    """1.5 hours billed as an item counted in pieces: one at the amount, the quantity is said in words."""
    frappe.db.set_value("UOM", "Nos", "must_be_whole_number", 1)
    hours = line(HOURS, price=0, overage_rate=90)
    contract = make_contract(erp.customer("Whole Ltd"), hours, overage_period="Month")
    entry(contract, 0, "2026-01-20", 21.5)
    (made,) = nights(contract, ["2026-02-15"])
    assert rows_of(made) == [(1, 135, 135)]
    assert "1.5 Hour" in made.items[0].description


def test_submitted_by_itself_if_the_contract_says_so() -> None:
    contract = quarterly("Itself Ltd", submit_invoices=1)
    (made,) = nights(contract, [START])
    assert made.docstatus == 1
    terminate(contract, "2026-03-14")
    (credit,) = nights(contract, ["2026-03-01"])
    assert credit.docstatus == 0, "money is given back by people"


def test_not_billed_is_not_billed() -> None:
    assert nights(quarterly("Free Ltd", billing="Not Billed"), ["2026-08-20"]) == []
