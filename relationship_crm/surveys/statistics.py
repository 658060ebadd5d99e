"""What survey answers say, and how sure that is. Arithmetic only: no Frappe, no SQL.

Every figure comes with its 95 % interval, because few answers look like much:

NPS   share of promoters (9, 10) less share of detractors (0..6), in points -100..100. Adjusted Wald interval of Rocks
      (2016): "Interval Estimation for the Net Promoter Score", The American Statistician 70 (4), 365-372.
CSAT  share of the answers 4 and 5. Wilson's score interval (Wilson 1927, JASA 22, 209-212).
CES   mean of 1..7, as are items of a scale. Student's t interval.

A customer who answers ten times is one customer: answers of the same person are alike, and an interval that took them for
ten opinions would be too narrow. So all formulas use the number of answers that would be worth as much if each came from
somebody else (the effective sample size: Kish 1965, "Survey Sampling"; for intervals of shares Korn and Graubard 1998, Survey
Methodology 24, 193-201). Where everybody answered once, it is the number of answers.

`benchmarks/nps_coverage.py` simulates how often the NPS interval holds the true score, next to other intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.special import ndtr, stdtrit

from relationship_crm.engine.comparison import CONFIDENCE, FEWEST, Moments, newcombe, quantile, welch, wilson

#: From which error on a difference is one.
ERROR = 1 - CONFIDENCE
#: Rocks (2016): three answers nobody gave, spread like this over detractors, passives and promoters. At n = 10 the
#: interval then holds the true score in 95 % of samples, without them in 86 %; where nine of ten are promoters in 93 %.
PSEUDO = (0.75, 1.5, 0.75)
#: Answers are whole steps: what people mean lies anywhere within half a step, so the variance of their opinions is not
#: less than that of a uniform distribution one step wide (Sheppard 1898). Three equal answers are no certainty.
STEP_VARIANCE = 1 / 12
#: Bounds of detractors, promoters (0..10) and satisfied answers (1..5).
LAST_DETRACTOR, FIRST_PROMOTER, FIRST_SATISFIED = 6, 9, 4

Translate = Callable[[str], str]


def untranslated(text: str) -> str:
    """The text itself; on a site Frappe's `_` takes its place."""
    return text


class Kind(Enum):
    """What is asked, and the bounds of its figure."""

    NPS = "NPS"
    CSAT = "CSAT"
    CES = "CES"
    SCALE = "Scale"

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and greatest value the figure can have."""
        return {Kind.NPS: (-100.0, 100.0), Kind.CSAT: (0.0, 100.0)}.get(self, (1.0, 7.0))


@dataclass(frozen=True)
class Tally(Moments):
    """All that a figure needs of a set of answers: sums over answers, and sums over the people who gave them.

    What is summed up is -1, 0, 1 for NPS, 0 or 1 for CSAT, 1..7 for CES. For a person with n answers that add up to t the
    last three are the sums of n², n·t and t²; left out, everybody answered once. Tallies of other people can be added up.
    """

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    people: int | None = None
    own_counts: float = 0.0
    own_products: float = 0.0
    own_squares: float = 0.0

    def __post_init__(self) -> None:
        if self.people is None:
            for name, value in zip(_OWN, (self.n, self.n, self.total, self.squares), strict=True):
                object.__setattr__(self, name, value)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(one + two for one, two in zip(self._sums(), other._sums(), strict=True)))

    def __sub__(self, other: Tally) -> Tally:
        return Tally(*(one - two for one, two in zip(self._sums(), other._sums(), strict=True)))

    def _sums(self) -> tuple[float, ...]:
        return self.n, self.total, self.squares, *(getattr(self, name) for name in _OWN)

    @property
    def worth(self) -> float:
        """The effective sample size: n over the design effect, between what it is if each person always says the same and n.

        The design effect is the variance of the mean between people, C/(C-1)·Σ(t - m·n)²/N², over that of N people, s²/N.
        """
        if not self.people or self.people >= self.n:
            return float(self.n)
        least = self.n * self.n / self.own_counts  # n over the design effect of perfect likeness
        if self.people < FEWEST or self.variance <= 0:
            return least
        m = self.mean
        between = max(self.own_squares - 2 * m * self.own_products + m * m * self.own_counts, 0.0)
        between *= self.people / (self.people - 1) / self.n**2
        effect = between / (self.variance / self.n)
        return min(max(self.n / effect if effect > 0 else self.n, least), float(self.n))


_OWN = ("people", "own_counts", "own_products", "own_squares")


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; NaN where there are no answers. `low` and `high` are NaN where one answer says nothing.

    `people` are those who gave the answers, None where that is not known or everybody answered once.
    """

    value: float
    low: float
    high: float
    n: int
    people: int | None = None

    @property
    def known(self) -> bool:
        """Whether there is a figure at all."""
        return not math.isnan(self.value)


