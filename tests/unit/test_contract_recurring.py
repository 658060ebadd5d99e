"""MRR and how it moves: twelve contracts worked out by hand, months of service, and laws."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.contracts.recurring import (
    ServiceRows,
    annual,
    monthly,
    months_covered,
    movements,
    retention,
)
from relationship_crm.engine.grid import day_number

DECEMBER = (2024 - 1970) * 12 + 11
MONTHS = 14  # December 2024 to January 2026


def months_of(name: str, year: int, first: int, last: int, amount: float) -> list[tuple]:
    """One invoice a calendar month."""
    found = []
    for month in range(first, last + 1):
        after = date(year + month // 12, month % 12 + 1, 1)
        found.append((name, date(year, month, 1), after - timedelta(days=1), amount))
    return found


#: Invoice lines of twelve contracts: customer, first and last day of service, amount.
TWELVE = [
    ("Alfa", date(2025, 1, 1), date(2025, 12, 31), 1200),  # renewed at 10 % more
    ("Alfa", date(2026, 1, 1), date(2026, 12, 31), 1320),
    *months_of("Bravo", 2025, 1, 12, 50),
    *months_of("Bravo", 2026, 1, 1, 50),
    ("Charlie", date(2025, 1, 1), date(2025, 3, 31), 300),  # two quarters, then gone
    ("Charlie", date(2025, 4, 1), date(2025, 6, 30), 300),
    ("Delta", date(2025, 3, 15), date(2026, 3, 14), 2400),
    *months_of("Echo", 2025, 1, 5, 100),  # a smaller contract from June
    *months_of("Echo", 2025, 6, 12, 60),
    *months_of("Echo", 2026, 1, 1, 60),
    *months_of("Foxtrot", 2025, 1, 3, 80),  # away in April and May
    *months_of("Foxtrot", 2025, 6, 12, 80),
    *months_of("Foxtrot", 2026, 1, 1, 80),
    ("Golf", date(2025, 1, 1), date(2025, 6, 30), 600),
    ("Golf", date(2025, 7, 1), date(2025, 12, 31), 720),  # more, and then gone
    ("Hotel", date(2025, 1, 17), date(2025, 1, 31), 60),  # 15 of 31 days of 124 a month
    *months_of("Hotel", 2025, 2, 12, 124),
    *months_of("Hotel", 2026, 1, 1, 124),
    ("India", date(2025, 1, 1), date(2025, 12, 31), 1200),  # its second half credited
    ("India", date(2025, 7, 1), date(2025, 12, 31), -600),
    ("Juliett", date(2025, 10, 1), date(2025, 12, 31), 900),
    *months_of("Kilo", 2025, 2, 7, 200),  # 3 % more from August
    *months_of("Kilo", 2025, 8, 12, 206),
    *months_of("Kilo", 2026, 1, 1, 206),
    ("Lima", date(2024, 7, 1), date(2025, 6, 30), 600),
    ("Lima", date(2025, 7, 1), date(2026, 6, 30), 660),
]
NAMES = sorted({row[0] for row in TWELVE})


def rows(lines: list[tuple]) -> ServiceRows:
    return ServiceRows(
        np.array([NAMES.index(row[0]) for row in lines], dtype=np.int64),
        np.array([day_number(row[1]) for row in lines], dtype=np.int64),
        np.array([day_number(row[2]) for row in lines], dtype=np.int64),
        np.array([row[3] for row in lines], dtype=float),
    )


MRR = monthly(rows(TWELVE), len(NAMES), DECEMBER, MONTHS)


def test_twelve_contracts_month_by_month() -> None:
    """Each contract's MRR by hand, December 2024 to January 2026."""
    by_hand = {
        "Alfa": [0] + [100] * 12 + [110],
        "Bravo": [0] + [50] * 13,
        "Charlie": [0] + [100] * 6 + [0] * 7,
        "Delta": [0] * 3 + [200] * 11,
        "Echo": [0] + [100] * 5 + [60] * 8,
        "Foxtrot": [0] + [80] * 3 + [0] * 2 + [80] * 8,
        "Golf": [0] + [100] * 6 + [120] * 6 + [0],
        "Hotel": [0] + [124] * 13,
        "India": [0] + [100] * 6 + [0] * 7,
        "Juliett": [0] * 10 + [300] * 3 + [0],
        "Kilo": [0] * 2 + [200] * 6 + [206] * 6,
        "Lima": [50] * 7 + [55] * 7,
    }
    assert dict(zip(NAMES, MRR.tolist(), strict=True)) == by_hand


