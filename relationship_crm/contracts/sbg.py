"""Probability of renewal by tenure: the shifted-beta-geometric model. Arithmetic only: no Frappe, no SQL.

Every customer renews at each end of term with a probability of its own, the same each time; over customers the probability
of not renewing is beta distributed with α and β. The less loyal leave first, so of those who stay a larger share renews each
time, though nobody's mind changes:

    P(T = t) = B(α + 1, β + t - 1) / B(α, β)     ends at its t-th renewal
    S(t)     = B(α, β + t) / B(α, β)             still there after t renewals
    r(t)     = (β + t - 1) / (α + β + t - 1)     renews at its t-th renewal, having come so far

Fader & Hardie (2007): How to project customer retention. Journal of Interactive Marketing 21 (1), 76-90. Several cohorts of
unequal age: Fader & Hardie (2007), Fitting the sBG model to multi-cohort data, brucehardie.com/notes/017. Discounted expected
residual lifetime: Fader & Hardie (2010), Customer-base valuation in a contractual setting, Marketing Science 29 (1), 85-93.

The log likelihood needs two numbers for each tenure: how many contracts had their last renewal refused at t, and how many
are in force after t renewals (right-censored):  Σ ended(t)·ln P(T = t) + Σ running(t)·ln S(t).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, hyp2f1, ndtri, polygamma

from relationship_crm.contracts.words import Translate, untranslated

#: Two parameters, and ten ended contracts for each: the rule for survival models (Peduzzi, Concato, Feinstein & Holford 1995,
#: Journal of Clinical Epidemiology 48, 1503-1510). Simulated with the parameters of Fader & Hardie's two customer groups and
#: contracts up to six terms old, renewal rates are then off by 3 and 7 points (root mean square), with 5 ended by 6 and 14.
LEAST_ENDED = 20
#: Whether loyalty differs shows only where renewal rates of two tenures can be compared.
LEAST_TENURES = 2
#: As many must have renewed at least once, or there is nobody to compare the refusals with.
LEAST_RENEWED = 10
#: Beyond this size α + β says no more than the ratio (ten renewals move a rate of .9 by .001): all are alike, the model is a
#: geometric one.
ALIKE = 1e3
_LOWEST, _HIGHEST = math.log(1e-6), math.log(1e6)


@dataclass(frozen=True)
class Tenures:
    """Contracts by number of renewals: `ended[t - 1]` not renewed at the t-th, `running[t]` in force after t of them."""

    ended: np.ndarray
    running: np.ndarray

    @classmethod
    def of(cls, renewals: Iterable[int], ended: Iterable[bool]) -> Tenures:
        """From contracts one by one: renewals so far, and whether the next one was refused.

        A contract in its first term that is still in force has not been asked yet: it says nothing, and is counted so.
        """
        count = np.fromiter(renewals, dtype=np.int64)
        over = np.fromiter(ended, dtype=bool)
        longest = int(count.max()) if len(count) else 0
        return cls(
            np.bincount(count[over], minlength=longest + 1).astype(float),
            np.bincount(count[~over], minlength=longest + 2).astype(float),
        )

    @classmethod
    def cohorts(cls, survivors: Iterable[Sequence[float]]) -> Tenures:
        """From cohorts: how many there were at the start and after each renewal; cohorts may be of unequal age and size."""
        rows = [np.asarray(row, dtype=float) for row in survivors]
        longest = max((len(row) for row in rows), default=1)
        ended, running = np.zeros(longest - 1), np.zeros(longest)
        for row in rows:
            ended[: len(row) - 1] -= np.diff(row)
            running[len(row) - 1] += row[-1]
        return cls(ended, running)

    @property
    def asked(self) -> np.ndarray:
        """How many came to their t-th renewal, at [t - 1]."""
        size = max(len(self.ended), len(self.running) - 1)
        ended, running = np.zeros(size), np.zeros(size)
        ended[: len(self.ended)], running[: len(self.running) - 1] = self.ended, self.running[1:]
        return np.cumsum((ended + running)[::-1])[::-1]

    @property
    def renewed(self) -> float:
        """How many renewed at least once."""
        return float(self.ended[1:].sum() + self.running[1:].sum())


@dataclass(frozen=True)
class Rate:
    """A probability with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Model:
    """A fitted model. `covariance` is that of ln α and ln β; where all are alike, one that is right for their ratio."""

    alpha: float
    beta: float
    log_likelihood: float
    covariance: np.ndarray

    @property
    def alike(self) -> bool:
        """Whether no difference in loyalty was found: the model is then a geometric one."""
        return self.alpha + self.beta >= ALIKE

    @property
    def errors(self) -> tuple[float, float]:
        """Standard errors of α and β (delta method from those of their logarithms); NaN where only their ratio is known."""
        if self.alike:
            return math.nan, math.nan
        deviation = np.sqrt(np.diag(self.covariance))
        return float(self.alpha * deviation[0]), float(self.beta * deviation[1])

    def renews(self, renewals: int, confidence: float = 0.8) -> Rate:
        """Probability that a contract with so many renewals behind it renews again, with its interval.

        The interval is normal on the logit scale: logit r = ln(β + t - 1) - ln α, with t - 1 renewals.
        """
        alpha, beta = self.alpha, self.beta
        middle = math.log(beta + renewals) - math.log(alpha)
        slope = np.array([-1.0, beta / (beta + renewals)])
        reach = float(ndtri((1 + confidence) / 2)) * math.sqrt(max(slope @ self.covariance @ slope, 0.0))
        if math.isnan(reach):
            return Rate(float(expit(middle)), math.nan, math.nan)
        return Rate(float(expit(middle)), float(expit(middle - reach)), float(expit(middle + reach)))

    def residual_lifetime(self, renewals: int, discount: float) -> float:
        """Discounted expected residual lifetime of a contract with so many renewals behind it; see `residual_lifetime`."""
        return residual_lifetime(self.alpha, self.beta, renewals, discount)


