"""The control group: how many of each stratum, who, and with what chance."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.campaigns.assignment import control_group


def drawn(strata: list[object], seed: int = 1, share: float = 0.2) -> Counter:
    chosen = control_group(strata, np.random.default_rng(seed), share)
    return Counter(name for name, out in zip(strata, chosen, strict=True) if out)


def test_a_fifth_of_each_stage() -> None:
    """Of 7 a fifth is 1.4: each stage gives 1, two of the five another; 7 of 35."""
    strata = [stage for stage in "ABCDE" for _person in range(7)]
    for seed in range(20):
        found = drawn(strata, seed)
        assert sorted(found.values()) == [1, 1, 1, 2, 2]
    assert len({tuple(sorted(drawn(strata, seed).items())) for seed in range(20)}) > 5, "by lot"


def test_whole_shares_are_not_drawn_for() -> None:
    """20 % of 15, 35 and 5: in floats 35 · .2 is 7.000000000000001."""
    strata = ["client"] * 15 + ["prospect"] * 35 + ["partner"] * 5
    for seed in range(10):
        assert drawn(strata, seed) == {"client": 3, "prospect": 7, "partner": 1}


def test_the_same_seed_draws_the_same() -> None:
    strata = ["A"] * 100 + ["B"] * 33
    one, two, other = (control_group(strata, np.random.default_rng(seed)) for seed in (7, 7, 8))
    assert one.tolist() == two.tolist() != other.tolist()
    assert (one.dtype, one.sum()) == (bool, 27)


def test_everybody_has_the_same_chance() -> None:
    """One person alone in a stage, two in another, seven in a third: 2 of 10 each time, each person in a fifth of the lots."""
    strata = ["A"] + ["B"] * 2 + ["C"] * 7
    rng = np.random.default_rng(20)
    lots = np.array([control_group(strata, rng) for _lot in range(4_000)])
    assert (lots.sum(axis=1) == 2).all()
    # three standard errors of a share of .2 in 4,000
    assert np.abs(lots.mean(axis=0) - 0.2).max() < 3.5 * math.sqrt(0.2 * 0.8 / 4_000)


def test_without_a_control_group_and_without_people() -> None:
    assert not control_group(["A"] * 9, np.random.default_rng(1), 0).any()
    assert len(control_group([], np.random.default_rng(1))) == 0


@pytest.mark.parametrize("share", [-0.1, 1, 1.5])
def test_shares_that_are_none(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        control_group(["A"], np.random.default_rng(1), share)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 6), max_size=80),
    st.sampled_from(["0.05", "0.1", "0.2", "0.33", "0.5", "0.9"]),
    st.integers(0, 99),
)
def test_each_stratum_is_within_one_and_the_whole_is_right(strata, share, seed) -> None:
    chosen = control_group(strata, np.random.default_rng(seed), float(share))
    found = Counter(name for name, out in zip(strata, chosen, strict=True) if out)
    exact = Decimal(share)
    for name, size in Counter(strata).items():
        assert math.floor(size * exact) <= found[name] <= math.ceil(size * exact)
    assert int(chosen.sum()) == math.floor(len(strata) * exact + Decimal("0.5"))
