"""A ledger is a database that holds ERPNext's tables. This module knows SQLite; `ledger.site` knows Frappe."""

from __future__ import annotations

import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol

from relationship_crm.ledger.dialect import Dialect, Rendered, render

NOTHING = "\u2014"  # stands in an empty list: no document has this name


class Ledger(Protocol):
    """What signals, measures and the assessment ask of a database."""

    dialect: Dialect
    #: Whether long results come faster as one text a row (see :func:`relationship_crm.ledger.dialect.packed`).
    packs: bool

    def has(self, doctype: str, column: str | None = None) -> bool:
        """Whether the table (and the column) exists here."""
        ...

    def rows(self, rendered: Rendered, arguments: dict[str, Any]) -> Sequence[Sequence[Any]]:
        """The rows of a rendered query as tuples."""
        ...

    def begin(self, rendered: Rendered, arguments: dict[str, Any]) -> Callable[[], Sequence[Sequence[Any]]]:
        """Have a query worked on; the function returned waits for its rows."""
        ...


class SequentialLedger(ABC):
    """A ledger that works on one query at a time: it begins when its rows are wanted."""

    @abstractmethod
    def rows(self, rendered: Rendered, arguments: dict[str, Any]) -> Sequence[Sequence[Any]]:
        """The rows of a rendered query as tuples."""

    def begin(self, rendered: Rendered, arguments: dict[str, Any]) -> Callable[[], Sequence[Sequence[Any]]]:
        return partial(self.rows, rendered, arguments)


class Queries:
    """Rendered queries by key, so that PyPika walks through a query once per process, not once per party."""

    def __init__(self) -> None:
        self._kept: dict[tuple, Rendered | None] = {}

    def get(self, key: tuple, build: Callable[[], Any], dialect: Dialect) -> Rendered | None:
        """The rendered query of a key; `build` returns the PyPika query or None where there is nothing to ask."""
        key = (dialect, *key)
        if key not in self._kept:
            statement = build()
            self._kept[key] = None if statement is None else render(statement, dialect)
        return self._kept[key]

    def clear(self) -> None:
        """Forget everything, e.g. when a signal was changed on the desk."""
        self._kept.clear()


class SqliteLedger(SequentialLedger):
    """ERPNext's tables in SQLite: dates are ISO text, as ERPNext exports them."""

    dialect = Dialect.SQLITE
    packs = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.count = 0
        self._columns: dict[str, set[str]] = {}

    def has(self, doctype: str, column: str | None = None) -> bool:
        if doctype not in self._columns:
            name = f"tab{doctype}".replace('"', '""')
            info = self.connection.execute(f'PRAGMA table_info("{name}")').fetchall()
            self._columns[doctype] = {row[1] for row in info}
        columns = self._columns[doctype]
        return bool(columns) if column is None else column in columns

    def rows(self, rendered: Rendered, arguments: dict[str, Any]) -> list[tuple]:
        self.count += 1
        sql, values = rendered.sql, dict(rendered.values)
        for name in rendered.arguments:
            values[name] = _text(arguments[name])
        for name in rendered.lists:
            items = list(arguments[name]) or [NOTHING]
            names = [f"{name}_{i}" for i in range(len(items))]
            values.update(zip(names, items, strict=True))
            sql = re.sub(rf":{name}\b", "(" + ",".join(f":{n}" for n in names) + ")", sql)
        return self.connection.execute(sql, {k: _text(v) for k, v in values.items()}).fetchall()

    def replace_yardsticks(self, rows: Iterable[tuple[str, str, int, float]]) -> None:
        """Put population figures (kind, segment, month, value) in place of those of the same kinds."""
        rows = list(rows)
        kinds = sorted({(row[0],) for row in rows})
        self.connection.executemany('DELETE FROM "tabRelationship Yardstick" WHERE kind = ?', kinds)
        self.connection.executemany(
            'INSERT INTO "tabRelationship Yardstick" (kind, segment, month, value) VALUES (?, ?, ?, ?)', rows
        )


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else value
