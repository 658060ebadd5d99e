"""How well yesterday's figures foretold what happened since, next to naive baselines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata


def auc(figure: np.ndarray, happened: np.ndarray) -> float:
    """Probability that a party to which it happened had the higher figure than one to which it did not (ties: half).

    The area under the ROC curve by ranks (Mann & Whitney 1947; Hanley & McNeil 1982). .5 is as good as a coin. Parties
    whose figure is unknown (NaN) are left out; NaN where only one of the two outcomes is left.
    """
    known = ~np.isnan(figure)
    figure, happened = figure[known], happened[known].astype(bool)
    yes, no = int(happened.sum()), int((~happened).sum())
    if not yes or not no:
        return float("nan")
    ranks = rankdata(figure)
    return float((ranks[happened].sum() - yes * (yes + 1) / 2) / (yes * no))


def auc_error(value: float, yes: int, no: int) -> float:
    """Standard error of an AUC (Hanley & McNeil 1982, formula 1)."""
    if not yes or not no or np.isnan(value):
        return float("nan")
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    spread = value * (1 - value) + (yes - 1) * (q1 - value**2) + (no - 1) * (q2 - value**2)
    return float(np.sqrt(spread / (yes * no)))


@dataclass(frozen=True)
class Check:
    """One figure held against the outcome."""

    parties: int
    happened: int
    auc: float
    error: float

    @property
    def verdict(self) -> str:
        """What the figure is worth: "foretells", "contradicts" (points the wrong way) or "chance"; twice the error counts."""
        if np.isnan(self.auc) or np.isnan(self.error) or abs(self.auc - 0.5) <= 2 * self.error:
            return "chance"
        return "foretells" if self.auc > 0.5 else "contradicts"


def check(figure: np.ndarray, happened: np.ndarray) -> Check:
    """Hold a figure (higher = expected more) against what happened."""
    known = ~np.isnan(figure)
    yes = int(happened[known].sum())
    value = auc(figure, happened)
    return Check(int(known.sum()), yes, value, auc_error(value, yes, int(known.sum()) - yes))


def share_by(step: np.ndarray, happened: np.ndarray) -> dict[int, tuple[int, float]]:
    """Number of parties and the share to which it happened, by step (e.g. rung), lowest first."""
    return {int(s): (int((step == s).sum()), float(happened[step == s].mean())) for s in np.unique(step)}
