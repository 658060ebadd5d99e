"""Days for visits: by hand, and what must hold for any period."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from relationship_crm.contracts.slots import evenly, nearest, propose, still_free
from relationship_crm.engine.grid import day_number, day_of

MONDAY = day_number(date(2026, 6, 1))


def weekday(day: int) -> bool:
    return day_of(day).weekday() < 5


def test_four_visits_a_year_fall_into_the_middle_of_quarters() -> None:
    days = evenly(day_number(date(2026, 1, 1)), day_number(date(2026, 12, 31)), 4)
    # 365/8 = 45.6, 136.9, 228.1, 319.4 days after the first
    assert [day_of(day) for day in days] == [
        date(2026, 2, 15),
        date(2026, 5, 17),
        date(2026, 8, 17),
        date(2026, 11, 16),
    ]


def test_one_visit_falls_into_the_middle() -> None:
    assert evenly(1, 31, 1) == [16]
    assert evenly(1, 30, 1) == [16]
    assert evenly(5, 5, 1) == [5]
    assert evenly(5, 4, 3) == []


def test_what_is_planned_takes_the_nearest_slot() -> None:
    # slots 13, 38, 63, 88; day 60 takes 63
    assert evenly(1, 100, 4) == [13, 38, 63, 88]
    assert still_free(1, 100, 3, [60]) == [13, 38, 88]
    # 64 finds 63 taken: 88 is 24 days away, 38 is 26
    assert still_free(1, 100, 2, [60, 64]) == [13, 38]


def test_weekends_move_to_the_nearest_working_day() -> None:
    saturday, sunday = MONDAY + 5, MONDAY + 6
    assert nearest(saturday, MONDAY, MONDAY + 13, weekday) == MONDAY + 4
    assert nearest(sunday, MONDAY, MONDAY + 13, weekday) == MONDAY + 7
    # the later of two that are as near
    assert nearest(10, 1, 20, lambda day: day in (8, 12)) == 12
    # never out of the period
    assert nearest(saturday, saturday, sunday, weekday) is None


def test_no_day_twice_while_there_are_others() -> None:
    # five visits a week of five working days, one of them planned on Wednesday
    proposed = propose(MONDAY, MONDAY + 6, 4, [MONDAY + 2], weekday)
    assert [day - MONDAY for day, _fits in proposed] == [0, 1, 3, 4]
    assert all(fits for _day, fits in proposed)


def test_more_visits_than_days_share_days() -> None:
    proposed = propose(MONDAY, MONDAY + 6, 7, [], weekday)
    assert {day - MONDAY for day, _fits in proposed} == {0, 1, 2, 3, 4}
    assert len(proposed) == 7


def test_without_a_working_day_the_slot_stays() -> None:
    assert propose(MONDAY + 5, MONDAY + 6, 1, [], weekday) == [(MONDAY + 6, False)]


@given(
    st.integers(0, 400),
    st.integers(0, 12),
    st.lists(st.integers(0, 400), max_size=8),
    st.sets(st.integers(0, 400), max_size=200),
)
def test_as_many_as_asked_for_within_the_period(length, count, planned, closed) -> None:
    start, end = MONDAY, MONDAY + length
    planned = [MONDAY + day for day in planned if day <= length]
    proposed = propose(start, end, count, planned, lambda day: day - MONDAY not in closed)
    days = [day for day, _fits in proposed]
    assert len(days) == count
    assert days == sorted(days)
    assert all(start <= day <= end for day in days)
    assert all(day - MONDAY not in closed for day, fits in proposed if fits)
