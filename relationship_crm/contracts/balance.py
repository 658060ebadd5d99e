"""What is left of a contract line: a fold over its periods of included + carried over - used.

    available  = included + carried
    left       = max(available - used, 0)                     at the end of the period
    carried'   = min(left, cap)                               into the next one
    cap        = 0 (none), ∞ (all), the limit (up to), included (next period only)

"Next period only" needs no memory beyond the cap: what was carried over is used first, so what is left of this period's
own quantity is min(left, included). Use beyond what is available is overage; it never burdens the next period.

Entries count in posting order: by date, then creation, then name. Of an entry's quantity as much is covered as the running
use of its period leaves, the rest is overage, so an entry that is posted into the past pushes later ones over the edge, and
the result depends on the entries alone, never on the order in which they were written. Negative quantities (returns) give
back overage first. An entry and its reversal count neither: a cancelled document never was.

Everything is whole numbers of millionths inside, so sums are exact in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from relationship_crm.contracts.periods import (
    CARRIES,
    LOTS,
    MILLIONTHS,
    Carry,
    Lines,
    Periods,
    key,
    millionths,
    quantities,
)


@dataclass(frozen=True)
class Usage:
    """Entries of all lines by line and posting order; quantities in millionths, negative for returns."""

    line: np.ndarray
    day: np.ndarray
    quantity: np.ndarray

    @classmethod
    def of(cls, line: np.ndarray, day: np.ndarray, quantity: np.ndarray) -> Usage:
        """Entries that are in posting order already, as a query ordered by line, date, creation and name returns them."""
        line, day = np.asarray(line, dtype=np.int64), np.asarray(day, dtype=np.int64)
        if len(line) and (np.diff(key(line, day)) < 0).any():
            raise ValueError("entries have to be in posting order; see posting_order()")
        return cls(line, day, millionths(quantity))

    def only(self, keep: np.ndarray) -> Usage:
        """Some of the entries."""
        return Usage(self.line[keep], self.day[keep], self.quantity[keep])


def posting_order(line: np.ndarray, day: np.ndarray, creation: np.ndarray, name: np.ndarray) -> np.ndarray:
    """Positions of entries by line, date, creation (a number or datetime64), name."""
    order = np.lexsort((creation, day, line))
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for values in (line, day, creation):
        same &= values[order][1:] == values[order][:-1]
    tied = (np.append(same, False) | np.append(False, same))[: len(order)]
    of = order[tied]  # names are slow to sort, and seldom needed
    order[tied] = of[np.lexsort((name[of], creation[of], day[of], line[of]))]
    return order


def standing(name: Sequence[str], reversal_of: Sequence[str | None]) -> np.ndarray:
    """Entries that neither were reversed nor are reversals."""
    reversed_ = {original for original in reversal_of if original}
    pairs = zip(name, reversal_of, strict=True)
    return np.fromiter((not original and own not in reversed_ for own, original in pairs), dtype=bool)


@dataclass(frozen=True)
class Folded:
    """The fold's result: by period (P) and by entry (E). Millionths; `available` may be LOTS or more."""

    carried: np.ndarray  # P, from the period before
    available: np.ndarray  # P, included + carried
    used: np.ndarray  # P
    lapsed: np.ndarray  # P, left at the end and not carried on; all that is left at the end of the line
    period: np.ndarray  # E, -1 outside of the line's life
    running: np.ndarray  # E, use of the period up to and with the entry
    covered: np.ndarray  # E
    overage: np.ndarray  # E

    @property
    def left(self) -> np.ndarray:
        """What is left at the end of each period, never below zero."""
        return np.maximum(self.available - self.used, 0)

    @property
    def over(self) -> np.ndarray:
        """Use beyond what was available, by period."""
        return np.maximum(self.used - self.available, 0)


def caps(lines: Lines, periods: Periods) -> np.ndarray:
    """The most that each period hands on."""
    carry = lines.carry[periods.line]
    cap = np.zeros(periods.size, dtype=np.int64)
    cap[carry == CARRIES.index(Carry.ALL)] = LOTS
    limited, following = carry == CARRIES.index(Carry.UP_TO), carry == CARRIES.index(Carry.NEXT)
    cap[limited] = lines.limit[periods.line[limited]]
    cap[following] = periods.included[following]
    # what is unlimited needs nothing from the period before
    return np.where(lines.unlimited[periods.line], 0, cap)


