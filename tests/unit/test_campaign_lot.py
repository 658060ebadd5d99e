"""Variants by lot and windows for sending: laws, and cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship_crm.campaigns.lot import drawn, is_open

SHARES = st.lists(st.integers(0, 50), min_size=1, max_size=5)
#: 2026-03-06 is a Friday.
FRIDAY = datetime(2026, 3, 6)


@given(st.text(max_size=20), SHARES)
def test_the_same_key_gives_the_same_position_and_never_one_without_a_share(
    key: str, shares: list[int]
) -> None:
    position = drawn(key, shares)
    assert position == drawn(key, shares)
    assert shares[position] > 0 or not sum(shares)


def test_shares_are_kept_over_many() -> None:
    found = Counter(drawn(f"touch {number}", [1, 3]) for number in range(4000))
    # 1,000 expected, standard deviation sqrt(4000 · 1/4 · 3/4) = 27.4: four of them
    assert abs(found[0] - 1000) < 110


def test_more_of_one_variant_moves_nobody_from_it() -> None:
    before = {n for n in range(500) if drawn(f"touch {n}", [1, 1]) == 0}
    after = {n for n in range(500) if drawn(f"touch {n}", [3, 1]) == 0}
    assert before < after


@pytest.mark.parametrize("shares", [[], [1, -1]])
def test_shares_that_are_none(shares: list[float]) -> None:
    with pytest.raises(ValueError):
        drawn("x", shares)


@pytest.mark.parametrize(
    ("clock", "begins", "ends", "open_"),
    [
        ("08:59", "09:00", "17:00", False),
        ("09:00", "09:00", "17:00", True),
        ("16:59", "09:00", "17:00", True),
        ("17:00", "09:00", "17:00", False),
        ("03:00", None, "17:00", True),
        ("18:00", "09:00", None, True),
        ("23:00", "22:00", "06:00", True),
        ("05:59", "22:00", "06:00", True),
        ("06:00", "22:00", "06:00", False),
        ("21:59", "22:00", "06:00", False),
        ("12:00", None, None, True),
    ],
)
def test_windows(clock: str, begins: str | None, ends: str | None, open_: bool) -> None:
    moment = datetime.combine(FRIDAY, time.fromisoformat(clock))
    hours = (time.fromisoformat(value) if value else None for value in (begins, ends))
    assert is_open(moment, *hours) is open_


def test_weekends() -> None:
    days = [FRIDAY + timedelta(days=number, hours=10) for number in range(4)]
    assert [is_open(day, None, None, True) for day in days] == [True, False, False, True]
    # Friday's window goes on until Saturday morning; Sunday's does not begin
    night = (time(22), time(6))
    assert is_open(FRIDAY + timedelta(days=1, hours=5), *night, True)
    assert not is_open(FRIDAY + timedelta(days=3, hours=5), *night, True)


@given(st.times(), st.times(), st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)))
def test_a_window_and_its_complement_share_the_day(begins: time, ends: time, moment: datetime) -> None:
    if begins != ends:
        assert is_open(moment, begins, ends) is not is_open(moment, ends, begins)
