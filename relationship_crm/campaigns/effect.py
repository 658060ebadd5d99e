"""What a campaign caused: those it was meant for against the control group. Arithmetic only: no Frappe.

People are compared as they were drawn, whether or not the message reached them (intention to treat): leaving out those who
were not reached would compare the reachable with everybody. Everybody counts, with 0 where nothing was bought.

Means (revenue per customer) have Welch's interval, rates (share of buyers) Newcombe's; see `engine.comparison`. A number is
said only where its interval does not hold zero. Where it does, what is said is the least change that groups of this size can
see four times in five. Where nobody bought in one group its spread is unknown, so no interval of a mean is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from relationship_crm.campaigns.sample_size import detectable_rate, reach
from relationship_crm.contracts.words import Translate, untranslated
from relationship_crm.engine.comparison import CONFIDENCE, FEWEST, Moments, newcombe, quantile, welch

Written = Callable[[float], str]


class Finding(Enum):
    """What can be said of an effect."""

    NOBODY = "Nobody to Compare"
    NO_BUYERS = "No Buyers in One Group"
    TOO_SMALL = "Too Small"
    MORE = "More"
    LESS = "Less"


@dataclass(frozen=True)
class Arm(Moments):
    """One of the two groups: people, how many of them have anything (buyers), sum and sum of squares."""

    n: int
    buyers: int
    total: float
    squares: float

    @classmethod
    def of(cls, values: np.ndarray | list[float]) -> Arm:
        """From one value a person, 0 for those who bought nothing or returned everything."""
        values = np.asarray(values, dtype=float)
        return cls(len(values), int(np.count_nonzero(values)), float(values.sum()), float(values @ values))


@dataclass(frozen=True)
class Effect:
    """Contacted less control, per person, with its interval; NaN where it is not known.

    `error` is the standard error with which campaigns are pooled; `detectable` the least change that can be seen.
    """

    value: float
    low: float
    high: float
    error: float
    detectable: float
    contacted: int
    control: int
    finding: Finding
    rate: bool = False  # a difference of shares

    @property
    def told(self) -> bool:
        """Whether it can be told from chance."""
        return self.finding in (Finding.MORE, Finding.LESS)

    def for_all(self) -> tuple[float, float, float]:
        """What the campaign brought altogether: effect and interval times the people contacted."""
        return self.value * self.contacted, self.low * self.contacted, self.high * self.contacted


def mean_effect(contacted: Arm, control: Arm, confidence: float = CONFIDENCE) -> Effect:
    """Difference of means with Welch's interval.

    Where nobody bought in one group, campaigns are pooled with the spread of both groups together (as Student's test has
    it): to leave such campaigns out would choose them by their result.
    """
    if min(contacted.n, control.n) < FEWEST:
        return _unknown(contacted.n, control.n)
    value = contacted.mean - control.mean
    if not (contacted.buyers and control.buyers):
        squares = contacted.variance * (contacted.n - 1) + control.variance * (control.n - 1)
        variance = squares / (contacted.n + control.n - 2)
        error = math.sqrt(variance * (1 / contacted.n + 1 / control.n))
        return _no_buyers(value, error, contacted.n, control.n)
    first, second = contacted.variance / contacted.n, control.variance / control.n
    if first + second <= 0:  # everybody bought for the same
        return _found(value, value, value, 0.0, 0.0, contacted.n, control.n)
    found = welch(value, first, contacted.n, second, control.n, confidence)
    return _found(
        value, found.low, found.high, found.deviation, reach() * found.deviation, contacted.n, control.n
    )


def rate_effect(
    buyers: int, contacted: int, control_buyers: int, control: int, confidence: float = CONFIDENCE
) -> Effect:
    """Difference of shares (0..1) with Newcombe's interval, which needs no buyers to be right.

    For pooling, its standard error is the width of the interval over 2z, which is never 0.
    """
    if min(contacted, control) <= 0:
        return _unknown(contacted, control, rate=True)
    low, high = newcombe(buyers, contacted, control_buyers, control, confidence)
    value = buyers / contacted - control_buyers / control
    base = (buyers + control_buyers) / (contacted + control)
    detectable = detectable_rate(base, contacted, control)
    error = (high - low) / (2 * quantile(confidence))
    return _found(value, low, high, error, detectable, contacted, control, rate=True)


def _found(
    value: float,
    low: float,
    high: float,
    error: float,
    detectable: float,
    contacted: int,
    control: int,
    rate: bool = False,
) -> Effect:
    finding = Finding.MORE if low > 0 else Finding.LESS if high < 0 else Finding.TOO_SMALL
    return Effect(value, low, high, error, detectable, contacted, control, finding, rate)


def _unknown(contacted: int, control: int, rate: bool = False) -> Effect:
    return Effect(*[math.nan] * 4, math.inf, contacted, control, Finding.NOBODY, rate)


def _no_buyers(value: float, error: float, contacted: int, control: int) -> Effect:
    return Effect(value, math.nan, math.nan, error, reach() * error, contacted, control, Finding.NO_BUYERS)


# -- in words


def amount(value: float) -> str:
    """An amount with two digits; on a site the company's currency takes its place."""
    return f"{value:,.2f}"


def points(value: float) -> str:
    """A share in hundredths, with one digit."""
    return f"{100 * value:.1f}"


def in_words(effect: Effect, written: Written = amount, translate: Translate = untranslated) -> str:
    """An effect in a sentence. `written` writes an amount of money."""
    if effect.finding is Finding.NOBODY:
        return nobody(translate)
    if effect.finding is Finding.NO_BUYERS:
        return translate("No buyers in one of the groups: no difference can be told.")
    if effect.finding is Finding.TOO_SMALL:
        return too_small(effect.detectable, effect.rate, written, translate)
    return difference(effect.value, effect.low, effect.high, effect.rate, written, translate)


def nobody(translate: Translate = untranslated) -> str:
    """What is said without a control group."""
    return translate("There is no control group to compare with.")


def too_small(
    detectable: float, rate: bool, written: Written = amount, translate: Translate = untranslated
) -> str:
    """What groups of a size cannot see."""
    if math.isinf(detectable):
        return translate("Too small: groups of this size cannot see any change.")
    return translate("Too small: groups of this size can only see a change of {0} or more.").format(
        figure(detectable, rate, written, translate)
    )


def difference(
    value: float,
    low: float,
    high: float,
    rate: bool,
    written: Written = amount,
    translate: Translate = untranslated,
) -> str:
    """A difference that can be told from chance, with its interval."""
    text = (
        translate("{0} more than without the campaign (95 % interval: {1} to {2}).")
        if value > 0
        else translate("{0} less than without the campaign (95 % interval: {1} to {2}).")
    )
    bounds = ((points if rate else written)(bound) for bound in sorted((abs(low), abs(high))))
    return text.format(figure(abs(value), rate, written, translate), *bounds)


def figure(value: float, rate: bool, written: Written, translate: Translate) -> str:
    """A difference as people write it: in percentage points, or an amount per customer."""
    if rate:
        return translate("{0} percentage points").format(points(value))
    return translate("{0} per customer").format(written(value))
