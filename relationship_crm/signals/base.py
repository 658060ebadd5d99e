"""What a signal is, and the queries that follow from one.

A signal is a query of events, nothing else: from it come the sums for scoring, the documents behind a score, the
replay of any past day and the preview, on MariaDB and on SQLite alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from pypika.functions import Count, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.ledger.dialect import (
    Arg,
    AsDate,
    AsFloat,
    DateDiff,
    Divide,
    InList,
    LastDay,
    MonthIndex,
    Pow2,
    Value,
    query,
    sorting_query,
    table,
)

#: The columns of every signal's query, in this order.
COLUMNS = ("party_type", "party", "event_date", "known_at", "value", "weight", "voucher_type", "voucher_no")
#: Run-time lists of party names by party type.
LISTS = {"Customer": "customers", "Lead": "leads", "Prospect": "prospects"}


@dataclass(frozen=True)
class Scope:
    """Which documents a query may see.

    `restricted`: only the parties given at run time. `known`: only documents that were entered before the end of the
    run-time day `known_on`. Documents dated after the run-time day `as_of` are never seen.
    """

    has: Callable[..., bool] = field(compare=False)
    restricted: bool = False
    known: bool = False

    def limit(
        self,
        statement: QueryBuilder,
        *,
        date: Any = None,
        created: Any = None,
        party: Any = None,
        party_type: str = "Customer",
    ) -> QueryBuilder:
        """The statement with the scope's conditions on a base table's party, date and creation."""
        if date is not None:
            statement = statement.where(self.until(date))
        if created is not None and self.known:
            statement = statement.where(self.entered(created))
        if party is not None and self.restricted:
            statement = statement.where(self.one_of(party, party_type))
        return statement

    @staticmethod
    def until(date: Any) -> Any:
        """The condition that a date or datetime is not after the as-of day."""
        return date < AsDate(Arg("as_of_next"))  # a day, or SQLite would compare "…-01" with "…-01 00:00:00"

    @staticmethod
    def entered(created: Any) -> Any:
        """The condition that something was entered by the end of the day up to which is known."""
        return created < AsDate(Arg("known_next"))

    @staticmethod
    def one_of(party: Any, party_type: str) -> InList:
        """The condition that a party is one of those given at run time."""
        return InList(party, LISTS[party_type])

    @staticmethod
    def yardstick(alias: str) -> Any:
        """Population figures (kind, segment, month, value): the stored ones, or those of the run-time `replay`."""
        y = table("Relationship Yardstick")
        return (
            query()
            .from_(y)
            .select(y.kind, y.segment, y.month, y.value)
            .where(y.replay == Arg("replay"))
            .as_(alias)
        )


@dataclass(frozen=True)
class Signal:
    """One kind of evidence about a relationship.

    `events` builds the query of its events with the columns :data:`COLUMNS`; `value` is 0..1, `weight` is relative to
    the signal's weight (1 for an ordinary event). `dimensions` are those it speaks about. `half_life` in days, None =
    never fades; `cap` = the most pseudo-observations it can hold. `maturing`: the event's value grows with its age as
    value·(1 - 2^(-age/maturing)). `sources` are the DocTypes it reads: where one is missing the signal is silent.
    """

    key: str
    label: str
    description: str
    dimensions: tuple[str, ...]
    weight: float
    half_life: float | None
    cap: float
    events: Callable[[Scope], Any]
    sources: tuple[str, ...]
    maturing: float | None = None

    def speaks(self, has: Callable[..., bool]) -> bool:
        """Whether all its sources exist in this ledger."""
        return all(has(doctype) for doctype in self.sources)


def select_events(
    statement: QueryBuilder,
    *,
    party_type: Any,
    party: Any,
    date: Any,
    known_at: Any,
    value: Any,
    weight: Any = 1,
    voucher_type: Any,
    voucher_no: Any,
) -> QueryBuilder:
    """The statement selecting an event's columns under their names."""

    def term(x: Any) -> Any:
        return x if hasattr(x, "get_sql") else Value(x)

    return statement.select(
        term(party_type).as_("party_type"),
        term(party).as_("party"),
        term(date).as_("event_date"),
        term(known_at).as_("known_at"),
        term(value).as_("value"),
        term(weight).as_("weight"),
        term(voucher_type).as_("voucher_type"),
        term(voucher_no).as_("voucher_no"),
    )


def sums_query(signal: Signal, scope: Scope) -> Any:
    """Events summed by party and month, each faded to the end of its month by the run-time `half_life`.

    Columns: party_type, party, month, Σ weight, Σ weight·value, number of events. A party and month may come several
    times, once for every kind of event that makes up the signal.
    """
    branches = _sums(signal, scope, Arg("half_life"))
    return _union(branches) if branches else None


def all_sums_query(wanted: Sequence[tuple[Signal, float]], scope: Scope) -> Any:
    """The sums of several signals, each by its half-life, in one statement; the last column is the place in `wanted`.

    For few parties the way to the database costs more than the work there, so one statement is faster than twenty.
    """
    branches = [
        branch.select(place)
        for place, (signal, half_life) in enumerate(wanted)
        for branch in _sums(signal, scope, Value(half_life))
    ]
    return _union(branches) if branches else None


def _sums(signal: Signal, scope: Scope, half_life: Any) -> list[QueryBuilder]:
    """Branch by branch: a union in a FROM clause would be written to a temporary table first."""
    statement = signal.events(scope)
    return [] if statement is None else [_summed(branch, half_life) for branch in _branches(statement)]


def _union(branches: Sequence[QueryBuilder]) -> Any:
    first, *others = branches
    return reduce(lambda one, other: one.union_all(other), others, first)


def _branches(statement: Any) -> list[QueryBuilder]:
    """The queries a union consists of, or the query itself."""
    if isinstance(statement, QueryBuilder):
        return [statement]
    return [statement.base_query, *(branch for _operation, branch in statement._set_operation)]


def _summed(statement: QueryBuilder, half_life: Any) -> QueryBuilder:
    e = statement.as_("e")
    day, weight, value = Field("event_date", table=e), Field("weight", table=e), Field("value", table=e)
    ahead = DateDiff(LastDay(day), day)
    faint = AsFloat(weight) * Pow2(-Divide(ahead, half_life))
    party_type, party, month = Field("party_type", table=e), Field("party", table=e), MonthIndex(day)
    return (
        sorting_query()
        .from_(e)
        .select(party_type, party, month.as_("month"), Sum(faint), Sum(faint * value), Count("*"))
        .where(Scope.until(day))
        .groupby(party_type, party, month)
    )


def events_query(signal: Signal, scope: Scope) -> Any:
    """The events themselves, newest first."""
    statement = signal.events(scope)
    if statement is None:
        return None
    e = statement.as_("e")
    fields = [Field(name, table=e) for name in COLUMNS]
    return query().from_(e).select(*fields).where(Scope.until(fields[2])).orderby(fields[2], fields[7])
