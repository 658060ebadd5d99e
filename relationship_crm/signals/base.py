"""What a signal is, and the queries that follow from one.

A signal is a query of events, nothing else: from it come the scores, the documents behind a score, the replay of any
past day and the preview, on MariaDB and on SQLite alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.ledger.dialect import (
    Arg,
    AsDate,
    AsFloat,
    DayNumber,
    InList,
    Value,
    branches,
    query,
    selecting,
    union_all,
)

#: The columns of every signal's query, in this order.
COLUMNS = (
    "party_type",
    "party",
    "event_date",
    "known_at",
    "value",
    "weight",
    "voucher_type",
    "voucher_no",
    "segment",
)
#: The columns of :func:`observations_query`; `day` counts from 1970-01-01.
OBSERVED = ("party_type", "party", "day", "value", "weight", "segment", "place")
#: Raw figures, usual figures and segments of events to their values.
Judge = Callable[[np.ndarray, np.ndarray, Sequence[str]], np.ndarray]
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


@dataclass(frozen=True)
class Signal:
    """One kind of evidence about a relationship.

    `events` builds the query of its events with the columns :data:`COLUMNS`; `value` is 0..1, `weight` is relative to
    the signal's weight (1 for an ordinary event). `dimensions` are those it speaks about. `half_life` in days, None =
    never fades; `cap` = the most pseudo-observations it can hold. `maturing`: the event's value grows with its age as
    value·(1 - 2^(-age/maturing)). `sources` are the DocTypes it reads: where one is missing the signal is silent.

    With `judge` the events carry a raw figure in place of a value, and `judge(raw, usual, segments)` makes values 0..1
    of them; an event whose value is NaN does not count. `yardstick` names the kind of population figure they are compared
    with: `usual` is that of the event's segment at the close of the month before the event, NaN where there is none.
    Signals with the same `events` share one reading.
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
    judge: Judge | None = None
    yardstick: str = ""

    def speaks(self, has: Callable[..., bool]) -> bool:
        """Whether all its sources exist in this ledger."""
        return all(has(doctype) for doctype in self.sources)


def of_segment(wanted: str) -> Judge:
    """Judges events of several signals that are read together: one takes those of its segment, as they are."""

    def judge(raw: np.ndarray, usual: np.ndarray, segments: Sequence[str]) -> np.ndarray:
        mine = np.fromiter((segment == wanted for segment in segments), dtype=bool, count=len(raw))
        return np.where(mine, raw, np.nan)

    return judge


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
    segment: Any = "",
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
        term(segment).as_("segment"),
    )


def customer_events(
    scope: Scope,
    statement: QueryBuilder,
    *,
    customer: Any,
    date: Any,
    created: Any,
    value: Any,
    weight: Any = 1,
    voucher_type: Any,
    voucher_no: Any,
) -> QueryBuilder:
    """The events of documents about a customer, on the documents' own date and known since they were entered."""
    return select_events(
        scope.limit(statement, date=date, created=created, party=customer),
        party_type="Customer",
        party=customer,
        date=AsDate(date),
        known_at=created,
        value=value,
        weight=weight,
        voucher_type=voucher_type,
        voucher_no=voucher_no,
    )


def observations_query(wanted: Sequence[Signal], scope: Scope) -> Any:
    """What scoring needs of the events of some signals (columns :data:`OBSERVED`), in no order; None = nothing to ask.

    `place` is the signal's position in `wanted`. Events after the as-of day may be among them. The branches of a union
    are selected from directly: a union or a grouping inside a FROM clause would be written to a temporary table first,
    which holds every name at its full width.
    """
    observed = [
        _observed(branch, place)
        for place, signal in enumerate(wanted)
        if (statement := signal.events(scope)) is not None
        for branch in branches(statement)
    ]
    return union_all(observed) if observed else None


def _observed(statement: QueryBuilder, place: int) -> QueryBuilder:
    """An event query that selects what scoring needs in place of what people want to see."""
    terms = {term.alias: term for term in statement._selects}
    wanted = [
        terms["party_type"],
        terms["party"],
        DayNumber(terms["event_date"]).as_("day"),
        AsFloat(terms["value"]).as_("value"),
        AsFloat(terms["weight"]).as_("weight"),
        terms["segment"],
        Value(place).as_("place"),
    ]
    return selecting(statement, wanted)


def events_query(signal: Signal, scope: Scope) -> Any:
    """The events themselves, oldest first, with columns :data:`COLUMNS`."""
    statement = signal.events(scope)
    if statement is None:
        return None
    e = statement.as_("e")
    fields = [Field(name, table=e) for name in COLUMNS]
    return query().from_(e).select(*fields).where(Scope.until(fields[2])).orderby(fields[2], fields[7])
