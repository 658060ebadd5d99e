"""What a contract line charges: its price, how often, and how it rises, as `contracts.billing` takes it.

A line's periods and anniversaries count from its own first day. A price per billing period, month, quarter, half year or year
is what it says; a price per contract is for the line's whole agreed life, in equal shares where it is billed more than once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import frappe
from frappe.model.meta import get_field_precision
from frappe.utils import cint, flt, getdate

from relationship_crm.contracts import billing
from relationship_crm.contracts.billing import CENT, Every, FixedUplift, IndexUplift, Terms
from relationship_crm.contracts.periods import add_months
from relationship_crm.contracts.terms import Promise
from relationship_crm.engine.grid import day_number, day_of

PER_CONTRACT = "Contract"
#: Values of price indexes by name, by any day of their month.
Indexes = Mapping[str, Mapping[date, float]]


def terms_of(promise: Promise, indexes: Indexes, unit: Decimal = CENT) -> Terms | None:
    """The charges of a line read with its contract's billing columns; None where it has no price."""
    head, row = promise.head, promise.row
    if not flt(row.price):
        return None
    terms = Terms(
        start=promise.line.start,
        end=promise.line.end,
        price=flt(row.price),
        every=Every(head.billing_period or Every.MONTH.value),
        in_advance=bool(cint(head.billing_in_advance)),
        aligned=bool(cint(head.billing_with_calendar)),
        uplift=uplift_of(promise, indexes),
        last=promise.line.last,
        unit=unit,
    )
    return replace(terms, price_months=_price_months(terms, row.price_per))


def _price_months(terms: Terms, per: str | None) -> int | Fraction | None:
    if per == PER_CONTRACT:
        return None if terms.every is Every.ONCE else 12 * billing.years(replace(terms, last=None))
    found = {every.value: every.months for every in Every}.get(per or "")
    return found or None


def uplift_of(promise: Promise, indexes: Indexes) -> FixedUplift | IndexUplift | None:
    """How the price rises at anniversaries. Without a base month the index is that of the first day's month, as many
    months before as it lags."""
    head = promise.head
    if head.price_adjustment == "Fixed Percent":
        return FixedUplift(flt(head.adjustment_percent))
    if head.price_adjustment != "Index":
        return None
    lag = cint(head.index_lag_months)
    start = day_of(int(add_months(day_number(promise.line.start), -lag)))
    base = getdate(head.index_base_month) if head.index_base_month else start
    return IndexUplift(indexes.get(head.price_index or "", {}), base, lag)


def indexes_of(promises: Iterable[Promise]) -> Indexes:
    """The values of every price index that these lines' contracts name; one query."""
    names = {
        p.head.price_index for p in promises if p.head.price_adjustment == "Index" and p.head.price_index
    }
    if not names:
        return {}
    value = frappe.qb.DocType("Service Price Index Value")
    query = frappe.qb.from_(value).select(value.parent, value.month, value.value)
    found: dict[str, dict[date, float]] = defaultdict(dict)
    for name, month, amount in query.where(value.parent.isin(sorted(names)) & (value.value > 0)).run():
        found[name][getdate(month)] = flt(amount)
    return found


def unit_of(currency: str) -> Decimal:
    """The smallest amount of a currency that an invoice can hold: a cent, five Rappen, a yen."""
    row = frappe.get_cached_value(
        "Currency", currency, ("smallest_currency_fraction_value", "number_format"), as_dict=True
    )
    field = frappe.get_meta("Sales Invoice Item").get_field("amount")
    held = Decimal(1).scaleb(-cint(get_field_precision(field, currency=currency)))
    if row and flt(row.smallest_currency_fraction_value):
        return max(Decimal(str(flt(row.smallest_currency_fraction_value))), held)
    return max(Decimal(1).scaleb(-_decimals(row and row.number_format)), held)


def _decimals(number_format: str | None) -> int:
    """Digits after the decimal sign of a format like `#,###.##`; a lone sign before three digits groups them."""
    if not number_format:
        return 2
    signs = number_format.replace("#", "")
    tail = len(number_format.replace(",", ".").rpartition(".")[2])
    return 0 if not signs or (len(signs) == 1 and tail == 3) else tail
