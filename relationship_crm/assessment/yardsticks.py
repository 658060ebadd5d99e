"""What signals compare a party with: the usual delay of payment, breadth of purchases and answer to a campaign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any

import numpy as np

from relationship_crm.assessment.events import Events, months_of
from relationship_crm.engine.grid import month_index
from relationship_crm.ledger.dialect import InList, Value, query, table
from relationship_crm.signals.base import Signal
from relationship_crm.signals.breadth import BREADTH
from relationship_crm.signals.campaigns import ANSWER_RATE
from relationship_crm.signals.payments import PAYMENT_DELAY

#: Months a figure looks back.
WINDOW = 12
#: With fewer payments a group is held to the median of all; with fewer customers a bucket has no percentiles. With fewer
#: invited parties a campaign is held to all campaigns.
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


def answer_rates(rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Share of invited parties who answered, by campaign and month, of all that were judged until then.

    `rows`: campaign, month, answered (1 or 0). A campaign with fewer than 10 gets the share of all campaigns in the 12 months
    that end with the month; where these are fewer than 10 it has no figure.
    """
    counts: dict[tuple[str, int], tuple[int, int]] = {}
    for campaign, month, answered in rows:
        n, yes = counts.get((campaign, int(month)), (0, 0))
        counts[campaign, int(month)] = (n + 1, yes + int(answered > 0))
    by_month: Counter[int] = Counter()
    yes_by_month: Counter[int] = Counter()
    for (_campaign, month), (n, yes) in counts.items():
        by_month[month] += n
        yes_by_month[month] += yes
    found: list[Row] = []
    own: dict[str, tuple[int, int]] = {}
    for campaign, month in sorted(counts, key=lambda key: (key[1], key[0])):
        n, yes = (sum(pair) for pair in zip(own.get(campaign, (0, 0)), counts[campaign, month], strict=True))
        own[campaign] = (n, yes)
        if n < ENOUGH:
            window = range(month - WINDOW + 1, month + 1)
            n, yes = sum(by_month[m] for m in window), sum(yes_by_month[m] for m in window)
        if n >= ENOUGH:
            found.append((campaign, month, yes / n, n))
    return found


class Yardsticks:
    """Figures by kind, segment and month index."""

    def __init__(self, figures: Mapping[tuple[str, str, int], float] | None = None) -> None:
        self._figures = dict(figures or {})

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[Any]]) -> Yardsticks:
        """From stored rows (kind, segment, month, value)."""
        return cls({(kind, segment or "", int(month)): float(value) for kind, segment, month, value in rows})

    def values(self, signal: Signal, events: Events) -> np.ndarray:
        """The events' values 0..1: their own, or as the signal judges them; NaN = no event."""
        if signal.judge is None:
            return events.value
        if not signal.yardstick:
            return signal.judge(events.value, np.full(len(events.value), np.nan), events.segment)
        get, kind = self._figures.get, signal.yardstick
        usual = [
            get((kind, segment, month), np.nan)
            for segment, month in zip(events.segment, (months_of(events.day) - 1).tolist(), strict=True)
        ]
        return signal.judge(events.value, np.array(usual, dtype=float), events.segment)


def yardsticks_query() -> Any:
    """The stored figures of the run-time list `segments`: kind, segment, month, value."""
    y = table("Relationship Yardstick")
    kinds = y.kind.isin([Value(kind) for kind in FIGURES])
    return (
        query()
        .from_(y)
        .select(y.kind, y.segment, y.month, y.value)
        .where(kinds & InList(y.segment, "segments"))
    )


def payment_delay_figures(events: Events, as_of: date, groups: Iterable[str]) -> list[Row]:
    """Usual delays from the payments of everybody; what is unpaid when given up counts as that late."""
    if not len(events.day):
        return []
    months = months_of(events.day)
    rows = zip(events.segment, months.tolist(), events.value.tolist(), repeat(1))
    # the running month's figure stands in until the first pass after its close
    return payment_delay_medians(rows, range(int(months.min()), month_index(as_of) + 1), groups)


def breadth_figures(events: Events, as_of: date, groups: Iterable[str]) -> list[Row]:
    """Percentiles from the windows of everybody; an event is dated on the day after its window's last month."""
    counts = Counter(zip((months_of(events.day) - 1).tolist(), events.segment, strict=True))
    return breadth_percentiles(
        (month, *map(int, segment.split("|")), customers) for (month, segment), customers in counts.items()
    )


def answer_figures(events: Events, as_of: date, groups: Iterable[str]) -> list[Row]:
    """Usual answers from everybody who was invited; an event is dated on the day after its month's close."""
    return answer_rates(zip(events.segment, (months_of(events.day) - 1).tolist(), events.value, strict=True))


#: How the figures of each kind are made of the events of everybody.
FIGURES: dict[str, Callable[[Events, date, Iterable[str]], list[Row]]] = {
    PAYMENT_DELAY: payment_delay_figures,
    BREADTH: breadth_figures,
    ANSWER_RATE: answer_figures,
}


def yardstick_rows(
    signals: Mapping[str, Signal], observed: Mapping[str, Events], as_of: date, groups: Iterable[str]
) -> list[tuple[str, str, int, float]]:
    """The figures that the events of everybody give (kind, segment, month, value), for every month of the ledger."""
    groups = sorted(set(groups))
    return [
        (kind, segment, month, round(value, 9))
        for key, events in observed.items()
        if (kind := signals[key].yardstick)
        for segment, month, value, _count in FIGURES[kind](events, as_of, groups)
    ]
