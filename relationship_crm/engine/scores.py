"""Scores with their confidence, their band and their contributions.

For party c, dimension d and signals s with events i, as of day t::

    a_i  = w_s · weight_i · 2^(-(t - date_i)/h_s)
    A_s  = cap_s · (1 - exp(-Σa_i/cap_s))
    V_s  = Σ a_i·value_i / Σ a_i
    n_d  = Σ_s A_s
    S_d  = (Σ_s A_s·V_s + k·m_d) / (n_d + k)

`S_d` is the mean of a Beta posterior with `k` pseudo-observations at the prior mean `m_d` (empirical Bayes; Efron &
Morris 1977); `A_s` keeps five hundred punctual deliveries from drowning one answer. No event is no term: the score
stays unknown (NaN), it is never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from relationship_crm.engine.decay import NEVER, MonthlySums, faded
from relationship_crm.engine.dimensions import DIMENSIONS, EMOTIONAL, INDEX, RATIONAL, SATISFACTION, TRUST
from relationship_crm.engine.grid import Grid

#: Half the width of the 80 % band in standard deviations, as documented.
BAND = 1.28
#: Below this confidence a score is "not enough evidence".
ENOUGH = 1 / 3
#: Weights of satisfaction, trust and engagement in the composite, before and from an established relationship
#: (Garbarino & Johnson 1999: for those with a strong relationship trust and commitment lead, not satisfaction).
EARLY = (1 / 3, 1 / 3, 1 / 3)
ESTABLISHED = (0.25, 0.40, 0.35)
#: Weights of rational and emotional engagement where both are known.
RATIONAL_WEIGHT, EMOTIONAL_WEIGHT = 0.4, 0.6


@dataclass(frozen=True)
class Term:
    """One signal's part in one dimension, as a scoring model weighs it."""

    signal: str
    dimension: str
    weight: float
    half_life: float | None
    cap: float
    maturing: float | None = None

    @property
    def days(self) -> float:
        """The half-life in days, a very large number where evidence never fades."""
        return self.half_life or NEVER

    @property
    def half_lives(self) -> tuple[float, ...]:
        """The half-lives by which the signal's events are summed: its own, and for a maturing signal a second.

        value·(1 - 2^(-age/g)) is the value faded by h less the value faded by h', with 1/h' = 1/h + 1/g.
        """
        if not self.maturing:
            return (self.days,)
        return (self.days, 1 / (1 / self.days + 1 / self.maturing))


@dataclass(frozen=True)
class Model:
    """What a scoring model says: its terms, `k`, the shrinkage of group means, the mean where nobody knows better."""

    name: str
    terms: tuple[Term, ...]
    prior_weight: float = 2.0
    group_weight: float = 20.0
    neutral: float = 0.5


@dataclass
class Evidence:
    """What the signals say before any prior: effective evidence and mean by dimension, and by term."""

    amount: np.ndarray  # D×P×T, n_d
    mean: np.ndarray  # D×P×T, Σ A·V / n_d, NaN without evidence
    term_amount: np.ndarray  # S×P×T, A_s
    term_mean: np.ndarray  # S×P×T, V_s, NaN without events


def saturate(total: np.ndarray, cap: float) -> np.ndarray:
    """A = cap·(1 - exp(-total/cap)): grows like `total` at first and never beyond `cap`."""
    return -cap * np.expm1(-total / cap)


def gather(model: Model, sums: Mapping[tuple[str, float], MonthlySums], parties: int, grid: Grid) -> Evidence:
    """Evidence of `parties` parties at every point of the grid.

    `sums` holds each signal's monthly sums by (signal key, half-life in days); a signal that is not in it says nothing.
    """
    shape = (parties, grid.size)
    amount = np.zeros((len(DIMENSIONS), *shape))
    weighed = np.zeros((len(DIMENSIONS), *shape))
    term_amount = np.zeros((len(model.terms), *shape))
    term_mean = np.full((len(model.terms), *shape), np.nan)
    carried: dict[tuple[str, float], tuple[np.ndarray, np.ndarray]] = {}
    for s, term in enumerate(model.terms):
        key = (term.signal, term.days)
        if key not in sums or not term.weight or not len(sums[key].party):
            continue
        if key not in carried:
            weight, value = faded(sums[key], parties, grid, term.days)
            for days in term.half_lives[1:]:
                value = value - faded(sums[(term.signal, days)], parties, grid, days)[1]
            carried[key] = weight, value
        weight, value = carried[key]
        known = weight > 0
        np.divide(value, weight, out=term_mean[s], where=known)
        term_amount[s] = saturate(term.weight * weight, term.cap)
        d = INDEX[term.dimension]
        amount[d] += term_amount[s]
        weighed[d] += np.where(known, term_amount[s] * term_mean[s], 0.0)
    mean = np.full_like(amount, np.nan)
    np.divide(weighed, amount, out=mean, where=amount > 0)
    return Evidence(amount, mean, term_amount, term_mean)


def confidence(amount: np.ndarray, prior_weight: float) -> np.ndarray:
    """conf = n/(n + k), between 0 (nothing known) and 1."""
    return amount / (amount + prior_weight)


def score(evidence: Evidence, prior_mean: np.ndarray, prior_weight: float) -> np.ndarray:
    """S = (Σ A·V + k·m)/(n + k), NaN where there is no evidence. `prior_mean` is m_d as D×P×T."""
    total = evidence.amount + prior_weight
    found = np.where(evidence.amount > 0, evidence.mean, 0.0)
    value = (evidence.amount * found + prior_weight * prior_mean) / total
    return np.where(evidence.amount > 0, value, np.nan)


