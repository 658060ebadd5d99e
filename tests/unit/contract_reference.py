"""Contract lines worked out slowly: day by day and entry by entry, in fractions. What the arrays are held against."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from relationship_crm.contracts.periods import Carry, Line

DAY = timedelta(days=1)


@dataclass
class Entry:
    """One entry of use."""

    day: date
    quantity: Fraction
    covered: Fraction = Fraction(0)
    overage: Fraction = Fraction(0)
    period: int = -1


@dataclass
class Period:
    """One period of a line."""

    start: date
    end: date
    days: int
    included: Fraction
    carried: Fraction = Fraction(0)
    used: Fraction = Fraction(0)
    left: Fraction = Fraction(0)
    entries: list[Entry] = field(default_factory=list)

    @property
    def available(self) -> Fraction:
        return self.included + self.carried


def months_on(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def included_on(line: Line, day: date) -> Fraction:
    """The quantity in force on a day."""
    found = line.included
    for since, quantity in sorted(line.changes, key=lambda change: change[0]):
        if since <= day:
            found = quantity
    return Fraction(str(found))


def periods_of(line: Line) -> list[Period]:
    """The periods of a line, the quantity of each summed day by day."""
    last = min(line.last or line.end, line.end)
    step, found = line.per.months, []
    if last < line.start:
        return found
    first = line.start
    if line.aligned and step:
        first = date(line.start.year, (line.start.month - 1) // step * step + 1, 1)
    number = 0
    while True:
        begin = months_on(first, number * step)
        after = months_on(first, (number + 1) * step) if step else line.end + DAY
        if begin > last or (number and not step):
            return found
        start, end = max(begin, line.start), min(after - DAY, last)
        days, in_force = (after - begin).days, (end - start).days + 1
        each = [included_on(line, start + n * DAY) for n in range(in_force)]
        amended = any(since > start and since <= end for since, _quantity in line.changes)
        if line.whole or (in_force == days and not amended):
            included = each[-1]
        else:
            included = sum(each, Fraction(0)) / days
            if line.step:
                step_size = Fraction(str(line.step))
                included = (included / step_size + Fraction(1, 2)).__floor__() * step_size
        found.append(Period(start, end, days, included))
        number += 1


def cap_of(line: Line, period: Period) -> Fraction | None:
    """The most that a period hands on, None for any amount."""
    if line.carry is Carry.NONE:
        return Fraction(0)
    if line.carry is Carry.UP_TO:
        return Fraction(str(line.carry_limit))
    return None


def fold_of(line: Line, entries: list[Entry], digits: int = 6) -> list[Period]:
    """Fold entries, which are in posting order, over a line's periods; their covered and overage parts are filled in."""
    found = periods_of(line)
    handed = Fraction(0)
    for number, period in enumerate(found):
        period.included = Fraction(round(period.included * 10**digits), 10**digits)
        period.carried = handed
        left, over = period.available, Fraction(0)
        for entry in entries:
            if not period.start <= entry.day <= period.end:
                continue
            entry.period = number
            if entry.quantity >= 0:
                entry.covered = min(entry.quantity, max(left, Fraction(0)))
            else:  # overage is given back first
                entry.covered = entry.quantity + min(over, -entry.quantity)
            entry.overage = entry.quantity - entry.covered
            left, over = left - entry.covered, over + entry.overage
            period.used += entry.quantity
            period.entries.append(entry)
        period.left = left
        if line.carry is Carry.NEXT:  # two purses: what was carried over is used first and lapses
            own = period.included - max(period.used - period.carried, Fraction(0))
            handed = max(own, Fraction(0))
        else:
            cap = cap_of(line, period)
            handed = left if cap is None else min(left, cap)
    for entry in entries:
        if entry.period < 0:
            entry.overage = entry.quantity
    return found