def fold(lines: Lines, periods: Periods, usage: Usage, counts: np.ndarray | None = None) -> Folded:
    """Fold entries over periods. `counts` (see `standing`) marks the entries that count; the others get zeros."""
    period = periods.find(usage.line, usage.day)
    quantity = usage.quantity if counts is None else np.where(counts, usage.quantity, 0)
    inside = period >= 0
    within, amount = period[inside], quantity[inside]
    summed = np.concatenate(([0], np.cumsum(amount)))
    bounds = np.searchsorted(within, np.arange(periods.size + 1))
    used = summed[bounds[1:]] - summed[bounds[:-1]]
    carried = _carry(periods, used, caps(lines, periods))
    available = periods.included + carried
    handed = np.append(carried, 0)[1:]  # the first period of a line gets nothing
    lapsed = np.maximum(available - used, 0) - handed
    running = summed[1:] - summed[bounds[:-1]][within]
    most = available[within]
    by_entry = np.zeros((3, len(quantity)), dtype=np.int64)
    by_entry[0, inside] = running
    by_entry[1, inside] = np.minimum(running, most) - np.minimum(running - amount, most)
    by_entry[2] = quantity - by_entry[1]
    return Folded(carried, available, used, lapsed, period, *by_entry)


def _carry(periods: Periods, used: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """What each period gets from the one before: one step a period, for all lines at once."""
    carried = np.zeros(periods.size, dtype=np.int64)
    count = np.diff(periods.bounds)
    longest_first = np.argsort(-count, kind="stable")
    first, count = periods.bounds[:-1][longest_first], count[longest_first]
    for step in range(1, int(count[0]) if len(count) else 0):
        more = np.searchsorted(-count, -step, side="left")  # lines with more periods than this
        at = first[:more] + step
        left = np.maximum(periods.included[at - 1] + carried[at - 1] - used[at - 1], 0)
        carried[at] = np.minimum(left, cap[at - 1])
    return carried


@dataclass(frozen=True)
class Balances:
    """Where lines stand at a day, arrays of the lines asked for; quantities, infinite where unlimited."""

    period: np.ndarray  # -1: not in force
    included: np.ndarray
    carried: np.ndarray
    used: np.ndarray
    overage: np.ndarray
    left: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """Used over available, for mails at 80 % and 100 %; NaN where nothing is available or all is."""
        available = self.included + self.carried
        share = np.full(len(available), np.nan)
        known = np.isfinite(available) & (available > 0)
        share[known] = self.used[known] / available[known]
        return share


def balances(
    periods: Periods, folded: Folded, usage: Usage, line: np.ndarray, day: np.ndarray | int
) -> Balances:
    """Balances of lines at a day: entries of the day's period up to the day count."""
    line = np.asarray(line, dtype=np.int64)
    period = periods.find(line, day)
    within = np.maximum(period, 0)
    upto = np.searchsorted(key(usage.line, usage.day), key(line, day), side="right") - 1
    if not periods.size:
        nothing = np.zeros(len(line))
        return Balances(period, nothing, nothing, nothing, nothing, nothing)
    used = np.zeros(len(line), dtype=np.int64)
    same = (upto >= 0) & (period >= 0)
    same[same] = folded.period[upto[same]] == period[same]
    used[same] = folded.running[upto[same]]
    exists = period >= 0
    available = np.where(exists, folded.available[within], 0)
    return Balances(
        period=period,
        included=np.where(exists, quantities(periods.included[within]), 0.0),
        carried=np.where(exists, quantities(folded.carried[within]), 0.0),
        used=quantities(used),
        overage=quantities(np.maximum(used - available, 0)),
        left=quantities(np.maximum(available - used, 0)),
    )


def free(lines: Lines, periods: Periods, folded: Folded, usage: Usage, line: int, day: int) -> float:
    """The most that a new use of a line dated on a day can take without driving that day or any later one below zero.

    Later entries of the same period were granted already, and so were those of later periods that live on what is carried
    over; what would have lapsed in between is free. The documents of one day act together. 0 outside of the line's life.
    """
    k = int(periods.find(np.array([line]), np.array([day]))[0])
    if k < 0:
        return 0.0
    if lines.unlimited[line]:
        return float("inf")
    highest, at_day = _peaks(periods, folded, usage, line, day, k)
    room = int(folded.available[k] - at_day)
    lapsed = int(folded.lapsed[k])
    for j in range(k + 1, int(periods.bounds[line + 1])):
        room = min(room, lapsed + max(int(folded.available[j]) - highest.get(j, 0), 0))
        lapsed += int(folded.lapsed[j])
    return max(room, 0) / MILLIONTHS


def _peaks(
    periods: Periods, folded: Folded, usage: Usage, line: int, day: int, k: int
) -> tuple[dict[int, int], int]:
    """The highest use at the close of a day in each period after `k`; the highest in `k` from a day on."""
    start, stop = np.searchsorted(usage.line, [line, line + 1])
    days, period, running = usage.day[start:stop], folded.period[start:stop], folded.running[start:stop]
    closes = np.append(days[1:] != days[:-1], True) if len(days) else np.zeros(0, dtype=bool)
    days, period, running = days[closes], period[closes], running[closes]
    own = period == k
    before, later = running[own & (days <= day)], running[own & (days > day)]
    at_day = max([int(before[-1]) if len(before) else 0, *later.tolist()])
    highest: dict[int, int] = {}
    for j, value in zip(period[period > k].tolist(), running[period > k].tolist(), strict=True):
        highest[j] = max(highest.get(j, 0), value)
    return highest, at_day