@dataclass(frozen=True)
class Difference:
    """How much a figure differs from another, the interval of that, and the error of calling it a difference."""

    value: float
    low: float
    high: float
    error: float

    @property
    def told(self) -> bool:
        """Whether it can be told from chance."""
        return self.error < ERROR


NOTHING = Estimate(math.nan, math.nan, math.nan, 0)
NO_DIFFERENCE = Difference(math.nan, math.nan, math.nan, math.nan)


def counted(kind: Kind, scores: Iterable[float]) -> np.ndarray:
    """What is summed up of scores as they were given (0..10, 1..5, 1..7)."""
    found = np.fromiter((float(score) for score in scores), dtype=float)
    if kind is Kind.NPS:
        return (found >= FIRST_PROMOTER).astype(float) - (found <= LAST_DETRACTOR)
    return (found >= FIRST_SATISFIED).astype(float) if kind is Kind.CSAT else found


def tally(kind: Kind, scores: Iterable[float]) -> Tally:
    """The tally of scores of as many people."""
    found = counted(kind, scores)
    return Tally(len(found), float(found.sum()), float((found * found).sum()))


def tally_of_people(kind: Kind, scores: Iterable[float], people: Sequence[int]) -> Tally:
    """The tally of scores with who gave each, as numbers."""
    found = counted(kind, scores)
    if not len(found):
        return Tally()
    _names, who = np.unique(np.asarray(people), return_inverse=True)
    counts, totals = np.bincount(who).astype(float), np.bincount(who, found)
    own = (float((a * b).sum()) for a, b in ((counts, counts), (counts, totals), (totals, totals)))
    return Tally(len(found), float(found.sum()), float((found * found).sum()), len(counts), *own)


def estimate(kind: Kind, of: Tally, confidence: float = CONFIDENCE) -> Estimate:
    """The figure of a tally with its interval, in the figure's own units (points, per cent, steps)."""
    if of.n <= 0:
        return NOTHING
    if kind is Kind.NPS:
        found = _nps(of, confidence)
    elif kind is Kind.CSAT:
        low, high = wilson(of.mean * of.worth, of.worth, confidence)
        found = Estimate(100 * of.mean, 100 * low, 100 * high, of.n)
    else:
        found = mean(of, kind.bounds, confidence)
    people = of.people if of.people and of.people < of.n else None
    return Estimate(found.value, found.low, found.high, of.n, people)


def nps(detractors: int, passives: int, promoters: int, confidence: float = CONFIDENCE) -> Estimate:
    """Net Promoter Score in points with the adjusted Wald interval of Rocks (2016).

    With ¾ added to promoters and detractors and 1½ to passives, N = n + 3, p and d the shares of N:
    (p - d) ± z·sqrt((p + d - (p - d)²)/N), clipped to -100..100. The score itself is the one that was given.
    """
    n = detractors + passives + promoters
    return _nps(Tally(n, promoters - detractors, promoters + detractors), confidence) if n > 0 else NOTHING


def _nps(of: Tally, confidence: float) -> Estimate:
    centre, variance = _adjusted(of)
    reach = quantile(confidence) * math.sqrt(variance)
    return Estimate(100 * of.mean, 100 * max(centre - reach, -1.0), 100 * min(centre + reach, 1.0), of.n)


