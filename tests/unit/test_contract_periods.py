"""Periods of contract lines: ends of months, leap days, broken and amended periods; by hand and by a slow reference."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from contract_reference import months_on, periods_of
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.contracts.periods import (
    Carry,
    Line,
    Lines,
    Per,
    add_months,
    millionths,
    month_number,
    periods,
    quantities,
)
from relationship_crm.engine.grid import day_number, day_of

YEAR = (date(2026, 1, 15), date(2027, 1, 14))


def of(line: Line) -> list[tuple[date, date, float]]:
    found = periods(Lines.of([line]))
    return [(*found.dates(i), float(quantities(found.included)[i])) for i in range(found.size)]


def test_quarters_count_from_the_start() -> None:
    assert of(Line(*YEAR, 20, Per.QUARTER)) == [
        (date(2026, 1, 15), date(2026, 4, 14), 20),
        (date(2026, 4, 15), date(2026, 7, 14), 20),
        (date(2026, 7, 15), date(2026, 10, 14), 20),
        (date(2026, 10, 15), date(2027, 1, 14), 20),
    ]


def test_the_thirty_first_falls_on_the_last_day_of_short_months() -> None:
    """Always counted from the first start: after 28 February it is 31 March again."""
    starts = [start for start, _end, _q in of(Line(date(2026, 1, 31), date(2026, 6, 29), 1, Per.MONTH))]
    assert starts == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]


def test_a_leap_day_comes_round_on_the_28th() -> None:
    found = of(Line(date(2024, 2, 29), date(2029, 2, 27), 1, Per.YEAR))
    assert [start for start, _end, _q in found] == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]
    assert found[-1][1] == date(2029, 2, 27)
    assert found[-1][2] == 1, "the last year is whole"


def test_the_whole_contract_is_one_period() -> None:
    assert of(Line(*YEAR, 100)) == [(*YEAR, 100)]


def test_calendar_quarters_and_visits_by_whole_numbers() -> None:
    """4 visits a year from 1 April: 275 of 365 days are 3.01, rounded to 3. Without rounding 3.013699."""
    line = Line(date(2026, 4, 1), date(2027, 12, 31), 4, Per.YEAR, aligned=True, step=1)
    assert of(line) == [
        (date(2026, 4, 1), date(2026, 12, 31), 3),
        (date(2027, 1, 1), date(2027, 12, 31), 4),
    ]
    plain = Line(date(2026, 4, 1), date(2027, 12, 31), 4, Per.YEAR, aligned=True)
    assert of(plain)[0][2] == pytest.approx(3.013699, abs=1e-9)
    whole = Line(date(2026, 4, 1), date(2027, 12, 31), 4, Per.YEAR, aligned=True, whole=True)
    assert [q for _s, _e, q in of(whole)] == [4, 4]


def test_termination_inside_a_period() -> None:
    """15 January to 14 March are 59 of 90 days: 20 · 59/90 = 13.111111; or the whole 20."""
    ended = date(2026, 3, 14)
    assert of(Line(*YEAR, 20, Per.QUARTER, last=ended)) == [(YEAR[0], ended, 13.111111)]
    assert of(Line(*YEAR, 20, Per.QUARTER, last=ended, whole=True)) == [(YEAR[0], ended, 20)]
    assert of(Line(*YEAR, 365, last=ended)) == [(YEAR[0], ended, 59)]
    assert of(Line(*YEAR, 20, Per.QUARTER, last=date(2025, 12, 31))) == []


def test_amendment_inside_a_period() -> None:
    """20 hours for 45 days and 30 for the other 45: 25; or the 30 at the quarter's end for all of it."""
    more = ((date(2026, 3, 1), 30.0),)
    assert [q for _s, _e, q in of(Line(*YEAR, 20, Per.QUARTER, changes=more))] == [25, 30, 30, 30]
    assert [q for _s, _e, q in of(Line(*YEAR, 20, Per.QUARTER, changes=more, whole=True))] == [30] * 4
    at_the_turn = ((date(2026, 4, 15), 30.0),)
    assert [q for _s, _e, q in of(Line(*YEAR, 20, Per.QUARTER, changes=at_the_turn))] == [20, 30, 30, 30]


