"""Reading the ledger: every query an assessment asks, a constant number whatever the number of parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from relationship_crm.assessment.configuration import Configuration
from relationship_crm.assessment.parties import Key, Parties, load_parties
from relationship_crm.engine.decay import MonthlySums
from relationship_crm.engine.grid import day_number
from relationship_crm.engine.purchases import PurchaseRows
from relationship_crm.ledger.database import Ledger, Queries
from relationship_crm.measures.losses import losses_query
from relationship_crm.measures.pipeline import engaged_query
from relationship_crm.measures.purchases import purchase_rows_query
from relationship_crm.measures.referrals import referrals_query
from relationship_crm.signals.base import LISTS, Scope, Signal, all_sums_query, events_query, sums_query


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


@dataclass(frozen=True)
class Span:
    """A span of days in which something holds for a party, e.g. a recorded loss."""

    party: int
    start: int
    end: int


@dataclass(frozen=True)
class Referral:
    """A party's recommendation of a customer who has paid since `paid`."""

    referrer: int
    customer: str
    paid: int


class Reader:
    """Asks one ledger as of one day, for all parties or for some.

    `known_on` hides documents entered after that day; `replay` names the population figures that were made for this
    run alone, empty = the stored ones.
    """

    def __init__(
        self,
        ledger: Ledger,
        configuration: Configuration,
        queries: Queries,
        as_of: date,
        known_on: date | None = None,
        only: Iterable[Key] | None = None,
        replay: str = "",
    ) -> None:
        self.ledger, self.configuration, self.queries = ledger, configuration, queries
        self.as_of, self.known_on = as_of, known_on
        self.restricted = only is not None
        self.parties: Parties = load_parties(ledger, configuration, queries, only)
        self.scope = Scope(ledger.has, self.restricted, known_on is not None)
        self.arguments: dict[str, Any] = {
            "replay": replay,
            "as_of_next": as_of + timedelta(days=1),
            **(self.parties.names() if self.restricted else {name: [] for name in LISTS.values()}),
        }
        if known_on is not None:
            self.arguments["known_next"] = known_on + timedelta(days=1)

    def rows(self, key: tuple, build: Any, **more: Any) -> Sequence[Sequence[Any]]:
        """The rows of a query that is kept under `key` together with this scope."""
        kept = (*key, self.scope.restricted, self.scope.known)
        rendered = self.queries.get(kept, build, self.ledger.dialect)
        if rendered is None:
            return ()
        return self.ledger.rows(rendered, {**self.arguments, **more})

    def sums(self) -> dict[tuple[str, float], MonthlySums]:
        """Monthly sums of every signal some model uses, by (signal key, half-life)."""
        wanted = {
            (term.signal, days)
            for choice in self.configuration.models
            for term in choice.model.terms
            if term.weight
            for days in term.half_lives
        }
        signals = self.configuration.signals
        known = [(signals[key], h) for key, h in sorted(wanted) if key in signals]
        asked = [(signal, h) for signal, h in known if signal.speaks(self.ledger.has)]
        if self.restricted:
            return self._sums_at_once(asked)
        found = {}
        for signal, h in asked:
            rows = self.rows(("sums", signal), lambda s=signal: sums_query(s, self.scope), half_life=h)
            found[(signal.key, h)] = self._monthly(rows)
        return found

    def _sums_at_once(self, asked: list[tuple[Signal, float]]) -> dict[tuple[str, float], MonthlySums]:
        """The same in one statement, for few parties."""
        rows = self.rows(("sums", tuple(asked)), lambda: all_sums_query(asked, self.scope))
        parts: list[list[Sequence[Any]]] = [[] for _ in asked]
        for row in rows:
            parts[int(row[6])].append(row)
        return {(s.key, h): self._monthly(part) for (s, h), part in zip(asked, parts, strict=True)}

    def _monthly(self, rows: Sequence[Sequence[Any]]) -> MonthlySums:
        find = self.parties.find
        party = np.fromiter((find(r[0], r[1]) for r in rows), dtype=np.int64, count=len(rows))
        keep = np.flatnonzero(party >= 0)
        if not len(keep):
            return MonthlySums.empty()
        rows = [rows[i] for i in keep] if len(keep) < len(rows) else rows
        month, weight, value, events = (
            np.array([r[column] for r in rows], dtype=kind)
            for column, kind in ((2, np.int64), (3, np.float64), (4, np.float64), (5, np.int64))
        )
        return MonthlySums(party[keep], month, weight, value, events)

    def events(self, signal_key: str) -> Sequence[Sequence[Any]]:
        """The events of one signal (columns of :data:`relationship_crm.signals.base.COLUMNS`), oldest first."""
        signal = self.configuration.signals.get(signal_key)
        if signal is None or not signal.speaks(self.ledger.has):
            return ()
        return self.rows(("events", signal), lambda: events_query(signal, self.scope))

    def purchase_rows(self, customers: Iterable[str] | None = None) -> tuple[PurchaseRows, list[str]]:
        """What was bought, and the company of each row. `customers` asks for these in place of the run's parties."""
        basis = self.configuration.purchase_basis
        if customers is None:
            rows = self.rows(("purchases", basis), lambda: purchase_rows_query(self.scope, basis))
            find = self.parties.find
            places = [find("Customer", r[0]) for r in rows]
        else:
            names = {name: i for i, name in enumerate(customers)}
            scope = Scope(self.ledger.has, True, self.scope.known)
            rendered = self.queries.get(
                ("purchases of", basis, scope.known),
                lambda: purchase_rows_query(scope, basis),
                self.ledger.dialect,
            )
            rows = self.ledger.rows(rendered, {**self.arguments, "customers": list(names)})
            places = [names.get(r[0], -1) for r in rows]
        keep = [i for i, place in enumerate(places) if place >= 0]
        rates = self.configuration.rates
        chosen = [rows[i] for i in keep]
        company = [r[1] for r in chosen]
        rate = np.array([rates.get(c, 1.0) for c in company])
        convertible = np.array([c in rates or not rates for c in company], dtype=bool)
        return (
            PurchaseRows(
                np.array([places[i] for i in keep], dtype=np.int64),
                days_of(r[2] for r in chosen),
                days_of(r[3] for r in chosen),
                np.array([float(r[4] or 0) for r in chosen]) * rate,
                np.where(convertible, np.array([float(r[5] or 0) for r in chosen]) * rate, 0.0),
            ),
            company,
        )

    def engaged(self) -> dict[int, int]:
        """First day on which a party was in talks: opportunity, quotation or an answered contact."""
        first: dict[int, int] = {}
        rows = self.rows(("engaged",), lambda: engaged_query(self.scope))
        for (party_type, party, _day), number in zip(rows, days_of(r[2] for r in rows), strict=True):
            place = self.parties.find(party_type, party)
            if place >= 0:
                first[place] = min(first.get(place, int(number)), int(number))
        return first

    def referrals(self) -> list[Referral]:
        """Recommended customers who have paid."""
        rows = self.rows(("referrals",), lambda: referrals_query(self.scope))
        found = []
        for referrer, customer, day in rows:
            place = self.parties.find("Customer", referrer)
            if place >= 0 and day is not None:
                found.append(Referral(place, customer, day_number(as_date(day))))
        return found

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
