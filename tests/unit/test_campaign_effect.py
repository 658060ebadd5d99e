"""Effects against a control group: published intervals, what is said, pooling, and how often the interval is right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from relationship_crm.campaigns.effect import Arm, Finding, in_words, mean_effect, rate_effect
from relationship_crm.campaigns.pooling import pool, pool_estimates
from relationship_crm.campaigns.sample_size import detectable_mean, detectable_rate, for_rates

#: Student's sleep data (Cushny & Peebles 1905; Student 1908), R's `sleep`: extra hours of two groups of ten.
SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)
#: Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]
#: Colditz et al. (1994), JAMA 271, 698-702: thirteen trials of BCG vaccine; cases and others, vaccinated and not.
BCG = np.array(
    [
        [4, 119, 11, 128],
        [6, 300, 29, 274],
        [3, 228, 11, 209],
        [62, 13536, 248, 12619],
        [33, 5036, 47, 5761],
        [180, 1361, 372, 1079],
        [8, 2537, 10, 619],
        [505, 87886, 499, 87892],
        [29, 7470, 45, 7232],
        [17, 1699, 65, 1600],
        [186, 50448, 141, 27197],
        [5, 2493, 3, 2338],
        [27, 16886, 29, 17825],
    ],
    dtype=float,
)


# -- intervals


def test_published_welch_interval() -> None:
    """R, `t.test(extra ~ group, data = sleep)`: t = -1.8608, df = 17.776, p = .07939, -3.3654832 to 0.2054832."""
    effect = mean_effect(Arm.of(SLEEP[0]), Arm.of(SLEEP[1]))
    assert (effect.low, effect.high) == (
        pytest.approx(-3.3654832, abs=5e-8),
        pytest.approx(0.2054832, abs=5e-8),
    )
    assert effect.value / effect.error == pytest.approx(-1.8608, abs=5e-5)
    assert effect.finding is Finding.TOO_SMALL
    found = stats.ttest_ind(*SLEEP, equal_var=False)
    assert found.df == pytest.approx(17.776, abs=5e-4)
    assert effect.high - effect.value == pytest.approx(stats.t.ppf(0.975, found.df) * effect.error)


@pytest.mark.parametrize(("hits", "n", "control_hits", "control", "low", "high"), NEWCOMBE)
def test_published_newcombe_intervals(hits, n, control_hits, control, low, high) -> None:
    effect = rate_effect(hits, n, control_hits, control)
    assert (effect.low, effect.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert effect.value == pytest.approx(hits / n - control_hits / control)


def test_the_least_change_of_a_rate_is_that_of_both_groups_together() -> None:
    """110 of 1,000 bought."""
    assert rate_effect(96, 800, 14, 200).detectable == pytest.approx(detectable_rate(0.11, 800, 200))


def arm(n: int, mean: float, deviation: float, buyers: int) -> Arm:
    """An arm with this mean and standard deviation."""
    return Arm(n, buyers, n * mean, (n - 1) * deviation**2 + n * mean**2)


def test_an_effect_by_hand() -> None:
    """3600/800 + 1600/200 = 12.5, root 3.5355; 12.5²/(4.5²/799 + 8²/199) = 450.4 degrees, t = 1.96526; 9 ± 6.9482."""
    effect = mean_effect(arm(800, 18, 60, 96), arm(200, 9, 40, 14))
    assert effect.error == pytest.approx(3.5355, abs=5e-5)
    assert (effect.value, effect.low, effect.high) == pytest.approx((9, 2.0518, 15.9482), abs=5e-4)
    assert effect.for_all() == pytest.approx((7200, 1641.4, 12758.6), abs=0.5)
    assert effect.finding is Finding.MORE and effect.told
    assert effect.detectable == pytest.approx(2.80159 * 3.5355, abs=1e-3)
    assert mean_effect(arm(200, 9, 40, 14), arm(800, 18, 60, 96)).finding is Finding.LESS


def test_an_arm_of_values() -> None:
    own = Arm.of([0, 0, 30, 50])
    assert (own.n, own.buyers, own.mean) == (4, 2, 20)
    assert own.variance == pytest.approx(np.var([0, 0, 30, 50], ddof=1))
    assert math.isnan(Arm.of([]).mean)


# -- what is said


def test_words() -> None:
    more = mean_effect(arm(800, 18, 60, 96), arm(200, 9, 40, 14))
    assert in_words(more) == (
        "9.00 per customer more than without the campaign (95 % interval: 2.05 to 15.95)."
    )
    less = rate_effect(10, 200, 100, 800)
    assert in_words(less) == (
        "7.5 percentage points less than without the campaign (95 % interval: 3.0 to 10.9)."
    )
    small = mean_effect(arm(100, 18, 60, 12), arm(25, 9, 40, 2))
    assert (
        in_words(small)
        == "Too small: groups of this size can only see a change of 28.02 per customer or more."
    )
    assert (
        in_words(mean_effect(Arm.of([5, 0, 9]), Arm.of([]))) == "There is no control group to compare with."
    )
    assert in_words(mean_effect(Arm.of([5]), Arm.of([0]))) == "There is no control group to compare with."
    assert in_words(rate_effect(1, 5, 0, 0)) == "There is no control group to compare with."
    assert in_words(rate_effect(1, 1, 1, 1)) == "Too small: groups of this size cannot see any change."


def test_no_buyers_in_one_arm_are_no_zero_spread() -> None:
    """The control group's variance would be 0 and the interval too narrow: no interval, and no number in words."""
    effect = mean_effect(Arm.of([0] * 40 + [100] * 10), Arm.of([0] * 20))
    assert effect.finding is Finding.NO_BUYERS
    assert math.isnan(effect.low) and math.isnan(effect.high)
    assert in_words(effect) == "No buyers in one of the groups: no difference can be told."
    # Student's: squares 40·20² + 10·80² = 80,000 over 68 degrees
    assert effect.error == pytest.approx(math.sqrt(80_000 / 68 * (1 / 50 + 1 / 20)))
    assert mean_effect(Arm.of([0] * 9), Arm.of([0] * 9)).finding is Finding.NO_BUYERS
    assert rate_effect(10, 50, 0, 20).told, "Newcombe's interval of rates needs no buyers"