@dataclass(frozen=True)
class Unknown:
    """No model: what there is of what there would have to be."""

    ended: float
    tenures: int  # at which contracts came to a renewal
    renewed: float

    @property
    def missing(self) -> int:
        """How many more contracts have to end."""
        return max(math.ceil(LEAST_ENDED - self.ended), 0)

    def in_words(self, translate: Translate = untranslated) -> str:
        """What is missing, and why it is needed."""
        if self.missing:
            return translate(
                "Unknown: {0} contracts have ended without renewal, {1} are needed. With fewer, a probability of renewal "
                "would be off by more than it tells."
            ).format(round(self.ended), LEAST_ENDED)
        if self.tenures < LEAST_TENURES:
            return translate(
                "Unknown: no contract has come to its second renewal yet, and only a comparison of the first with the "
                "second shows whether loyalty differs."
            )
        return translate(
            "Unknown: {0} contracts have been renewed, {1} are needed to compare the ended ones with."
        ).format(round(self.renewed), LEAST_RENEWED)


# -- the model


def survival(alpha: float, beta: float, renewals: np.ndarray | int) -> np.ndarray:
    """S(t): share still there after t renewals."""
    return np.exp(betaln(alpha, beta + np.asarray(renewals)) - betaln(alpha, beta))


def renewal_rate(alpha: float, beta: float, renewal: np.ndarray | int) -> np.ndarray:
    """r(t): share that renews at the t-th renewal, of those who came to it."""
    t = np.asarray(renewal)
    return (beta + t - 1) / (alpha + beta + t - 1)


def ending(alpha: float, beta: float, renewal: np.ndarray | int) -> np.ndarray:
    """P(T = t): share that ends at its t-th renewal."""
    return np.exp(betaln(alpha + 1, beta + np.asarray(renewal) - 1) - betaln(alpha, beta))


