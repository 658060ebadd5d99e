"""What the terminal and the report tell about an assessment: the ladder, its moves, who is at risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from relationship_crm.assessment.compute import Assessment, Detail
from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.engine.grid import day_number, day_of
from relationship_crm.engine.stages import Ladder
from relationship_crm.preview.words import criterion_text, move_reasons

#: From this multiple of the usual gap on, silence is a reason to call.
SILENT = 2.5
#: How far back moves are told one by one, in months.
MONTHS_OF_MOVES = 3


@dataclass
class Line:
    """One party as of the day."""

    party_type: str
    party: str
    title: str
    group: str
    territory: str
    rung: int
    stage: str
    since: date | None
    previous_stage: str
    dissolution: bool
    scores: dict[str, float]  # 0..100, NaN = not known
    confidence: dict[str, float]  # 0..1
    purchases: int
    purchases_12m: int
    first_purchase: float  # day numbers, NaN = never
    last_purchase: float
    revenue_12m: float
    revenue_total: float
    rhythm: float
    reasons_at_risk: list[str] = field(default_factory=list)


@dataclass
class Move:
    """A party that changed its stage."""

    line: Line
    day: date
    start: int
    end: int
    start_stage: str
    end_stage: str
    reasons: list[str]

    @property
    def up(self) -> bool:
        """Whether it rose."""
        return self.end > self.start


@dataclass
class Summary:
    """Everything there is to tell, as of a day."""

    as_of: date
    ladder: Ladder
    lines: list[Line]
    days: np.ndarray  # T
    rung: np.ndarray  # P×T
    known: np.ndarray  # P×T: the party had shown up
    moves: list[Move]  # of the last months, newest first
    seconds: float = 0.0

    def counts(self, point: int = -1) -> dict[int, int]:
        """Number of parties by rung at a point of the grid."""
        there = self.known[:, point]
        return {r.rung: int(((self.rung[:, point] == r.rung) & there).sum()) for r in self.ladder.rungs}

    def point_before(self, months: int) -> int:
        """The point so many months before the last, the first where the history is shorter."""
        return max(len(self.days) - 1 - months, 0)

    @property
    def year_ago(self) -> str:
        """What the comparison of a year is called: the history may be shorter."""
        if len(self.days) > 12:
            return "12 months ago"
        return f"{day_of(self.days[0]):%b %Y}"

    def moved(self, months: int) -> list[Move]:
        """Who stands elsewhere than at the month end so many months ago; the reasons are those of the last step."""
        start = self.days[self.point_before(months)]
        steps: dict[int, list[Move]] = {}
        for move in reversed(self.moves):  # oldest first
            if day_number(move.day) > start:
                steps.setdefault(id(move.line), []).append(move)
        found = []
        for own in steps.values():
            first, last = own[0], own[-1]
            if first.start == last.end:
                continue
            reasons = next(
                (m.reasons for m in reversed(own) if m.up == (last.end > first.start)), last.reasons
            )
            found.append(
                Move(last.line, last.day, first.start, last.end, first.start_stage, last.end_stage, reasons)
            )
        return sorted(found, key=lambda m: (-abs(m.end - m.start), -m.line.revenue_12m, m.line.title))

    @property
    def at_risk(self) -> list[Line]:
        """Customers who may be on their way out, the greatest revenue first."""
        found = [line for line in self.lines if line.reasons_at_risk and line.revenue_12m > 0]
        return sorted(found, key=lambda line: -line.revenue_12m)

    @property
    def revenue_12m(self) -> float:
        """Revenue of twelve months over all parties."""
        return sum(line.revenue_12m for line in self.lines)


def summarise(assessment: Assessment, created: dict[tuple[str, str], date] | None = None,
              progress: Callable[[int, int], None] | None = None) -> Summary:  # fmt: skip
    """Walk through an assessment; `created` are the days on which parties without any document came in."""
    ladder, grid, count = assessment.configuration.ladder, assessment.grid, len(assessment.parties)
    rung = np.ones((count, grid.size), dtype=np.int8)
    known = np.zeros((count, grid.size), dtype=bool)
    summary = Summary(assessment.as_of, ladder, [], grid.days, rung, known, [])
    names = {r.rung: r.name for r in ladder.rungs}
    for detail in assessment.details():
        span = slice(detail.start, detail.stop)
        rung[span] = detail.rung
        known[span] = _known(assessment, detail, created or {})
        for p in range(detail.stop - detail.start):
            line = _line(assessment, detail, p, known[detail.start + p], names)
            summary.lines.append(line)
            summary.moves.extend(_moves(detail, p, line, known[detail.start + p], names))
            _risk(detail, p, line, summary.moves)
        if progress:
            progress(detail.stop, count)
    summary.moves.sort(
        key=lambda m: (-day_number(m.day), -abs(m.end - m.start), -m.line.revenue_12m, m.line.title)
    )
    return summary


def _known(assessment: Assessment, detail: Detail, created: dict[tuple[str, str], date]) -> np.ndarray:
    """From which point on each party had shown up: by a document, or by the day it was entered."""
    shown = detail.evidence.amount.sum(axis=0) > 0
    shown |= ~np.isnan(detail.buying.first_purchase) | (detail.measures["engaged"] > 0)
    for p in range(detail.stop - detail.start):
        day = created.get(assessment.parties.keys[detail.start + p])
        if day is not None:
            shown[p, detail.grid.days >= day_number(day)] = True
    shown[:, -1] = True
    return np.logical_or.accumulate(shown, axis=1)


def _line(assessment: Assessment, detail: Detail, p: int, known: np.ndarray, names: dict[int, str]) -> Line:
    parties, i, buying = assessment.parties, detail.start + p, detail.buying
    rungs = detail.rung[p]
    changed = np.flatnonzero((rungs[1:] != rungs[:-1]) & known[:-1]) + 1
    last = int(changed[-1]) if len(changed) else int(np.argmax(known))
    composed = detail.composites
    scores = {d: float(detail.value[n, p, -1]) * 100 for n, d in enumerate(DIMENSIONS)}
    confidence = {d: float(detail.confidence[n, p, -1]) for n, d in enumerate(DIMENSIONS)}
    for name, value, conf in (
        ("trust", composed.trust, composed.trust_confidence),
        ("engagement", composed.engagement, composed.engagement_confidence),
        ("composite", detail.composite, composed.composite_confidence),
    ):
        scores[name], confidence[name] = float(value[p, -1]) * 100, float(conf[p, -1])
    return Line(
        party_type=parties.keys[i][0],
        party=parties.keys[i][1],
        title=parties.title[i],
        group=parties.group[i],
        territory=parties.territory[i],
        rung=int(rungs[-1]),
        stage=names[int(rungs[-1])],
        since=day_of(detail.grid.days[last]),
        previous_stage=names[int(rungs[last - 1])] if len(changed) else "",
        dissolution=bool(detail.fold.dissolution[p, -1]),
        scores=scores,
        confidence=confidence,
        purchases=int(buying.purchases[p, -1]),
        purchases_12m=int(buying.purchases_12m[p, -1]),
        first_purchase=float(buying.first_purchase[p, -1]),
        last_purchase=float(buying.last_purchase[p, -1]),
        revenue_12m=float(buying.revenue_12m[p, -1]),
        revenue_total=float(buying.revenue_total[p, -1]),
        rhythm=float(detail.measures["rhythm"][p, -1]),
    )


def _moves(detail: Detail, p: int, line: Line, known: np.ndarray, names: dict[int, str]) -> list[Move]:
    found, rungs = [], detail.rung[p]
    for t in range(max(len(rungs) - MONTHS_OF_MOVES, 1), len(rungs)):
        start, end = int(rungs[t - 1]), int(rungs[t])
        if start != end and known[t - 1]:
            reasons = move_reasons(detail.fold, detail.measures, p, t - 1, t)
            found.append(
                Move(line, day_of(detail.grid.days[t]), start, end, names[start], names[end], reasons)
            )
    return found


def _risk(detail: Detail, p: int, line: Line, moves: list[Move]) -> None:
    """Why a customer may be on the way out: silence beyond the own rhythm, a fall, the dissolution flag."""
    if not line.purchases:
        return
    if line.dissolution:
        held = [
            criterion_text(criterion, float(detail.measures[criterion.measure][p, -1]), True)
            for c, (rung, criterion) in enumerate(detail.fold.criteria)
            if rung == 0 and detail.fold.holds[c, p, -1]
        ]
        line.reasons_at_risk.append("dissolving: " + "; ".join(held))
    elif line.rhythm > SILENT:
        line.reasons_at_risk.append(f"silent for {line.rhythm:.1f} times the usual gap")
    own = [m for m in moves if m.line is line]
    if own and own[-1].end < own[0].start:
        silent = bool(line.reasons_at_risk)
        why = [reason for reason in own[-1].reasons if not (silent and reason.startswith("silent"))]
        text = f"fell from {own[0].start_stage} to {own[-1].end_stage}"
        line.reasons_at_risk.append(f"{text}: {'; '.join(why)}" if why else text)
