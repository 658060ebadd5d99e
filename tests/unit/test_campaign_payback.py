"""What a new customer cost, and when it was paid back."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.campaigns.payback import NOT_YET, acquisition_cost, cohort, monthly, payback
from relationship_crm.engine.grid import day_number

#: Margins of three customers that cost 300.00 each, by month: the example of docs/campaign-arithmetic.md.
MARGINS = np.array(
    [
        [12_000, 10_000, 9_000, 0, 0, 5_000],
        [30_000, 0, 0, -4_000, 0, 6_000],
        [0, 8_000, 0, 8_000, 0, 0],
    ]
)


def test_cost_per_new_customer() -> None:
    assert acquisition_cost(900.0, 3) == 300
    assert math.isnan(acquisition_cost(900.0, 0))


def test_when_margins_cover_the_cost() -> None:
    """120, 220, 310: the third month. 300 at once, but 260 after a return in the fourth: the sixth. 160: not yet."""
    found = payback(np.array([30_000] * 3), MARGINS)
    assert found.month.tolist() == [2, 5, NOT_YET]
    assert found.missing.tolist() == [0, 0, 14_000]


def test_a_cohort_is_paid_back_as_a_whole() -> None:
    """420, 600, 690, 730, 730, 840 against 900 and against 700."""
    whole = cohort(90_000, MARGINS)
    assert (whole.month.tolist(), whole.missing.tolist()) == ([NOT_YET], [6_000])
    assert cohort(70_000, MARGINS).month.tolist() == [3]


def test_a_margin_equal_to_the_cost_covers_it_and_nothing_is_covered_at_once() -> None:
    assert payback(np.array([30_000]), np.array([[29_999, 1]])).month.tolist() == [1]
    assert payback(np.array([0]), np.array([[0, 0]])).month.tolist() == [0]
    empty = payback(np.array([5, 0]), np.zeros((2, 0)))
    assert (empty.month.tolist(), empty.missing.tolist()) == ([NOT_YET, NOT_YET], [5, 0])


def test_margins_by_month() -> None:
    """From the month of 15 January on, three of them; what lies outside is left out."""
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 1)]
    found = monthly(
        [0, 0, 1, 1, 1],
        [day_number(day) for day in days],
        [1, 2, 3, 4, 5],
        2,
        day_number(date(2026, 1, 15)),
        3,
    )
    assert found.tolist() == [[2, 0, 0], [3, 0, 4]]


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 500), st.lists(st.integers(-200, 300), min_size=1, max_size=12))
def test_it_stays_paid_back_and_was_not_before(cost: int, margins: list[int]) -> None:
    month = int(payback(np.array([cost]), np.array([margins])).month[0])
    gained = np.cumsum(margins)
    if month == NOT_YET:
        assert gained[-1] < cost
    else:
        assert (gained[month:] >= cost).all()
        assert month == 0 or gained[month - 1] < cost
