"""What customers say next to what the ledger says: the same dimension from surveys alone and from everything else.

Each side is a score of its own, drawn towards the group's mean like any score while it rests on little:
S = (Σ A·V + k·m)/(n + k) over the terms of that side, sd = sqrt(S(1-S)/(n+k+1)). The two differ where their distance is
beyond what chance makes in four of five cases: |S_says - S_does| > 1.28·sqrt(sd_says² + sd_does²).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from relationship_crm.assessment.compute import Detail
from relationship_crm.engine.dimensions import INDEX
from relationship_crm.engine.scores import BAND, ENOUGH, confidence
from relationship_crm.signals.voice import PREFIX

#: From here on a score is a good one, below this a bad one (0..1): what the ladder asks of supporters and of clients.
GOOD, BAD = 0.60, 0.55


class Verdict(Enum):
    """How the two sides stand to each other."""

    AGREE = "agree"
    SAYS_GOOD = "says good"  # … and the ledger says otherwise
    SAYS_BAD = "says bad"
    SAYS_MORE = "says more"  # both good, or both bad, but apart
    SAYS_LESS = "says less"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Side:
    """One side's score 0..1 with its evidence; NaN without any."""

    value: float
    amount: float
    spread: float  # one standard deviation

    @property
    def low(self) -> float:
        """Lower end of the 80 % band."""
        return max(self.value - BAND * self.spread, 0.0)

    @property
    def high(self) -> float:
        """Upper end of the 80 % band."""
        return min(self.value + BAND * self.spread, 1.0)


@dataclass(frozen=True)
class Gap:
    """What a party says and what the ledger says about it."""

    party: int  # its position in the detail
    says: Side
    does: Side
    verdict: Verdict

    @property
    def distance(self) -> float:
        """How much better they speak than the ledger, 0..1."""
        return self.says.value - self.does.value


def gaps(detail: Detail, dimension: str, point: int = -1) -> list[Gap]:
    """The parties of a detail who have answered about a dimension, at a point of the grid."""
    terms = [s for s, term in enumerate(detail.model.terms) if term.dimension == dimension]
    asked = [s for s in terms if detail.model.terms[s].signal.startswith(PREFIX)]
    others = [s for s in terms if s not in asked]
    prior = detail.prior_mean[INDEX[dimension], :, point]
    weight = detail.model.prior_weight
    says, does = (_side(detail, side, prior, weight, point) for side in (asked, others))
    found = []
    for p in np.flatnonzero(says[1] > 0):
        one, other = (Side(*(float(array[p]) for array in side)) for side in (says, does))
        found.append(Gap(int(p), one, other, _verdict(one, other, weight)))
    return found


def _side(
    detail: Detail, terms: list[int], prior: np.ndarray, weight: float, point: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score, evidence and standard deviation of some terms alone, for every party."""
    amounts = detail.evidence.term_amount[terms, :, point]
    means = np.nan_to_num(detail.evidence.term_mean[terms, :, point])
    amount = amounts.sum(axis=0)
    value = np.where(amount > 0, ((amounts * means).sum(axis=0) + weight * prior) / (amount + weight), np.nan)
    with np.errstate(invalid="ignore"):
        spread = np.sqrt(np.clip(value * (1 - value), 0, None) / (amount + weight + 1))
    return value, amount, spread


def _verdict(says: Side, does: Side, weight: float) -> Verdict:
    sure = min(confidence(np.array([says.amount, does.amount]), weight))
    if math.isnan(does.value) or sure < ENOUGH:
        return Verdict.UNKNOWN
    distance = says.value - does.value
    if abs(distance) <= BAND * math.hypot(says.spread, does.spread):
        return Verdict.AGREE
    if says.value >= GOOD and does.value < BAD:
        return Verdict.SAYS_GOOD
    if says.value < BAD and does.value >= GOOD:
        return Verdict.SAYS_BAD
    return Verdict.SAYS_MORE if distance > 0 else Verdict.SAYS_LESS
