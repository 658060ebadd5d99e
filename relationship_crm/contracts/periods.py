"""The periods of contract lines, and what is included in each. Arithmetic only: no Frappe, no SQL.

A line includes a quantity per period: the whole contract, a year, a quarter or a month. Periods are counted from the
contract's start (15 January, 15 February, …) or aligned with the calendar. A start on a day that a month lacks falls on
the month's last day, always counted from the first start: 31 January, 28 February, 31 March.

A period is broken where the contract starts or ends inside it. Its quantity is then a share by days, or the whole, as the
line says. An amendment inside a period counts by days too, or the quantity at the period's end counts for all of it.

Days are whole numbers since 1970-01-01, as in `engine.grid`. Axes: ``L`` lines, ``P`` periods of all lines in one row, a
line's periods side by side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np

from relationship_crm.engine.grid import day_number, day_of

#: Quantities are counted in millionths, as whole numbers: thirty times .1 is 3, and 3 of 3 may be used.
MILLIONTHS = 1_000_000
#: More than anything that is ever used, in millionths: what an unlimited line includes.
LOTS = 2**60
#: Room for the days of one line in a key of line and day: the years 535 to 3405.
_SPAN, _MIDDLE = 20, 2**19


class Per(Enum):
    """What a line's quantity is included per."""

    CONTRACT = "Contract"
    YEAR = "Year"
    QUARTER = "Quarter"
    MONTH = "Month"

    @property
    def months(self) -> int:
        """Length in months, 0 for the whole contract."""
        return {Per.CONTRACT: 0, Per.YEAR: 12, Per.QUARTER: 3, Per.MONTH: 1}[self]


class Carry(Enum):
    """What of an unused quantity the next period gets."""

    NONE = "None"
    ALL = "All"
    UP_TO = "Up To"
    NEXT = "Next Period Only"  # what was carried over is used first, and lapses at the next period's end


CARRIES = tuple(Carry)


@dataclass(frozen=True)
class Line:
    """One line of a contract, as people write it. `last` is the last day in force where that is not the agreed end."""

    start: date
    end: date
    included: float = 0.0
    per: Per = Per.CONTRACT
    unlimited: bool = False
    carry: Carry = Carry.NONE
    carry_limit: float = 0.0
    last: date | None = None
    aligned: bool = False  # with the calendar's months, quarters, years
    whole: bool = False  # broken periods include the whole quantity
    step: float = 0.0  # shares are rounded to a multiple of this, half up: 1 for visits; 0: to a millionth
    changes: tuple[tuple[date, float], ...] = ()  # included from a day on, by amendment


@dataclass(frozen=True)
class Lines:
    """Lines as arrays of length L. Quantities in millionths."""

    start: np.ndarray
    end: np.ndarray
    last: np.ndarray
    months: np.ndarray
    included: np.ndarray
    unlimited: np.ndarray
    carry: np.ndarray  # positions in CARRIES
    limit: np.ndarray
    aligned: np.ndarray
    whole: np.ndarray
    step: np.ndarray
    changed: np.ndarray  # amendments: position of the line, first day, quantity from then on
    changed_on: np.ndarray
    changed_to: np.ndarray

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Lines:
        """Arrays of lines."""
        lines = list(lines)
        changes = [(i, day_number(day), to) for i, line in enumerate(lines) for day, to in line.changes]
        start = _whole(day_number(line.start) for line in lines)
        end = np.maximum(_whole(day_number(line.end) for line in lines), start - 1)
        last = _whole(day_number(line.last or line.end) for line in lines)
        return cls(
            start=start,
            end=end,
            last=np.clip(last, start - 1, end),
            months=_whole(line.per.months for line in lines),
            included=millionths([line.included for line in lines]),
            unlimited=np.array([line.unlimited for line in lines], dtype=bool),
            carry=_whole(CARRIES.index(line.carry) for line in lines),
            limit=millionths([line.carry_limit for line in lines]),
            aligned=np.array([line.aligned for line in lines], dtype=bool),
            whole=np.array([line.whole for line in lines], dtype=bool),
            step=millionths([line.step for line in lines]),
            changed=_whole(change[0] for change in changes),
            changed_on=_whole(change[1] for change in changes),
            changed_to=millionths([change[2] for change in changes]),
        )

    @property
    def size(self) -> int:
        """Number of lines."""
        return len(self.start)


