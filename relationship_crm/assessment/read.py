"""Reading the ledger: every query an assessment asks, a constant number whatever the number of parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np

from relationship_crm.assessment.configuration import Configuration
from relationship_crm.assessment.events import Events
from relationship_crm.assessment.parties import Key, Parties, load_parties
from relationship_crm.assessment.yardsticks import Yardsticks, yardsticks_query
from relationship_crm.engine.grid import day_number
from relationship_crm.engine.purchases import PurchaseRows
from relationship_crm.ledger.database import Ledger, Queries
from relationship_crm.ledger.dialect import UNIT, Rendered, packed
from relationship_crm.measures.losses import losses_query
from relationship_crm.measures.pipeline import engaged_query
from relationship_crm.measures.purchases import purchase_rows_query
from relationship_crm.signals.base import LISTS, Scope, Signal, events_query, observations_query
from relationship_crm.signals.contact import CONTACT_ANSWERED

#: Begins the key of a query of events.
OBSERVED = "observed"


def as_date(value: Any) -> date:
    """A date from what the database gave: a date, a datetime or ISO text."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def days_of(values: Iterable[Any]) -> np.ndarray:
    """Day numbers of dates; equal dates are converted once."""
    known: dict[Any, int] = {}
    out = []
    for value in values:
        number = known.get(value)
        if number is None:
            number = known[value] = day_number(as_date(value))
        out.append(number)
    return np.array(out, dtype=np.int64)


def floats(values: Iterable[Any]) -> np.ndarray:
    """Numbers from what the database gave; NULL is NaN."""
    return np.array([np.nan if value is None or value == "" else value for value in values], dtype=float)


def _packed(statement: Any) -> Any:
    return None if statement is None else packed(statement)


@dataclass(frozen=True)
class Span:
    """A span of days in which something holds for a party, e.g. a recorded loss."""

    party: int
    start: int
    end: int