def test_everybody_bought_for_the_same() -> None:
    assert mean_effect(Arm.of([5, 5, 5]), Arm.of([5, 5])).finding is Finding.TOO_SMALL
    assert mean_effect(Arm.of([5, 5, 5]), Arm.of([4, 4])).finding is Finding.MORE


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 5000), st.integers(2, 5000), st.floats(0, 50), st.floats(0.1, 100))
def test_a_change_that_can_be_seen_is_not_called_too_small(n, m, mean, deviation) -> None:
    """What is at least as large as the least change that can be seen is told from chance, but in groups of a few."""
    first, second = arm(n, mean, deviation, 1), arm(m, 0, deviation, 1)
    effect = mean_effect(first, second)
    assert effect.detectable == pytest.approx(detectable_mean(deviation, n, m), rel=1e-6)
    if min(n, m) > 10 and effect.value >= effect.detectable:
        assert effect.told
    if effect.finding is Finding.TOO_SMALL and min(n, m) > 10:
        assert abs(effect.value) < effect.detectable


# -- how often it is right


def spending(rng: np.random.Generator, people: int, buyers: float) -> np.ndarray:
    """Most buy nothing, the others for very different amounts."""
    return np.where(rng.random(people) < buyers, rng.lognormal(5, 0.8, people), 0.0)


def test_between_groups_that_are_alike_the_interval_holds_zero() -> None:
    """An A/A simulation with 500 in each: revenue with 10 % and 50 % buyers, rates of 5 and 20 %."""
    rng = np.random.default_rng(1947)
    for buyers in (0.1, 0.5):
        effects = [
            mean_effect(*(Arm.of(spending(rng, 500, buyers)) for _arm in range(2))) for _ in range(3_000)
        ]
        assert 0.93 <= np.mean([not effect.told for effect in effects]) <= 0.97
    for rate in (0.05, 0.2):
        hits = rng.binomial(500, rate, (3_000, 2))
        effects = [rate_effect(int(a), 500, int(b), 500) for a, b in hits]
        assert 0.93 <= np.mean([not effect.told for effect in effects]) <= 0.97


def test_a_small_control_group_with_few_buyers_is_surer_than_it_should_be() -> None:
    """400 against 100 with 5 % buyers, so 5 in the control group: about 90 % hold zero, as the page says."""
    rng = np.random.default_rng(3)
    effects = [
        mean_effect(Arm.of(spending(rng, 400, 0.05)), Arm.of(spending(rng, 100, 0.05))) for _ in range(3_000)
    ]
    known = [effect for effect in effects if effect.finding is not Finding.NO_BUYERS]
    assert 0.88 <= np.mean([not effect.told for effect in known]) <= 0.92
    hits = zip(rng.binomial(400, 0.05, 3_000), rng.binomial(100, 0.05, 3_000), strict=True)
    assert np.mean([not rate_effect(int(a), 400, int(b), 100).told for a, b in hits]) >= 0.93


def test_the_size_that_is_asked_for_sees_the_change_four_times_in_five() -> None:
    """1,680 in each group, 20 % against 24 %."""
    sizes = for_rates(0.2, 0.2)
    rng = np.random.default_rng(8)
    hits = zip(
        rng.binomial(sizes.contacted, 0.24, 4_000), rng.binomial(sizes.control, 0.2, 4_000), strict=True
    )
    seen = [
        rate_effect(int(a), sizes.contacted, int(b), sizes.control).finding is Finding.MORE for a, b in hits
    ]
    assert np.mean(seen) == pytest.approx(0.8, abs=0.02)


