"""Rows of ERPNext documents on their way into SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from relationship_crm.ledger.schema import COLUMNS, create_tables

#: What ERPNext writes where nobody fills a field in; numbers and ticks are 0 besides.
DEFAULTS: dict[str, dict[str, Any]] = {
    "Sales Invoice": {"docstatus": 1, "is_opening": "No"},
    "POS Invoice": {"docstatus": 1, "is_opening": "No"},
    "Sales Order": {"docstatus": 1, "status": "To Deliver and Bill"},
    "Delivery Note": {"docstatus": 1},
    "Quotation": {"docstatus": 1, "quotation_to": "Customer"},
    "Payment Entry": {"docstatus": 1, "party_type": "Customer", "payment_type": "Receive"},
    "Journal Entry": {"docstatus": 1, "voucher_type": "Journal Entry"},
    "Payment Ledger Entry": {"docstatus": 1, "party_type": "Customer", "account_type": "Receivable"},
    "Communication": {"communication_type": "Communication", "communication_medium": "Email"},
    "Sales Order Item": {"docstatus": 1, "parenttype": "Sales Order"},
    "Sales Invoice Item": {"docstatus": 1, "parenttype": "Sales Invoice"},
    "POS Invoice Item": {"docstatus": 1, "parenttype": "POS Invoice"},
    "Delivery Note Item": {"docstatus": 1, "parenttype": "Delivery Note"},
    "Sales Team": {"docstatus": 1, "parenttype": "Sales Order"},
    "Communication Link": {"parenttype": "Communication"},
    "Event Participants": {"parenttype": "Event"},
    "Prospect Lead": {"parenttype": "Prospect"},
    "Survey Response": {"party_type": "Customer"},
    "Survey Answer": {"parenttype": "Survey Response"},
    "Service Contract": {"docstatus": 1, "renewal": "By Proposal", "renewal_months": 12},
    "Subscription": {"party_type": "Customer"},
}


def plain(value: Any) -> Any:
    """A value as ERPNext exports it: dates as ISO text, ticks as numbers."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def empty_row(doctype: str) -> dict[str, Any]:
    """A row as ERPNext saves it when nothing is filled in."""
    numbers = {
        column: 0
        for column, kind in COLUMNS[doctype].items()
        if kind.upper().split("(")[0] in ("INTEGER", "REAL", "INT")
    }
    return {**dict.fromkeys(COLUMNS[doctype]), **numbers, **DEFAULTS.get(doctype, {})}


class Book:
    """Documents by DocType, written to SQLite in one go."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def open(self, *doctypes: str) -> None:
        """Say that these DocTypes are known, be it that there are no documents."""
        for doctype in doctypes:
            self.rows.setdefault(doctype, [])

    def add(self, doctype: str, **values: Any) -> dict[str, Any]:
        """A document; what the ledger does not read is dropped when it is written."""
        self.rows.setdefault(doctype, []).append(values)
        return values

    def count(self, doctype: str) -> int:
        """Number of documents."""
        return len(self.rows.get(doctype, ()))

    def write(self, connection: sqlite3.Connection) -> None:
        """Make the tables of the known DocTypes and fill them."""
        kept = {doctype: rows for doctype, rows in self.rows.items() if doctype in COLUMNS}
        create_tables(connection, kept)
        for doctype, rows in kept.items():
            insert(connection, doctype, rows)
        connection.commit()


def insert(connection: sqlite3.Connection, doctype: str, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows into the table of a DocType."""
    columns = list(COLUMNS[doctype])
    empty = empty_row(doctype)
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" for _ in columns)
    connection.executemany(
        f'INSERT INTO "tab{doctype}" ({names}) VALUES ({marks})',
        ([plain(row.get(column, empty[column])) for column in columns] for row in rows),
    )
