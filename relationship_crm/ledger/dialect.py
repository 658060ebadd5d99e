"""SQL that means the same on MariaDB and on SQLite.

Queries are built with PyPika alone. Every place where the two databases differ is one class here, which renders
itself by dialect. Values never enter the text: :class:`Value` binds a constant of the code or a user's setting,
:class:`Arg` and :class:`InList` name what is given at run time, so that a rendered query can be kept and reused.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from typing import Any

from pypika import Table
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Field, Term
from pypika.utils import format_alias_sql


class Dialect(Enum):
    """The two databases our queries run on."""

    MARIADB = "mariadb"
    SQLITE = "sqlite"


@dataclass(frozen=True)
class Rendered:
    """A query as text, with the values bound while it was rendered and the names it wants at run time."""

    sql: str
    values: dict[str, Any]
    arguments: frozenset[str]
    lists: frozenset[str]


@dataclass
class _Binder:
    """Collects what a query binds while PyPika walks through it."""

    values: dict[str, Any] = field(default_factory=dict)
    arguments: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)

    def bind(self, value: Any) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return name


#: The binder of the rendering under way. Not a keyword of `get_sql`, because PyPika's functions drop those they do not know.
#: PyPika also renders terms to hash them: outside a rendering nothing is bound, values stand for themselves.
_binding: ContextVar[_Binder | None] = ContextVar("binding", default=None)


class _SortingQuery(QueryBuilder):
    """A query whose groups MariaDB finds by sorting."""

    def _select_sql(self, **kwargs: Any) -> str:
        sql = super()._select_sql(**kwargs)
        if kwargs.get("dialect") is Dialect.MARIADB:
            return sql.replace("SELECT ", "SELECT SQL_BIG_RESULT ", 1)
        return sql


def query() -> QueryBuilder:
    """An empty query; parts of a union stay without parentheses, which SQLite does not accept."""
    return QueryBuilder(wrap_set_operation_queries=False)


def sorting_query() -> QueryBuilder:
    """An empty query for many groups that no index gives.

    MariaDB would put them into a temporary table, which holds every name at its full width: three times as slow.
    """
    return _SortingQuery(wrap_set_operation_queries=False)


def branches(statement: Any) -> list[QueryBuilder]:
    """The queries a union consists of, or the query itself."""
    if isinstance(statement, QueryBuilder):
        return [statement]
    return [statement.base_query, *(branch for _operation, branch in statement._set_operation)]


def union_all(queries: Sequence[QueryBuilder]) -> Any:
    """One query out of several with the same columns; rows that are equal stay."""
    return reduce(lambda one, other: one.union_all(other), queries)


def selecting(statement: QueryBuilder, terms: Sequence[Any]) -> QueryBuilder:
    """A copy of a query that selects these terms in place of its own."""
    other = copy(statement)
    other._selects = list(terms)
    return other


def packed(statement: Any) -> Any:
    """A query whose rows are one text each: PyMySQL takes a microsecond for every cell, which is most of a long read."""
    return union_all([selecting(branch, [Packed(*branch._selects)]) for branch in branches(statement)])


def table(doctype: str, alias: str | None = None) -> Table:
    """The table of a DocType, e.g. ``table("Sales Invoice")`` is `tabSales Invoice`."""
    return Table(f"tab{doctype}", alias=alias)


def column(source: Any, name: str) -> Field:
    """A column by name. (`Table.field` is no method any more once Frappe is imported.)"""
    return Field(name, table=source)


def render(statement: Any, dialect: Dialect) -> Rendered:
    """Text of a query in one dialect. Placeholders are ``%(name)s`` for MariaDB, ``:name`` for SQLite."""
    binder = _Binder()
    token = _binding.set(binder)
    try:
        sql = statement.get_sql(quote_char="`", alias_quote_char="`", dialect=dialect)
    finally:
        _binding.reset(token)
    return Rendered(sql, binder.values, frozenset(binder.arguments), frozenset(binder.lists))


#: What stands between the terms of a packed row, and after each row of many in one text: ASCII's separators of units and records.
UNIT, RECORD = "\x1f", "\x1e"


def _placeholder(name: str, dialect: Dialect) -> str:
    return f":{name}" if dialect is Dialect.SQLITE else f"%({name})s"


class _Own(Term):
    """Base of our own terms: children, rendering with an alias, no table of its own."""

    is_aggregate: bool | None = None

    def __init__(self, *terms: Any) -> None:
        super().__init__()
        self.terms = [self.wrap_constant(term) for term in terms]

    def nodes_(self):  # PyPika's protocol for walking a term
        yield self
        for term in self.terms:
            yield from term.nodes_()

    def replace_table(self, current_table: Any, new_table: Any) -> _Own:
        self.terms = [term.replace_table(current_table, new_table) for term in self.terms]
        return self

    def get_sql(self, with_alias: bool = False, **kwargs: Any) -> str:
        kwargs.pop("subquery", None)
        parts = [term.get_sql(**kwargs, subquery=True) for term in self.terms]
        sql = self.render(parts, kwargs.get("dialect") or Dialect.SQLITE, kwargs)
        if with_alias:
            return format_alias_sql(sql, self.alias, **kwargs)
        return sql

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        raise NotImplementedError


class Value(_Own):
    """A value bound as a parameter: constants of the code as well as what users typed."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        binder = _binding.get()
        return repr(self.value) if binder is None else _placeholder(binder.bind(self.value), dialect)


