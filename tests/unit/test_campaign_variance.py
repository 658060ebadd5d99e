"""Planned against actual: what belongs to which line, and totals to the cent."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.campaigns.variance import Actual, Compared, Planned, Verdict, compare, match

D = Decimal
#: The example of docs/campaign-arithmetic.md.
PLAN = [
    Planned("Print, spring", 800, date(2026, 3, 1), item="FLYER"),
    Planned("Print, autumn", 800, date(2026, 9, 1), item="FLYER"),
    Planned("Advertisements", 1500, date(2026, 4, 1), account="Marketing"),
    Planned("Postage", 250, date(2026, 4, 15), account="Postage"),
]
BOOKED = [
    Actual(612.40, date(2026, 3, 12), "FLYER", "Marketing"),
    Actual(149.35, date(2026, 5, 20), "FLYER", "Marketing"),
    Actual(-20.00, date(2026, 5, 28), "FLYER", "Marketing"),
    Actual(1623.10, date(2026, 4, 30), None, "Marketing"),
    Actual(250, date(2026, 4, 16), None, "Postage"),
    Actual(75.25, date(2026, 4, 20), "TAXI", "Travel"),
]
AS_OF = date(2026, 6, 30)


def test_a_plan_against_the_books() -> None:
    """612.40 + 149.35 - 20 are nearer to 1 March than to 1 September; the taxi was not planned."""
    found = compare(PLAN, BOOKED, AS_OF)
    assert [(line.name, line.actual, line.variance, line.verdict) for line in found.lines] == [
        ("Print, spring", D("741.75"), D("58.25"), Verdict.FAVOURABLE),
        ("Print, autumn", D("0.00"), D("800.00"), Verdict.NOT_DUE),
        ("Advertisements", D("1623.10"), D("-123.10"), Verdict.UNFAVOURABLE),
        ("Postage", D("250.00"), D("0.00"), Verdict.AS_PLANNED),
    ]
    assert found.unplanned is not None
    assert (found.unplanned.actual, found.unplanned.verdict) == (D("75.25"), Verdict.UNFAVOURABLE)
    total = found.total
    assert (total.planned, total.actual, total.variance) == (D("3350.00"), D("2690.10"), D("659.90"))
    assert total.verdict is Verdict.NOT_DUE, "a line lies ahead"
    assert found.lines[0].share == pytest.approx(0.0728125)
    assert math.isnan(found.unplanned.share)


def test_after_the_last_day_what_is_left_is_saved() -> None:
    found = compare(PLAN, BOOKED, date(2026, 12, 31))
    assert found.lines[1].verdict is Verdict.FAVOURABLE
    assert found.total.verdict is Verdict.FAVOURABLE
    assert compare(PLAN, BOOKED).total == found.total


def test_the_line_that_fits_best() -> None:
    """Item and account before item before account; a line that asks for another account does not fit."""
    day = date(2026, 1, 1)
    both, item, account, other = (
        Planned("both", 1, day, "A", "X"),
        Planned("item", 1, day, "A"),
        Planned("account", 1, day, None, "X"),
        Planned("other", 1, day, "A", "Y"),
    )
    booked = Actual(1, day, "A", "X")
    assert match([account, item, both, other], booked) == "both"
    assert match([account, item, other], booked) == "item"
    assert match([account, other], booked) == "account"
    assert match([other], booked) is None
    assert match([Planned("nothing", 1, day), other], Actual(1, day)) is None


def test_the_nearest_day_and_of_two_the_earlier() -> None:
    lines = [Planned("June", 1, date(2026, 6, 11), "A"), Planned("March", 1, date(2026, 3, 1), "A")]
    assert match(lines, Actual(1, date(2026, 4, 20), "A")) == "March"
    assert match(lines, Actual(1, date(2026, 4, 21), "A")) == "March", "51 days from both"
    assert match(lines, Actual(1, date(2026, 4, 22), "A")) == "June"


def test_nothing_booked_and_nothing_planned() -> None:
    found = compare(PLAN, [])
    assert found.unplanned is None
    assert (found.total.actual, found.total.planned) == (D("0.00"), D("3350.00"))
    empty = compare([], [])
    assert (empty.lines, empty.unplanned, empty.total.variance) == ([], None, D("0.00"))
    # what was booked and taken back is shown, at nothing
    back = compare([], [Actual(5, AS_OF), Actual(-5, AS_OF)])
    assert back.unplanned is not None and back.unplanned.verdict is Verdict.AS_PLANNED


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 99_999), st.integers(0, 9), st.sampled_from("ABC "), st.sampled_from("XY "))
    ),
    st.lists(
        st.tuples(
            st.integers(-9_999, 99_999), st.integers(0, 9), st.sampled_from("ABCD "), st.sampled_from("XYZ ")
        )
    ),
)
def test_nothing_is_lost(plan, booked) -> None:
    """Floats with cents, however many: the lines add up to what was booked, exactly."""

    def day(number: int) -> date:
        return date(2026, 1, 1) + timedelta(number)

    found: Compared = compare(
        [
            Planned(str(i), c / 100, day(d), item.strip(), account.strip())
            for i, (c, d, item, account) in enumerate(plan)
        ],
        [Actual(c / 100, day(d), item.strip(), account.strip()) for c, d, item, account in booked],
    )
    assert found.total.actual == D(sum(c for c, *_rest in booked)) / 100
    assert found.total.planned == D(sum(c for c, *_rest in plan)) / 100
    parts = [*found.lines, found.unplanned] if found.unplanned else found.lines
    assert sum((line.variance for line in parts), D(0)) == found.total.variance