def residual_lifetime(alpha: float, beta: float, renewals: int, discount: float) -> float:
    """Terms still to be paid by a contract that stands before its next renewal, discounted to that day.

    With n - 1 renewals behind it: Σ_{t≥n} S(t)/S(n-1)/(1+d)^(t-n) = r(n)·₂F₁(1, β+n; α+β+n; 1/(1+d)), formula 6 of Fader &
    Hardie (2010); `discount` is per term. Infinite where nothing is discounted and α is at most 1.
    """
    if discount <= 0 and alpha <= 1:
        return math.inf
    n = renewals + 1
    if discount <= 0:
        return float((beta + n - 1) / (alpha - 1))
    return float(renewal_rate(alpha, beta, n) * hyp2f1(1, beta + n, alpha + beta + n, 1 / (1 + discount)))


def log_likelihood(alpha: float, beta: float, tenures: Tenures) -> float:
    """Σ ended(t)·ln P(T = t) + Σ running(t)·ln S(t)."""
    t = np.arange(1, len(tenures.ended) + 1)
    s = np.arange(len(tenures.running))
    whole = betaln(alpha, beta)
    ended = tenures.ended @ (betaln(alpha + 1, beta + t - 1) - whole)
    return float(ended + tenures.running @ (betaln(alpha, beta + s) - whole))


def _derivatives(alpha: float, beta: float, tenures: Tenures) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and matrix of second derivatives of the log likelihood by α and β."""
    ended, running = tenures.ended, tenures.running
    t = np.arange(1, len(ended) + 1)
    s = np.arange(len(running))
    n = ended.sum() + running.sum()

    def sums(of: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, float]:
        # ln B(a, b) = ln Γ(a) + ln Γ(b) - ln Γ(a + b): what the first two give for α and β, and the third for both
        by_alpha = ended.sum() * of(alpha + 1) + running.sum() * of(alpha) - n * of(alpha)
        by_beta = ended @ of(beta + t - 1) + running @ of(beta + s) - n * of(beta)
        both = ended @ of(alpha + beta + t) + running @ of(alpha + beta + s) - n * of(alpha + beta)
        return np.array([by_alpha, by_beta]), both

    slope, both = sums(digamma)
    curve, both_curve = sums(lambda at: polygamma(1, at))
    return slope - both, np.diag(curve) - both_curve


def fit(tenures: Tenures) -> Model | Unknown:
    """Most likely α and β; `Unknown` where too few contracts ended to tell.

    Fitted in ln α and ln β with exact derivatives. Standard errors are those of the observed information.
    """
    ended, seen = float(tenures.ended.sum()), int(np.count_nonzero(tenures.asked))
    if ended < LEAST_ENDED or seen < LEAST_TENURES or tenures.renewed < LEAST_RENEWED:
        return Unknown(ended, seen, tenures.renewed)
    return estimate(tenures)


def estimate(tenures: Tenures) -> Model:
    """Most likely α and β, however few contracts there are."""

    def target(point: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta = np.exp(point)
        slope = _derivatives(alpha, beta, tenures)[0] * np.array([alpha, beta])
        return -log_likelihood(alpha, beta, tenures), -slope

    share = min(max(tenures.ended.sum() / max(tenures.asked.sum(), 1), 0.01), 0.99)
    begin = np.log([2 * share, 2 * (1 - share)])
    bounds = [(_LOWEST, _HIGHEST)] * 2
    precise = {"ftol": 1e-14, "gtol": 1e-9}
    best = minimize(target, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=precise)
    alpha, beta = (float(number) for number in np.exp(best.x))
    return Model(alpha, beta, -float(best.fun), _covariance(alpha, beta, tenures))


def _covariance(alpha: float, beta: float, tenures: Tenures) -> np.ndarray:
    """Inverse of the observed information about ln α and ln β; NaN where there is none about one of them."""
    if alpha + beta >= ALIKE:
        # the geometric model's renewal rate: var(logit) = 1/renewed + 1/ended, of all that were asked
        ended = tenures.ended.sum()
        return np.diag([1 / ended + 1 / (tenures.asked.sum() - ended), 0.0])
    slope, curve = _derivatives(alpha, beta, tenures)
    scale = np.array([alpha, beta])
    information = -(curve * np.outer(scale, scale) + np.diag(slope * scale))
    if np.linalg.eigvalsh(information).min() <= 0:
        return np.full((2, 2), np.nan)
    return np.linalg.inv(information)
