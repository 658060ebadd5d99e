"""Why a number is what it is: documents behind a score, what holds a stage, what changed since a day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from relationship_crm.assessment.compute import KINDS, Assessment, Detail
from relationship_crm.assessment.read import as_date, days_of
from relationship_crm.engine import scores
from relationship_crm.engine.dimensions import INDEX
from relationship_crm.engine.grid import day_number
from relationship_crm.engine.scores import Term
from relationship_crm.engine.stages import Criterion
from relationship_crm.measures.registry import MEASURES

Translate = Callable[[str], str]


def untranslated(text: str) -> str:
    """The text itself; on a site Frappe's `_` takes its place."""
    return text


@dataclass(frozen=True)
class EventContribution:
    """What one document adds to a dimension's score (0..1, signed)."""

    signal: str
    party: int
    date: date
    value: float
    weight: float
    contribution: float
    voucher_type: str
    voucher_no: str


@dataclass(frozen=True)
class CriterionState:
    """A criterion of a rung (0 = dissolution) and how it stands."""

    rung: int
    criterion: Criterion
    holds: bool
    value: float  # NaN = unknown


def event_contributions(
    assessment: Assessment, detail: Detail, dimension: str, signal: str | None = None, point: int = -1
) -> list[EventContribution]:
    """The events behind a dimension's score at the as-of day, for the parties of a detail; one query a signal.

    With the group mean m_d they add up to the score. The run should be restricted to few parties.
    """
    d = INDEX[dimension]
    found: list[EventContribution] = []
    for term in detail.model.terms:
        if term.dimension != dimension or not term.weight or (signal and term.signal != signal):
            continue
        rows = assessment.reader.events(term.signal)
        places = np.array([assessment.parties.find(r[0], r[1]) for r in rows], dtype=np.int64)
        days = days_of(r[2] for r in rows)
        values = assessment.values_of(term.signal, rows)
        places[np.isnan(values)] = -1
        weights = np.array([float(r[5]) for r in rows])
        for place in np.unique(places[(places >= detail.start) & (places < detail.stop)]):
            mine = np.flatnonzero(places == place)
            p = int(place) - detail.start
            ages = (day_number(assessment.as_of) - days[mine]).astype(float)
            shares = scores.event_contributions(
                weights[mine],
                matured(values[mine], ages, term),
                ages,
                term,
                float(detail.evidence.amount[d, p, point]),
                float(detail.prior_mean[d, p, point]),
                detail.model.prior_weight,
            )
            found.extend(
                EventContribution(
                    term.signal,
                    int(place),
                    as_date(rows[i][2]),
                    float(value),
                    float(rows[i][5]),
                    float(share),
                    rows[i][6],
                    rows[i][7],
                )
                for i, value, share in zip(mine, matured(values[mine], ages, term), shares, strict=True)
            )
    found.sort(key=lambda event: (-abs(event.contribution), event.date, event.voucher_no))
    return found


def matured(values: np.ndarray, ages: np.ndarray, term: Term) -> np.ndarray:
    """Values as old as they are: a maturing signal's value grows with its age."""
    return values * (1 - np.exp2(-ages / term.maturing)) if term.maturing else values


def criteria_at(detail: Detail, party: int, point: int = -1) -> list[CriterionState]:
    """All criteria of the ladder as they stand for one party (its position in the detail) at a point."""
    return [
        CriterionState(
            rung,
            criterion,
            bool(detail.fold.holds[i, party, point]),
            float(detail.measures[criterion.measure][party, point]),
        )
        for i, (rung, criterion) in enumerate(detail.fold.criteria)
    ]


def move_reasons(
    detail: Detail, party: int, from_rung: int, to_rung: int, point: int = -1
) -> list[CriterionState]:
    """Why a party moved: the criteria that lifted it, or those that no longer hold."""
    low, high = sorted((from_rung, to_rung))
    between = [s for s in criteria_at(detail, party, point) if s.rung and (s.rung <= high)]
    if to_rung < from_rung:
        return [s for s in between if not s.holds]
    return [s for s in between if s.rung > low]


def sentence(criterion: Criterion, value: float, translate: Translate = untranslated) -> str:
    """A criterion in words with the value it met, e.g. "Purchases: 3 (at least 4)"."""
    measure = MEASURES[criterion.measure]
    bound = translate("at least {0}") if criterion.operator == ">=" else translate("at most {0}")
    met = translate("not known") if np.isnan(value) else number(value)
    return f"{translate(measure.label)}: {met} ({bound.format(number(criterion.threshold))})"


def stored(states: Iterable[CriterionState]) -> str:
    """Criteria with the values they met, as data: who reads them gets sentences of their own language."""
    rows = [
        {
            "measure": s.criterion.measure,
            "operator": s.criterion.operator,
            "threshold": s.criterion.threshold,
            "value": None if np.isnan(s.value) else round(s.value, 6),
        }
        for s in states
    ]
    return json.dumps(rows, separators=(",", ":")) if rows else ""


def told(text: str | None, translate: Translate = untranslated) -> str:
    """Stored criteria in words."""
    try:
        rows = json.loads(text or "[]")
    except ValueError:  # a sentence, as early versions stored it; the next assessment replaces it
        return text or ""
    return "; ".join(reason(**row, translate=translate) for row in rows)


def reason(
    measure: str,
    operator: str | None,
    threshold: float,
    value: float | None,
    translate: Translate = untranslated,
) -> str:
    """One stored criterion in words; without an operator its value is withheld and only the measure is named."""
    if measure not in MEASURES:
        return measure
    if not operator:
        return translate(MEASURES[measure].label)
    met = float("nan") if value is None else value
    return sentence(Criterion(measure, operator, threshold), met, translate)


def number(value: float) -> str:
    """A number without digits nobody needs."""
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 or abs(value) >= 1000 else f"{value:.1f}"


def missing_for(detail: Detail, party: int, rung: int, point: int = -1) -> list[CriterionState]:
    """What keeps a party from a rung: the criteria up to it that do not hold."""
    return [s for s in criteria_at(detail, party, point) if 0 < s.rung <= rung and not s.holds]


def is_estimate(criterion: Criterion) -> bool:
    """Whether a criterion rests on an estimate, not on facts."""
    return KINDS[criterion.measure].estimate


def by_signal(
    detail: Detail, party: int, counts: np.ndarray | None = None, point: int = -1
) -> list[tuple[Term, float, int]]:
    """What each term adds to its dimension (0..1, signed) and from how many events; terms without evidence left out."""
    found = []
    for s, term in enumerate(detail.model.terms):
        if detail.evidence.term_amount[s, party, point] > 0:
            count = int(counts[s, party]) if counts is not None else 0
            found.append((term, float(detail.contribution[s, party, point]), count))
    return sorted(found, key=lambda row: -abs(row[1]))


def strongest(events: Iterable[EventContribution], party: int, upward: bool) -> EventContribution | None:
    """The document that pulled a party's score most in one direction."""
    mine = [e for e in events if e.party == party and (e.contribution > 0) == upward]
    return max(mine, key=lambda e: abs(e.contribution), default=None)
