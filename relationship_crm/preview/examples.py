"""A few customers told in full: what pulls their scores up and down, and the documents behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from relationship_crm.assessment import explain
from relationship_crm.assessment.compute import Assessment, Detail
from relationship_crm.preview.run import Result
from relationship_crm.preview.summary import Line, Summary
from relationship_crm.preview.words import DIMENSION_LABELS

SHOWN_SIGNALS, SHOWN_DOCUMENTS = 6, 3


@dataclass
class Contribution:
    """What one signal adds to the scores it speaks about, in points of 100."""

    label: str
    description: str
    events: int
    points: list[tuple[str, float]]  # dimension, points; the strongest first
    documents: list[tuple[str, date, float]]  # DocType and name, date, points in the strongest dimension


@dataclass
class Example:
    """A customer and why it is shown."""

    line: Line
    why: str
    contributions: list[Contribution]


def choose(summary: Summary) -> list[tuple[Line, str]]:
    """Up to four telling customers: the strongest, the one to save, the one to win over, the one on the way up."""
    found: dict[int, tuple[Line, str]] = {}

    def take(lines: Iterable[Line], why: str) -> None:
        line = next((x for x in lines if id(x) not in found), None)
        if line:
            found[id(line)] = (line, why)

    buyers = [x for x in summary.lines if x.purchases]
    sure = [x for x in buyers if x.scores["composite"] == x.scores["composite"]]
    take(sorted(sure, key=lambda x: (-x.rung, -x.scores["composite"])), "the strongest relationship")
    take(summary.at_risk, "the largest revenue at risk")
    unhappy = [x for x in sure if x.confidence["satisfaction"] >= 0.5 and x.revenue_12m > 0]
    take(sorted(unhappy, key=lambda x: x.scores["satisfaction"]), "the least satisfied who still buys")
    risen = sorted(
        (m for m in summary.moves if m.up and m.line.purchases > 1),
        key=lambda m: (-m.end, -m.line.revenue_12m),
    )
    take((m.line for m in risen), "rose in the last three months")
    return list(found.values())


def examples(result: Result) -> list[Example]:
    """The chosen customers with their contributions; one small assessment, a query a signal."""
    chosen = choose(result.summary)
    if not chosen:
        return []
    whole = result.assessment
    small = Assessment(
        result.ledger, whole.configuration, whole.as_of, queries=whole.reader.queries,
        only=[(line.party_type, line.party) for line, _why in chosen], population=whole.population,
    )  # fmt: skip
    told = {}
    for detail in small.details():
        for p in range(detail.stop - detail.start):
            told[small.parties.keys[detail.start + p]] = _contributions(result, small, detail, p)
    return [Example(line, why, told.get((line.party_type, line.party), [])) for line, why in chosen]


def _contributions(result: Result, small: Assessment, detail: Detail, p: int) -> list[Contribution]:
    counts = small.event_counts(detail.start, detail.stop, detail.model)
    terms: dict[str, list[tuple[str, float, int]]] = {}
    for term, share, events in explain.by_signal(detail, p, counts):  # the strongest first
        terms.setdefault(term.signal, []).append((term.dimension, share * 100, events))
    found = []
    for key, points in list(terms.items())[:SHOWN_SIGNALS]:
        signal = result.configuration.signals[key]
        events = explain.event_contributions(small, detail, points[0][0], key)
        mine = [e for e in events if e.party == detail.start + p][:SHOWN_DOCUMENTS]
        found.append(
            Contribution(
                signal.label,
                signal.description,
                points[0][2],
                [(DIMENSION_LABELS[dimension], share) for dimension, share, _events in points],
                [(f"{e.voucher_type} {e.voucher_no}", e.date, e.contribution * 100) for e in mine],
            )
        )
    return found
