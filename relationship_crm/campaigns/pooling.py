"""The effect of several campaigns of a kind together. Arithmetic only: no Frappe.

Each campaign weighs by the inverse of its squared standard error:

    fixed    Σwy/Σw, standard error 1/sqrt(Σw), w = 1/s²
    Q        Σw·(y - fixed)², about k - 1 where campaigns differ by chance alone (Cochran 1954, Biometrics 10, 101-129)
    I²       (Q - (k - 1))/Q, at least 0: the share of the differences that chance does not make (Higgins & Thompson 2002,
             Statistics in Medicine 21, 1539-1558)
    τ²       (Q - (k - 1))/(Σw - Σw²/Σw), at least 0: the variance of the effects themselves
    random   as fixed, with w = 1/(s² + τ²) (DerSimonian & Laird 1986, Controlled Clinical Trials 7, 177-188)

Where Q is above k - 1 the effects are heterogeneous and the random one is shown: what campaigns of this kind bring on
average. Else τ² is 0 and both are the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtrc

from relationship_crm.campaigns.effect import Effect, Written, amount, difference, figure, nobody
from relationship_crm.campaigns.sample_size import reach
from relationship_crm.contracts.words import Translate, untranslated
from relationship_crm.engine.comparison import CONFIDENCE, quantile


@dataclass(frozen=True)
class Interval:
    """A figure with its interval and standard error; NaN of nothing."""

    value: float
    low: float
    high: float
    error: float


@dataclass(frozen=True)
class Pooled:
    """Campaigns together. `left_out` had nobody to compare; `chance` is that of a Q so high if all effects were alike."""

    fixed: Interval
    random: Interval
    campaigns: int
    left_out: int
    q: float
    chance: float
    i2: float
    tau2: float
    rate: bool = False

    @property
    def heterogeneous(self) -> bool:
        """Whether the campaigns differ by more than chance makes."""
        return self.tau2 > 0

    @property
    def shown(self) -> Interval:
        """The one that is shown: random where the campaigns differ."""
        return self.random if self.heterogeneous else self.fixed

    def in_words(self, written: Written = amount, translate: Translate = untranslated) -> str:
        """The pooled effect in a sentence."""
        if not self.campaigns:
            return nobody(translate)
        shown = self.shown
        if shown.low <= 0 <= shown.high:
            text = translate("Too small: these campaigns together can only see a change of {0} or more.")
            first = text.format(figure(reach() * shown.error, self.rate, written, translate))
        else:
            first = difference(shown.value, shown.low, shown.high, self.rate, written, translate)
        if not self.heterogeneous:
            return first
        differ = translate("The campaigns differ: {0} of the differences between them are not chance.")
        return f"{first} {differ.format(f'{100 * self.i2:.0f} %')}"


def pool(effects: Iterable[Effect], confidence: float = CONFIDENCE) -> Pooled:
    """Pool the effects of campaigns, all of means or all of rates; those without a standard error are left out."""
    given = list(effects)
    known = [effect for effect in given if effect.error > 0]
    values, errors = [effect.value for effect in known], [effect.error for effect in known]
    pooled = pool_estimates(values, errors, confidence)
    return replace(pooled, left_out=len(given) - len(known), rate=any(effect.rate for effect in given))


def pool_estimates(
    value: list[float] | np.ndarray, error: list[float] | np.ndarray, confidence: float = CONFIDENCE
) -> Pooled:
    """Pool estimates by their standard errors (above 0)."""
    y, w = np.asarray(value, dtype=float), np.asarray(error, dtype=float) ** -2.0
    if not len(y):
        nothing = Interval(*[math.nan] * 4)
        return Pooled(nothing, nothing, 0, 0, *[math.nan] * 4)
    fixed = _weighted(y, w, confidence)
    freedom = len(y) - 1
    q = float(w @ (y - fixed.value) ** 2)
    scale = w.sum() - (w @ w) / w.sum()
    tau2 = max((q - freedom) / scale, 0.0) if freedom else 0.0
    i2 = max((q - freedom) / q, 0.0) if freedom and q > 0 else 0.0
    random = _weighted(y, 1 / (1 / w + tau2), confidence)
    chance = float(chdtrc(freedom, q)) if freedom else 1.0
    return Pooled(fixed, random, len(y), 0, q, chance, i2, float(tau2))


def _weighted(value: np.ndarray, weight: np.ndarray, confidence: float) -> Interval:
    whole = float(weight.sum())
    middle, error = float(weight @ value) / whole, 1 / math.sqrt(whole)
    distance = quantile(confidence) * error
    return Interval(middle, middle - distance, middle + distance, error)
