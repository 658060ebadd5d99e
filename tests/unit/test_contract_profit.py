"""What a contract earned, by hand."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from relationship_crm.contracts.profit import Contribution, Costs, price_from_use, yearly

YEAR = Costs(hours=52 * 38, parts=310, visits=4 * 85)


def test_a_year_of_a_contract() -> None:
    """4,800 and 270 of overage; 52 h at 38, parts 310, four visits at 85: 2,444 are left, 48.2 %."""
    earned = Contribution(4800 + 270, YEAR)
    assert YEAR.total == 2626
    assert earned.amount == 2444
    assert earned.margin == pytest.approx(0.482, abs=5e-4)
    assert math.isnan(Contribution(0, YEAR).margin)


def test_the_price_from_use() -> None:
    """2,626 are to be 60 % of the price: 4,376.67. Half a year's use makes twice as much a year."""
    assert price_from_use(YEAR.total, 0.4) == Decimal("4376.67")
    assert yearly(Costs(hours=100), 73).total == 500
    assert yearly(YEAR, 0) == YEAR
    assert YEAR + Costs(other=4) == Costs(1976, 310, 340, 4)
    with pytest.raises(ValueError, match="margin"):
        price_from_use(100, 1)
