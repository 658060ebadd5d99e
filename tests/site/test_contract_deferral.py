"""Revenue of a contract spread over its service period by ERPNext's own deferred revenue."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, line, make_contract

from relationship_crm.contracts import invoices

#: 300.00 from 15 January to 14 April, by days of 90; the last takes what the others left.
MONTHS = {"2026-01-31": 56.67, "2026-02-28": 93.33, "2026-03-31": 103.33, "2026-04-14": 46.67}


@pytest.fixture
def account() -> str:
    """A deferred revenue account, the company's default."""
    liabilities = frappe.get_all(
        "Account",
        {"company": erp.COMPANY, "is_group": 1, "root_type": "Liability"},
        pluck="name",
        order_by="lft",
        limit=1,
    )[0]
    name = erp.ensure(
        "Account",
        f"Deferred Revenue Test - {erp.ABBR[erp.COMPANY]}",
        account_name="Deferred Revenue Test",
        company=erp.COMPANY,
        parent_account=liabilities,
    )
    frappe.db.set_value("Company", erp.COMPANY, "default_deferred_revenue_account", name)
    frappe.clear_document_cache("Company", erp.COMPANY)
    return name


def billed(**values: Any) -> tuple[Any, Any]:
    """A contract of 300.00 a quarter, and its first invoice."""
    fee = line(FEE, price=300, price_per="Quarter")
    terms = {"billing_period": "Quarter", "defer_revenue": 1, **values}
    contract = make_contract(erp.customer("Deferred Ltd"), fee, **terms)
    (name,) = invoices.make(contract.name, contract.start_date)
    invoice = frappe.get_doc("Sales Invoice", name)
    invoice.submit()
    return contract, invoice


def process(end: str) -> None:
    """ERPNext's Process Deferred Accounting."""
    doc = {"doctype": "Process Deferred Accounting", "type": "Income", "company": erp.COMPANY}
    doc |= {"posting_date": end, "start_date": "2026-01-01", "end_date": end}
    with erp.without_commits():
        frappe.get_doc(doc).insert().submit()


def income(*invoices: Any) -> dict[str, float]:
    """What was booked as income of these invoices, by day."""
    filters = {
        "voucher_no": ("in", [doc.name for doc in invoices]),
        "account": invoices[0].items[0].income_account,
        "is_cancelled": 0,
    }
    rows = frappe.get_all("GL Entry", filters, ["posting_date", "credit", "debit"], order_by="posting_date")
    found: dict[str, float] = {}
    for row in rows:
        day = str(row.posting_date)
        found[day] = round(found.get(day, 0) + row.credit - row.debit, 2)
    return found


def test_the_company_names_the_account_and_erpnext_books_the_months(account: str) -> None:
    _contract, invoice = billed()
    row = invoice.items[0]
    assert (row.enable_deferred_revenue, row.deferred_revenue_account) == (1, account)
    assert (str(row.service_start_date), str(row.service_end_date)) == ("2026-01-15", "2026-04-14")
    assert income(invoice) == {}
    process("2026-04-30")
    assert income(invoice) == MONTHS


def test_the_item_names_another_account(account: str) -> None:
    other = frappe.copy_doc(frappe.get_doc("Account", account))
    other.account_name = "Deferred Revenue Item"
    other.insert()
    frappe.db.delete("Item Default", {"parent": erp.ADVICE, "company": erp.COMPANY})
    default = {
        "doctype": "Item Default",
        "parent": erp.ADVICE,
        "parenttype": "Item",
        "parentfield": "item_defaults",
    }
    frappe.get_doc({**default, "company": erp.COMPANY, "deferred_revenue_account": other.name}).insert()
    _contract, invoice = billed()
    assert invoice.items[0].deferred_revenue_account == other.name


def test_without_an_account_erpnext_says_so() -> None:
    frappe.db.set_value("Company", erp.COMPANY, "default_deferred_revenue_account", None)
    frappe.clear_document_cache("Company", erp.COMPANY)
    with pytest.raises(frappe.ValidationError, match="deferred revenue"):
        billed()


def test_a_credit_stops_the_spreading(account: str) -> None:
    """Terminated per 14 March, credited on the 1st: by the 14th 196.67 are earned, nothing after."""
    contract, invoice = billed()
    frappe.db.set_value("Service Contract", contract.name, "terminated_per", "2026-03-14")
    (name,) = invoices.make(contract.name, "2026-03-01")
    credit = frappe.get_doc("Sales Invoice", name)
    credit.submit()
    assert (
        str(frappe.db.get_value("Sales Invoice Item", invoice.items[0].name, "service_stop_date"))
        == "2026-03-14"
    )
    process("2026-04-30")
    booked = income(invoice, credit)
    assert booked == {"2026-01-31": 56.67, "2026-02-28": 93.33, "2026-03-01": -103.33, "2026-03-14": 150.0}
    assert sum(booked.values()) == pytest.approx(196.67)


def test_a_cancelled_credit_lets_it_go_on(account: str) -> None:
    contract, invoice = billed()
    frappe.db.set_value("Service Contract", contract.name, "terminated_per", "2026-03-14")
    (name,) = invoices.make(contract.name, "2026-03-01")
    credit = frappe.get_doc("Sales Invoice", name)
    credit.submit()
    credit.cancel()
    process("2026-04-30")
    assert income(invoice) == MONTHS


def test_what_lies_behind_is_not_spread(account: str) -> None:
    """In arrears, or drafted late: it is earned already."""
    fee = line(FEE, price=300, price_per="Quarter")
    contract = make_contract(
        erp.customer("Arrears Deferred"), fee, billing_period="Quarter", billing_in_advance=0, defer_revenue=1
    )
    (name,) = invoices.make(contract.name, "2026-04-14")
    assert frappe.get_doc("Sales Invoice", name).items[0].enable_deferred_revenue == 0
    late = make_contract(erp.customer("Late Deferred"), fee, billing_period="Quarter", defer_revenue=1)
    (name,) = invoices.make(late.name, "2026-06-01")
    assert [row.enable_deferred_revenue for row in frappe.get_doc("Sales Invoice", name).items] == [0, 1]
