"""On which day a contract line runs out at the present pace, and how sure that is. Arithmetic on arrays of lines.

The pace is what was used in the last days (`WINDOW`, or since the line's start) over those days; the day is the one on which
what is left is used up at that pace. Use comes in lumps: two hours here, eight there. Days with a sum s = Σq and squares Σq²
vary as if n = s²/Σq² equal lumps of u = Σq²/s had been used (the variance of a compound Poisson sum is its rate times the
mean square of a lump). The lump that uses up the rest goes beyond it, by (u - smallest)/2 on average (mean excess of a
renewal process; Feller 1971, An Introduction to Probability Theory II, XI.4), so the rest is r = (left + that)/u lumps. If
lumps come as a Poisson process, the time T of the next r of them relates to the days w in which n came by

    T / w  ~  r / (n + ½) · F(2r, 2n + 1)

(Cox 1953, "Some simple approximate tests for Poisson variates", Biometrika 40, 354-360; also the predictive distribution with
Jeffreys' prior of the rate). From this come the 80 % interval and the chance that the line runs out before its period ends.
Fewer than three lumps are too little to tell. `tests/unit/test_contract_forecast.py` simulates how often the interval is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtr, fdtri

from relationship_crm.contracts.balance import Usage
from relationship_crm.contracts.periods import quantities
from relationship_crm.contracts.words import Translate, untranslated

#: Days that make the present pace.
WINDOW = 90
#: With fewer lumps of use nothing is foretold.
FEWEST = 3.0
#: How sure the interval is.
CONFIDENCE = 0.80


@dataclass(frozen=True)
class Pace:
    """Use of the last days by line: sum, sum of squares, smallest entry, and how many days that were."""

    total: np.ndarray
    squares: np.ndarray
    smallest: np.ndarray
    days: np.ndarray

    @property
    def lumps(self) -> np.ndarray:
        """Number of equal lumps that vary as the entries do, (Σq)²/Σq²; 0 without use."""
        used = self.total > 0
        out = np.zeros(len(self.total))
        out[used] = self.total[used] ** 2 / self.squares[used]
        return out

    @property
    def per_day(self) -> np.ndarray:
        """Use a day."""
        return np.where(self.days > 0, np.maximum(self.total, 0) / np.maximum(self.days, 1), 0.0)


def pace(
    usage: Usage, start: np.ndarray, today: int, window: int = WINDOW, counts: np.ndarray | None = None
) -> Pace:
    """The pace of all lines (`start`: their first days) up to and with a day."""
    since = np.maximum(start, today - window + 1)
    recent = (usage.day <= today) & (usage.day >= since[usage.line])
    if counts is not None:
        recent &= counts
    line, quantity = usage.line[recent], quantities(usage.quantity[recent])
    total = np.bincount(line, quantity, minlength=len(start))
    squares = np.bincount(line, quantity**2, minlength=len(start))
    smallest = np.full(len(start), np.inf)
    np.minimum.at(smallest, line[quantity > 0], quantity[quantity > 0])
    return Pace(total, squares, smallest, np.maximum(today - since + 1, 0))


@dataclass(frozen=True)
class RunOut:
    """When lines run out; day numbers. NaN where nothing is foretold, infinite where the day never comes."""

    day: np.ndarray
    earliest: np.ndarray
    latest: np.ndarray
    chance: np.ndarray  # that it runs out before the period ends
    lumps: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Whether there was enough use to tell."""
        return ~np.isnan(self.day)


def run_out(
    left: np.ndarray, of: Pace, today: int, period_end: np.ndarray, confidence: float = CONFIDENCE
) -> RunOut:
    """The day on which each line's `left` is used up, its interval, and the chance of that within the period.

    What a next period would add is not looked at: the forecast is for the present period. A line with nothing left has run
    out today; an unlimited one never does.
    """
    left = np.asarray(left, dtype=float)
    lumps = of.lumps
    day, earliest, latest, chance = (np.full(len(left), np.nan) for _ in range(4))
    told = (lumps >= FEWEST) & np.isfinite(left) & (left > 0)
    n, w = lumps[told], of.days[told]
    lump = of.squares[told] / of.total[told]
    r = (left[told] + np.maximum(lump - of.smallest[told], 0) / 2) / lump
    day[told] = today + np.ceil(left[told] / of.per_day[told])
    scale = w * r / (n + 0.5)
    tail = (1 - confidence) / 2
    first = today + np.floor(scale * fdtri(2 * r, 2 * n + 1, tail))
    final = today + np.ceil(scale * fdtri(2 * r, 2 * n + 1, 1 - tail))
    earliest[told], latest[told] = np.minimum(first, day[told]), np.maximum(final, day[told])
    remaining = np.maximum(np.asarray(period_end)[told] - today, 0)
    chance[told] = fdtr(2 * r, 2 * n + 1, remaining / scale)
    empty, endless = left <= 0, np.isinf(left)
    for found in (day, earliest, latest):
        found[empty], found[endless] = today, np.inf
    chance[empty], chance[endless] = 1.0, 0.0
    return RunOut(day, earliest, latest, chance, lumps)


def chance_in_words(chance: float, translate: Translate = untranslated) -> str:
    """How likely a line runs out before its period ends."""
    if np.isnan(chance):
        return translate("too little use to tell")
    if chance >= 0.9:
        return translate("will almost certainly run out")
    if chance >= 0.6:
        return translate("will probably run out")
    if chance > 0.4:
        return translate("may or may not run out")
    if chance > 0.1:
        return translate("will probably last")
    return translate("will almost certainly last")