def band(value: np.ndarray, amount: np.ndarray, prior_weight: float) -> tuple[np.ndarray, np.ndarray]:
    """The 80 % band S ± 1.28·sqrt(S(1-S)/(n+k+1)), clipped to 0..1 (normal approximation of the Beta posterior)."""
    spread = BAND * np.sqrt(np.clip(value * (1 - value), 0, None) / (amount + prior_weight + 1))
    return np.clip(value - spread, 0, 1), np.clip(value + spread, 0, 1)


def group_means(
    mean: np.ndarray, conf: np.ndarray, group: np.ndarray, groups: int, weight: float, neutral: float
) -> tuple[np.ndarray, np.ndarray]:
    """m_d of every group at every point, D×G×T, and of everybody as one group, D×T.

    The mean of all parties is shrunk to `neutral`, a group's mean to the mean of all, each as if `weight` parties had
    said so; parties count by their confidence.
    """
    dimensions, parties, points = mean.shape
    known = np.where(conf > 0, np.nan_to_num(mean), 0.0) * conf
    belongs = csr_array((np.ones(parties), (group, np.arange(parties))), shape=(groups, parties))
    total, count = (
        np.stack([belongs @ figures for figures in stacked]).reshape(dimensions, groups, points)
        for stacked in (known, conf)
    )
    all_total, all_count = total.sum(axis=1), count.sum(axis=1)
    overall = (all_total + weight * neutral) / (all_count + weight)
    shrunk = (total + weight * overall[:, None]) / (count + weight)
    return shrunk, (all_total + weight * overall) / (all_count + weight)


def contributions(evidence: Evidence, model: Model, prior_mean: np.ndarray) -> np.ndarray:
    """What each term adds to its dimension's score: S×P×T; with m_d they add up to S_d."""
    out = np.zeros_like(evidence.term_amount)
    for s, term in enumerate(model.terms):
        d = INDEX[term.dimension]
        away = np.nan_to_num(evidence.term_mean[s] - prior_mean[d])
        out[s] = evidence.term_amount[s] * away / (evidence.amount[d] + model.prior_weight)
    return out


def event_contributions(
    weights: np.ndarray,
    values: np.ndarray,
    ages: np.ndarray,
    term: Term,
    amount: float,
    prior_mean: float,
    prior_weight: float,
) -> np.ndarray:
    """What each event of one party adds: (A_s/Σa)·a_i·(value_i - m_d)/(n_d + k).

    `weights`, `values`, `ages` (days) are the events of the term's signal, `amount` is n_d of the whole dimension.
    """
    faint = term.weight * weights * np.exp2(-ages / term.days)
    total = faint.sum()
    if total <= 0:
        return np.zeros_like(faint)
    factor = saturate(total, term.cap) / total
    return factor * faint * (values - prior_mean) / (amount + prior_weight)


def _weighted(values: Sequence[np.ndarray], weights: Sequence[np.ndarray]) -> np.ndarray:
    """Mean of known values by weight, NaN where none is known."""
    total = np.zeros_like(values[0])
    count = np.zeros_like(values[0])
    for value, weight in zip(values, weights, strict=True):
        known = ~np.isnan(value)
        total += np.where(known, value * weight, 0.0)
        count += np.where(known, weight, 0.0)
    out = np.full_like(total, np.nan)
    np.divide(total, count, out=out, where=count > 0)
    return out


@dataclass
class Composites:
    """Trust, engagement and the composite, each with its confidence; arrays P×T, NaN where too little is known."""

    trust: np.ndarray
    trust_confidence: np.ndarray
    engagement: np.ndarray
    engagement_confidence: np.ndarray
    early: np.ndarray
    established: np.ndarray
    composite_confidence: np.ndarray


def compose(value: np.ndarray, amount: np.ndarray, prior_weight: float) -> Composites:
    """Trust, engagement and composite of the dimensions `value` (D×P×T) that have enough evidence.

    Trust is the confidence-weighted mean of trust in company and in employee. Engagement is .4 rational + .6 emotional
    where both are known, each the confidence-weighted mean over company and employee. The composite is the
    confidence-weighted mean of satisfaction, trust and engagement; the confidence of a mean is that of all the evidence
    behind it.
    """
    conf = confidence(amount, prior_weight)
    enough = np.where(conf >= ENOUGH, value, np.nan)

    def mean(names: Sequence[str]) -> np.ndarray:
        return _weighted([enough[INDEX[n]] for n in names], [conf[INDEX[n]] for n in names])

    def evidence(names: Sequence[str]) -> np.ndarray:
        return sum(np.where(np.isnan(enough[INDEX[n]]), 0.0, amount[INDEX[n]]) for n in names)

    trust, rational, emotional = mean(TRUST), mean(RATIONAL), mean(EMOTIONAL)
    both = RATIONAL_WEIGHT * rational + EMOTIONAL_WEIGHT * emotional
    engagement = np.where(np.isnan(both), np.where(np.isnan(rational), emotional, rational), both)
    satisfaction = enough[INDEX[SATISFACTION]]
    confs = [
        confidence(evidence(names), prior_weight)
        for names in ((SATISFACTION,), TRUST, (*RATIONAL, *EMOTIONAL))
    ]
    parts = [satisfaction, trust, engagement]
    composites = [
        _weighted(parts, [share * c for share, c in zip(shares, confs, strict=True)])
        for shares in (EARLY, ESTABLISHED)
    ]
    everything = confidence(evidence(DIMENSIONS), prior_weight)
    return Composites(trust, confs[1], engagement, confs[2], composites[0], composites[1], everything)
