"""The assessment: from the ledger to scores and stages of every party at every point of the grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from relationship_crm.assessment.advocacy import Advocacy
from relationship_crm.assessment.configuration import Configuration
from relationship_crm.assessment.events import Events
from relationship_crm.assessment.parties import Key, Parties
from relationship_crm.assessment.population import Population, population_rows
from relationship_crm.assessment.read import Reader, days_of
from relationship_crm.assessment.yardsticks import Yardsticks, yardstick_rows
from relationship_crm.engine import purchases as buying
from relationship_crm.engine import scores, stages
from relationship_crm.engine.decay import MonthlySums, counted
from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.engine.grid import Grid, day_number, day_of, month_end
from relationship_crm.engine.purchases import PurchaseMeasures
from relationship_crm.engine.scores import Composites, Evidence, Model
from relationship_crm.engine.stages import Fold
from relationship_crm.ledger.database import Ledger, Queries
from relationship_crm.measures.registry import MEASURES

#: Parties computed at once; bounds the memory, not the result.
CHUNK = 2000
KINDS = {key: measure.kind for key, measure in MEASURES.items()}


@dataclass
class Detail:
    """Everything about the parties start..stop-1 at every point of the grid. Scores 0..1, NaN = no evidence."""

    start: int
    stop: int
    model: Model
    grid: Grid
    evidence: Evidence
    prior_mean: np.ndarray  # D×P×T
    value: np.ndarray  # D×P×T
    confidence: np.ndarray  # D×P×T
    contribution: np.ndarray  # S×P×T
    composites: Composites
    composite: np.ndarray  # P×T, weighed by the rung
    buying: PurchaseMeasures
    measures: dict[str, np.ndarray]  # P×T as criteria see them
    fold: Fold

    @property
    def rung(self) -> np.ndarray:
        """Rung of every party at every point."""
        return self.fold.rung


class Assessment:
    """The ledger read once as of a day; details follow in chunks of parties, without another query.

    Without a `population` (or a function that finds it for the parties of the run) it is computed from all parties;
    then the run must not be restricted.
    """

    def __init__(
        self,
        ledger: Ledger,
        configuration: Configuration,
        as_of: date,
        *,
        queries: Queries | None = None,
        known_on: date | None = None,
        only: Iterable[Key] | None = None,
        population: Population | Callable[[Parties], Population] | None = None,
    ) -> None:
        self.reader = Reader(ledger, configuration, queries or Queries(), as_of, known_on, only)
        self.configuration, self.as_of = configuration, as_of
        #: Figures to store: kind, segment, month index, value.
        self.population_rows: list[tuple[str, str, int, float]] = []
        observed = self.reader.observed()
        self.yardsticks = self._yardsticks(observed, population)
        self.sums = self._sums(observed)
        self.rows, self.companies = self.reader.purchase_rows()
        self.engaged = self.reader.engaged(observed)
        self.advocacy = Advocacy.of(self.reader)
        self.losses = self.reader.losses()
        self.grid = Grid.until(as_of, self._first_day())
        self._measured: PurchaseMeasures | None = None
        self._standing = np.full(len(self.parties), -1)
        if population is None:
            if only is not None:
                raise ValueError("population figures need a run over all parties")
            population = self._population()
        self.population = population(self.parties) if callable(population) else population

    @property
    def parties(self) -> Parties:
        """The parties in the order of all arrays."""
        return self.reader.parties

    @property
    def standing(self) -> np.ndarray:
        """Rung of every party at the last point."""
        if (self._standing < 0).any():
            for _detail in self.details():
                pass
        return self._standing

    def _yardsticks(self, observed: Mapping[str, Events], population: Any) -> Yardsticks:
        if population is not None:
            return self.reader.yardsticks(observed)
        self.population_rows = yardstick_rows(
            self.configuration.signals, observed, self.as_of, self.parties.group
        )
        return Yardsticks.from_rows(self.population_rows)

    def _sums(self, observed: Mapping[str, Events]) -> dict[tuple[str, float], MonthlySums]:
        """Monthly sums of every signal some model uses, by (signal key, half-life)."""
        wanted = {
            (term.signal, days)
            for choice in self.configuration.models
            for term in choice.model.terms
            if term.weight
            for days in term.half_lives
        }
        signals = self.configuration.signals
        judged = {
            key: events.valued(self.yardsticks.values(signals[key], events))
            for key, events in observed.items()
        }
        return {(key, days): judged[key].monthly(days) for key, days in sorted(wanted) if key in judged}

    def values_of(self, signal_key: str, rows: Sequence[Sequence[Any]]) -> np.ndarray:
        """The values 0..1 of events as :meth:`Reader.events` gives them; NaN = no event."""
        segments = [row[8] or "" for row in rows]
        values = np.array([float(row[4]) for row in rows])
        events = Events(np.zeros(len(rows)), days_of(row[2] for row in rows), values, values, segments)
        return self.yardsticks.values(self.configuration.signals[signal_key], events)

    def _first_day(self) -> date:
        days = [day_number(self.as_of), *self.engaged.values(), *(span.start for span in self.losses)]
        for found in (self.rows.day, self.rows.document_day):
            days.append(int(found.min(initial=days[0])))
        months = [int(sums.month.min()) for sums in self.sums.values() if len(sums.month)]
        return min([day_of(min(days)), *(month_end(month) for month in months)])

    def _chunks(self, size: int = CHUNK) -> Iterator[tuple[int, int, Model]]:
        """Ranges of parties that share a scoring model."""
        model = self.parties.model
        start = 0
        while start < len(model):
            stop = start
            while stop < len(model) and stop - start < size and model[stop] == model[start]:
                stop += 1
            yield start, stop, self.configuration.models[model[start]].model
            start = stop

    def _evidence(self, start: int, stop: int, model: Model) -> Evidence:
        sums = {key: s.of(start, stop) for key, s in self.sums.items()}
        return scores.gather(model, sums, stop - start, self.grid)

    def _population(self) -> Population:
        """Group means and gaps at every close, of all parties."""
        default = self.configuration.models[0].model
        count = len(self.parties)
        mean = np.full((len(DIMENSIONS), count, self.grid.size), np.nan)
        conf = np.zeros_like(mean)
        for start, stop, model in self._chunks():
            evidence = self._evidence(start, stop, model)
            mean[:, start:stop] = evidence.mean
            conf[:, start:stop] = scores.confidence(evidence.amount, model.prior_weight)
        segments = ["", *sorted({g for g in self.parties.group if g})]
        place = {segment: i for i, segment in enumerate(segments)}
        group = np.array([place[g] for g in self.parties.group], dtype=np.int64)
        means, everybody = scores.group_means(
            mean, conf, group, len(segments), default.group_weight, default.neutral
        )
        means[:, 0] = everybody
        measured = self._measured = buying.measure(self.rows, count, self.grid)
        gaps = buying.group_gaps(measured, group, len(segments))
        gaps[0] = buying.group_gaps(measured, np.zeros_like(group), 1)[0]
        rows = population_rows(means, gaps, segments, self.grid)
        self.population_rows += rows
        return Population.from_rows(rows, default.neutral)

    def details(self, size: int = CHUNK) -> Iterator[Detail]:
        """Details of all parties, chunk by chunk."""
        for start, stop, model in self._chunks(size):
            yield self.detail(start, stop, model)

    def detail(self, start: int, stop: int, model: Model) -> Detail:
        """Details of the parties start..stop-1, which share a model."""
        grid, shape = self.grid, (stop - start, self.grid.size)
        segments = self.parties.group[start:stop]
        evidence = self._evidence(start, stop, model)
        prior = self.population.means(segments, grid)
        value = scores.score(evidence, prior, model.prior_weight)
        composites = scores.compose(value, evidence.amount, model.prior_weight)
        if self._measured is None:
            bought = buying.measure(self.rows.of(start, stop), stop - start, grid)
        else:
            bought = self._measured.of(start, stop)
        measures = self._facts(start, stop, bought)
        measures["rhythm"] = buying.rhythm(
            bought, grid, self.population.gaps(segments, grid), self.configuration.shortest_gap
        )
        confidence = scores.confidence(evidence.amount, model.prior_weight)
        enough = np.where(confidence >= scores.ENOUGH, value, np.nan) * 100
        measures.update(zip(DIMENSIONS, enough, strict=True))
        measures["trust"] = composites.trust * 100
        measures["engagement"] = composites.engagement * 100
        measures["composite"] = composites.established * 100
        fold = stages.fold(self.configuration.ladder, measures, KINDS, shape)
        self._standing[start:stop] = fold.rung[:, -1]
        established = fold.rung >= self.configuration.ladder.established_rung
        return Detail(
            start=start,
            stop=stop,
            model=model,
            grid=grid,
            evidence=evidence,
            prior_mean=prior,
            value=value,
            confidence=confidence,
            contribution=scores.contributions(evidence, model, prior),
            composites=composites,
            composite=np.where(established, composites.established, composites.early),
            buying=bought,
            measures=measures,
            fold=fold,
        )

    def _facts(self, start: int, stop: int, bought: PurchaseMeasures) -> dict[str, np.ndarray]:
        """Measures that are facts, P×T."""
        grid = self.grid
        engaged = self._ever_bought(start, stop).astype(float)
        for place, day in self.engaged.items():
            if start <= place < stop:
                engaged[place - start, grid.point_of(np.array([day]))[0] :] = 1
        return {
            "engaged": np.maximum.accumulate(engaged, axis=1),
            "purchases": bought.purchases,
            "purchases_12m": bought.purchases_12m,
            "days_since_first_purchase": grid.days[None, :] - bought.first_purchase,
            "days_since_last_purchase": grid.days[None, :] - bought.last_purchase,
            "revenue_12m": bought.revenue_12m,
            "revenue_total": bought.revenue_total,
            **self.advocacy.counts(start, stop, grid),
            "recorded_loss": self._recorded_loss(start, stop),
        }

    def _ever_bought(self, start: int, stop: int) -> np.ndarray:
        """Whether a party had bought anything by each point, be it returned since (a return makes nobody a stranger)."""
        bought, first = buying.purchases(self.rows.of(start, stop)), np.full(stop - start, buying.FOREVER)
        np.minimum.at(first, bought.party, bought.start)
        return first[:, None] <= self.grid.days[None, :]

    def _recorded_loss(self, start: int, stop: int) -> np.ndarray:
        out = np.zeros((stop - start, self.grid.size))
        for span in self.losses:
            if start <= span.party < stop:
                out[span.party - start] = np.maximum(
                    out[span.party - start], (span.start <= self.grid.days) & (self.grid.days < span.end)
                )
        return out

    def event_counts(self, start: int, stop: int, model: Model) -> np.ndarray:
        """Number of events behind each term as of the last point: S×P."""
        out = np.zeros((len(model.terms), stop - start), dtype=np.int64)
        for s, term in enumerate(model.terms):
            sums = self.sums.get((term.signal, term.days))
            if sums is not None:
                out[s] = counted(sums.of(start, stop), stop - start, self.grid)[:, -1]
        return out
