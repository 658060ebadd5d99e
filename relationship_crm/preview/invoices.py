"""One plain list of invoices: customer, date, amount, perhaps credit note and invoice number."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relationship_crm.preview.book import Book
from relationship_crm.preview.links import open_neighbours
from relationship_crm.preview.load import Loaded, Options, Reporter, read_rows
from relationship_crm.preview.values import BadValue, parse_number, parse_tick, parse_time

COMPANY = "Company"


@dataclass(frozen=True)
class Columns:
    """Names of the columns; the last two may be missing."""

    customer: str
    date: str
    amount: str
    credit_note: str | None = None
    invoice: str | None = None


def load_invoices(connection: sqlite3.Connection, path: Path, columns: Columns, options: Options) -> Loaded:
    """Load a list of invoices as Sales Invoices of one company, and their customers.

    A negative amount is a credit note, also where no column says so. Credit notes stand alone: a list does not say
    which invoice they take back.
    """
    loaded, book = Loaded(), Book()
    report = Reporter(loaded, options.strict)
    rows = read_rows(path)
    _line, header = next(rows, (1, []))
    places = _places([title.strip().lstrip("\ufeff") for title in header], columns, path.name)
    book.add("Company", name=COMPANY)
    book.open("Customer", "Sales Invoice")
    customers: dict[str, Any] = {}
    for number, (line, row) in enumerate(rows, 1):
        if number % 5000 == 0:
            options.progress(path.name, number)
        if not any(cell.strip() for cell in row):
            continue
        try:
            invoice = _invoice(row, places, columns, options, line)
        except _Bad as bad:
            report(path.name, line, bad.column, bad.reason)
            continue
        day = invoice["posting_date"]
        customers[invoice["customer"]] = min(day, customers.get(invoice["customer"], day))
        book.rows["Sales Invoice"].append(invoice)
    _unique(book.rows["Sales Invoice"])
    for customer, day in customers.items():
        book.add("Customer", name=customer, customer_name=customer, creation=day)
    loaded.notes.append(
        "A list of invoices tells about purchases, returns and length of the relationship: nothing is known about "
        "deliveries, payments, complaints, contacts and offers."
    )
    open_neighbours(book)
    book.write(connection)
    loaded.rows = {doctype: len(found) for doctype, found in book.rows.items() if found}
    return loaded


class _Bad(Exception):
    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason


def _places(header: list[str], columns: Columns, file: str) -> dict[str, int]:
    places = {}
    for option in ("customer", "date", "amount", "credit_note", "invoice"):
        title = getattr(columns, option)
        if title is None:
            continue
        if title not in header:
            raise ValueError(f"{file} has no column {title!r}; it has: {', '.join(header)}")
        places[option] = header.index(title)
    return places


def _invoice(
    row: list[str], places: dict[str, int], columns: Columns, options: Options, line: int
) -> dict[str, Any]:
    def cell(option: str) -> str:
        place = places[option]
        return row[place].strip() if place < len(row) else ""

    for option in ("customer", "date", "amount"):
        if not cell(option):
            raise _Bad(getattr(columns, option), "empty")
    option = "date"
    try:
        moment = parse_time(cell("date"), options.date_formats)
        option = "amount"
        amount = parse_number(cell("amount"))
        option = "credit_note"
        credit = amount < 0 or ("credit_note" in places and parse_tick(cell("credit_note")))
    except BadValue as bad:
        raise _Bad(getattr(columns, option), str(bad)) from None
    amount = -abs(amount) if credit else amount
    day = moment.date()
    return {
        "name": cell("invoice") if "invoice" in places and cell("invoice") else f"line {line}",
        "customer": cell("customer"),
        "company": COMPANY,
        "posting_date": day,
        "due_date": day,
        "creation": moment,
        "modified": moment,
        "base_net_total": amount,
        "base_grand_total": amount,
        "grand_total": amount,
        "is_return": int(credit),
    }


def _unique(invoices: list[dict[str, Any]]) -> None:
    """The second of two rows with one number is a document of its own: lists repeat numbers, e.g. of corrections."""
    seen: dict[str, int] = {}
    for invoice in invoices:
        name = invoice["name"]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            invoice["name"] = f"{name} ({seen[name]})"
