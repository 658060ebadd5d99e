"""How often customers hear from us: by hand, in the first year, and the table by stage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.campaigns.pressure import (
    YEAR,
    Plan,
    Pressure,
    bounds,
    by_stage,
    classify,
    in_words,
    touches_of,
)

#: Prospects 2 to 6 a year, clients 4 to 12, former customers at most 1.
PLAN = Plan(np.array([2, 4, 0]), np.array([6, 12, 1]))
SILENCE, LESS, AS_PLANNED, PESTERED = Pressure


def test_a_year_back() -> None:
    """The 365 days up to day 1000, that day included: 636 to 1000."""
    found = touches_of([0, 0, 0, 1, 1], [635, 636, 1000, 1001, 700], 3, as_of=1000)
    assert found.tolist() == [2, 1, 0]


def test_by_hand() -> None:
    touches = np.array([0, 1, 2, 6, 7, 0, 3, 12, 13, 0, 1, 2])
    stage = np.array([0] * 5 + [1] * 4 + [2] * 3)
    assert classify(touches, stage, PLAN).tolist() == [
        *(SILENCE, LESS, AS_PLANNED, AS_PLANNED, PESTERED),
        *(SILENCE, LESS, AS_PLANNED, PESTERED),
        *(AS_PLANNED, AS_PLANNED, PESTERED),
    ]


def test_the_first_months_count_for_their_share() -> None:
    """90 days of a client: at least floor(4·90/365) = 0, at most ceil(12·90/365) = 3."""
    touches, stage = np.array([0, 3, 4]), np.array([1, 1, 1])
    assert classify(touches, stage, PLAN, 90).tolist() == [AS_PLANNED, AS_PLANNED, PESTERED]
    assert classify(touches, stage, PLAN, np.array([92, 92, 92])).tolist() == [
        SILENCE,
        AS_PLANNED,
        AS_PLANNED,
    ]
    assert classify(touches, stage, PLAN, 5000).tolist() == classify(touches, stage, PLAN).tolist()


def test_the_table() -> None:
    """Two prospects with 8 touches in 1.5 years; one client with none; nobody in the last stage."""
    found = by_stage(np.array([7, 1, 0]), np.array([0, 0, 1]), PLAN, np.array([365, 182.5, 365]))
    assert found.customers.tolist() == [2, 1, 0]
    assert found.touches.tolist() == [8, 0, 0]
    assert found.a_year[:2] == pytest.approx([8 / 1.5, 0]) and np.isnan(found.a_year[2])
    assert found.pressure.tolist() == [[0, 0, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_without_a_most_nobody_is_pestered() -> None:
    plan = Plan(np.array([1]), np.array([np.inf]))
    assert classify(np.array([500]), np.array([0]), plan).tolist() == [AS_PLANNED]


def test_words() -> None:
    texts = [in_words(pressure) for pressure in Pressure]
    assert texts == ["Nobody hears from us", "Less than planned", "As planned", "We pester them"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2), st.integers(1, 800)), max_size=40))
def test_everybody_is_in_one_cell(rows) -> None:
    touches, stage, known = (np.array([row[i] for row in rows], dtype=int) for i in range(3))
    found = by_stage(touches, stage, PLAN, known)
    assert found.pressure.sum(axis=1).tolist() == found.customers.tolist()
    assert found.touches.sum() == touches.sum()
    # a year in the book or more is all the same
    whole = known >= YEAR
    again = classify(touches, stage, PLAN, np.minimum(known, YEAR))
    assert (again[whole] == classify(touches[whole], stage[whole], PLAN)).all()


def test_bounds_of_part_of_a_year_and_without_a_limit() -> None:
    plan = Plan(np.array([4.0, 0.0]), np.array([12.0, np.inf]))
    least, most = bounds(np.array([0, 0, 1, 1]), plan, np.array([90, 365, 90, 0]))
    assert least.tolist() == [0, 4, 0, 0]
    assert most.tolist() == [3, 12, np.inf, np.inf]