def test_how_it_moved() -> None:
    """The table of docs/service-contracts.md; Lima was there before December."""
    found = movements(MRR, had_before=np.array([name == "Lima" for name in NAMES]))
    table = {
        # month: new, expansion, reactivation, contraction, churn, at the end
        1: (754, 0, 0, 0, 0, 804),
        2: (200, 0, 0, 0, 0, 1004),
        3: (200, 0, 0, 0, 0, 1204),
        4: (0, 0, 0, 0, 80, 1124),
        5: (0, 0, 0, 0, 0, 1124),
        6: (0, 0, 80, 40, 0, 1164),
        7: (0, 25, 0, 0, 200, 989),
        8: (0, 6, 0, 0, 0, 995),
        9: (0, 0, 0, 0, 0, 995),
        10: (300, 0, 0, 0, 0, 1295),
        11: (0, 0, 0, 0, 0, 1295),
        12: (0, 0, 0, 0, 0, 1295),
        13: (0, 10, 0, 0, 420, 885),
    }
    for month, expected in table.items():
        names = ("new", "expansion", "reactivation", "contraction", "churn", "closing")
        assert tuple(float(getattr(found, name)[month]) for name in names) == expected, month
    assert (found.new[0], found.reactivation[0]) == (0, 50), (
        "the first month's own start is what came before it"
    )
    assert annual(found.closing)[13] == 10_620


def test_what_of_it_stayed() -> None:
    """Of 804 in January 2025 479 in January 2026, 464 without what grew: 59.6 % net, 57.7 % gross."""
    found = retention(MRR)
    assert found.net[13] == pytest.approx(479 / 804)
    assert found.gross[13] == pytest.approx(464 / 804)
    assert np.isnan(found.net[:12]).all()
    assert found.net[12] == pytest.approx(55 / 50), "of December 2024 only Lima"
    assert found.gross[12] == 1
    a_quarter = retention(MRR, span=3)
    # of April's 1,124 in July: Alfa 100, Bravo 50, Delta 200, Echo 60, Golf 120, Hotel 124, Kilo 200, Lima 55
    assert a_quarter.net[7] == pytest.approx(909 / 1124)
    assert a_quarter.gross[7] == pytest.approx(884 / 1124)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 1, 15), date(2025, 4, 14), 3),
        (date(2025, 1, 1), date(2025, 1, 17), 17 / 31),
        (date(2025, 1, 15), date(2025, 2, 28), 1 + 14 / 28),
        (date(2025, 2, 1), date(2025, 2, 28), 1),
        (date(2025, 1, 31), date(2025, 2, 27), 1),  # a month from the 31st
        (date(2025, 2, 28), date(2025, 3, 30), 1),
        (date(2025, 2, 28), date(2025, 3, 28), 1),  # from the 29th or the 30th, cut short by February
        (date(2024, 2, 29), date(2025, 2, 27), 12),
        (date(2025, 3, 31), date(2025, 4, 29), 1),
        (date(2025, 1, 1), date(2025, 12, 31), 12),
        (date(2025, 1, 1), date(2025, 1, 1), 1 / 31),
        (date(2025, 1, 2), date(2025, 1, 1), 0),
    ],
)
def test_months_of_service(start: date, end: date, months: float) -> None:
    found = months_covered(np.array([day_number(start)]), np.array([day_number(end)]))
    assert found[0] == pytest.approx(months, abs=1e-12)


def test_nothing() -> None:
    assert monthly(rows([]), 2, DECEMBER, 3).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert movements(np.zeros((0, 3))).closing.tolist() == [0, 0, 0]
    assert np.isnan(retention(np.zeros((2, 14))).net).all()


LINE = st.tuples(
    st.sampled_from(NAMES),
    st.dates(date(2024, 6, 1), date(2026, 3, 1)),
    st.integers(0, 500),
    st.sampled_from([-90.0, 60.0, 100.0, 1200.0]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(LINE, max_size=20))
def test_movements_add_up_and_gross_is_never_above_net(lines: list[tuple]) -> None:
    made = [(name, start, start + timedelta(days=more), amount) for name, start, more, amount in lines]
    mrr = monthly(rows(made), len(NAMES), DECEMBER, MONTHS)
    # a line counts on the last days of months that it covers
    covered = months_covered(
        *(np.array([day_number(row[k]) for row in made], dtype=np.int64) for k in (1, 2))
    )
    for month in range(MONTHS):
        year, number = divmod(DECEMBER + month + 1, 12)
        last = date(1970 + year, number + 1, 1) - timedelta(days=1)
        for key, name in enumerate(NAMES):
            own = [
                row[3] / length
                for row, length in zip(made, covered, strict=True)
                if row[0] == name and row[1] <= last <= row[2]
            ]
            assert mrr[key, month] == pytest.approx(sum(own), abs=0.006)
    mrr = np.maximum(mrr, 0)
    found = movements(mrr)
    change = found.new + found.expansion + found.reactivation - found.contraction - found.churn
    assert np.allclose(found.opening + change, found.closing)
    assert np.allclose(found.opening[1:], found.closing[:-1])
    kept = retention(mrr, 6)
    known = ~np.isnan(kept.net)
    assert (kept.gross[known] <= kept.net[known] + 1e-12).all()
    assert (kept.gross[known] <= 1 + 1e-12).all()