class Arg(_Own):
    """A value that is given by name when the query is run."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        if binder := _binding.get():
            binder.arguments.add(self.name)
        return _placeholder(self.name, dialect)


class InList(_Own, Criterion):
    """``term IN (list)`` with the list given by name when the query is run; an empty list matches nothing."""

    def __init__(self, term: Any, name: str) -> None:
        super().__init__(term)
        self.name = name

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        if binder := _binding.get():
            binder.lists.add(self.name)
        return f"{parts[0]} IN {_placeholder(self.name, dialect)}"


class Matches(_Own, Criterion):
    """``term LIKE pattern``; the pattern is bound."""

    def __init__(self, term: Any, pattern: str) -> None:
        super().__init__(term, Value(pattern))

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        return f"{parts[0]} LIKE {parts[1]}"


class AsDate(_Own):
    """The day of a date or datetime."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        return f"DATE({parts[0]})"


class DateDiff(_Own):
    """Whole days from the second date to the first: ``DateDiff(paid, due)`` is positive when paid late."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        later, earlier = parts
        if dialect is Dialect.SQLITE:
            return f"CAST(ROUND(JULIANDAY(DATE({later}))-JULIANDAY(DATE({earlier}))) AS INTEGER)"
        return f"DATEDIFF({later},{earlier})"


class AddDays(_Own):
    """A day so many days later; the result is a date."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        day, days = parts
        if dialect is Dialect.SQLITE:
            return f"DATE({day},({days})||' days')"
        return f"DATE_ADD(DATE({day}),INTERVAL ({days}) DAY)"


class LastDay(_Own):
    """The last day of the month of a date."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        if dialect is Dialect.SQLITE:
            return f"DATE({parts[0]},'start of month','+1 month','-1 day')"
        return f"LAST_DAY({parts[0]})"


class MonthIndex(_Own):
    """Months since year 0, so that months can be subtracted: ``year * 12 + month - 1``."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        day = parts[0]
        if dialect is Dialect.SQLITE:
            return f"(CAST(STRFTIME('%Y',{day}) AS INTEGER)*12+CAST(STRFTIME('%m',{day}) AS INTEGER)-1)"
        return f"(YEAR({day})*12+MONTH({day})-1)"


class MonthEnd(_Own):
    """The last day of the month with a given index (see :class:`MonthIndex`)."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        month = parts[0]
        if dialect is Dialect.SQLITE:
            return f"DATE('0000-01-01','+'||({month})||' months','+1 month','-1 day')"
        return f"LAST_DAY(DATE_ADD('1900-01-01',INTERVAL (({month})-22800) MONTH))"


class DayNumber(_Own):
    """Days from 1970-01-01 to a date or datetime, the engine's unit of every day."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        if dialect is Dialect.SQLITE:
            return f"CAST(JULIANDAY(DATE({parts[0]}))-2440587.5 AS INTEGER)"
        return f"(TO_DAYS({parts[0]})-719528)"


class Least(_Own):
    """The smallest of its terms, NULL where one is NULL."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        name = "MIN" if dialect is Dialect.SQLITE else "LEAST"
        return f"{name}({','.join(parts)})"


class Greatest(_Own):
    """The greatest of its terms, NULL where one is NULL."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        name = "MAX" if dialect is Dialect.SQLITE else "GREATEST"
        return f"{name}({','.join(parts)})"


class Divide(_Own):
    """Division in floating point; NULL when divided by zero. SQLite would divide integers as integers."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        return f"(({parts[0]})*1e0/NULLIF({parts[1]},0))"


class AsFloat(_Own):
    """A number as floating point, never as Decimal."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        return f"(({parts[0]})*1e0)"


class Join(_Own):
    """Text put together from its terms."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        return f"({'||'.join(parts)})" if dialect is Dialect.SQLITE else f"CONCAT({','.join(parts)})"


class FloorDivide(_Own):
    """Whole quotient of two whole numbers that are not negative."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        operator = "/" if dialect is Dialect.SQLITE else "DIV"
        return f"(({parts[0]}) {operator} ({parts[1]}))"


class Packed(_Own):
    """All its terms in one text with :data:`UNIT` between them; NULL becomes an empty text."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        texts = [f"COALESCE({part},'')" for part in parts]
        if dialect is Dialect.SQLITE:
            return "||CHAR(31)||".join(texts)
        # converted, or the branches of a union would differ in collation
        return f"CONVERT(CONCAT_WS(CHAR(31),{','.join(texts)}) USING utf8mb4)"


class Gathered(Packed):
    """All rows of a group in one text, each packed and with :data:`RECORD` after it. MariaDB alone."""

    is_aggregate = True

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        row = super().render(parts, Dialect.MARIADB, kwargs)
        return f"GROUP_CONCAT({row},CHAR(30 USING utf8mb4) SEPARATOR '')"


class Exists(_Own, Criterion):
    """Whether a query, which may refer to the one around it, finds a row."""

    def render(self, parts: list[str], dialect: Dialect, kwargs: dict[str, Any]) -> str:
        return f"EXISTS {parts[0]}"
