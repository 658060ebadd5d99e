"""What a line charges, read from contract, index and currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, line, make_contract

from relationship_crm.contracts import terms, uplift
from relationship_crm.contracts.billing import Every, FixedUplift, IndexUplift, Terms, schedule


def of(contract: Any) -> Terms:
    """The terms of the first line, as they are stored."""
    promise = terms.of_contracts([contract.name], billing=True)[0]
    return uplift.terms_of(promise, uplift.indexes_of([promise]), uplift.unit_of("USD"))


def contract(**values: Any) -> Any:
    own = {key: values.pop(key) for key in ("price", "price_per") if key in values}
    return make_contract(erp.customer(frappe.generate_hash(length=8)), line(FEE, **own), **values)


def test_all_that_is_agreed() -> None:
    found = of(
        contract(
            price=1200,
            price_per="Year",
            billing_period="Quarter",
            billing_in_advance=0,
            billing_with_calendar=1,
            price_adjustment="Fixed Percent",
            adjustment_percent=3,
        )
    )
    assert (found.start, found.end, found.price, found.every) == (
        date(2026, 1, 15),
        date(2027, 1, 14),
        1200,
        Every.QUARTER,
    )
    assert (found.price_months, found.in_advance, found.aligned, found.uplift) == (
        12,
        False,
        True,
        FixedUplift(3),
    )
    assert found.unit == Decimal("0.01")


@pytest.mark.parametrize(
    ("per", "every", "months"),
    [
        ("Billing Period", "Quarter", None),
        ("Month", "Quarter", 1),
        ("Half Year", "Month", 6),
        ("Contract", "Once", None),
        ("Contract", "Month", Fraction(12)),
    ],
)
def test_what_a_price_is_for(per: str, every: str, months: Any) -> None:
    assert of(contract(price=100, price_per=per, billing_period=every)).price_months == months


def test_a_price_for_the_contract_in_parts() -> None:
    """1,000 for 100 days, monthly: three months and ten of thirty days."""
    made = contract(price=1000, price_per="Contract", billing_period="Month", end_date="2026-04-24")
    assert [charge.amount for charge in schedule(of(made))] == [Decimal("300.00")] * 3 + [Decimal("100.00")]


def test_a_line_without_a_price_charges_nothing_by_schedule() -> None:
    promise = terms.of_contracts([contract(price=0).name], billing=True)[0]
    assert uplift.terms_of(promise, {}) is None


def test_the_base_of_an_index() -> None:
    """Said, or the month of the start, as many months before as the index lags."""
    values = [{"month": "2025-11-01", "value": 100}, {"month": "2026-11-01", "value": 102.5}]
    index = (
        frappe.get_doc({"doctype": "Service Price Index", "index_name": "CPI", "values": values})
        .insert()
        .name
    )
    made = contract(price_adjustment="Index", price_index=index, index_lag_months=2, end_date="2028-01-14")
    found = of(made).uplift
    assert isinstance(found, IndexUplift)
    assert (found.base.year, found.base.month, found.lag) == (2025, 11, 2)
    assert found.values == {date(2025, 11, 1): 100, date(2026, 11, 1): 102.5}
    assert schedule(of(made))[12].amount == Decimal("102.50")
    said = contract(price_adjustment="Index", price_index=index, index_base_month="2026-11-20")
    assert of(said).uplift.base == date(2026, 11, 20)


@pytest.mark.parametrize(("currency", "unit"), [("USD", "0.01"), ("CHF", "0.05"), ("JPY", "1")])
def test_the_smallest_amount_of_a_currency(currency: str, unit: str) -> None:
    assert uplift.unit_of(currency) == Decimal(unit)


def test_decimals_of_a_number_format() -> None:
    formats = {
        "#,###.##": 2,
        "#.###,##": 2,
        "#,###": 0,
        "#.###": 0,
        "# ###.##": 2,
        "#,###.###": 3,
        "#.########": 8,
        "": 2,
    }
    assert {text: uplift._decimals(text) for text in formats} == formats
