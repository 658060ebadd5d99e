"""The score is checked against what happened: what was known on a past day, held against the purchases since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration
from relationship_crm.assessment.everybody import YardstickLedger, assess_everybody
from relationship_crm.assessment.read import Reader
from relationship_crm.engine import backtest, purchases
from relationship_crm.engine.dimensions import COMPOSED, DIMENSIONS
from relationship_crm.engine.grid import day_number
from relationship_crm.ledger.database import Queries

#: A quarter: last quarter's figures against this quarter's purchases.
DAYS = 91
#: Figures held against the outcome: ours, then the naive ones anybody could have taken instead.
OURS = ("rung", *COMPOSED, *DIMENSIONS, "rhythm")
NAIVE = ("recency", "frequency", "revenue")


@dataclass
class Foretelling:
    """Figures known on a day, and who bought in the days after."""

    known_on: date
    until: date
    keys: list[tuple[str, str]]
    figures: dict[str, np.ndarray]  # higher = expected more
    rung: np.ndarray
    bought: np.ndarray

    def checks(self) -> dict[str, backtest.Check]:
        """Every figure held against the outcome."""
        return {name: backtest.check(figure, self.bought) for name, figure in self.figures.items()}

    def by_rung(self) -> dict[int, tuple[int, float]]:
        """Parties and the share that bought, by rung."""
        return backtest.share_by(self.rung, self.bought) if len(self.rung) else {}

    def only(self, keep: np.ndarray) -> Foretelling:
        """The same for some of the parties."""
        return Foretelling(
            self.known_on,
            self.until,
            [key for key, kept in zip(self.keys, keep, strict=True) if kept],
            {name: figure[keep] for name, figure in self.figures.items()},
            self.rung[keep],
            self.bought[keep],
        )


def foretell(
    ledger: YardstickLedger,
    configuration: Configuration,
    until: date,
    *,
    days: int = DAYS,
    queries: Queries | None = None,
) -> Foretelling:
    """Assess everybody as known `days` days before `until` and look who has bought since.

    Only documents entered by then are seen, so the past does not know its future. Parties that had bought at least once
    take part: whether a stranger buys is another question.
    """
    queries = queries or Queries()
    known_on = until - timedelta(days=days)
    past = assess_everybody(ledger, configuration, known_on, known_on=known_on, queries=queries, store=False)
    figures, rung, buyers = _figures(past)
    bought = _bought(ledger, configuration, past, known_on, until, queries)
    whole = Foretelling(known_on, until, past.parties.keys, figures, rung, bought)
    return whole.only(buyers)


def _figures(past: Assessment) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    parts: dict[str, list[np.ndarray]] = {}
    buyers = []
    for detail in past.details():
        now = {name: detail.measures[name][:, -1] for name in (*COMPOSED, *DIMENSIONS)}
        now["rung"] = detail.rung[:, -1].astype(float)
        now["rhythm"] = -detail.measures["rhythm"][:, -1]
        now["recency"] = -detail.measures["days_since_last_purchase"][:, -1]
        now["frequency"] = detail.buying.purchases_12m[:, -1]
        now["revenue"] = detail.buying.revenue_12m[:, -1]
        for name, value in now.items():
            parts.setdefault(name, []).append(value)
        buyers.append(detail.buying.purchases[:, -1] > 0)
    figures = {name: np.concatenate(parts[name]) if parts else np.zeros(0) for name in (*OURS, *NAIVE)}
    return figures, figures["rung"].astype(int), np.concatenate(buyers) if buyers else np.zeros(0, dtype=bool)


def _bought(
    ledger: YardstickLedger,
    configuration: Configuration,
    past: Assessment,
    known_on: date,
    until: date,
    queries: Queries,
) -> np.ndarray:
    """Who made a purchase after `known_on` that still stands on `until`."""
    reader = Reader(ledger, configuration, queries, until)
    rows, _companies = reader.purchase_rows()
    made = purchases.purchases(rows)
    recent = (
        (made.day > day_number(known_on)) & (made.start <= day_number(until)) & (made.end > day_number(until))
    )
    bought = np.zeros(len(past.parties), dtype=bool)
    for place in np.unique(made.party[recent]).tolist():
        position = past.parties.find(*reader.parties.keys[place])
        if position >= 0:
            bought[position] = True
    return bought
