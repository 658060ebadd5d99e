"""A ledger on MariaDB without Frappe, and a copy of some customers in SQLite, to hold one database against the other."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions

from relationship_crm.ledger.database import NOTHING, SequentialLedger, SqliteLedger
from relationship_crm.ledger.dialect import Dialect, Rendered
from relationship_crm.ledger.schema import COLUMNS, create_tables

#: How a document belongs to a customer: its column, or the column of its parent's.
_OWN = {
    "Customer": "name",
    "Payment Ledger Entry": "party",
    "Payment Entry": "party",
    "Quotation": "party_name",
    "Opportunity": "party_name",
    "Survey Response": "party",
    "Campaign Touch": "party",
    "Campaign Response": "party",
    "Customer Referral": "referrer",
    "Subscription": "party",
}
_CHILDREN = {
    "Sales Order Item": "Sales Order",
    "Sales Team": "Sales Order",
    "Delivery Note Item": "Delivery Note",
    "Sales Invoice Item": "Sales Invoice",
    "POS Invoice Item": "POS Invoice",
    "Survey Answer": "Survey Response",
}
#: Small enough to be copied whole.
_WHOLE = (
    "Journal Entry",
    "Version",
    "Communication",
    "Event",
    "Relationship Yardstick",
    "Relationship Override",
    "Contract Ending Reason",
)
_LINKED = {"Communication Link": "link_name", "Event Participants": "reference_docname"}


class MariaLedger(SequentialLedger):
    """ERPNext's tables through pymysql, as a Frappe site reads them."""

    dialect = Dialect.MARIADB
    packs = True

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.count = 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
            )
            found: dict[str, set[str]] = {}
            for name, column in cursor.fetchall():
                found.setdefault(name, set()).add(column)
        self._columns = found

    @classmethod
    def of_site(cls, folder: Path) -> MariaLedger:
        """The ledger of a Frappe site, by its site_config.json."""
        config = json.loads((folder / "site_config.json").read_text())
        return cls(
            pymysql.connect(
                host=config.get("db_host", "127.0.0.1"),
                user=config["db_name"],
                password=config["db_password"],
                database=config["db_name"],
                charset="utf8mb4",
                collation="utf8mb4_unicode_ci",
                conv={**conversions, FIELD_TYPE.NEWDECIMAL: float},
            )
        )

    def has(self, doctype: str, column: str | None = None) -> bool:
        columns = self._columns.get(f"tab{doctype}", set())
        return bool(columns) if column is None else column in columns

    def rows(self, rendered: Rendered, arguments: dict[str, Any]) -> Sequence[tuple]:
        self.count += 1
        values = dict(rendered.values)
        values.update({name: arguments[name] for name in rendered.arguments})
        values.update({name: tuple(arguments[name]) or (NOTHING,) for name in rendered.lists})
        with self.connection.cursor() as cursor:
            cursor.execute(rendered.sql, values)
            return cursor.fetchall()


def copied(ledger: MariaLedger, customers: Iterable[str]) -> SqliteLedger:
    """What the ledger holds about some customers, in SQLite."""
    memory = sqlite3.connect(":memory:")
    create_tables(memory)
    names = tuple(customers)
    for doctype, kinds in COLUMNS.items():
        columns = [column for column in kinds if ledger.has(doctype, column)]
        if not columns:
            continue
        where, values = _belongs(doctype, kinds, names)
        if where is None:
            continue
        chosen = ", ".join(f"`{column}`" for column in columns)
        with ledger.connection.cursor() as cursor:
            cursor.execute(f"SELECT {chosen} FROM `tab{doctype}` WHERE {where}", values)
            found = cursor.fetchall()
        quoted = ", ".join(f'"{column}"' for column in columns)
        memory.executemany(
            f'INSERT INTO "tab{doctype}" ({quoted}) VALUES ({", ".join("?" * len(columns))})',
            [[plain(value) for value in row] for row in found],
        )
    return SqliteLedger(memory)


def _belongs(doctype: str, kinds: dict[str, str], names: tuple[str, ...]) -> tuple[str | None, Any]:
    if doctype in _WHOLE:
        return "1 = 1", None
    column = _OWN.get(doctype) or _LINKED.get(doctype) or ("customer" if "customer" in kinds else None)
    if doctype in _CHILDREN:
        inner = f"SELECT name FROM `tab{_CHILDREN[doctype]}` WHERE customer IN %(names)s"
        return f"parent IN ({inner})", {"names": names}
    return (f"`{column}` IN %(names)s", {"names": names}) if column else (None, None)


def plain(value: Any) -> Any:
    """A value as ERPNext exports it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value


def differences(
    one: Iterable[Sequence[Any]], other: Iterable[Sequence[Any]], keys: int, tolerance: float = 1e-9
) -> list[str]:
    """Where two results differ: rows with the same first `keys` columns, numbers within the tolerance."""
    first, second = ({tuple(map(plain, row[:keys])): row[keys:] for row in rows} for rows in (one, other))
    found = [f"only in one: {key}" for key in sorted(map(str, first.keys() ^ second.keys()))]
    for key in first.keys() & second.keys():
        for a, b in zip(first[key], second[key], strict=True):
            a, b = plain(a), plain(b)
            near = (
                isinstance(a, (int, float))
                and isinstance(b, (int, float))
                and abs(a - b) <= tolerance * max(1, abs(a))
            )
            if a != b and not near:
                found.append(f"{key}: {a!r} and {b!r}")
    return found
