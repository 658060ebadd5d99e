"""Many rows in one statement. Documents that must fire events go through the ORM instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import frappe
import frappe.utils
from pypika import MySQLQuery, Table
from pypika.functions import Function
from pypika.terms import FormatParameter

from relationship_crm.ledger.dialect import column

#: Rows in one statement: large enough to be fast, small enough for max_allowed_packet.
ROWS = 400
STANDARD = ("name", "creation", "modified", "owner", "modified_by", "docstatus")


@lru_cache(maxsize=64)
def _statement(doctype: str, columns: tuple[str, ...], rows: int, update: tuple[str, ...]) -> str:
    table = Table(f"tab{doctype}")
    row = tuple(FormatParameter() for _ in columns)
    query = MySQLQuery.into(table).columns(*columns).insert(*[row] * rows)
    for name in update:
        query = query.on_duplicate_key_update(column(table, name), Function("VALUES", column(table, name)))
    return query.get_sql()


@lru_cache(maxsize=64)
def _selection(doctype: str, columns: tuple[str, ...], where: str) -> str:
    table = Table(f"tab{doctype}")
    query = MySQLQuery.from_(table).select(*(column(table, name) for name in columns))
    return query.where(column(table, where).isin(FormatParameter())).get_sql()


def read_rows(doctype: str, columns: Sequence[str], where: str, names: Iterable[str]) -> tuple[tuple, ...]:
    """These columns of the rows whose column `where` is one of `names`; many names cost no rendering."""
    names = tuple(names)
    return frappe.db.sql(_selection(doctype, tuple(columns), where), (names,)) if names else ()


def write_rows(
    doctype: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], update: Sequence[str] = ()
) -> int:
    """Insert rows of a DocType, or update the `update` columns where the name exists already; the number of rows.

    Standard fields are added; each row starts with its name. Fires no document events.
    """
    rows = list(rows)
    now, user = frappe.utils.now(), frappe.session.user
    names = (*STANDARD, *columns[1:])
    update = tuple(update) and (*update, "modified", "modified_by")
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        values = list(chain.from_iterable((row[0], now, now, user, user, 0, *row[1:]) for row in part))
        frappe.db.sql(_statement(doctype, names, len(part), tuple(update)), values)
    return len(rows)
