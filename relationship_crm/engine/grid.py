"""The time grid: the month ends up to a day, and that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

EPOCH = date(1970, 1, 1).toordinal()


def month_index(day: date) -> int:
    """Months since year 0 (``year * 12 + month - 1``), as the ledger's queries count them."""
    return day.year * 12 + day.month - 1


def month_end(month: int) -> date:
    """The last day of the month with an index."""
    year, number = divmod(month + 1, 12)
    return date.fromordinal(date(year, number + 1, 1).toordinal() - 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01, the unit of every day in the engine."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(int(number) + EPOCH)


@dataclass(frozen=True)
class Grid:
    """Month ends from `first` on and the as-of day last (once, where it is a month end itself).

    The stage is a fold over this grid, so it depends on the ledger and the as-of day alone.
    """

    days: np.ndarray  # T day numbers, ascending
    months: np.ndarray  # T month indexes, one each

    @classmethod
    def until(cls, as_of: date, first: date) -> Grid:
        """The grid from the month of `first` to `as_of`."""
        last = month_index(as_of)
        start = min(month_index(first), last)
        days = [day_number(month_end(month)) for month in range(start, last)]
        days.append(day_number(as_of))
        return cls(np.array(days, dtype=np.int64), np.arange(start, last + 1, dtype=np.int64))

    @property
    def size(self) -> int:
        """Number of points."""
        return len(self.days)

    @property
    def month_ends(self) -> np.ndarray:
        """Day numbers of the ends of the grid's months (the last may lie after the as-of day)."""
        return np.array([day_number(month_end(int(month))) for month in self.months], dtype=np.int64)

    def point_of(self, days: np.ndarray) -> np.ndarray:
        """Index of the first point at or after each day; `size` where the day is after the as-of day."""
        return np.searchsorted(self.days, days, side="left")

    def date(self, point: int) -> date:
        """The date of a point."""
        return day_of(self.days[point])
