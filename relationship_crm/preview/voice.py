"""What customers say in the book: results of surveys, what they say next to what they do, referrals that paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from relationship_crm.assessment.gap import Side, Verdict, gaps
from relationship_crm.engine.dimensions import SATISFACTION
from relationship_crm.engine.grid import month_index
from relationship_crm.ledger.database import SqliteLedger
from relationship_crm.measures.advocacy import ADVOCACY
from relationship_crm.preview.run import Result
from relationship_crm.surveys.scales import BOUNDS
from relationship_crm.surveys.statistics import (
    Estimate,
    Kind,
    Tally,
    difference,
    estimate,
    summary_sentence,
    tally,
)

QUARTERS, ROWS = 8, 6
#: How a verdict reads.
WORDS = {
    Verdict.SAYS_GOOD: "says satisfied, the ledger says otherwise",
    Verdict.SAYS_BAD: "says dissatisfied, the ledger says otherwise",
}


@dataclass
class Figure:
    """One kind of question: its results by quarter and in words."""

    kind: Kind
    now: Estimate
    quarters: list[Estimate]
    sentence: str


@dataclass
class Told:
    """A customer who says one thing while the ledger says another; scores in points."""

    title: str
    stage: str
    says: tuple[float, float, float]  # value, low, high
    does: tuple[float, float, float]
    words: str


@dataclass
class Voice:
    """Everything the report tells about it."""

    responses: int
    figures: list[Figure] = field(default_factory=list)
    quarters: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    agree: int = 0
    compared: int = 0
    deeds: dict[str, int] = field(
        default_factory=dict
    )  # number of customers by what they did for the company


def voice(result: Result) -> Voice | None:
    """None where nobody was asked."""
    ledger, as_of = result.ledger, result.assessment.as_of
    answers = _answers(ledger, as_of)
    if not answers:
        return None
    found = Voice(_responses(ledger, as_of))
    _figures(found, answers, as_of)
    _parties(found, result)
    return found


def _answers(ledger: SqliteLedger, as_of: date) -> list[tuple[str, date, float]]:
    """Kind, day and score of every scaled answer."""
    if not (ledger.has("Survey Response") and ledger.has("Survey Answer")):
        return []
    rows = ledger.connection.execute(
        'SELECT a.kind, DATE(r.answered_on), a.value FROM "tabSurvey Answer" a JOIN "tabSurvey Response" r ON r.name = a.parent '
        "WHERE a.answered = 1 AND a.kind IS NOT NULL AND DATE(r.answered_on) <= ?",
        (as_of.isoformat(),),
    )
    found = []
    for kind, day, value in rows:
        if kind in BOUNDS:
            bounds = BOUNDS[kind]
            score = bounds.low + float(value) * (bounds.high - bounds.low)
            found.append((kind, date.fromisoformat(day), round(score)))
    return found


def _responses(ledger: SqliteLedger, as_of: date) -> int:
    text = 'SELECT COUNT(*) FROM "tabSurvey Response" WHERE DATE(answered_on) <= ?'
    return int(ledger.connection.execute(text, (as_of.isoformat(),)).fetchone()[0])


def _figures(found: Voice, answers: list[tuple[str, date, float]], as_of: date) -> None:
    """The last twelve months against the twelve before, and eight quarters, for each kind that was asked."""
    last = month_index(as_of)
    starts = [last - 3 * back - 2 for back in range(QUARTERS - 1, -1, -1)]
    found.quarters = [f"{date(start // 12, start % 12 + 1, 1):%b %y}" for start in starts]
    for kind in (Kind.NPS, Kind.CSAT, Kind.CES):
        own = [(month_index(day), score) for name, day, score in answers if name == kind.value]
        if not own:
            continue

        def between(first: int, after: int, own: list = own, kind: Kind = kind) -> Tally:
            return tally(kind, (score for month, score in own if first <= month < after))

        now, before = between(last - 11, last + 1), between(last - 23, last - 11)
        estimates = estimate(kind, now), estimate(kind, before)
        found.figures.append(
            Figure(
                kind,
                estimates[0],
                [estimate(kind, between(start, start + 3)) for start in starts],
                summary_sentence(kind, *estimates, difference(kind, now, before)),
            )
        )


def _parties(found: Voice, result: Result) -> None:
    """Who says one thing while the ledger says another, and how many did something for the company unasked."""
    lines = {(line.party_type, line.party): line for line in result.summary.lines}
    found.deeds = dict.fromkeys(ADVOCACY, 0)
    apart: list[tuple[float, Told]] = []
    for detail in result.assessment.details():
        for measure in ADVOCACY:
            found.deeds[measure] += int((detail.measures[measure][:, -1] > 0).sum())
        for gap in gaps(detail, SATISFACTION):
            found.compared += gap.verdict is not Verdict.UNKNOWN
            found.agree += gap.verdict is Verdict.AGREE
            if gap.verdict in WORDS:
                line = lines[result.assessment.parties.keys[detail.start + gap.party]]
                told = Told(line.title, line.stage, _points(gap.says), _points(gap.does), WORDS[gap.verdict])
                apart.append((-abs(gap.distance), told))
    apart.sort(key=lambda pair: (pair[0], pair[1].title))
    found.told = [told for _distance, told in apart[:ROWS]]


def _points(side: Side) -> tuple[float, float, float]:
    return 100 * side.value, 100 * side.low, 100 * side.high
