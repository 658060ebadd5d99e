"""Many rows in a few: the driver takes microseconds for every row and cell, which is most of a long read.

The database joins rows to texts, a few hundred rows each, in groups that have nothing to do with what they say. Everything comes
as text, nothing as an empty one. Where a text was cut off, or holds a separator itself, the rows are read as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import frappe
from pypika import MySQLQuery, Table
from pypika.functions import Coalesce, Count
from pypika.terms import AggregateFunction, Field, FormatParameter, Function

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.ledger.dialect import UNIT, column

#: What stands between packed rows: the record separator of ASCII.
RECORD = "\x1e"
#: Rows in a text, on average: with the longest texts still below what MariaDB joins by default, a megabyte.
ROWS = 200
#: Texts where the number of rows is not known before.
GROUPS = 256


class Joined(AggregateFunction):
    """All values of a term in a group, with :data:`RECORD` between them."""

    def __init__(self, term: Any) -> None:
        super().__init__("GROUP_CONCAT", term)

    def get_special_params_sql(self, **kwargs: Any) -> str:
        return f"SEPARATOR '{RECORD}'"


def read_texts(
    doctype: str, columns: Sequence[str], where: str, names: Iterable[str]
) -> Sequence[Sequence[str]]:
    """As `bulk.read_rows`, but every value is a text. One query, and a second one where a text could not be taken apart."""
    names = tuple(names)
    if not names:
        return ()
    columns = tuple(columns)
    values = (names, len(names) // ROWS + 1)
    rows = unpacked(frappe.db.sql(_selection(doctype, columns, where), values))
    if rows is not None:
        found = [row.split(UNIT) for row in rows]
        if all(len(row) == len(columns) for row in found):
            return found
    plain = read_rows(doctype, columns, where, names)
    return [["" if value is None else str(value) for value in row] for row in plain]


def joined(outer: Any, found: Any, name: str) -> Any:
    """A query of the texts of one column of a subquery; `outer` is an empty query. `unpacked` takes its rows apart."""
    term = Field(name, table=found)
    return outer.from_(found).select(Count("*"), Joined(term)).groupby(_group(term, GROUPS))


def unpacked(rows: Sequence[Sequence[Any]]) -> list[str] | None:
    """The joined values of groups (number, text); None where a text was cut off."""
    found: list[str] = []
    for number, text in rows:
        values = (text or "").split(RECORD)
        if len(values) != number:
            return None
        found += values
    return found


def _group(term: Any, groups: Any) -> Function:
    return Function("MOD", Function("CRC32", term), groups)


@lru_cache(maxsize=64)
def _selection(doctype: str, columns: tuple[str, ...], where: str) -> str:
    table = Table(f"tab{doctype}")
    texts = [Coalesce(column(table, name), "") for name in columns]
    row = Function("CONCAT_WS", Function("CHAR", ord(UNIT)), *texts)
    query = MySQLQuery.from_(table).select(Count("*"), Joined(row))
    query = query.where(column(table, where).isin(FormatParameter()))
    return query.groupby(_group(column(table, where), FormatParameter())).get_sql()
