"""Which items ledger entries are for. The ledger does not say: an entry sums up rows of its document with one account.

So an entry is divided over those rows: each item gets what its row says, and what is left (taxes booked on the account,
discounts) has no item. The parts always add up to the entry. Rows of purchase invoices say their net amount, rows that took
something from the stock the value it had there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce, Sum
from pypika.terms import Case

PURCHASE = "Purchase Invoice"
#: Documents that book what they take from the stock as an expense, and their rows.
STOCK_ROWS = {
    "Stock Entry": "Stock Entry Detail",
    "Delivery Note": "Delivery Note Item",
    "Sales Invoice": "Sales Invoice Item",
}
#: Differences of a row by rounding, in units of the last digit that amounts have.
ROUNDING = Decimal("0.01")


@dataclass(frozen=True)
class Ledgered:
    """Expenses of a document on one account, one value and one day."""

    value: str
    company: str
    account: str
    voucher_type: str
    voucher_no: str
    row: str  # of the document, where the ledger says it
    day: date
    amount: Decimal
    item: str | None = None


Key = tuple[str, str, str]  # document, account, value


def divide(column: str, entries: Sequence[Ledgered]) -> list[Ledgered]:
    """Entries on values of a column with their items; at most five more queries."""
    by_type: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        by_type[entry.voucher_type].add(entry.voucher_no)
    parts: dict[str, dict[Key, dict[str, Decimal]]] = {}
    named: dict[str, str] = {}
    for doctype, names in by_type.items():
        if doctype == PURCHASE:
            named = _deferred(names)
            parts[doctype] = _sums(_bought(column, names))
        elif doctype in STOCK_ROWS:
            parts[doctype] = _sums(_taken(column, doctype, names))
    found: list[Ledgered] = []
    for entry in entries:
        if entry.row in named:
            found.append(replace(entry, item=named[entry.row]))
        else:
            key = (entry.voucher_no, entry.account, entry.value)
            found += _split(entry, parts.get(entry.voucher_type, {}).get(key, {}))
    return found


def _sums(rows: Iterable[Any]) -> dict[Key, dict[str, Decimal]]:
    found: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        if row.item_code:
            found[row.parent, row.account, row.value][row.item_code] += Decimal(str(row.amount or 0))
    return found


def _split(entry: Ledgered, items: dict[str, Decimal]) -> list[Ledgered]:
    """An entry by items. Entries that take a document back are its rows with the other sign."""
    whole = sum(items.values(), Decimal(0))
    if not items or not entry.amount:
        return [entry]
    tolerance = ROUNDING * len(items)
    if abs(entry.amount + whole) <= tolerance:
        items, whole = {item: -amount for item, amount in items.items()}, -whole
    rest = entry.amount - whole
    if rest and abs(rest) <= tolerance:
        largest = max(items, key=lambda item: (abs(items[item]), item))
        items, rest = {**items, largest: items[largest] + rest}, Decimal(0)
    found = [replace(entry, amount=amount, item=item) for item, amount in sorted(items.items())]
    return [*found, replace(entry, amount=rest)] if rest else found


def _bought(column: str, names: Iterable[str]) -> list[Any]:
    """Rows of purchase invoices with the account and value they book on; those that are deferred name their entries."""
    head, row = frappe.qb.DocType(PURCHASE), frappe.qb.DocType(f"{PURCHASE} Item")
    return (
        _rows(column, head, row, names)
        .where(Coalesce(row.enable_deferred_expense, 0) == 0)
        .select(row.base_net_amount.as_("amount"))
        .run(as_dict=True)
    )


def _taken(column: str, doctype: str, names: Iterable[str]) -> list[Any]:
    """Rows that took something from the stock, or gave it back, at the value it had."""
    head, row = frappe.qb.DocType(doctype), frappe.qb.DocType(STOCK_ROWS[doctype])
    entry = frappe.qb.DocType("Stock Ledger Entry")
    return (
        _rows(column, head, row, names)
        .join(entry)
        .on((entry.voucher_detail_no == row.name) & (entry.voucher_type == doctype))
        .where(entry.is_cancelled == 0)
        .select((0 - Sum(entry.stock_value_difference)).as_("amount"))
        .groupby(row.name)
        .run(as_dict=True)
    )


def _rows(column: str, head: Any, row: Any, names: Iterable[str]) -> Any:
    """Rows of documents; a row without a project of its own has its document's."""
    value = row[column]
    if column == "project":
        value = Case().when(Coalesce(row.project, "") != "", row.project).else_(head.project)
    return (
        frappe.qb.from_(row)
        .join(head)
        .on(head.name == row.parent)
        .where(row.parent.isin(sorted(names)))
        .select(row.parent, row.item_code, row.expense_account.as_("account"), value.as_("value"))
    )


def _deferred(names: Iterable[str]) -> dict[str, str]:
    """Items of rows whose expense is spread over months: their entries name the row."""
    row = frappe.qb.DocType(f"{PURCHASE} Item")
    query = frappe.qb.from_(row).select(row.name, row.item_code)
    return dict(query.where(row.parent.isin(sorted(names)) & (row.enable_deferred_expense == 1)).run())