# -- pooling


def test_published_meta_analysis() -> None:
    """BCG vaccine, log relative risks: Stata's metan, as the tests of R's metafor quote it.

    Fixed -.4303 (-.5097 to -.3509), Q = 152.2330; DerSimonian-Laird -.7141 (-1.0644 to -.3638), τ² = .3088, I² = 92.1 %.
    """
    cases, others, control_cases, control_others = BCG.T
    n, m = cases + others, control_cases + control_others
    value = np.log(cases / n / (control_cases / m))
    error = np.sqrt(1 / cases - 1 / n + 1 / control_cases - 1 / m)
    found = pool_estimates(value, error)
    fixed, random = found.fixed, found.random
    assert (fixed.value, fixed.low, fixed.high) == pytest.approx((-0.4303, -0.5097, -0.3509), abs=5e-5)
    assert found.q == pytest.approx(152.2330, abs=5e-5)
    assert (random.value, random.low, random.high) == pytest.approx((-0.7141, -1.0644, -0.3638), abs=5e-5)
    assert (found.tau2, found.i2) == (pytest.approx(0.3088, abs=5e-5), pytest.approx(0.9212, abs=5e-5))
    assert found.heterogeneous and found.shown is random
    assert found.chance < 1e-20


def test_alike_campaigns_by_hand() -> None:
    """10 ± 2 and 8 ± 1: weights .25 and 1, (2.5 + 8)/1.25 = 8.4, error .8944; Q = .25·1.6² + .4² = .8, below 1."""
    found = pool_estimates([10, 8], [2, 1])
    assert (found.fixed.value, found.fixed.error) == pytest.approx((8.4, 0.894427), abs=1e-6)
    assert (found.q, found.tau2, found.i2) == (pytest.approx(0.8), 0, 0)
    assert found.shown is found.fixed
    assert found.random == found.fixed
    assert (
        found.in_words() == "8.40 per customer more than without the campaign (95 % interval: 6.65 to 10.15)."
    )


def test_unlike_campaigns_by_hand() -> None:
    """12 and 2, both ± 2: w = .25, 7 ± 1.4142; Q = .25·25·2 = 12.5, I² = 92 %; τ² = 11.5/(.5 - .125/.5) = 46; ± 5."""
    found = pool_estimates([12, 2], [2, 2])
    assert (found.fixed.value, found.fixed.error) == pytest.approx((7, math.sqrt(2)))
    assert (found.q, found.i2, found.tau2) == pytest.approx((12.5, 0.92, 46))
    assert (found.random.value, found.random.error) == pytest.approx((7, 5))
    assert found.in_words() == (
        "Too small: these campaigns together can only see a change of 14.01 per customer or more. "
        "The campaigns differ: 92 % of the differences between them are not chance."
    )


def test_pooled_campaigns_of_a_kind() -> None:
    """A campaign without a control group is left out; one without buyers in a group is not."""
    unlike = mean_effect(Arm.of([0] * 40 + [100] * 10), Arm.of([0] * 20))
    found = pool([mean_effect(arm(800, 18, 60, 96), arm(200, 9, 40, 14)), unlike, rate_effect(1, 9, 0, 0)])
    assert (found.campaigns, found.left_out) == (2, 1)
    weights = np.array([1 / 12.5, 1 / unlike.error**2])
    assert found.fixed.value == pytest.approx(weights @ [9, 20] / weights.sum())
    nothing = pool([])
    assert nothing.campaigns == 0
    assert nothing.in_words() == "There is no control group to compare with."
    rates = pool([rate_effect(120, 800, 14, 200), rate_effect(0, 0, 0, 9)])
    assert (rates.rate, rates.campaigns, rates.left_out) == (True, 1, 1)
    assert "percentage points more" in rates.in_words()
    one = pool_estimates([-4], [1])
    assert (one.q, one.tau2, one.chance) == (pytest.approx(0), 0, 1)
    assert one.in_words() == "4.00 per customer less than without the campaign (95 % interval: 2.04 to 5.96)."


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 20)), min_size=2, max_size=10))
def test_laws_of_pooling(rows) -> None:
    """Between the least and the greatest; the random interval is never narrower; all scaled by ten scale by ten."""
    value, error = map(np.array, zip(*rows, strict=True))
    found, scaled = pool_estimates(value, error), pool_estimates(10 * value, 10 * error)
    for of in (found.fixed, found.random):
        assert value.min() - 1e-9 <= of.value <= value.max() + 1e-9
    assert found.random.error >= found.fixed.error * (1 - 1e-12)
    assert 0 <= found.i2 < 1
    assert scaled.q == pytest.approx(found.q, rel=1e-6, abs=1e-6)
    assert scaled.random.value == pytest.approx(10 * found.random.value, rel=1e-6, abs=1e-6)