def _adjusted(of: Tally) -> tuple[float, float]:
    """Centre and variance of a net score, -1..1, with the pseudo-answers."""
    n, (promoters, detractors) = of.worth, _sides(of)
    whole = n + sum(PSEUDO)
    d = (n * detractors / of.n + PSEUDO[0]) / whole
    p = (n * promoters / of.n + PSEUDO[2]) / whole
    return p - d, (p + d - (p - d) ** 2) / whole


def rate(hits: int, n: int, confidence: float = CONFIDENCE) -> Estimate:
    """A share in per cent with Wilson's interval, e.g. how many of those asked have answered."""
    if n <= 0:
        return NOTHING
    low, high = wilson(hits, n, confidence)
    return Estimate(100 * hits / n, 100 * low, 100 * high, n)


def mean(of: Tally, bounds: tuple[float, float], confidence: float = CONFIDENCE) -> Estimate:
    """Mean of answers with Student's interval: mean ± t(n-1)·s/sqrt(n), clipped to the scale; one answer has none."""
    if of.n <= 0:
        return NOTHING
    if of.worth < FEWEST:
        return Estimate(of.mean, math.nan, math.nan, of.n)
    reach = float(stdtrit(of.worth - 1, (1 + confidence) / 2)) * math.sqrt(_spread(of))
    return Estimate(of.mean, max(of.mean - reach, bounds[0]), min(of.mean + reach, bounds[1]), of.n)


def _spread(of: Tally) -> float:
    """Variance of a mean of whole steps."""
    return max(of.variance, STEP_VARIANCE) / of.worth


def _sides(of: Tally) -> tuple[int, int]:
    """Promoters and detractors of an NPS tally."""
    return round((of.squares + of.total) / 2), round((of.squares - of.total) / 2)


# -- differences


def difference(kind: Kind, now: Tally, before: Tally, confidence: float = CONFIDENCE) -> Difference:
    """How much two disjoint sets of answers differ.

    NPS: both scores adjusted as for their intervals, z test. CSAT: Newcombe's interval from two Wilson intervals (1998,
    Statistics in Medicine 17, 873-890, method 10). CES: Welch's t test. Sets with fewer than two answers are not compared.
    """
    if min(now.worth, before.worth) < FEWEST:
        return NO_DIFFERENCE
    if kind is Kind.NPS:
        return _net_difference(now, before, confidence)
    if kind is Kind.CSAT:
        return share_difference(
            now.mean * now.worth, now.worth, before.mean * before.worth, before.worth, confidence
        )
    return _mean_difference(now, before, confidence)


def _net_difference(now: Tally, before: Tally, confidence: float) -> Difference:
    (centre, variance), (centre_before, variance_before) = _adjusted(now), _adjusted(before)
    moved, deviation = centre - centre_before, math.sqrt(variance + variance_before)
    reach = quantile(confidence) * deviation
    error = 2 * float(ndtr(-abs(moved) / deviation))
    value = now.mean - before.mean
    return Difference(100 * value, 100 * max(moved - reach, -2.0), 100 * min(moved + reach, 2.0), error)


def share_difference(
    hits: float, n: float, hits_before: float, n_before: float, confidence: float = CONFIDENCE
) -> Difference:
    """Difference of two shares in per cent, by Newcombe's interval; the error is that at which the interval meets zero."""
    if min(n, n_before) <= 0:
        return NO_DIFFERENCE
    value = hits / n - hits_before / n_before
    low, high = newcombe(hits, n, hits_before, n_before, confidence)
    # the error is where the interval just touches zero; it narrows steadily, so halving finds it
    sure, unsure = 0.0, 1.0
    for _step in range(50):
        middle = (sure + unsure) / 2
        bound = newcombe(hits, n, hits_before, n_before, middle)
        if value and bound[0] * bound[1] > 0:
            sure = middle
        else:
            unsure = middle
    return Difference(100 * value, 100 * low, 100 * high, 1 - sure if value else 1.0)


def _mean_difference(now: Tally, before: Tally, confidence: float) -> Difference:
    value = now.mean - before.mean
    found = welch(value, _spread(now), now.worth, _spread(before), before.worth, confidence)
    return Difference(found.value, found.low, found.high, found.error)


