"""Long results in one text. PyMySQL takes four microseconds for every row and one for every cell, which is most of a long read.

What does not fit into one text, or holds the separators itself, comes as rows: the same result, slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import frappe
from pypika import MySQLQuery, Table
from pypika.functions import Count
from pypika.terms import FormatParameter

from relationship_crm.ledger.dialect import (
    RECORD,
    UNIT,
    Dialect,
    Gathered,
    branches,
    column,
    query,
    render,
)
from relationship_crm.ledger.site import bound

#: Bytes of one text; servers send no more than 16 MiB at once unless told otherwise.
LONGEST = 12_000_000
#: The server's own limit is a megabyte, and what is longer is cut.
_LIMIT = f"SET STATEMENT group_concat_max_len={LONGEST} FOR "

#: Of so many names it is worth asking whether they are most.
MANY = 2000

Texts = list[list[str]]
#: A statement and its values.
Rendered = tuple[str, Any]


def read(statement: Any, arguments: dict[str, Any] | None = None) -> Texts:
    """The rows of a query as texts, empty ones for NULL; one statement. For queries of `frappe.qb` and of `ledger.dialect`.

    `arguments`: values of the latter that are given at run time. Every column needs a name.
    """
    return _run(*_both(statement, arguments))


def read_column(statement: Any, arguments: dict[str, Any] | None = None) -> list[str]:
    """The same of a query of one column."""
    gathered, plain, width = _both(statement, arguments)
    records = _records(gathered, width)
    return records if records is not None else list(chain.from_iterable(_rows(plain)))


def read_texts(doctype: str, columns: Sequence[str], where: str, names: Iterable[str]) -> Texts:
    """These columns of the rows whose column `where` (one of them) is one of `names`, as texts; empty ones for NULL."""
    names = set(names)
    if not names:
        return []
    if most((doctype,), len(names)):
        plain, gathered = _selections(doctype, tuple(columns), "")
        place = columns.index(where)
        return [row for row in _run((gathered, ()), (plain, ()), len(columns)) if row[place] in names]
    plain, gathered = _selections(doctype, tuple(columns), where)
    values = (tuple(names),)  # of a set MySQLdb, which version 16 uses, makes one text
    return _run((gathered, values), (plain, values), len(columns))


def most(doctypes: Sequence[str], number: int) -> bool:
    """Whether so many names are most of the records there are, by the server's estimate.

    Then it is faster to read all and leave the rest aside: looking each up in a long list costs three times as much as reading it.
    """
    return number > MANY and 2 * number > sum(frappe.db.estimate_count(doctype) for doctype in doctypes)


def _both(statement: Any, arguments: dict[str, Any] | None) -> tuple[Rendered, Rendered, int]:
    """A query in one text, as rows, and the number of its columns."""
    first = branches(statement)[0]
    names = [term.alias or term.name for term in first._selects]
    if first.dialect:  # of `frappe.qb`; ours learn theirs when they are rendered
        return _around(frappe.qb, statement, names).walk(), statement.walk(), len(names)
    around = _around(query(), statement, names)
    return _rendered(around, arguments), _rendered(statement, arguments), len(names)


def _around(builder: Any, statement: Any, names: Sequence[str]) -> Any:
    rows = statement.as_("gathered")
    return builder.from_(rows).select(Gathered(*(column(rows, name) for name in names)), Count("*"))


def _rendered(statement: Any, arguments: dict[str, Any] | None) -> Rendered:
    rendered = render(statement, Dialect.MARIADB)
    return rendered.sql, bound(rendered, arguments or {})


@lru_cache(maxsize=64)
def _selections(doctype: str, columns: tuple[str, ...], where: str) -> tuple[str, str]:
    """A selection by names, or of all, as rows, and in one text."""
    table = Table(f"tab{doctype}")
    fields = [column(table, name) for name in columns]
    some = MySQLQuery.from_(table)
    if where:
        some = some.where(column(table, where).isin(FormatParameter()))
    return some.select(*fields).get_sql(), some.select(Gathered(*fields), Count("*")).get_sql()


def _run(gathered: Rendered, plain: Rendered, width: int) -> Texts:
    records = _records(gathered, width)
    return [row.split(UNIT) for row in records] if records is not None else _rows(plain)


def _records(gathered: Rendered, width: int) -> list[str] | None:
    """The rows, each a text of its cells; None where they cannot be told apart, or do not fit."""
    sql, values = gathered
    # words of our own before a rendered query
    ((text, number),) = frappe.db.sql(_LIMIT + sql, values)  # nosemgrep
    if not number:
        return []
    whole = text and text.count(RECORD) == number and text.count(UNIT) == number * (width - 1)
    return text.split(RECORD)[:-1] if whole else None


def _rows(plain: Rendered) -> Texts:
    return [["" if value is None else str(value) for value in row] for row in frappe.db.sql(*plain)]
