"""Purchases, returns and rhythm, by hand and by a slow reference."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.engine.grid import Grid, day_number
from relationship_crm.engine.purchases import PurchaseRows, group_gaps, measure, purchases, rhythm

FIRST, AS_OF = date(2025, 1, 1), date(2026, 6, 15)
GRID = Grid.until(AS_OF, FIRST)


def rows(entries: list[tuple[int, date, date, float]]) -> PurchaseRows:
    """(party, day of purchase, date of document, amount)."""
    amount = np.array([e[3] for e in entries], dtype=float)
    return PurchaseRows(
        np.array([e[0] for e in entries], dtype=np.int64),
        np.array([day_number(e[1]) for e in entries], dtype=np.int64),
        np.array([day_number(e[2]) for e in entries], dtype=np.int64),
        amount,
        amount,
    )


def bought(*entries: tuple[date, float]) -> list[tuple[int, date, date, float]]:
    return [(0, day, day, amount) for day, amount in entries]


def at(day: date) -> int:
    return int(GRID.point_of(np.array([day_number(day)]))[0])


def test_a_full_return_takes_the_purchase_from_its_own_date_on() -> None:
    """Bought in January, returned in full in March: one purchase in January and February, none from March on."""
    january, march = date(2025, 1, 10), date(2025, 3, 20)
    found = measure(rows([(0, january, january, 100), (0, january, march, -100)]), 1, GRID)
    assert found.purchases[
        0, [at(date(2025, 1, 31)), at(date(2025, 2, 28)), at(date(2025, 3, 31))]
    ].tolist() == [1, 1, 0]
    assert np.isnan(found.last_purchase[0, -1])
    assert found.last_purchase[0, 0] == day_number(january)
    assert found.revenue_total[0, [0, 1, 2]].tolist() == [100, 100, 0]


def test_a_part_return_leaves_the_purchase() -> None:
    day = date(2025, 1, 10)
    found = measure(rows([(0, day, day, 100), (0, day, date(2025, 3, 20), -99)]), 1, GRID)
    assert found.purchases[0, -1] == 1


def test_one_day_is_one_purchase() -> None:
    day = date(2025, 1, 10)
    assert measure(rows(bought((day, 10), (day, 20))), 1, GRID).purchases[0, -1] == 1
    assert measure(rows(bought((day, 10), (day, -10))), 1, GRID).purchases[0, -1] == 0


def test_twelve_months_are_365_days() -> None:
    """A purchase of 15 June 2025 is 365 days old on 15 June 2026 and counts no more; one of the 16th does."""
    found = measure(rows(bought((date(2025, 6, 15), 10), (date(2025, 6, 16), 20))), 1, GRID)
    assert found.purchases_12m[0, -1] == 1
    assert found.revenue_12m[0, -1] == 20
    assert found.purchases[0, -1] == 2


def test_rhythm_by_hand() -> None:
    """Gaps 10, 30, 20 -> median 20; 45 days of silence -> 2.25. With two gaps the group's 60 counts: .75."""
    days = [date(2026, 3, 2), date(2026, 3, 12), date(2026, 4, 11), date(2026, 5, 1)]
    found = measure(rows(bought(*((d, 5) for d in days))), 1, GRID)
    group = np.full((1, GRID.size), 60.0)
    assert found.own_gap[0, -1] == 20
    assert rhythm(found, GRID, group, 7)[0, -1] == pytest.approx(45 / 20)
    fewer = measure(rows(bought(*((d, 5) for d in days[1:]))), 1, GRID)
    assert rhythm(fewer, GRID, group, 7)[0, -1] == pytest.approx(45 / 60)
    assert np.isnan(rhythm(fewer, GRID, np.full((1, GRID.size), np.nan), 7)[0, -1])


def test_a_burst_of_orders_does_not_make_a_week_look_like_a_loss() -> None:
    """Daily orders have a gap of 1; the shortest gap of 7 days counts."""
    found = measure(rows(bought(*((date(2026, 6, d), 5) for d in (1, 2, 3, 4)))), 1, GRID)
    assert rhythm(found, GRID, np.full((1, GRID.size), np.nan), 7)[0, -1] == pytest.approx(11 / 7)


def test_group_gaps_need_enough_members() -> None:
    """Fewer than five members with a gap: the median of all stands in."""
    entries = []
    for party, gap in enumerate((10, 20, 30, 40, 50, 90)):
        for n in range(2):
            day = date.fromordinal(date(2026, 1, 1).toordinal() + n * gap)
            entries.append((party, day, day, 1))
    found = measure(rows(entries), 6, GRID)
    gaps = group_gaps(found, np.array([0, 0, 0, 0, 0, 1]), 2)
    assert gaps[:, -1].tolist() == [30, 35]


ENTRY = st.tuples(
    st.integers(0, 2),
    st.dates(FIRST, AS_OF),
    st.integers(0, 90),
    st.sampled_from([-50.0, -20.0, 20.0, 50.0]),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(ENTRY, max_size=25))
def test_against_a_slow_reference(entries: list[tuple[int, date, int, float]]) -> None:
    """At every point: days whose documents up to then add up to more than nothing."""
    made = [(p, day, date.fromordinal(day.toordinal() + later), amount) for p, day, later, amount in entries]
    found = measure(rows(made), 3, GRID)
    for party in range(3):
        for t, now in enumerate(GRID.days.tolist()):
            totals: dict[int, float] = {}
            for p, day, document, amount in made:
                if p == party and day_number(document) <= now:
                    totals[day_number(day)] = totals.get(day_number(day), 0) + amount
            alive = sorted(day for day, total in totals.items() if total > 0.005)
            assert found.purchases[party, t] == len(alive)
            assert found.purchases_12m[party, t] == sum(1 for day in alive if day > now - 365)
            if alive:
                assert found.last_purchase[party, t] == alive[-1]
                assert found.first_purchase[party, t] == alive[0]
            if len(alive) > 1:
                assert found.own_gap[party, t] == np.median(np.diff(alive))


def test_no_rows() -> None:
    empty = rows([])
    assert len(purchases(empty).party) == 0
    assert measure(empty, 2, GRID).purchases.sum() == 0
