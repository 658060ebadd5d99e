"""An assessment of the whole population: its figures first, then everybody by them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration
from relationship_crm.ledger.database import Ledger, Queries

#: A stored figure: kind, segment, month index, value.
Figure = tuple[str, str, int, float]


class YardstickLedger(Ledger, Protocol):
    """A ledger that can keep population figures."""

    def replace_yardsticks(self, rows: Iterable[Figure]) -> None:
        """Put these figures in place of the stored ones of the same kinds."""
        ...


def assess_everybody(
    ledger: YardstickLedger,
    configuration: Configuration,
    as_of: date,
    *,
    known_on: date | None = None,
    queries: Queries | None = None,
    store: bool = True,
) -> Assessment:
    """Assess all parties as of a day.

    With `store` the population figures replace the stored ones, by which single parties are assessed until the next
    pass. Without it, or with `known_on` (a back-test: nothing entered later may show), they exist for this assessment
    alone.
    """
    assessment = Assessment(ledger, configuration, as_of, queries=queries, known_on=known_on)
    if store and known_on is None:
        ledger.replace_yardsticks(assessment.population_rows)
    return assessment