class Reader:
    """Asks one ledger as of one day, for all parties or for some.

    `known_on` hides documents entered after that day.
    """

    def __init__(
        self,
        ledger: Ledger,
        configuration: Configuration,
        queries: Queries,
        as_of: date,
        known_on: date | None = None,
        only: Iterable[Key] | None = None,
    ) -> None:
        self.ledger, self.configuration, self.queries = ledger, configuration, queries
        self.as_of, self.known_on = as_of, known_on
        self.restricted = only is not None
        self.parties: Parties = load_parties(ledger, configuration, queries, only)
        self.scope = Scope(ledger.has, self.restricted, known_on is not None)
        self.arguments: dict[str, Any] = {
            "as_of_next": as_of + timedelta(days=1),
            **(self.parties.names() if self.restricted else {name: [] for name in LISTS.values()}),
        }
        if known_on is not None:
            self.arguments["known_next"] = known_on + timedelta(days=1)
        self._begin()

    def rows(self, key: tuple, build: Any, **more: Any) -> Sequence[Sequence[Any]]:
        """The rows of a query that is kept under `key` together with this scope."""
        rendered = self._rendered(key, build)
        return () if rendered is None else self.ledger.rows(rendered, {**self.arguments, **more})

    def _rendered(self, key: tuple, build: Any) -> Rendered | None:
        return self.queries.get((*key, self.scope.restricted, self.scope.known), build, self.ledger.dialect)

    def _begin(self) -> None:
        """Have the long queries worked on, the longest first."""
        basis = self.configuration.purchase_basis
        wanted: dict[tuple, Any] = {("purchases", basis): lambda: purchase_rows_query(self.scope, basis)}
        for signals in self._batches():
            wanted[OBSERVED, signals] = lambda s=signals: observations_query(s, self.scope)
        self._packs = self.ledger.packs and not self.restricted
        rendered = {
            key: self._rendered(("packed", *key), lambda b=build: _packed(b()))
            if self._packs
            else self._rendered(key, build)
            for key, build in wanted.items()
        }
        asked = sorted((k for k, r in rendered.items() if r), key=lambda k: -len(rendered[k].sql))
        self._begun = {key: self.ledger.begin(rendered[key], self.arguments) for key in asked}

    def _columns(self, key: tuple) -> list[Sequence[Any]]:
        """The columns of a query that was begun, none where there are no rows. NULL may come as an empty text."""
        begun = self._begun.pop(key, None)
        if begun is None:
            return []
        if self._packs:
            return list(zip(*[row[0].split(UNIT) for row in begun()], strict=True))
        return list(zip(*begun(), strict=True))

    @cached_property
    def _spoken(self) -> list[Signal]:
        """Every signal that some model uses or a measure needs."""
        wanted = {term.signal for c in self.configuration.models for term in c.model.terms if term.weight}
        wanted.add(CONTACT_ANSWERED.key)
        known = self.configuration.signals
        return [known[key] for key in sorted(wanted & known.keys()) if known[key].speaks(self.ledger.has)]

    def _batches(self) -> list[tuple[Signal, ...]]:
        """Signals that are asked for in one statement; those with the same events once."""
        asked = tuple({signal.events: signal for signal in self._spoken}.values())
        # for few parties the way to the database costs more than the work there
        return ([asked] if asked else []) if self.restricted else [(signal,) for signal in asked]

    def observed(self) -> dict[str, Events]:
        """The events of the signals by key, as the ledger gives them."""
        found: dict[Any, Events] = {}
        # in the order in which they were begun: while one is taken over the next is worked on
        for key in [key for key in self._begun if key[0] == OBSERVED]:
            found.update(self._events(key[1], self._columns(key)))
        return {signal.key: found[signal.events] for signal in self._spoken if signal.events in found}

    def _events(self, signals: Sequence[Signal], columns: list[Sequence[Any]]) -> dict[Any, Events]:
        """By the function that asks for them."""
        if not columns:
            return {}
        party_type, party, day, value, weight, segment, place = columns
        positions = np.array(self.parties.find_all(party_type, party), dtype=np.int64)
        days, places = np.array(day, dtype=np.int64), np.array(place, dtype=np.int64)
        values, weights = floats(value), floats(weight)
        valid = (days <= day_number(self.as_of)) & ~np.isnan(values) & ~np.isnan(weights)
        found = {}
        for number, signal in enumerate(signals):
            mine = valid & (places == number)
            if not signal.yardstick:
                mine &= positions >= 0
            chosen = np.flatnonzero(mine)
            segments = [segment[i] for i in chosen.tolist()] if signal.judge else ()
            found[signal.events] = Events(
                positions[chosen], days[chosen], values[chosen], weights[chosen], segments
            )
        return found

    def yardsticks(self, observed: Mapping[str, Events]) -> Yardsticks:
        """The stored figures by which the observed events are judged."""
        signals = self.configuration.signals
        segments = sorted({s for key, e in observed.items() if signals[key].yardstick for s in e.segment})
        if not segments:
            return Yardsticks()
        rows = self.rows(("yardsticks",), yardsticks_query, segments=segments)
        return Yardsticks.from_rows(rows)

    def events(self, signal_key: str) -> Sequence[Sequence[Any]]:
        """The events of one signal with their documents (columns :data:`relationship_crm.signals.base.COLUMNS`).

        Oldest first. Values are as the ledger gives them, see :meth:`Assessment.values_of`.
        """
        signal = self.configuration.signals.get(signal_key)
        if signal is None or not signal.speaks(self.ledger.has):
            return ()
        return self.rows(("events", signal), lambda: events_query(signal, self.scope))

    def purchase_rows(self) -> tuple[PurchaseRows, list[str]]:
        """What was bought, and the company of each row."""
        columns = self._columns(("purchases", self.configuration.purchase_basis))
        if not columns:
            return PurchaseRows.none(), []
        customer, companies, bought, dated, amount, revenue = columns
        places = np.array(self.parties.find_all(repeat("Customer"), customer), dtype=np.int64)
        rates = self.configuration.rates
        keep = np.flatnonzero(places >= 0)
        company = [companies[i] for i in keep.tolist()]
        rate = np.array([rates.get(c, 1.0) for c in company])
        convertible = np.array([c in rates or not rates for c in company], dtype=bool)
        return (
            PurchaseRows(
                places[keep],
                days_of(bought)[keep],
                days_of(dated)[keep],
                np.nan_to_num(floats(amount)[keep]) * rate,
                np.where(convertible, np.nan_to_num(floats(revenue)[keep]) * rate, 0.0),
            ),
            company,
        )

    def engaged(self, observed: Mapping[str, Events]) -> dict[int, int]:
        """First day on which a party was in talks: opportunity, quotation or an answered contact."""
        contact = observed.get(CONTACT_ANSWERED.key, Events.none())
        first: dict[int, int] = {}
        for place, day in zip(contact.party[contact.value > 0], contact.day[contact.value > 0], strict=True):
            first[int(place)] = min(first.get(int(place), int(day)), int(day))
        rows = self.rows(("engaged",), lambda: engaged_query(self.scope))
        for (party_type, party, _day), number in zip(rows, days_of(r[2] for r in rows), strict=True):
            place = self.parties.find(party_type, party)
            if place >= 0:
                first[place] = min(first.get(place, int(number)), int(number))
        return first

    def losses(self) -> list[Span]:
        """Recorded losses in force."""
        if not self.ledger.has("Relationship Override"):
            return []
        rows = self.rows(("losses",), lambda: losses_query(self.scope))
        found = []
        for customer, lead, prospect, start, end in rows:
            names: Mapping[str, Any] = {"Customer": customer, "Prospect": prospect, "Lead": lead}
            place = next(
                (p for kind, name in names.items() if name and (p := self.parties.find(kind, name)) >= 0), -1
            )
            if place >= 0:
                until = day_number(as_date(end)) + 1 if end else np.iinfo(np.int64).max // 2
                found.append(Span(place, day_number(as_date(start)), int(until)))
        return found
