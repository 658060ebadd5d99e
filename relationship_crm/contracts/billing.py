"""What a contract charges and when: schedule, proration, uplift, overage. Exact arithmetic: no Frappe, no floats inside.

A price is agreed per so many months. A charge covers one billing period, counted from the contract's start or aligned with
the calendar. Whole periods cost their share of the year, broken ones are prorated by days:

    share = months/12 · days in force / days of the whole period

A contract that lasts a whole number of billing periods pays just these: where the calendar cuts its first and its last one,
the last costs what the first left over (days alone would miss it, as months differ in length).

Amounts are rounded to the currency's cent so that every contract year (calendar year, where billing is aligned) adds up to
its own rounded amount, and so does the whole contract: every amount is rounded down, and the cents that are missing go to
the largest remainders, the earliest first (Hamilton's method).

Prices rise at anniversaries of the start: by a fixed percentage of the price of the year before, rounded; or with a price
index, price of the first year · index of the anniversary's month / index of the base month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import groupby, pairwise

from relationship_crm.contracts.periods import add_months, first_of_month, month_number
from relationship_crm.engine.grid import day_number, day_of

#: The smallest amount of most currencies. ERPNext keeps it per currency as "smallest currency fraction value".
CENT = Decimal("0.01")

Money = Decimal | float | int | str


class Every(Enum):
    """How often a contract is billed."""

    MONTH = "Month"
    QUARTER = "Quarter"
    HALF_YEAR = "Half Year"
    YEAR = "Year"
    ONCE = "Once"

    @property
    def months(self) -> int:
        """Length in months, 0 for once."""
        return {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12, Every.ONCE: 0}[self]


@dataclass(frozen=True)
class FixedUplift:
    """So many per cent of the year before, at every anniversary."""

    percent: Money


@dataclass(frozen=True)
class IndexUplift:
    """With a price index: values by any day of their month; `lag` months lie between the index and the anniversary."""

    values: Mapping[date, Money]
    base: date
    lag: int = 0

    def at(self, month: date) -> tuple[Fraction, bool] | None:
        """The index of a month, or the last one before it, and whether it is that month's own; None before the first."""
        wanted = month.year * 12 + month.month
        known = sorted((day.year * 12 + day.month, value) for day, value in self.values.items())
        past = [(at, value) for at, value in known if at <= wanted]
        if not past:
            return None
        at, value = past[-1]
        return exact(value), at == wanted


@dataclass(frozen=True)
class Terms:
    """What a contract line charges. `last` is the last day in force where that is not the agreed end."""

    start: date
    end: date
    price: Money
    every: Every = Every.MONTH
    price_months: int | Fraction | None = None  # months that the price is for; None: one billing period
    in_advance: bool = True
    aligned: bool = False
    whole: bool = False  # broken periods cost the whole price
    uplift: FixedUplift | IndexUplift | None = None
    last: date | None = None
    unit: Decimal = CENT


@dataclass(frozen=True)
class Price:
    """The price of a contract year; not `certain` where the index of its month was not published yet."""

    start: date
    amount: Decimal
    certain: bool


@dataclass(frozen=True)
class Charge:
    """One row of the schedule."""

    start: date
    end: date
    due_on: date
    amount: Decimal
    certain: bool


@dataclass(frozen=True)
class _Part:
    """The days of a billing period that have one price."""

    period: int
    year: int  # of the contract, from 0
    start: int
    end: int
    share: Fraction  # of a year, or of the whole contract where it is billed once at a price for all of it


# -- money


def exact(amount: Money) -> Fraction:
    """An amount as it is written: the float .1 is one tenth."""
    return Fraction(Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount))


def rounded(amount: Fraction | Money, unit: Decimal = CENT) -> Decimal:
    """An amount in whole units of its currency, halves away from zero."""
    value = (amount if isinstance(amount, Fraction) else exact(amount)) / exact(unit)
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return unit * (whole if value >= 0 else -whole)


def apportion(
    amounts: Sequence[Fraction], unit: Decimal = CENT, total: Decimal | None = None
) -> list[Decimal]:
    """Amounts in whole units that add up to `total` (default: their rounded sum), by largest remainders."""
    if total is None:
        total = rounded(sum(amounts, Fraction(0)), unit)
    parts = [amount / exact(unit) for amount in amounts]
    floors = [part.__floor__() for part in parts]
    missing = round(exact(total) / exact(unit)) - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for place in range(missing):
        floors[order[place % len(order)]] += 1
    return [unit * whole for whole in floors]


def in_company_currency(amount: Money, rate: Money, unit: Decimal = CENT) -> Decimal:
    """An amount at the rate of its day."""
    return rounded(exact(amount) * exact(rate), unit)


# -- prices


def anniversary(start: date, year: int) -> date:
    """The first day of a contract year (0: the start); 29 February falls on the 28th in other years."""
    return day_of(int(add_months(day_number(start), 12 * year)))


def prices(terms: Terms) -> list[Price]:
    """The price of each contract year that begins up to the last day in force."""
    last = terms.last or terms.end
    found = [Price(terms.start, rounded(terms.price, terms.unit), True)]
    while (day := anniversary(terms.start, len(found))) <= last:
        found.append(_adjusted(terms, found, day))
    return found


def _adjusted(terms: Terms, before: list[Price], day: date) -> Price:
    if isinstance(terms.uplift, FixedUplift):
        factor = 1 + exact(terms.uplift.percent) / 100
        return Price(day, rounded(exact(before[-1].amount) * factor, terms.unit), True)
    if isinstance(terms.uplift, IndexUplift):
        month = day_of(int(first_of_month(month_number(day_number(day)) - terms.uplift.lag)))
        base, now = terms.uplift.at(terms.uplift.base), terms.uplift.at(month)
        if base is None or now is None:
            return Price(day, before[0].amount, False)
        amount = rounded(exact(before[0].amount) * now[0] / base[0], terms.unit)
        return Price(day, amount, base[1] and now[1])
    return Price(day, before[-1].amount, True)


