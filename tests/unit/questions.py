"""What tests ask of a book: the events of a signal, its sums, the rows of any query in a scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from relationship_crm.assessment.events import Events
from relationship_crm.assessment.read import days_of
from relationship_crm.assessment.yardsticks import Yardsticks
from relationship_crm.ledger.database import SqliteLedger
from relationship_crm.ledger.dialect import Dialect, render
from relationship_crm.signals import Scope, Signal, standard_signals
from relationship_crm.signals.base import events_query, observations_query

SIGNALS = {signal.key: signal for signal in standard_signals()}
FAR = "2099-12-31"


class Event(NamedTuple):
    """What a test wants to know of an event."""

    party: str
    date: str
    value: float
    weight: float
    voucher: str


def day_after(day: str, days: int = 1) -> str:
    """A day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


class Questions:
    """The asking half of a book."""

    ledger: SqliteLedger

    def ask(
        self,
        build: Callable[[Scope], Any],
        as_of: str = FAR,
        *,
        known_on: str | None = None,
        only: dict[str, list[str]] | None = None,
        **arguments: Any,
    ) -> list[tuple]:
        """The rows of a query in a scope; `only` names parties by the run-time lists customers, leads, prospects."""
        statement = build(Scope(self.ledger.has, restricted=only is not None, known=known_on is not None))
        if statement is None:
            return []
        midnight = datetime.min.time()
        lists = {"customers": [], "leads": [], "prospects": [], **(only or {})}
        times = {
            name: datetime.combine(date.fromisoformat(day_after(day)), midnight)
            for name, day in (("as_of_next", as_of), ("known_next", known_on))
            if day
        }
        return self.ledger.rows(render(statement, Dialect.SQLITE), {**lists, **times, **arguments})

    def events(self, signal: str | Signal, as_of: str = FAR, **scope: Any) -> list[Event]:
        """A signal's events, oldest first."""
        signal = SIGNALS[signal] if isinstance(signal, str) else signal
        rows = self.ask(lambda s: events_query(signal, s), as_of, **scope)
        yardsticks = Yardsticks.from_rows(
            self.ledger.connection.execute(
                'SELECT kind, segment, month, value FROM "tabRelationship Yardstick"'
            )
        )
        raw = np.array([float(r[4]) for r in rows])
        values = yardsticks.values(
            signal, Events(raw, days_of(r[2] for r in rows), raw, raw, [r[8] for r in rows])
        )
        return [
            Event(r[1], str(r[2])[:10], round(float(value), 9), round(float(r[5]), 9), r[7])
            for r, value in zip(rows, values, strict=True)
            if not np.isnan(value)
        ]

    def observed(self, signal: str | Signal, as_of: str = FAR, **scope: Any) -> list[tuple]:
        """What scoring sees of a signal's events."""
        signal = SIGNALS[signal] if isinstance(signal, str) else signal
        return sorted(self.ask(lambda s: observations_query([signal], s), as_of, **scope))