def test_unlimited_and_nothing() -> None:
    assert of(Line(*YEAR, unlimited=True))[0][2] == np.inf
    assert periods(Lines.of([])).size == 0
    assert periods(Lines.of([])).find(np.array([0]), np.array([0])).tolist() == [-1]


def test_find_knows_line_and_day() -> None:
    found = periods(Lines.of([Line(*YEAR, 20, Per.QUARTER), Line(*YEAR, 1)]))
    days = [
        day_number(d) for d in (date(2026, 1, 14), YEAR[0], date(2026, 4, 15), YEAR[1], date(2027, 1, 15))
    ]
    assert found.find(np.zeros(5, dtype=int), np.array(days)).tolist() == [-1, 0, 1, 3, -1]
    assert found.find(np.ones(5, dtype=int), np.array(days)).tolist() == [-1, 4, 4, 4, -1]


DAYS = st.dates(date(2023, 11, 1), date(2026, 3, 31))


@settings(max_examples=200, deadline=None)
@given(DAYS, st.integers(-40, 40))
def test_adding_months(day: date, months: int) -> None:
    assert day_of(int(add_months(day_number(day), months))) == months_on(day, months)
    assert int(month_number(day_number(day))) == (day.year - 1970) * 12 + day.month - 1


@st.composite
def contract_lines(draw) -> Line:
    start = draw(DAYS)
    end = start + timedelta(days=draw(st.integers(0, 900)))
    last = draw(st.none() | st.integers(-20, 950).map(lambda n: start + timedelta(days=n)))
    changes = draw(
        st.lists(
            st.tuples(
                st.integers(-9, 900).map(lambda n: start + timedelta(days=n)),
                st.integers(0, 40).map(float),
            ),
            max_size=3,
            unique_by=lambda change: change[0],
        )
    )
    return Line(
        start,
        end,
        included=draw(st.sampled_from([0.0, 0.1, 2.5, 4.0, 20.0])),
        per=draw(st.sampled_from(list(Per))),
        carry=draw(st.sampled_from(list(Carry))),
        carry_limit=draw(st.sampled_from([0.0, 0.1, 5.0])),
        last=last,
        aligned=draw(st.booleans()),
        whole=draw(st.booleans()),
        step=draw(st.sampled_from([0.0, 0.25, 1.0])),
        changes=tuple(changes),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(contract_lines(), max_size=4))
def test_against_a_slow_reference(lines: list[Line]) -> None:
    """First and last days, whole lengths and included quantities are those of counting day by day."""
    found = periods(Lines.of(lines))
    for i, line in enumerate(lines):
        slow = periods_of(line)
        own = range(found.bounds[i], found.bounds[i + 1])
        assert [found.dates(k) for k in own] == [(p.start, p.end) for p in slow]
        assert [int(found.days[k]) for k in own] == [p.days for p in slow]
        for k, period in zip(own, slow, strict=True):
            tie = abs(period.included / (line.step or 1) % 1 - 0.5) < 1e-9 if line.step else False
            assert tie or abs(found.included[k] - float(period.included) * 1e6) <= 1
            assert found.broken[k] == ((period.end - period.start).days + 1 < period.days)


@settings(max_examples=100, deadline=None)
@given(contract_lines())
def test_periods_cover_every_day_in_force_once(line: Line) -> None:
    found = periods(Lines.of([line]))
    last = min(line.last or line.end, line.end)
    for n in range(-3, (line.end - line.start).days + 4):
        day = line.start + timedelta(days=n)
        inside = found.find(np.array([0]), np.array([day_number(day)]))[0] >= 0
        assert inside == (line.start <= day <= last)


def test_quantities_are_exact() -> None:
    """Thirty times .1 is 3."""
    assert int(millionths([0.1] * 30).sum()) == int(millionths([3])[0])