def against_the_rest(kind: Kind, groups: Mapping[str, Tally]) -> dict[str, Difference]:
    """How much each group differs from all the others together, the errors corrected for the number of looks.

    Of twenty groups that are all alike one would stand out at 5 %. Holm's correction (1979, Scandinavian Journal of
    Statistics 6, 65-70) keeps the error of calling any of them different at 5 % for the whole table.
    """
    whole = sum(groups.values(), Tally())
    found = {name: difference(kind, of, whole - of) for name, of in groups.items()}
    compared = sorted((d.error, name) for name, d in found.items() if not math.isnan(d.error))
    highest = 0.0
    for place, (error, name) in enumerate(compared):
        highest = max(highest, min(error * (len(compared) - place), 1.0))
        found[name] = Difference(found[name].value, found[name].low, found[name].high, highest)
    return found


# -- in words


def figure(kind: Kind, value: float) -> str:
    """A figure as people write it: NPS as whole points, CSAT in per cent, CES with one digit."""
    if math.isnan(value):
        return "–"
    if kind is Kind.NPS:
        return f"{value:+.0f}".replace("-", "−") if round(value) else "0"
    return f"{value:.0f} %" if kind is Kind.CSAT else f"{value:.1f}"


def described(kind: Kind, of: Estimate, translate: Translate = untranslated) -> str:
    """A figure with its interval and the number of answers, e.g. "NPS +32 (from +18 to +45), 120 answers"."""
    if not of.known:
        return translate("no answers")
    value = figure(kind, of.value) if kind is Kind.SCALE else f"{kind.value} {figure(kind, of.value)}"
    answers = translate("1 answer") if of.n == 1 else translate("{0} answers").format(of.n)
    if of.people == 1:
        answers = translate("{0} answers of one customer").format(of.n)
    elif of.people:
        answers = translate("{0} answers of {1} customers").format(of.n, of.people)
    if math.isnan(of.low):
        return f"{value}, {answers}"
    between = translate("from {0} to {1}").format(figure(kind, of.low), figure(kind, of.high))
    return f"{value} ({between}), {answers}"


def change_in_words(change: Difference, translate: Translate = untranslated) -> str:
    """What a difference in time means."""
    if math.isnan(change.error):
        return translate("too few answers to compare")
    if not change.told:
        return translate("no change that could be told from chance")
    return translate("higher than before") if change.value > 0 else translate("lower than before")


def group_in_words(against: Difference, translate: Translate = untranslated) -> str:
    """What a group's difference from the rest means."""
    if math.isnan(against.error):
        return translate("too few answers to compare")
    if not against.told:
        return translate("no difference that could be told from chance")
    return translate("higher than the rest") if against.value > 0 else translate("lower than the rest")


def summary_sentence(
    kind: Kind, now: Estimate, before: Estimate, change: Difference, translate: Translate = untranslated
) -> str:
    """The result in a sentence: the figure, the one before, and whether the change means anything."""
    first = described(kind, now, translate)
    if not now.known:
        return f"{first}."
    if not before.known:
        return translate("{0}; there is nothing before to compare it with.").format(first)
    second = figure(kind, before.value)
    return translate("{0}; it was {1} before: {2}.").format(first, second, change_in_words(change, translate))


def spread_in_words(groups: Mapping[str, Difference], translate: Translate = untranslated) -> str:
    """Which groups stand out, in a sentence."""
    high = sorted(name for name, d in groups.items() if d.told and d.value > 0)
    low = sorted(name for name, d in groups.items() if d.told and d.value < 0)
    parts = []
    if high:
        parts.append(translate("higher than the rest: {0}").format(", ".join(high)))
    if low:
        parts.append(translate("lower than the rest: {0}").format(", ".join(low)))
    if not parts:
        return translate("No group differs from the rest by more than chance would make it.")
    return f"{'; '.join(parts)}."


def trend(kind: Kind, periods: Sequence[Tally]) -> list[Estimate]:
    """A figure with its interval for every period."""
    return [estimate(kind, of) for of in periods]
