"""Where contract lines stand on a day and when they run out: the figures of reports, cards, warnings and the portal.

All of a set of lines at once, as arrays by line. The arithmetic is that of `balance` and `forecast`; nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.utils import flt, format_date
from pypika.terms import Criterion

from relationship_crm.contracts import terms, usage, wording
from relationship_crm.contracts.balance import Balances, balances
from relationship_crm.contracts.forecast import RunOut, chance_in_words, pace, run_out
from relationship_crm.contracts.periods import LOTS, first_of_month, month_number, quantities
from relationship_crm.contracts.terms import INCIDENTS, VISITS, Promise
from relationship_crm.engine.grid import day_number, day_of

CONTRACT = "Service Contract"
#: From these shares of what is available on, people are told.
NEARLY, ALL = 0.8, 1.0
#: Days beyond the period's end for which a forecast still names a day.
HORIZON = 366
#: A list of names longer than this costs more than reading all contracts.
MANY = 500


@dataclass(frozen=True)
class Standing:
    """Lines on a day; arrays by line. A line that has ended stands as on its last day, one that begins later has no period."""

    book: usage.Book
    day: date
    balances: Balances
    share: np.ndarray  # used over available, NaN where nothing is available or all is
    in_force: np.ndarray
    out: RunOut  # NaN for lines that are not in force
    # days, units and sentences as the user reads them: the same few thousands of times
    said: dict[Any, str] = field(default_factory=dict)

    @property
    def promises(self) -> Sequence[Promise]:
        """The lines."""
        return self.book.promises

    def period(self, at: int) -> tuple[date, date] | None:
        """First and last day of the period in which a line stands."""
        position = int(self.balances.period[at])
        return self.book.periods.dates(position) if position >= 0 else None

    def runs_out(self, at: int) -> date | None:
        """The day on which a line is used up at the present pace, where that is not far beyond the period's end."""
        return self._near(self.out.day[at], at)

    def in_words(self, at: int) -> str:
        """The forecast of a line: how likely it runs out within its period, and the interval of the day (80 %)."""
        if not self.in_force[at] or not self.promises[at].limited:
            return ""
        if self.balances.left[at] <= 0:
            return _("used up")
        words = chance_in_words(self.out.chance[at], self._translate)
        if not self.out.known[at]:
            return words
        first, last = self._near(self.out.earliest[at], at), self._near(self.out.latest[at], at)
        if not first:
            return words
        if not last:
            return _("{0}; not before {1}").format(words, self._shown(first))
        return _("{0}; between {1} and {2}").format(words, self._shown(first), self._shown(last))

    def unit(self, at: int) -> str:
        """In what a line counts, in words."""
        promise = self.promises[at]
        return self._once((promise.counts, promise.uom), lambda: unit_of(promise))

    def _shown(self, day: date) -> str:
        return self._once(day, lambda: format_date(day))

    def _translate(self, text: str) -> str:
        return self._once(text, lambda: _(text))

    def _once(self, what: Any, say: Callable[[], str]) -> str:
        if what not in self.said:
            self.said[what] = say()
        return self.said[what]

    def _near(self, number: float, at: int) -> date | None:
        period = self.period(at)
        if period is None or not np.isfinite(number) or number > day_number(period[1]) + HORIZON:
            return None
        return day_of(int(number))


def standing(book: usage.Book, day: date) -> Standing:
    """Where the lines of a book stand on a day. Entries after it do not count."""
    lines, periods, today = book.lines, book.periods, day_number(day)
    every = np.arange(lines.size)
    at = balances(periods, book.folded, book.usage, every, np.minimum(today, lines.last))
    in_force = (lines.start <= today) & (today <= lines.last) & (at.period >= 0)
    end = periods.end[np.maximum(at.period, 0)] if periods.size else every
    out = run_out(at.left, pace(book.usage, lines.start, today), today, end)
    nothing = np.full(lines.size, np.nan)
    values = (
        np.where(in_force, values, nothing) for values in (out.day, out.earliest, out.latest, out.chance)
    )
    return Standing(book, day, at, at.share, in_force, RunOut(*values, out.lumps))


def months_of(book: usage.Book, lines: np.ndarray, day: date, back: int) -> list[tuple[date, float, float]]:
    """What some lines (marked) included and what was used of it, by month up to a day: (first of the month, both).

    What a period includes is spread over its days; unlimited lines include nothing that could be shown. Months before the
    first line began are left out.
    """
    periods, today = book.periods, day_number(day)
    last = int(month_number(np.array([today]))[0])
    starts = book.lines.start[lines]
    if not len(starts):
        return []
    first = max(last - back + 1, int(month_number(starts).min()))
    bounds = first_of_month(np.arange(first, last + 2))
    bounds[-1] = min(bounds[-1], today + 1)  # of the day's month only what has passed
    chosen = lines[periods.line] & (periods.included < LOTS // 2)
    begin, end = periods.start[chosen][:, None], periods.end[chosen][:, None] + 1
    overlap = np.minimum(end, bounds[1:]) - np.maximum(begin, bounds[:-1])
    contracted = np.maximum(overlap, 0) * (quantities(periods.included[chosen])[:, None] / (end - begin))
    counted = lines[book.usage.line] & (book.usage.day <= today) & (book.usage.day >= bounds[0])
    month = month_number(book.usage.day[counted]) - first
    delivered = np.bincount(month, quantities(book.usage.quantity[counted]), minlength=last - first + 1)
    return [
        (day_of(bounds[i]), float(promised), float(done))
        for i, (promised, done) in enumerate(zip(contracted.sum(axis=0), delivered, strict=True))
    ]


def visible(filters: list[list[Any]], criterion: Criterion | None = None) -> list[Promise]:
    """Lines of the submitted contracts that the session's user may see, as filters for `get_list` and a condition say."""
    names = frappe.get_list(
        CONTRACT, filters=[["docstatus", "=", 1], *filters], pluck="name", order_by="name asc"
    )
    if not names:
        return []
    if len(names) <= MANY:
        few = frappe.qb.DocType(CONTRACT).name.isin(names)
        return terms.read(few if criterion is None else few & criterion)
    seen = set(names)
    return [promise for promise in terms.read(criterion) if promise.contract in seen]


def begun(day: date) -> Criterion:
    """Contracts that have begun by a day, as a condition for `visible`."""
    return frappe.qb.DocType(CONTRACT).start_date <= day


def unit_of(promise: Promise) -> str:
    """In what a line counts, in words: its unit of measure, visits or incidents."""
    return _(promise.counts) if promise.counts in (VISITS, INCIDENTS) else _(promise.uom)


def promise_in_words(promise: Promise) -> str:
    """What a line promises with its title, e.g. "Support hours: 20 Hour a quarter"."""
    included = wording.included(promise.row)
    return (
        _("{0}: {1}", context="Service Contract").format(promise.title, included)
        if included
        else promise.title
    )


def in_reporting_currency(contract: frappe._dict, rates: dict[str, float]) -> float | None:
    """The value of a year of a contract in the reporting currency, at the rates that are stored; None where one is missing."""
    rate = rates.get(contract.company)
    return flt(contract.yearly_value) * (flt(contract.conversion_rate) or 1.0) * rate if rate else None
