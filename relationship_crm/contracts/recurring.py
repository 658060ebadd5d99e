"""Recurring revenue from invoice lines with service periods: MRR, ARR, how it moves, how much of it stays.

An invoice line of so many months counts amount / months in every month on whose last day its service period runs. Months
are counted whole where the day of the month comes round (15 January to 14 April: 3), and the rest in days of the month it
begins (1 to 17 January: 17/31), so that a prorated line has the MRR of a whole one. A credit note with the service period
of what it credits takes it back from the same months.

Between the ends of two successive months a customer's MRR (or a contract's: whatever `key` counts) moves by

    new             from nothing, for the first time        expansion     up, from something
    reactivation    from nothing, after having had some     contraction   down, to something
    churn           to nothing

and these add up to the change. Over a span of months (12 by default), among those who had MRR at its beginning:

    net retention   = Σ MRR at the end / Σ MRR at the beginning
    gross retention = Σ min(MRR at the end, MRR at the beginning) / Σ MRR at the beginning

Amounts have to be in one currency at one rate, or a moving rate would look like expansion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from relationship_crm.contracts.periods import add_months, first_of_month, month_number

#: MRR up to half a cent is nothing.
NOTHING = 0.005
YEAR = 12


@dataclass(frozen=True)
class ServiceRows:
    """Invoice lines: whose they are (positions 0..K-1), first and last day of service, net amount."""

    key: np.ndarray
    start: np.ndarray
    end: np.ndarray
    amount: np.ndarray


@dataclass(frozen=True)
class Movements:
    """How MRR moved in each month, arrays of length M; the first month has only what came before it as its start."""

    opening: np.ndarray
    new: np.ndarray
    expansion: np.ndarray
    reactivation: np.ndarray
    contraction: np.ndarray  # as positive numbers
    churn: np.ndarray
    closing: np.ndarray


@dataclass(frozen=True)
class Retention:
    """Shares of the MRR at the beginning of a span that were there at its end; NaN where there was none."""

    gross: np.ndarray
    net: np.ndarray


def months_covered(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Length of service periods in months; 0 where the end lies before the start."""
    start, after = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64) + 1
    whole = month_number(after) - month_number(start)
    place, place_after = _place(start), _place(after)
    short, short_after = _is_last(start), _is_last(after)
    # a day that February lacks came round on its last
    round_ = (place == place_after) | (short & (place_after > place)) | (short_after & (place > place_after))
    whole = whole - (~round_ & (add_months(start, whole) > after))
    begun = add_months(start, whole)
    rest = (after - begun) / (add_months(start, whole + 1) - begun)
    return np.where(after <= start, 0.0, np.where(round_, whole, whole + rest))


def _place(day: np.ndarray) -> np.ndarray:
    return day - first_of_month(month_number(day))


def _is_last(day: np.ndarray) -> np.ndarray:
    return _place(day + 1) == 0


def monthly(rows: ServiceRows, keys: int, first_month: int, months: int) -> np.ndarray:
    """MRR at the end of each month, K×M; `first_month` as months since January 1970."""
    covered = months_covered(rows.start, rows.end)
    real = covered > 0
    rate = rows.amount[real] / covered[real]
    # the first month whose last day is in the service period, and the first whose last day comes after it
    begin = month_number(rows.start[real]) - first_month
    stop = month_number(rows.end[real] + 1) - first_month
    change = np.zeros((keys, months + 1))
    np.add.at(change, (rows.key[real], np.clip(begin, 0, months)), rate)
    np.add.at(change, (rows.key[real], np.clip(stop, 0, months)), -rate)
    found = np.cumsum(change, axis=1)[:, :-1]
    return np.where(np.abs(found) <= NOTHING, 0.0, np.round(found, 6))


def annual(mrr: np.ndarray) -> np.ndarray:
    """ARR: twelve times MRR."""
    return YEAR * mrr


def movements(mrr: np.ndarray, had_before: np.ndarray | None = None) -> Movements:
    """How MRR (K×M) moved from month to month. `had_before`: keys with MRR before the first month, which are not new."""
    keys, months = mrr.shape
    before = np.concatenate((np.zeros((keys, 1)), mrr[:, :-1]), axis=1)
    seen = np.zeros((keys, months), dtype=bool)
    seen[:, 1:] = np.logical_or.accumulate(mrr[:, :-1] > 0, axis=1)
    if had_before is not None:
        seen |= np.asarray(had_before, dtype=bool)[:, None]
    difference = mrr - before
    had, has = before > 0, mrr > 0

    def total(where: np.ndarray) -> np.ndarray:
        return np.where(where, np.abs(difference), 0.0).sum(axis=0)

    return Movements(
        opening=before.sum(axis=0),
        new=total(~had & has & ~seen),
        expansion=total(had & has & (difference > 0)),
        reactivation=total(~had & has & seen),
        contraction=total(had & has & (difference < 0)),
        churn=total(had & ~has),
        closing=mrr.sum(axis=0),
    )


def retention(mrr: np.ndarray, span: int = YEAR) -> Retention:
    """Gross and net retention over the `span` months up to each month; NaN in the first `span` months."""
    months = mrr.shape[1]
    gross, net = np.full(months, np.nan), np.full(months, np.nan)
    if months <= span:
        return Retention(gross, net)
    start, end = np.maximum(mrr[:, :-span], 0), np.maximum(mrr[:, span:], 0)
    began = start.sum(axis=0)
    kept = np.where(start > 0, end, 0.0)
    some = began > 0
    gross[span:][some] = np.minimum(kept, start).sum(axis=0)[some] / began[some]
    net[span:][some] = kept.sum(axis=0)[some] / began[some]
    return Retention(gross, net)
