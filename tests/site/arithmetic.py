"""The formulas of DESIGN.md once more, in plain floats over a list of events written by hand.

Independent of the app on purpose: nothing here imports it. One score at a time, one event at a time, no months, no arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import exp

SAT, TC, TE, EER = "satisfaction", "trust_company", "trust_employee", "engagement_employee_rational"
ECR = "engagement_company_rational"

#: SIGNALS.md: dimensions, w, half-life in days (None = never fades), cap.
DEFAULTS: dict[str, tuple[tuple[str, ...], float, float | None, float]] = {
    "delivery": ((SAT, TC), 0.5, 180, 4),
    "undelivered": ((SAT,), 1.5, 180, 4),
    "returned": ((SAT,), 1, 180, 3),
    "issue": ((SAT,), 1, 180, 4),
    "outcome": ((SAT, TC), 1, 180, 6),
    "warranty": ((SAT,), 1, 180, 4),
    "payment": ((TC,), 0.3, 365, 3),
    "advance": ((TC,), 1, 365, 3),
    "tenure": ((TC,), 0.3, None, 1),
    "contact": ((TE, EER), 0.4, 180, 4),
    "meeting": ((TE, EER), 0.4, 180, 4),
    "quotation": ((TE, EER), 0.4, 180, 4),
}
K = 2.0
ENOUGH = 1 / 3


def day(text: str) -> date:
    """A day of the year the scenario plays in: "06-28"."""
    return date.fromisoformat(f"2024-{text}")


@dataclass(frozen=True)
class Event:
    """A row of the hand-written list. `since` and `until`: the days on which the ledger began and ceased to say so."""

    on: str
    signal: str
    value: float
    weight: float = 1.0
    since: str = ""
    until: str = "12-31"
    why: str = ""

    def seen(self, as_of: date, ledger_of: date) -> bool:
        """Whether it counts as of a day, by the ledger as it stood on a day."""
        return day(self.on) <= as_of and day(self.since or self.on) <= ledger_of < day(self.until)


@dataclass(frozen=True)
class Score:
    value: float | None
    confidence: float
    evidence: float


def amounts(events: list[Event], signal: str, as_of: date) -> tuple[float, float]:
    """A_s and V_s of one signal."""
    _dimensions, w, half_life, cap = DEFAULTS[signal]
    total = weighed = 0.0
    for event in events:
        if event.signal == signal:
            age = (as_of - day(event.on)).days
            a = w * event.weight * (2 ** (-age / half_life) if half_life else 1)
            value = 1 - exp(-age / 365.25 / 3) if signal == "tenure" else event.value
            total, weighed = total + a, weighed + a * value
    return cap * (1 - exp(-total / cap)), weighed / total if total else 0.0


def score(events: list[Event], dimension: str, as_of: date, m: float = 0.5) -> Score:
    """S_d and its confidence; m = .5 where no group mean is known yet."""
    n = found = 0.0
    for signal, (dimensions, *_rest) in DEFAULTS.items():
        if dimension in dimensions:
            amount, value = amounts(events, signal, as_of)
            n, found = n + amount, found + amount * value
    return Score((found + K * m) / (n + K) if n else None, n / (n + K), n)


@dataclass(frozen=True)
class Picture:
    """All scores of a party; a composed score without enough evidence is None."""

    scores: dict[str, Score]
    trust: float | None
    engagement: float | None
    early: float | None
    established: float | None


def picture(events: list[Event], as_of: date, means: dict[str, float] | None = None) -> Picture:
    """Scores of the seven dimensions that have events, and what is composed of them."""
    scores = {d: score(events, d, as_of, (means or {}).get(d, 0.5)) for d in (SAT, TC, TE, EER)}
    known = {d: s for d, s in scores.items() if s.value is not None and s.confidence >= ENOUGH}

    def mean(parts: list[tuple[float, float]]) -> float | None:
        return sum(v * c for v, c in parts) / sum(c for _v, c in parts) if parts else None

    trust = mean([(known[d].value, known[d].confidence) for d in (TC, TE) if d in known])
    engagement = (
        known[EER].value if EER in known else None
    )  # no emotional and no company's evidence in these tests

    def composite(of_satisfaction: float, of_trust: float, of_engagement: float) -> float | None:
        parts = []
        for share, names, value in (
            (of_satisfaction, (SAT,), known[SAT].value if SAT in known else None),
            (of_trust, (TC, TE), trust),
            (of_engagement, (EER,), engagement),
        ):
            if value is not None:
                n = sum(known[d].evidence for d in names if d in known)
                parts.append((value, share * n / (n + K)))
        return mean(parts)

    return Picture(scores, trust, engagement, composite(1 / 3, 1 / 3, 1 / 3), composite(0.25, 0.40, 0.35))
