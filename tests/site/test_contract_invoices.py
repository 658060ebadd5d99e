"""Contracts charge by real invoices: the years of docs/service-contracts.md, to the cent, and what becomes of an invoice."""

from __future__ import annotations

from datetime import date

import erp
import frappe
import pytest
from charging import nights, quarterly, rows_of, standing
from contracting import END, FEE, HOURS, line, make_contract, timesheet
from house import fiscal_year

#: First day, amount in USD, rate of that day, amount in EUR: "A year in two currencies".
YEAR = [
    ("2026-01-15", 83.34, 0.92, 76.67),
    ("2026-02-15", 83.34, 0.93, 77.51),
    ("2026-03-15", 83.34, 0.94, 78.34),
    ("2026-04-15", 83.34, 0.95, 79.17),
    ("2026-05-15", 83.33, 0.96, 80.00),
    ("2026-06-15", 83.33, 0.95, 79.16),
    ("2026-07-15", 83.33, 0.94, 78.33),
    ("2026-08-15", 83.33, 0.93, 77.50),
    ("2026-09-15", 83.33, 0.92, 76.66),
    ("2026-10-15", 83.33, 0.91, 75.83),
    ("2026-11-15", 83.33, 0.90, 75.00),
    ("2026-12-15", 83.33, 0.91, 75.83),
]


def rates(rows: list[tuple]) -> None:
    for day, _amount, rate, _base in rows:
        frappe.get_doc(
            {
                "doctype": "Currency Exchange",
                "date": day,
                "from_currency": "USD",
                "to_currency": "EUR",
                "exchange_rate": rate,
                "for_selling": 1,
                "for_buying": 1,
            }
        ).insert()


def dollar_customer(name: str) -> str:
    """A customer whom the company in euros bills in dollars: ERPNext wants a receivable account of that currency."""
    debtors = frappe.get_doc("Account", erp.account("Receivable", erp.COMPANY_EUR))
    account = erp.ensure(
        "Account",
        f"Debtors USD - {erp.ABBR[erp.COMPANY_EUR]}",
        account_name="Debtors USD",
        company=erp.COMPANY_EUR,
        parent_account=debtors.parent_account,
        account_type="Receivable",
        account_currency="USD",
    )
    accounts = [{"company": erp.COMPANY_EUR, "account": account}]
    return erp.customer(name, default_currency="USD", accounts=accounts)


def hours_item() -> str:
    """A service that is counted in hours."""
    group = f"{erp.ADVICE}s"
    return erp.ensure(
        "Item",
        "Work",
        item_code="Work",
        item_name="Work",
        item_group=group,
        stock_uom="Hour",
        is_stock_item=0,
    )


# -- the tables of the documentation


def test_a_year_in_two_currencies() -> None:
    """1,000.00 USD a year, monthly, and overage of .5, .5 and .25 h at 90.35 in May: 112.94 USD, at .96 108.42 EUR."""
    rates(YEAR)
    yearly = line(FEE, price=1000, price_per="Year")
    hours = line(HOURS, price=0, overage_rate=90.35, billing_item=hours_item())
    contract = make_contract(
        dollar_customer("Acme Inc"), yearly, hours, company=erp.COMPANY_EUR, billing_period="Month"
    )
    # the second quarter is from 15 April, and got 10 from the first
    worked = [
        ("2026-04-20", 15),
        ("2026-04-21", 15),
        ("2026-05-02", 0.5),
        ("2026-05-03", 0.5),
        ("2026-05-04", 0.25),
    ]
    timesheet(contract.customer, *worked, company=erp.COMPANY_EUR)
    around = [date.fromisoformat(day) for day, *_rest in YEAR]
    made = nights(contract, [day.replace(day=d) for day in around for d in (14, 15, 16)])
    assert [
        (str(doc.posting_date), doc.items[0].amount, doc.conversion_rate, doc.items[0].base_amount)
        for doc in made
    ] == YEAR
    assert sum(row[1] for row in YEAR) == pytest.approx(1000)
    may = made[4]
    assert rows_of(may) == [(1, 83.33, 83.33), (1.25, 90.35, 112.94)]
    assert (may.items[1].base_amount, may.base_net_total, may.base_grand_total) == (108.42, 188.42, 188.42)
    assert sum(doc.base_net_total for doc in made) == pytest.approx(930.00 + 108.42)
    for doc in made:
        doc.submit()
    debit = frappe.get_all(
        "GL Entry", {"voucher_no": may.name, "debit": (">", 0)}, ["debit", "debit_in_account_currency"]
    )
    assert [(row.debit, row.debit_in_account_currency) for row in debit] == [(188.42, 196.27)]
    assert nights(contract, [END, "2027-02-01"]) == []


def test_a_quarter_with_the_calendar() -> None:
    """250.00 a quarter from 10 February: 50 of 90 days, three quarters, and what the first left over."""
    fiscal_year(2027)
    fee = line(FEE, price=250, price_per="Quarter")
    contract = make_contract(
        erp.customer("Calendar Ltd"),
        fee,
        start_date="2026-02-10",
        end_date="2027-02-09",
        billing_period="Quarter",
        billing_with_calendar=1,
    )
    made = nights(
        contract, ["2026-02-10", "2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01", "2027-02-09"]
    )
    found = [
        (str(row.service_start_date), str(row.service_end_date), row.amount)
        for doc in made
        for row in doc.items
    ]
    assert found == [
        ("2026-02-10", "2026-03-31", 138.89),
        ("2026-04-01", "2026-06-30", 250.00),
        ("2026-07-01", "2026-09-30", 250.00),
        ("2026-10-01", "2026-12-31", 250.00),
        ("2027-01-01", "2027-02-09", 111.11),
    ]


