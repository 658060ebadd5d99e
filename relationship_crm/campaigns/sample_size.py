"""How many people a campaign needs to see a change, and what change a given number can see. Arithmetic only.

Two-sided error 5 %, power 80 %: of real changes of that size four in five are seen. Normal approximation with a variance of
its own in each group (Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, 4.4, without correction).
With z = 1.960 + .842, N people in both groups of which the share c is the control group:

    rates   N = z²·(q(1 - q)/(1 - c) + p(1 - p)/c)/(q - p)²        p without the campaign, q with it
    means   N = z²·s²·(1/(1 - c) + 1/c)/d²                         s standard deviation, d difference

Unequal groups cost people: with a control group of 20 % about 1/(4·.2·.8) = 1.56 times as many as with halves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri

ERROR = 0.05
POWER = 0.8


@dataclass(frozen=True)
class Sizes:
    """People to contact, and people in the control group."""

    contacted: int
    control: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.contacted + self.control


def reach(error: float = ERROR, power: float = POWER) -> float:
    """How many standard errors a change has to be away from nothing: z(1 - error/2) + z(power), 2.80 by default."""
    return float(ndtri(1 - error / 2) + ndtri(power))


def for_rates(
    base: float, lift: float, control_share: float = 0.5, error: float = ERROR, power: float = POWER
) -> Sizes:
    """People needed to see a rate rise from `base` to base·(1 + lift), both between 0 and 1.

    Raises ValueError where a rate or the control share lies outside, or nothing is to change.
    """
    raised = base * (1 + lift)
    if not (0 < base < 1 and 0 <= raised <= 1 and lift):
        raise ValueError("rates lie between 0 and 1, and differ")
    return _sizes(raised * (1 - raised), base * (1 - base), raised - base, control_share, error, power)


def for_means(
    deviation: float,
    difference: float,
    control_share: float = 0.5,
    error: float = ERROR,
    power: float = POWER,
) -> Sizes:
    """People needed to see means differ by `difference`, where one person's figure has this standard deviation.

    Raises ValueError where there is no deviation or difference, or the control share lies outside 0 and 1.
    """
    if deviation <= 0 or not difference:
        raise ValueError("the standard deviation is more than 0, and so is the difference")
    return _sizes(deviation**2, deviation**2, difference, control_share, error, power)


def _sizes(
    contacted: float, control: float, difference: float, control_share: float, error: float, power: float
) -> Sizes:
    """Sizes for the variances of one person's figure in each group."""
    if not 0 < control_share < 1:
        raise ValueError("the control group is a share between 0 and 1")
    variance = contacted / (1 - control_share) + control / control_share
    whole = reach(error, power) ** 2 * variance / difference**2
    # 1e-9: a size that is whole but for the last digit of a float is not one person more
    up = (math.ceil(whole * share - 1e-9) for share in (1 - control_share, control_share))
    return Sizes(*up)


def detectable_rate(
    base: float, contacted: int, control: int, error: float = ERROR, power: float = POWER
) -> float:
    """The least rise of a rate that groups of these sizes can see, as a share; infinite where it would pass 1.

    It solves d² = z²·(p(1 - p)/m + (p + d)(1 - p - d)/n) for n contacted and m in the control group.
    """
    if min(contacted, control) <= 0 or base >= 1:
        return math.inf
    z2 = reach(error, power) ** 2
    # (1 + a)·d² - b·d - c = 0
    a, b = z2 / contacted, z2 / contacted * (1 - 2 * base)
    c = z2 * base * (1 - base) * (1 / contacted + 1 / control)
    found = (b + math.sqrt(b * b + 4 * (1 + a) * c)) / (2 * (1 + a))
    return found if base + found <= 1 else math.inf


def detectable_mean(
    deviation: float, contacted: int, control: int, error: float = ERROR, power: float = POWER
) -> float:
    """The least difference of means that groups of these sizes can see: z·s·sqrt(1/n + 1/m)."""
    if min(contacted, control) <= 0:
        return math.inf
    return reach(error, power) * deviation * math.sqrt(1 / contacted + 1 / control)