@dataclass(frozen=True)
class Periods:
    """The periods of all lines; those of line i are bounds[i] .. bounds[i + 1] - 1."""

    line: np.ndarray
    start: np.ndarray
    end: np.ndarray  # last day in force
    days: np.ndarray  # of the whole period, also where it is broken
    included: np.ndarray  # millionths, LOTS where unlimited
    bounds: np.ndarray

    @property
    def size(self) -> int:
        """Number of periods."""
        return len(self.line)

    @property
    def broken(self) -> np.ndarray:
        """Periods that are not in force on all of their days."""
        return self.end - self.start + 1 < self.days

    def find(self, line: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Position of the period in which a day of a line lies; -1 outside of the line's life."""
        line, day = np.broadcast_arrays(np.asarray(line, dtype=np.int64), np.asarray(day, dtype=np.int64))
        if not self.size:
            return np.full(line.shape, -1, dtype=np.int64)
        at = np.searchsorted(key(self.line, self.start), key(line, day), side="right") - 1
        inside = (at >= 0) & (self.line[at] == line) & (day <= self.end[at])
        return np.where(inside, at, -1)

    def dates(self, position: int) -> tuple[date, date]:
        """First and last day of a period."""
        return day_of(self.start[position]), day_of(self.end[position])


def _whole(numbers: Iterable[int]) -> np.ndarray:
    return np.fromiter(numbers, dtype=np.int64)


def millionths(quantity: np.ndarray | list[float]) -> np.ndarray:
    """Quantities as whole numbers of millionths."""
    return np.rint(np.asarray(quantity, dtype=float) * MILLIONTHS).astype(np.int64)


def quantities(counted: np.ndarray) -> np.ndarray:
    """Millionths as quantities, infinite from half of LOTS on."""
    counted = np.asarray(counted)
    return np.where(counted >= LOTS // 2, np.inf, counted / MILLIONTHS)


def key(line: np.ndarray, day: np.ndarray) -> np.ndarray:
    """One number that sorts by line, then day."""
    return (np.asarray(line, dtype=np.int64) << _SPAN) + (np.asarray(day, dtype=np.int64) + _MIDDLE)


def add_months(day: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Each day so many months on; where the month lacks that day, its last: 31 January + 1 = 28 February."""
    when = np.asarray(day, dtype=np.int64).astype("datetime64[D]")
    month = when.astype("datetime64[M]")
    place = (when - month.astype("datetime64[D]")).astype(np.int64)
    target = month.astype(np.int64) + months
    first = first_of_month(target)
    return first + np.minimum(place, first_of_month(target + 1) - first - 1)


def month_number(day: np.ndarray) -> np.ndarray:
    """Months since January 1970."""
    return np.asarray(day, dtype=np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_of_month(month: np.ndarray) -> np.ndarray:
    """The first day of a month that is counted from January 1970."""
    months = np.asarray(month, dtype=np.int64).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def whole_period(lines: Lines, line: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First day of a line's period by its number from 0, and of the one after it, as if the contract had no bounds."""
    months, start = lines.months[line], lines.start[line]
    block = np.maximum(months, 1)
    calendar = (month_number(start) // block + number) * block
    aligned = lines.aligned[line]
    first = np.where(aligned, first_of_month(calendar), add_months(start, number * months))
    after = np.where(aligned, first_of_month(calendar + block), add_months(start, (number + 1) * months))
    once = months == 0
    return np.where(once, start, first), np.where(once, lines.end[line] + 1, after)


def periods(lines: Lines) -> Periods:
    """All periods of all lines, from the start to the last day in force."""
    block = np.maximum(lines.months, 1)
    first_month, last_month = month_number(lines.start), month_number(lines.last)
    counted = (last_month - first_month) // block
    begun = add_months(lines.start, counted * block) <= lines.last
    count = np.where(lines.aligned, last_month // block - first_month // block + 1, counted + begun)
    count = np.where(lines.months == 0, 1, count)
    count = np.where(lines.last < lines.start, 0, count)
    bounds = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    line = np.repeat(np.arange(lines.size), count)
    first, after = whole_period(lines, line, np.arange(bounds[-1]) - bounds[line])
    start = np.maximum(first, lines.start[line])
    end = np.minimum(after - 1, lines.last[line])
    included = _included(lines, line, start, end, after - first)
    return Periods(line, start, end, after - first, included, bounds)


def _included(
    lines: Lines, line: np.ndarray, start: np.ndarray, end: np.ndarray, days: np.ndarray
) -> np.ndarray:
    """What each period includes: by days where it is broken or amended, or the quantity at its end as a whole."""
    at_end, amended = lines.included[line], np.zeros(len(line), dtype=bool)
    day_sum = at_end
    if len(lines.changed):
        at_end, day_sum, amended = _amended(lines, line, start, end)
    broken = (end - start + 1 < days) | amended
    shared = np.where(amended, day_sum / days, at_end * ((end - start + 1) / days))
    step = np.maximum(lines.step[line], 1)
    shared = (np.floor(shared / step + 0.5) * step).astype(np.int64)
    included = np.where(broken & ~lines.whole[line], shared, at_end)
    return np.where(lines.unlimited[line], LOTS, included)


def _amended(
    lines: Lines, line: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quantity in force on each period's last day; sum over its days of the quantity in force; whether it changes inside."""
    # the terms of all lines in a row: the first from the line's start on, then the amendments
    owner = np.concatenate((np.arange(lines.size), lines.changed))
    since = np.concatenate((lines.start, np.maximum(lines.changed_on, lines.start[lines.changed])))
    included = np.concatenate((lines.included, lines.changed_to))
    # of several before the start the last one counts
    agreed = np.concatenate((np.full(lines.size, -LOTS), lines.changed_on))
    order = np.lexsort((agreed, key(owner, since)))
    owner, since, included = owner[order], since[order], included[order]
    # day sums up to the start of each of the terms, counted through all lines; only differences inside a line are used
    length = np.append(np.where(owner[1:] == owner[:-1], since[1:] - since[:-1], 0), 0)
    before = np.concatenate(([0], np.cumsum(length * included)[:-1]))
    keys = key(owner, since)

    def at(day: np.ndarray) -> np.ndarray:
        return np.searchsorted(keys, key(line, day), side="right") - 1

    def up_to(day: np.ndarray) -> np.ndarray:
        found = at(day)
        return before[found] + (day - since[found]) * included[found]

    first, last = at(start), at(end)
    return included[last], up_to(end + 1) - up_to(start), first != last