def test_in_arrears_and_some_days_ahead() -> None:
    """The first quarter is due on 14 April; drafted ten days ahead it bears that date."""
    contract = quarterly("Arrears Ltd", billing_in_advance=0, draft_days_ahead=10)
    assert nights(contract, ["2026-04-03"]) == []
    (made,) = nights(contract, ["2026-04-04"])
    assert (str(made.posting_date), made.net_total) == ("2026-04-14", 300)


def test_what_was_forgotten_comes_in_one_invoice() -> None:
    (made,) = nights(quarterly("Late Ltd"), ["2026-08-20"])
    assert (str(made.posting_date), rows_of(made)) == ("2026-08-20", [(1, 300, 300)] * 3)


# -- what becomes of an invoice


def test_every_night_finds_nothing_left() -> None:
    contract = quarterly("Twice Ltd")
    assert len(nights(contract, ["2026-01-15"] * 3 + ["2026-04-14"])) == 1
    assert standing(contract) == {("2026-01-15", 300)}


def test_cancelling_one_opens_exactly_its_charges() -> None:
    contract = quarterly("Cancel Ltd")
    first, second = nights(contract, ["2026-01-15", "2026-04-15"])
    for doc in (first, second):
        doc.submit()
    assert standing(contract) == {("2026-01-15", 300), ("2026-04-15", 300)}
    second.cancel()
    assert standing(contract) == {("2026-01-15", 300)}
    (again,) = nights(contract, ["2026-04-16"])
    assert [str(row.service_start_date) for row in again.items] == ["2026-04-15"]


def test_cancelling_overage_opens_exactly_its_entries() -> None:
    hours = line(HOURS, price=0, overage_rate=90)
    contract = make_contract(erp.customer("Hours Ltd"), hours, overage_period="Month")
    timesheet(contract.customer, ("2026-01-20", 22))
    timesheet(contract.customer, ("2026-02-20", 3))
    january, february = nights(contract, ["2026-02-14", "2026-02-15", "2026-03-15"])
    assert [rows_of(doc) for doc in (january, february)] == [[(2, 90, 180)], [(3, 90, 270)]]
    for doc in (january, february):
        doc.submit()
    january.cancel()
    assert standing(contract) == {("2026-02-20", 270)}
    (again,) = nights(contract, ["2026-04-15"])
    assert rows_of(again) == [(2, 90, 180)]


def test_a_deleted_draft_and_a_row_taken_out() -> None:
    contract = quarterly("Draft Ltd")
    (made,) = nights(contract, ["2026-08-20"])
    made.items = [row for row in made.items if str(row.service_start_date) != "2026-04-15"]
    made.save()
    assert standing(contract) == {("2026-01-15", 300), ("2026-07-15", 300)}
    (other,) = nights(contract, ["2026-08-21"])
    assert [str(row.service_start_date) for row in other.items] == ["2026-04-15"]
    made.delete()
    assert standing(contract) == {("2026-04-15", 300)}


def test_an_amended_invoice_takes_its_charges_over() -> None:
    contract = quarterly("Amend Ltd")
    (made,) = nights(contract, ["2026-01-15"])
    made.submit()
    made.cancel()
    again = frappe.copy_doc(made, ignore_no_copy=True)
    again.update({"amended_from": made.name, "docstatus": 0, "payment_schedule": []})
    again.insert()
    assert standing(contract) == {("2026-01-15", 300)}
    assert nights(contract, ["2026-01-16"]) == []
    again.submit()
    assert frappe.get_all("Service Charge", {"sales_invoice": again.name}, pluck="status") == ["Billed"]


def test_an_amended_invoice_charges_nothing_that_was_drafted_again() -> None:
    contract = quarterly("Amend Late Ltd")
    (made,) = nights(contract, ["2026-01-15"])
    made.submit()
    made.cancel()
    nights(contract, ["2026-01-16"])
    again = frappe.copy_doc(made, ignore_no_copy=True)
    again.update({"amended_from": made.name, "docstatus": 0, "payment_schedule": []})
    with pytest.raises(frappe.ValidationError, match="charged by another invoice"):
        again.insert()


def test_a_copy_of_an_invoice_charges_nothing() -> None:
    contract = quarterly("Copy Ltd")
    (made,) = nights(contract, ["2026-01-15"])
    copy = frappe.copy_doc(made, ignore_no_copy=False).insert()
    assert copy.items[0].get("relationship_service_charge") is None
    copy.delete()
    assert standing(contract) == {("2026-01-15", 300)}


def test_a_discount_given_by_hand_is_not_charged_later() -> None:
    contract = quarterly("Discount Ltd")
    (made,) = nights(contract, ["2026-01-15"])
    made.items[0].rate = made.items[0].price_list_rate = 250
    made.save()
    made.submit()
    assert made.net_total == 250
    assert nights(contract, ["2026-02-15"]) == []
