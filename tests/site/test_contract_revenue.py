"""Recurring revenue from real invoices: the twelve contracts of docs/service-contracts.md, who may see what, currencies."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, line, make_contract
from desk import run_report, user
from house import fiscal_year

from relationship_crm.contracts import invoices, linked_billing

YEAR_2025 = {"start_date": "2025-01-01", "end_date": "2025-12-31"}
TWO_YEARS = {"start_date": "2025-01-01", "end_date": "2026-12-31"}
RISING = {"price_adjustment": "Fixed Percent", "adjustment_percent": 10, "billing_period": "Year"}

#: Name, terms, and lines as (price, first day, last day).
TWELVE: list[tuple[str, dict[str, Any], list[tuple]]] = [
    ("Alfa", {**TWO_YEARS, **RISING}, [(1200,)]),
    ("Bravo", TWO_YEARS, [(50,)]),
    (
        "Charlie",
        {"start_date": "2025-01-01", "end_date": "2025-06-30", "billing_period": "Quarter"},
        [(300,)],
    ),
    ("Delta", {"start_date": "2025-03-15", "end_date": "2026-03-14", "billing_period": "Year"}, [(2400,)]),
    ("Echo", TWO_YEARS, [(100, None, "2025-05-31"), (60, "2025-06-01", None)]),
    ("Foxtrot", TWO_YEARS, [(80, None, "2025-03-31"), (80, "2025-06-01", None)]),
    (
        "Golf",
        {**YEAR_2025, "billing_period": "Half Year"},
        [(600, None, "2025-06-30"), (720, "2025-07-01", None)],
    ),
    ("Hotel", {"start_date": "2025-01-17", "end_date": "2026-12-31", "billing_with_calendar": 1}, [(124,)]),
    ("India", {**YEAR_2025, "billing_period": "Year"}, [(1200,)]),
    (
        "Juliett",
        {"start_date": "2025-10-01", "end_date": "2025-12-31", "billing_period": "Quarter"},
        [(900,)],
    ),
    (
        "Kilo",
        {"start_date": "2025-02-01", "end_date": "2026-12-31"},
        [(200, None, "2025-07-31"), (206, "2025-08-01", None)],
    ),
    ("Lima", {"start_date": "2024-07-01", "end_date": "2026-06-30", **RISING}, [(600,)]),
]
#: New, expansion, reactivated, contraction, churn, MRR at the end; as the documentation has it.
MOVES = {
    "Jan 2025": (754, 0, 0, 0, 0, 804),
    "Feb 2025": (200, 0, 0, 0, 0, 1004),
    "Mar 2025": (200, 0, 0, 0, 0, 1204),
    "Apr 2025": (0, 0, 0, 0, 80, 1124),
    "May 2025": (0, 0, 0, 0, 0, 1124),
    "Jun 2025": (0, 0, 80, 40, 0, 1164),
    "Jul 2025": (0, 25, 0, 0, 200, 989),
    "Aug 2025": (0, 6, 0, 0, 0, 995),
    "Sep 2025": (0, 0, 0, 0, 0, 995),
    "Oct 2025": (300, 0, 0, 0, 0, 1295),
    "Nov 2025": (0, 0, 0, 0, 0, 1295),
    "Dec 2025": (0, 0, 0, 0, 0, 1295),
    "Jan 2026": (0, 10, 0, 0, 420, 885),
}


@pytest.fixture(autouse=True)
def no_others(clean: None) -> None:
    """Contracts that somebody left on the site would count too."""
    frappe.db.delete("Service Contract")


def charged(contract: Any, *days: str) -> None:
    """Invoices and credit notes of these days, submitted."""
    for day in days:
        for name in invoices.make(contract.name, day):
            frappe.get_doc("Sales Invoice", name).submit()


def fee(price: float, first: str | None = None, last: str | None = None) -> dict[str, Any]:
    return line(FEE, price=price, price_per="Billing Period", start_date=first, end_date=last)


def twelve() -> None:
    fiscal_year(2025)
    for name, terms, lines in TWELVE:
        contract = make_contract(erp.customer(f"{name} Recurring"), *(fee(*one) for one in lines), **terms)
        charged(contract, "2024-12-31", "2025-05-31")
        if name == "India":
            frappe.db.set_value("Service Contract", contract.name, "terminated_per", "2025-06-30")
        charged(contract, "2025-12-31", "2026-01-31")


def shown(**filters: Any) -> tuple[list[dict[str, Any]], dict[str, Any], Any]:
    found = run_report("Recurring Revenue", **{"currency": "USD", **filters})
    summary = {row["label"]: row["value"] for row in found["report_summary"]}
    return found["result"], summary, (found["columns"], found["message"], found["chart"])


def test_twelve_contracts() -> None:
    twelve()
    data, summary, (_columns, _message, chart) = shown(from_date="2025-01-01", to_date="2026-01-31")
    names = ("new", "expansion", "reactivation", "contraction", "churn", "closing")
    assert {row["month"]: tuple(row[name] or 0 for name in names) for row in data} == MOVES
    last = data[0]
    assert (last["closing"], last["arr"], last["customers"]) == (885, 10_620, 8)
    assert (round(last["net"], 1), round(last["gross"], 1)) == (59.6, 57.7)
    assert list(summary.values()) == [885, 10_620, "59.6 %", "57.7 %"]
    assert chart["data"]["datasets"][0]["values"][-1] == 885
    customers, _summary, _more = shown(from_date="2025-01-01", to_date="2026-01-31", view="Customer")
    assert {row["label"].split()[0]: row["after"] for row in customers if row["after"]} == {
        "Alfa": 110,
        "Bravo": 50,
        "Delta": 200,
        "Echo": 60,
        "Foxtrot": 80,
        "Hotel": 124,
        "Kilo": 206,
        "Lima": 55,
    }


def test_cents_are_no_contraction() -> None:
    """1,000.00 a year are 83.34 in four months and 83.33 in eight."""
    yearly = line(FEE, price=1000, price_per="Year")
    contract = make_contract(
        erp.customer("Cents Recurring"), yearly, start_date="2026-01-01", end_date="2026-12-31"
    )
    charged(contract, "2026-06-30")
    data = shown(from_date="2026-01-01", to_date="2026-06-30")[0]
    assert {row["closing"] for row in data} == {83.34}
    assert not any(row["contraction"] for row in data)


def test_drafts_and_cancelled_invoices_are_no_revenue() -> None:
    contract = make_contract(
        erp.customer("Draft Recurring"), fee(100), start_date="2026-01-01", end_date="2026-12-31"
    )
    (name,) = invoices.make(contract.name, "2026-01-01")
    assert shown(to_date="2026-01-31")[1]["MRR"] == 0
    message = shown(to_date="2026-01-31")[2][1]
    assert "not invoiced up to" in message
    assert message.endswith(": 1")
    invoice = frappe.get_doc("Sales Invoice", name)
    invoice.submit()
    _data, summary, (_columns, message, _chart) = shown(to_date="2026-01-31")
    assert (summary["MRR"], message) == (100, None)
    invoice.cancel()
    assert shown(to_date="2026-01-31")[1]["MRR"] == 0


def test_a_credit_note_made_by_hand_takes_back_its_months() -> None:
    """ERPNext does not copy service dates into a return; they are those of the row it returns."""
    contract = make_contract(
        erp.customer("Hand Recurring"), fee(100), start_date="2026-01-01", end_date="2026-12-31"
    )
    charged(contract, "2026-01-01")
    original = frappe.get_doc("Sales Invoice", {"relationship_contract": contract.name})
    erp.credit_note(original, "2026-01-10")
    assert shown(to_date="2026-01-31")[1]["MRR"] == 0
    assert invoices.make(contract.name, "2026-01-20") == [], (
        "what was given back by hand is not charged again"
    )


def test_what_is_sold_once_does_not_recur() -> None:
    contract = make_contract(
        erp.customer("Sale Recurring"),
        {**fee(100), "revenue_type": "Sale"},
        fee(30),
        start_date="2026-01-01",
        end_date="2026-12-31",
    )
    charged(contract, "2026-01-01")
    assert shown(to_date="2026-01-31")[1]["MRR"] == 30


def test_a_subscription_counts_with_and_without_a_contract() -> None:
    contract = make_contract(
        erp.customer("Sub Recurring"), fee(100), start_date="2026-01-01", end_date="2026-12-31"
    )
    subscription = linked_billing.make_subscription(contract)
    frappe.get_doc("Subscription", subscription).process(frappe.utils.getdate("2026-01-01"))
    frappe.get_doc("Sales Invoice", {"subscription": subscription}).submit()
    assert shown(to_date="2026-01-31")[1]["MRR"] == 100
    assert shown(to_date="2026-01-31", subscriptions=1)[1]["MRR"] == 100, "and not twice"
    frappe.db.set_value("Service Contract", contract.name, {"subscription": None, "docstatus": 2})
    assert shown(to_date="2026-01-31")[1]["MRR"] == 0
    assert shown(to_date="2026-01-31", subscriptions=1)[1]["MRR"] == 100
    (row,) = shown(to_date="2026-01-31", subscriptions=1, view="Contract")[0]
    assert (row["contract_type"], row["contract"]) == ("Subscription", subscription)


def test_one_currency_at_one_rate() -> None:
    """100.00 EUR at the stored rate of 1.10; francs, for which none is stored, are left out and said to be."""
    for currency, company in (("EUR", erp.COMPANY_EUR), ("USD", erp.COMPANY)):
        contract = make_contract(
            erp.customer(f"{currency} Recurring"),
            fee(100),
            company=company,
            currency=currency,
            start_date="2026-01-01",
            end_date="2026-12-31",
        )
        charged(contract, "2026-01-01")
    assert shown(to_date="2026-01-31")[1]["MRR"] == pytest.approx(210)
    assert shown(to_date="2026-01-31", company=erp.COMPANY_EUR, currency="EUR")[1]["MRR"] == 100
    frappe.db.set_value("Sales Invoice", {"customer": "EUR Recurring"}, "currency", "CHF")
    _data, summary, (_columns, message, _chart) = shown(to_date="2026-01-31")
    assert summary["MRR"] == 100
    assert "CHF" in message


def test_a_renewed_contract_goes_on() -> None:
    """The successor's revenue is expansion of the first one's, not a new contract and a lost one."""
    first = make_contract(
        erp.customer("Chain Recurring"), fee(100), start_date="2025-12-01", end_date="2025-12-31"
    )
    second = make_contract(first.customer, fee(120), start_date="2026-01-01", end_date="2026-12-31")
    frappe.db.set_value("Service Contract", second.name, "renewed_from", first.name)
    fiscal_year(2025)
    charged(first, "2025-12-01")
    charged(second, "2026-01-01")
    data = shown(from_date="2025-12-01", to_date="2026-01-31", view="Contract")[0]
    assert [(row["contract"], row["before"], row["after"]) for row in data] == [(second.name, 100, 120)]


def test_who_sees_which_revenue() -> None:
    """A user of one customer sees that customer's; nobody sees revenue without the right to read contracts."""
    for name, price in (("Mine Recurring", 100), ("Theirs Recurring", 50)):
        contract = make_contract(
            erp.customer(name), fee(price), start_date="2026-01-01", end_date="2026-12-31"
        )
        charged(contract, "2026-01-01")
    assert shown(to_date="2026-01-31")[1]["MRR"] == 150
    nobody = user("nothing@example.com", "Stock User")
    mine = user("revenue@example.com", "Sales Manager")
    frappe.get_doc(
        {"doctype": "User Permission", "user": mine, "allow": "Customer", "for_value": "Mine Recurring"}
    ).insert()
    frappe.set_user(mine)
    assert shown(to_date="2026-01-31")[1]["MRR"] == 100
    assert [row["label"] for row in shown(to_date="2026-01-31", view="Customer")[0]] == ["Mine Recurring"]
    frappe.set_user(nobody)
    with pytest.raises(frappe.PermissionError):
        shown(to_date="2026-01-31")