# -- the schedule


def schedule(terms: Terms) -> list[Charge]:
    """All charges of a contract line, to the last day in force."""
    agreed = prices(terms)
    parts = _parts(terms, agreed)
    amounts: dict[int, Decimal] = {}
    for part, amount in zip(parts, _amounts(terms, agreed, parts), strict=True):
        amounts[part.period] = amounts.get(part.period, Decimal(0)) + amount
    charges = []
    for period, of_period in groupby(parts, key=lambda part: part.period):
        own = list(of_period)
        start, end = day_of(own[0].start), day_of(own[-1].end)
        certain = all(agreed[part.year].certain for part in own)
        charges.append(Charge(start, end, start if terms.in_advance else end, amounts[period], certain))
    return charges


def _amounts(terms: Terms, agreed: list[Price], parts: list[_Part]) -> list[Decimal]:
    """What each part costs: years add up, and so does their sum."""
    times = Fraction(1) if _for_all(terms) else Fraction(12, terms.price_months or terms.every.months)
    cost = [exact(agreed[part.year].amount) * times * part.share for part in parts]
    found: list[Decimal] = []
    so_far, settled = Fraction(0), Decimal(0)
    for _year, of_year in groupby(range(len(parts)), key=lambda i: _year_of(terms, parts[i])):
        own = [cost[i] for i in of_year]
        so_far += sum(own, Fraction(0))
        total = rounded(so_far, terms.unit) - settled
        settled += total
        found += apportion(own, terms.unit, total)
    return found


def years(terms: Terms) -> Fraction:
    """How many years the schedule charges for, broken periods as it shares them; 1 where the price is for all of it."""
    return sum((part.share for part in _parts(terms, prices(terms))), Fraction(0))


def _for_all(terms: Terms) -> bool:
    """Whether the price is for the whole contract."""
    return terms.every is Every.ONCE and terms.price_months is None


def _aligned(terms: Terms) -> bool:
    return terms.aligned and terms.every is not Every.ONCE


def _year_of(terms: Terms, part: _Part) -> int:
    """The year within which a part is rounded."""
    return day_of(part.start).year if _aligned(terms) else part.year


def _parts(terms: Terms, agreed: list[Price]) -> list[_Part]:
    """Billing periods to the last day in force, cut at anniversaries that change the price."""
    start, end = day_number(terms.start), day_number(terms.end)
    last = min(day_number(terms.last), end) if terms.last else end
    if last < start:
        return []
    if _for_all(terms):
        share = Fraction(1) if terms.whole else Fraction(last - start + 1, end - start + 1)
        return [_Part(0, 0, start, last, share)]
    step = terms.every.months or 12
    bounds = [_first_of(terms, step, 0)]
    while bounds[-1] <= last:
        bounds.append(_first_of(terms, step, len(bounds)))
    count = len(bounds) - 1
    shares = []
    for first, after in pairwise(bounds):
        days = min(after - 1, last) - max(first, start) + 1
        shares.append(Fraction(1) if terms.whole else Fraction(days, after - first))
    if not terms.whole and bounds[0] < start and last + 1 == int(add_months(start, (count - 1) * step)):
        shares[-1] = 1 - shares[0]
    found: list[_Part] = []
    for number, share in enumerate(shares):
        begin, stop = max(bounds[number], start), min(bounds[number + 1] - 1, last)
        period = 0 if terms.every is Every.ONCE else number
        found += _cut(terms, agreed, period, begin, stop, share * Fraction(step, 12))
    return found


def _first_of(terms: Terms, step: int, number: int) -> int:
    """First day of a whole billing period by its number from 0."""
    start = day_number(terms.start)
    if not _aligned(terms):
        return int(add_months(start, number * step))
    return int(first_of_month((int(month_number(start)) // step + number) * step))


def _cut(
    terms: Terms, agreed: list[Price], period: int, begin: int, stop: int, share: Fraction
) -> list[_Part]:
    """A billing period as one part, or as two, shared by days, where the price changes inside."""
    year = max(n for n, price in enumerate(agreed) if day_number(price.start) <= begin)
    turn = day_number(agreed[year + 1].start) if year + 1 < len(agreed) else stop + 1
    same = turn > stop or (agreed[year].amount, agreed[year].certain) == (
        agreed[year + 1].amount,
        agreed[year + 1].certain,
    )
    if same:
        return [_Part(period, year, begin, stop, share)]
    before = share * Fraction(turn - begin, stop - begin + 1)
    return [_Part(period, year, begin, turn - 1, before), _Part(period, year + 1, turn, stop, share - before)]


# -- overage


def overage_amounts(quantities: Sequence[Money], rate: Money, unit: Decimal = CENT) -> list[Decimal]:
    """What entries cost beyond the contract: quantity · rate each, in cents that add up to the rounded whole."""
    return apportion([exact(quantity) * exact(rate) for quantity in quantities], unit)


def open_amounts(owed: Mapping[str, Decimal], billed: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What is still to be billed by entry or period: owed less billed; negative where too much was billed.

    Where an entry posted into the past moves overage from one entry to another, or a contract ends before the end of a
    period billed in advance, the difference is what the next invoice or credit note carries. Settled ones are left out.
    """
    differences = {key: owed.get(key, Decimal(0)) - billed.get(key, Decimal(0)) for key in {**owed, **billed}}
    return {key: amount for key, amount in differences.items() if amount}
