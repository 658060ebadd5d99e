"""How many people are needed, and what given groups can see."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.campaigns.sample_size import (
    Sizes,
    detectable_mean,
    detectable_rate,
    for_means,
    for_rates,
    reach,
)


def test_sizes_of_the_issue() -> None:
    """2.80159² = 7.84888; ·(.05·.95 + .06·.94)/.01² = 8,154.99; ·(.2·.8 + .24·.76)/.04² = 1,679.66."""
    assert reach() == pytest.approx(2.80159, abs=5e-6)
    assert for_rates(0.05, 0.2) == Sizes(8_155, 8_155)
    assert for_rates(0.2, 0.2) == Sizes(1_680, 1_680)


def test_a_control_group_of_a_fifth() -> None:
    """7.84888·(.06·.94/.8 + .05·.95/.2)/.01² = 24,174.6 in all: 19,339.6 contacted and 4,834.9 not."""
    sizes = for_rates(0.05, 0.2, control_share=0.2)
    assert (sizes, sizes.total) == (Sizes(19_340, 4_835), 24_175)


def test_sizes_for_means() -> None:
    """s = 60, d = 10: 7.84888·3600·4/100 = 1,130.2 in all; with a fifth 7.84888·3600·6.25/100 = 1,766.0."""
    assert for_means(60, 10) == Sizes(566, 566)
    assert for_means(60, -10, control_share=0.2) == Sizes(1_413, 354)


@pytest.mark.parametrize(
    ("base", "lift", "share"), [(0, 0.2, 0.5), (0.6, 1, 0.5), (0.1, 0, 0.5), (0.1, 0.2, 1)]
)
def test_what_cannot_be_asked(base: float, lift: float, share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        for_rates(base, lift, share)


@pytest.mark.parametrize(("deviation", "difference"), [(0, 1), (1, 0)])
def test_means_that_do_not_differ(deviation: float, difference: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        for_means(deviation, difference)


@settings(max_examples=200, deadline=None)
@given(st.floats(0.01, 0.6), st.floats(0.05, 0.6), st.floats(0.1, 0.9))
def test_what_sizes_can_see_is_what_they_were_made_for(base: float, lift: float, share: float) -> None:
    sizes = for_rates(base, lift, share)
    assert detectable_rate(base, sizes.contacted, sizes.control) <= base * lift + 1e-9
    fewer = (int(0.99 * size) - 1 for size in (sizes.contacted, sizes.control))
    assert detectable_rate(base, *fewer) > base * lift
    means = for_means(60, lift * 60, share)
    assert detectable_mean(60, means.contacted, means.control) <= lift * 60 + 1e-9
    assert detectable_mean(60, means.contacted - 1, means.control - 1) > lift * 60


def test_what_groups_can_see() -> None:
    assert detectable_rate(0.05, 8_155, 8_155) == pytest.approx(0.01, abs=1e-6)
    assert detectable_rate(0.2, 1_680, 1_680) == pytest.approx(0.04, abs=5e-6)
    assert detectable_mean(60, 800, 200) == pytest.approx(
        2.80159 * 60 * math.sqrt(1 / 800 + 1 / 200), rel=1e-5
    )
    assert detectable_rate(0.9, 10, 10) == math.inf
    assert detectable_rate(1, 500, 500) == math.inf
    assert detectable_rate(0.1, 0, 10) == math.inf
    assert detectable_mean(60, 10, 0) == math.inf
