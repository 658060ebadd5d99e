"""What signals compare a party with: the usual delay of payment, the usual breadth of purchases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from relationship_crm.engine.grid import month_index
from relationship_crm.ledger.database import Ledger, Queries
from relationship_crm.ledger.dialect import query, table
from relationship_crm.signals.base import Scope
from relationship_crm.signals.breadth import BREADTH, BREADTH_SIGNAL, window_query
from relationship_crm.signals.payments import PAYMENT_DELAY, PAYMENT_TERMS, delays_query

#: Months a figure looks back.
WINDOW = 12
#: With fewer payments a group is held to the median of all; with fewer customers a bucket has no percentiles.
ENOUGH = 10

#: segment, month index, value, number of observations
Row = tuple[str, int, float, int]


def weighted_median(counts: np.ndarray, values: np.ndarray) -> float:
    """Median of values that occur `counts` times each; values ascending."""
    running = np.cumsum(counts)
    total = running[-1]
    low = values[np.searchsorted(running, (total - 1) // 2, side="right")]
    high = values[np.searchsorted(running, total // 2, side="right")]
    return float(low + high) / 2


def payment_delay_medians(
    rows: Iterable[Sequence[Any]], months: Sequence[int], groups: Iterable[str]
) -> list[Row]:
    """Median days late by group and month, over the 12 months that end with it.

    `rows`: customer group, month, days late, number of payments. Every group has a row for every month in whose year
    anybody paid; one with fewer than 10 payments gets the median of all.
    """
    rows = list(rows)
    if not rows:
        return []
    names = sorted({*groups, *(row[0] or "" for row in rows)})
    place = {name: i for i, name in enumerate(names)}
    group = np.array([place[row[0] or ""] for row in rows])
    month = np.array([int(row[1]) for row in rows])
    late, day = np.unique(np.array([int(row[2]) for row in rows]), return_inverse=True)
    count = np.array([int(row[3]) for row in rows])
    found: list[Row] = []
    for end in months:
        inside = (month > end - WINDOW) & (month <= end)
        if not inside.any():
            continue
        paid = np.zeros((len(names), len(late)), dtype=np.int64)
        np.add.at(paid, (group[inside], day[inside]), count[inside])
        everybody = paid.sum(axis=0)
        usual, everything = weighted_median(everybody, late), int(everybody.sum())
        for name, own in zip(names, paid, strict=True):
            n = int(own.sum())
            enough = n >= ENOUGH
            found.append(
                (name, int(end), weighted_median(own, late) if enough else usual, n if enough else everything)
            )
    return found


def breadth_percentiles(rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Mid-rank percentile of a number of item groups by month and bucket; segment "<bucket>|<item groups>".

    `rows`: month, bucket, item groups, number of customers. A number that no peer had gets the share of those below
    it, so that the first customer to reach it is not left without a figure. Buckets with fewer than 10 customers
    have no rows.
    """
    peers: dict[tuple[int, int], dict[int, int]] = {}
    widest = 0
    for month, size, groups, customers in rows:
        counts = peers.setdefault((int(month), int(size)), {})
        counts[int(groups)] = counts.get(int(groups), 0) + int(customers)
        widest = max(widest, int(groups))
    found: list[Row] = []
    for (month, size), counts in sorted(peers.items()):
        total = sum(counts.values())
        if total < ENOUGH:
            continue
        below = 0
        for groups in range(1, widest + 2):
            same = counts.get(groups, 0)
            found.append((f"{size}|{groups}", month, (below + same / 2) / total, total))
            below += same
    return found


def ledger_yardsticks(
    ledger: Ledger, queries: Queries, as_of: date, known_on: date | None
) -> list[tuple[str, str, int, float]]:
    """Both kinds of figures as of a day (kind, segment, month, value), for every month of the ledger."""
    scope = Scope(ledger.has, known=known_on is not None)
    arguments: dict[str, Any] = {"as_of_next": _next(as_of)}
    if known_on is not None:
        arguments["known_next"] = _next(known_on)

    def ask(key: str, build: Any) -> Sequence[Sequence[Any]]:
        rendered = queries.get(("yardstick", key, scope.known), build, ledger.dialect)
        return ledger.rows(rendered, arguments)

    found: list[tuple[str, str, int, float]] = []
    if PAYMENT_TERMS.speaks(ledger.has):
        delays = ask(PAYMENT_DELAY, lambda: delays_query(scope))
        if delays:
            c = table("Customer", "c")
            groups = ask("groups", lambda: query().from_(c).select(c.customer_group).distinct())
            # the running month's figure stands in until the first pass after its close
            months = range(min(int(row[1]) for row in delays), month_index(as_of) + 1)
            medians = payment_delay_medians(delays, months, [row[0] or "" for row in groups])
            found += [
                (PAYMENT_DELAY, segment, month, round(value, 9)) for segment, month, value, _n in medians
            ]
    if BREADTH_SIGNAL.speaks(ledger.has):
        percentiles = breadth_percentiles(ask(BREADTH, lambda: window_query(scope)))
        found += [(BREADTH, segment, month, round(value, 9)) for segment, month, value, _n in percentiles]
    return found


def _next(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time())
