"""The shifted-beta-geometric model: published figures, its own laws, censoring, and what it says when it cannot know."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.contracts import sbg
from relationship_crm.contracts.sbg import (
    Model,
    Tenures,
    Unknown,
    ending,
    estimate,
    fit,
    log_likelihood,
    renewal_rate,
    residual_lifetime,
    survival,
)

#: Fader & Hardie (2007), figure 1: customers left of 1,000 after each year; the first seven are for fitting.
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]


@pytest.mark.parametrize(
    ("customers", "alpha", "beta", "likelihood"),
    [(REGULAR, 0.7041, 1.1820, -1680.27), (HIGH_END, 0.6681, 3.8061, -1611.16)],
)
def test_published_figures(customers, alpha, beta, likelihood) -> None:
    """Fitted on seven years; the twelfth is then foretold to within two points."""
    model = fit(Tenures.cohorts([customers[:8]]))
    assert isinstance(model, Model)
    assert model.alpha == pytest.approx(alpha, abs=5e-5)
    assert model.beta == pytest.approx(beta, abs=5e-5)
    assert model.log_likelihood == pytest.approx(likelihood, abs=5e-3)
    assert survival(model.alpha, model.beta, 12) == pytest.approx(customers[12] / 1000, abs=0.02)


def test_published_cohorts_of_unequal_age() -> None:
    """Fader & Hardie (2007), note 017: five cohorts of one to five years, α 3.80 and β 15.19."""
    cohorts = [
        [10000, 8000, 6480, 5307, 4391],
        [10000, 8000, 6480, 5307],
        [10000, 8000, 6480],
        [10000, 8000],
        [10000],
    ]
    model = estimate(Tenures.cohorts(cohorts))
    assert (model.alpha, model.beta) == (pytest.approx(3.80, abs=0.005), pytest.approx(15.19, abs=0.005))


def test_contracts_one_by_one_are_the_cohort() -> None:
    tenures = Tenures.cohorts([REGULAR[:4]])
    renewals = [0] * 369 + [1] * 163 + [2] * 86 + [3] * 382
    ended = [True] * 618 + [False] * 382
    one_by_one = Tenures.of(renewals, ended)
    assert one_by_one.ended[:3].tolist() == tenures.ended.tolist() == [369, 163, 86]
    assert one_by_one.asked[:3].tolist() == tenures.asked.tolist() == [1000, 631, 468]
    assert log_likelihood(0.7, 1.2, one_by_one) == pytest.approx(log_likelihood(0.7, 1.2, tenures))


def test_contracts_in_their_first_term_say_nothing() -> None:
    renewals, ended = [0] * 30 + [1] * 40, [True] * 30 + [False] * 40
    new = estimate(Tenures.of(renewals + [0] * 500, ended + [False] * 500))
    old = estimate(Tenures.of(renewals, ended))
    assert (new.alpha, new.beta) == pytest.approx((old.alpha, old.beta), rel=1e-3)


def test_the_model_by_hand() -> None:
    """α = 1, β = 2: P = 1/3, 1/6, 1/10; S = 2/3, 1/2, 2/5; r = 2/3, 3/4, 4/5; the likelihood of 3, 2 and 5 by hand."""
    assert ending(1, 2, [1, 2, 3]) == pytest.approx([1 / 3, 1 / 6, 1 / 10])
    assert survival(1, 2, [0, 1, 2, 3]) == pytest.approx([1, 2 / 3, 1 / 2, 2 / 5])
    assert renewal_rate(1, 2, [1, 2, 3]) == pytest.approx([2 / 3, 3 / 4, 4 / 5])
    tenures = Tenures.cohorts([[10, 7, 5]])
    assert log_likelihood(1, 2, tenures) == pytest.approx(
        3 * math.log(1 / 3) + 2 * math.log(1 / 6) + 5 * math.log(1 / 2)
    )


@settings(max_examples=100, deadline=None)
@given(st.floats(0.1, 20), st.floats(0.1, 20), st.integers(0, 12), st.floats(0.02, 0.5))
def test_laws_of_the_model(alpha: float, beta: float, renewals: int, discount: float) -> None:
    """Those who end and those who stay add up; rates are ratios of survival and rise; the lifetime is a sum."""
    t = np.arange(1, 40)
    assert np.cumsum(ending(alpha, beta, t)) + survival(alpha, beta, t) == pytest.approx(np.ones(39))
    rates = survival(alpha, beta, t) / survival(alpha, beta, t - 1)
    assert renewal_rate(alpha, beta, t) == pytest.approx(rates)
    assert (np.diff(rates) > 0).all()
    later = np.arange(renewals + 1, 2_000)
    terms = survival(alpha, beta, later) / survival(alpha, beta, renewals)
    summed = (terms * (1 + discount) ** (renewals + 1.0 - later)).sum()
    assert residual_lifetime(alpha, beta, renewals, discount) == pytest.approx(summed, rel=1e-6)


def test_lifetimes_without_discount() -> None:
    """Σ S(t) is finite only where α is above 1: for α = 3, β = 4 it is 4/2."""
    assert residual_lifetime(0.7, 1.2, 0, 0) == math.inf
    assert residual_lifetime(3, 4, 0, 0) == pytest.approx(2)
    assert residual_lifetime(3, 4, 0, 1e-9) == pytest.approx(2, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.2, 30), st.floats(0.2, 30), st.lists(st.integers(1, 50), min_size=2, max_size=8))
def test_derivatives_are_those_of_the_likelihood(alpha, beta, drops) -> None:
    survivors = (sum(drops) + 20 - np.cumsum([0, *drops])).tolist()
    tenures = Tenures.cohorts([survivors, survivors[:2]])
    slope, curve = sbg._derivatives(alpha, beta, tenures)
    h = 1e-5
    numeric = [
        (log_likelihood(alpha + h, beta, tenures) - log_likelihood(alpha - h, beta, tenures)) / (2 * h),
        (log_likelihood(alpha, beta + h, tenures) - log_likelihood(alpha, beta - h, tenures)) / (2 * h),
    ]
    assert slope == pytest.approx(numeric, rel=1e-3, abs=1e-3)
    up, down = (sbg._derivatives(alpha, beta + sign * h, tenures)[0] for sign in (1, -1))
    assert curve[:, 1] == pytest.approx((up - down) / (2 * h), rel=1e-3, abs=1e-3)


def simulated(rng: np.random.Generator, alpha: float, beta: float, size: int) -> Tenures:
    """Contracts begun evenly over the last six terms."""
    age = rng.integers(0, 7, size)
    ends_at = rng.geometric(np.clip(rng.beta(alpha, beta, size), 1e-12, 1))
    over = ends_at <= age
    return Tenures.of(np.where(over, ends_at - 1, age), over)


def test_many_contracts_give_back_the_model_that_made_them() -> None:
    model = fit(simulated(np.random.default_rng(1), 0.668, 3.806, 50_000))
    assert isinstance(model, Model)
    assert model.alpha == pytest.approx(0.668, abs=4 * model.errors[0])
    assert model.beta == pytest.approx(3.806, abs=4 * model.errors[1])
    assert model.errors[0] < 0.05


@pytest.mark.parametrize(
    ("alpha", "beta", "size", "off"), [(0.668, 3.806, 70, 0.04), (0.704, 1.182, 40, 0.09)]
)
def test_with_twenty_ended_contracts_intervals_are_right_four_times_in_five(alpha, beta, size, off) -> None:
    """About 20 end in each sample; rates of the first five renewals are off by 3 and 7 points (root mean square)."""
    rng = np.random.default_rng(3)
    held, wrong = [], []
    for _sample in range(60):
        model = estimate(simulated(rng, alpha, beta, size))
        for renewals in range(5):
            rate, truth = model.renews(renewals), float(renewal_rate(alpha, beta, renewals + 1))
            held.append(rate.low <= truth <= rate.high)
            wrong.append(rate.value - truth)
    assert 0.72 < np.mean(held) < 0.88
    assert math.sqrt(np.mean(np.square(wrong))) < off


def test_standard_errors_of_the_published_groups() -> None:
    """Observed information of 1,000 customers over seven years, checked against differences of the likelihood."""
    model = fit(Tenures.cohorts([HIGH_END[:8]]))
    assert isinstance(model, Model)
    assert model.errors == (pytest.approx(0.1037, abs=5e-4), pytest.approx(0.7855, abs=5e-4))
    rate = model.renews(0)
    assert (rate.value, rate.low, rate.high) == (
        pytest.approx(0.8507, abs=5e-5),
        pytest.approx(0.8381, abs=5e-5),
        pytest.approx(0.8625, abs=5e-5),
    )


def test_where_all_are_alike_it_is_a_geometric_model() -> None:
    """9 of 10 renew each time: no difference to be found; 344 ended of 3,439 that were asked."""
    model = fit(Tenures.cohorts([[1000, 900, 810, 729, 656]]))
    assert isinstance(model, Model)
    assert model.alike
    assert all(math.isnan(error) for error in model.errors)
    rate = model.renews(3)
    assert rate.value == pytest.approx(0.9, abs=1e-3)
    error = math.sqrt(1 / 344 + 1 / (3439 - 344))
    assert rate.high - rate.low == pytest.approx(2 * 1.2816 * error * 0.09, rel=0.01)


def test_unknown_with_too_few() -> None:
    few = fit(Tenures.of([0] * 12 + [1] * 30, [True] * 12 + [False] * 30))
    assert isinstance(few, Unknown)
    assert (few.ended, few.missing) == (12, 8)
    assert few.in_words() == (
        "Unknown: 12 contracts have ended without renewal, 20 are needed. With fewer, a probability of renewal would be "
        "off by more than it tells."
    )
    young = fit(Tenures.of([0] * 25 + [1] * 30, [True] * 25 + [False] * 30))
    assert isinstance(young, Unknown)
    assert young.missing == 0
    assert "second renewal" in young.in_words()
    nobody = fit(Tenures.of([0] * 25 + [1] * 3 + [2], [True] * 28 + [False]))
    assert isinstance(nobody, Unknown)
    assert "4 contracts have been renewed, 10 are needed" in nobody.in_words()
    assert isinstance(fit(Tenures.of([], [])), Unknown)
    assert isinstance(fit(Tenures.cohorts([])), Unknown)
