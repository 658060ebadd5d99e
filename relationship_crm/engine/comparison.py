"""Shares and means, and how much two of them differ, with intervals. Arithmetic only.

Wilson's score interval of a share (Wilson 1927, JASA 22, 209-212). Newcombe's hybrid score interval of the difference of
two shares (1998, Statistics in Medicine 17, 873-890, method 10). Welch's t interval of the difference of two means of unequal
variances (Welch 1947, Biometrika 34, 28-35).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri, stdtr, stdtrit

#: How sure an interval is.
CONFIDENCE = 0.95


#: A variance takes two.
FEWEST = 2


class Moments:
    """Mean and variance of whatever keeps its number `n`, its sum `total` and its sum of squares `squares`."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """Mean, NaN of nothing."""
        return self.total / self.n if self.n else math.nan

    @property
    def variance(self) -> float:
        """Variance of a sample, 0 of fewer than two."""
        if self.n < FEWEST:
            return 0.0
        return max(self.squares - self.total * self.total / self.n, 0.0) / (self.n - 1)


def quantile(confidence: float = CONFIDENCE) -> float:
    """The normal quantile of a two-sided interval, 1.96 for 95 %."""
    return float(ndtri((1 + confidence) / 2))


def wilson(hits: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval of a share: (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²))/(1 + z²/n); 0..1 of nothing."""
    if n <= 0:
        return 0.0, 1.0
    z = quantile(confidence)
    share = hits / n
    centre = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return max((centre - reach) / whole, 0.0), min((centre + reach) / whole, 1.0)


def newcombe(
    hits: float, n: float, other_hits: float, other_n: float, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Newcombe's interval of p - q from Wilson's intervals l..u of p and l'..u' of q; both of something.

    p - q - sqrt((p - l)² + (u' - q)²) .. p - q + sqrt((u - p)² + (q - l')²)
    """
    share, other = hits / n, other_hits / other_n
    low, high = wilson(hits, n, confidence)
    other_low, other_high = wilson(other_hits, other_n, confidence)
    value = share - other
    return (
        value - math.hypot(share - low, other_high - other),
        value + math.hypot(high - share, other - other_low),
    )


@dataclass(frozen=True)
class MeanDifference:
    """A difference of two means: its interval, standard error, degrees of freedom, and the error of calling it one."""

    value: float
    low: float
    high: float
    deviation: float
    freedom: float
    error: float


def welch(
    value: float, first: float, n_first: float, second: float, n_second: float, confidence: float = CONFIDENCE
) -> MeanDifference:
    """Welch's interval of a difference, from the variances of the two means (s²/n, not both 0) and their sizes (2 or more).

    sqrt(a + b) is the standard error, (a + b)²/(a²/(n - 1) + b²/(m - 1)) are the degrees of freedom.
    """
    deviation = math.sqrt(first + second)
    freedom = (first + second) ** 2 / (first**2 / (n_first - 1) + second**2 / (n_second - 1))
    reach = float(stdtrit(freedom, (1 + confidence) / 2)) * deviation
    error = 2 * float(stdtr(freedom, -abs(value) / deviation))
    return MeanDifference(value, value - reach, value + reach, deviation, freedom, error)
