"""The day on which a line runs out: by hand, and how often its interval is right."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.contracts.balance import Usage
from relationship_crm.contracts.forecast import Pace, chance_in_words, pace, run_out
from relationship_crm.engine.grid import day_number, day_of

START, TODAY, END = (day_number(d) for d in (date(2026, 1, 15), date(2026, 2, 28), date(2026, 4, 14)))
HOURS = [(date(2026, 1, 19), 2), (date(2026, 1, 28), 3), (date(2026, 2, 4), 1), (date(2026, 2, 11), 2)]


def usage(entries: list[tuple[date, float]]) -> Usage:
    days = np.array([day_number(day) for day, _q in entries], dtype=np.int64)
    return Usage.of(np.zeros(len(days), dtype=int), days, np.array([float(q) for _d, q in entries]))


def test_twelve_hours_in_forty_five_days() -> None:
    """12 h with squares 34 are 144/34 = 4.24 lumps of 2.83 h. 8 h last 8 : (12/45) = 30 days: 30 March.

    The rest is (8 + (2.83 - 1)/2)/2.83 = 3.147 lumps, and T = 45·3.147/4.735·F(6.294, 9.471): 10.4 to 74.5 days.
    """
    used = usage([*HOURS, (date(2026, 2, 24), 4)])
    of = pace(used, np.array([START]), TODAY)
    assert (of.total[0], of.squares[0], of.smallest[0], of.days[0]) == (12, 34, 1, 45)
    assert of.lumps[0] == pytest.approx(144 / 34)
    found = run_out(np.array([8.0]), of, TODAY, np.array([END]))
    assert day_of(found.day[0]) == date(2026, 3, 30)
    assert (day_of(found.earliest[0]), day_of(found.latest[0])) == (date(2026, 3, 10), date(2026, 5, 14))
    assert found.chance[0] == pytest.approx(0.725, abs=0.001)
    assert chance_in_words(found.chance[0]) == "will probably run out"


def test_the_window_is_what_makes_the_pace() -> None:
    """Of 90 days, and only since the line began; later entries and cancelled ones are left out."""
    used = usage([*HOURS, (date(2026, 3, 1), 50)])
    of = pace(used, np.array([START]), TODAY, window=30)
    assert (of.total[0], of.days[0]) == (3, 30), "from 30 January on: 1 and 2"
    counts = np.array([True, True, True, False, True])
    assert pace(used, np.array([START]), TODAY, counts=counts).total[0] == 6


def test_nothing_left_unlimited_and_too_little_use() -> None:
    many = Pace(np.full(4, 10.0), np.array([20.0, 20, 20, 50]), np.ones(4), np.full(4, 30))
    found = run_out(np.array([0.0, np.inf, 5, 5]), many, 100, np.full(4, 120))
    assert found.day.tolist()[:3] == [100, np.inf, 115]
    assert found.chance[0] == 1
    assert found.chance[1] == 0
    assert not found.known[3], "two lumps"
    assert np.isnan(found.chance[3])
    none = pace(usage([]), np.array([START]), TODAY)
    assert not run_out(np.array([5.0]), none, TODAY, np.array([END])).known[0]


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (np.nan, "too little use to tell"),
        (0.95, "will almost certainly run out"),
        (0.5, "may or may not run out"),
        (0.2, "will probably last"),
        (0.05, "will almost certainly last"),
    ],
)
def test_chances_in_words(chance: float, words: str) -> None:
    assert chance_in_words(chance) == words


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0, 8.0]), min_size=1, max_size=40),
    st.floats(0.5, 50),
    st.integers(1, 300),
)
def test_the_day_lies_in_its_interval_and_more_left_lasts_longer(lumps, left, days) -> None:
    sizes = np.array(lumps)
    of = Pace(*(np.full(2, x) for x in (sizes.sum(), (sizes**2).sum(), sizes.min(), 90)))
    found = run_out(np.array([left, left + 1]), of, 0, np.full(2, days))
    if found.known[0]:
        assert 0 <= found.earliest[0] <= found.day[0] <= found.latest[0]
        assert found.day[1] >= found.day[0]
        assert found.chance[1] <= found.chance[0]
        assert 0 <= found.chance[0] <= 1


@pytest.mark.parametrize(
    ("rate", "left", "sizes", "low", "high"),
    [
        (0.1, 5, [1.0], 0.76, 0.86),
        (0.3, 20, [1.0], 0.76, 0.86),
        (0.1, 5, [0.5, 1, 1.5, 2, 3, 4], 0.76, 0.86),
        (0.3, 20, [0.5, 1, 1.5, 2, 3, 4], 0.76, 0.86),
        (0.3, 20, [0.5, 1, 2, 8], 0.74, 0.88),
    ],
)
def test_the_interval_holds_the_day_four_times_in_five(rate, left, sizes, low, high) -> None:
    """Use drawn as lumps of these sizes at a rate a day; 90 days are seen, and then it goes on."""
    rng = np.random.default_rng(7)
    samples, window = 3_000, 90
    counts = rng.poisson(rate * window, samples)
    lumps = [rng.choice(sizes, n) for n in counts]
    some = [q for q in lumps if len(q)]
    of = Pace(
        np.array([q.sum() for q in some]),
        np.array([(q**2).sum() for q in some]),
        np.array([q.min() for q in some]),
        np.full(len(some), window),
    )
    found = run_out(np.full(len(some), float(left)), of, 0, np.full(len(some), 45))
    later = rng.choice(sizes, (len(some), 400))
    needed = (np.cumsum(later, axis=1) < left).sum(axis=1) + 1
    day = rng.gamma(needed) / rate
    held = (found.earliest <= day) & (day <= found.latest)
    assert low < held[found.known].mean() < high
