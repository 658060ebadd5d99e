"""What a party bought, as of every point of the grid: purchases, silence and rhythm.

A purchase is a day with a positive net amount. A return counts against the day of the invoice it returns, from the date
of the return on, so a purchase that is returned in full was one until then and is none afterwards.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, fields

import numpy as np

from relationship_crm.engine.grid import Grid

#: Amounts up to half a cent are nothing.
NOTHING = 0.005
YEAR = 365
#: With fewer gaps of its own a party is held to the rhythm of its group.
OWN_GAPS = 3
#: An end that never comes, as a day number.
FOREVER = np.iinfo(np.int64).max // 2


@dataclass(frozen=True)
class PurchaseRows:
    """Amounts by party, day of purchase and date of the document that changed it."""

    party: np.ndarray
    day: np.ndarray
    document_day: np.ndarray
    amount: np.ndarray  # any one currency per party and day; only its sign after summing matters
    revenue: np.ndarray  # in the reporting currency, debit notes included

    @classmethod
    def none(cls) -> PurchaseRows:
        """Nothing was bought."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing, np.zeros(0), np.zeros(0))

    def of(self, start: int, stop: int) -> PurchaseRows:
        """The rows of the parties start..stop-1, renumbered from 0."""
        keep = (self.party >= start) & (self.party < stop)
        return PurchaseRows(
            self.party[keep] - start,
            self.day[keep],
            self.document_day[keep],
            self.amount[keep],
            self.revenue[keep],
        )


@dataclass(frozen=True)
class Purchases:
    """Days of purchase with the span of time in which each counts as one: `start` <= t < `end`."""

    party: np.ndarray
    day: np.ndarray
    start: np.ndarray
    end: np.ndarray


@dataclass
class PurchaseMeasures:
    """Facts and estimates P×T about buying; NaN where there was no purchase."""

    purchases: np.ndarray
    purchases_12m: np.ndarray
    first_purchase: np.ndarray  # day numbers
    last_purchase: np.ndarray
    own_gap: np.ndarray  # median days between purchases, NaN without a gap
    gaps: np.ndarray
    revenue_12m: np.ndarray
    revenue_total: np.ndarray

    def of(self, start: int, stop: int) -> PurchaseMeasures:
        """The measures of the parties start..stop-1."""
        return PurchaseMeasures(*(getattr(self, field.name)[start:stop] for field in fields(self)))


def purchases(rows: PurchaseRows) -> Purchases:
    """The days on which parties bought, with the span in which each counts."""
    document = np.maximum(rows.document_day, rows.day)
    order = np.lexsort((document, rows.day, rows.party))
    party, day, document, amount = rows.party[order], rows.day[order], document[order], rows.amount[order]
    if not len(party):
        none = np.zeros(0, dtype=np.int64)
        return Purchases(none, none, none, none)
    new = np.ones(len(party), dtype=bool)
    new[1:] = (party[1:] != party[:-1]) | (day[1:] != day[:-1])
    group = np.cumsum(new) - 1
    running = np.cumsum(amount)
    before = (running - amount)[new]
    positive = running - before[group] > NOTHING
    # several documents of one date act together: only the state after the last of them counts
    settled = np.ones(len(party), dtype=bool)
    settled[:-1] = (group[1:] != group[:-1]) | (document[1:] != document[:-1])
    party, day, document, group, positive = (a[settled] for a in (party, day, document, group, positive))
    previous = np.zeros(len(party), dtype=bool)
    previous[1:] = positive[:-1] & (group[1:] == group[:-1])
    starts = np.flatnonzero(positive & ~previous)
    stops = np.flatnonzero(~positive & previous)
    end = np.full(len(starts), FOREVER, dtype=np.int64)
    following = np.searchsorted(stops, starts)
    closed = following < len(stops)
    match = np.zeros(len(starts), dtype=bool)
    match[closed] = group[stops[following[closed]]] == group[starts[closed]]
    end[match] = document[stops[following[match]]]
    return Purchases(party[starts], day[starts], document[starts], end)


def _count(bought: Purchases, end: np.ndarray, parties: int, grid: Grid) -> np.ndarray:
    """Number of purchases whose span covers each point."""
    change = np.zeros((parties, grid.size + 1))
    begin, stop = grid.point_of(bought.start), grid.point_of(np.maximum(end, bought.start))
    np.add.at(change, (bought.party, begin), 1)
    np.add.at(change, (bought.party, stop), -1)
    return np.cumsum(change, axis=1)[:, :-1]


def _within(
    day: np.ndarray, value: np.ndarray, party: np.ndarray, parties: int, grid: Grid, span: int
) -> np.ndarray:
    """Sum of values dated in (t - span, t] at each point; the whole past where `span` is 0."""
    change = np.zeros((parties, grid.size + 1))
    np.add.at(change, (party, grid.point_of(day)), value)
    if span:
        np.add.at(change, (party, grid.point_of(day + span)), -value)
    return np.cumsum(change, axis=1)[:, :-1]


def measure(rows: PurchaseRows, parties: int, grid: Grid) -> PurchaseMeasures:
    """Everything about buying, for every party at every point."""
    bought = purchases(rows)
    shape = (parties, grid.size)
    first, last, gap = (np.full(shape, np.nan) for _ in range(3))
    gaps = np.zeros(shape)
    bounds = np.searchsorted(bought.party, np.arange(parties + 1))
    for p in np.unique(bought.party):
        span = slice(bounds[p], bounds[p + 1])
        _rhythm_of(
            bought.day[span], bought.start[span], bought.end[span], grid, first[p], last[p], gap[p], gaps[p]
        )
    return PurchaseMeasures(
        purchases=_count(bought, bought.end, parties, grid),
        purchases_12m=_count(bought, np.minimum(bought.end, bought.day + YEAR), parties, grid),
        first_purchase=first,
        last_purchase=last,
        own_gap=gap,
        gaps=gaps,
        revenue_12m=_within(rows.document_day, rows.revenue, rows.party, parties, grid, YEAR),
        revenue_total=_within(rows.document_day, rows.revenue, rows.party, parties, grid, 0),
    )


def _rhythm_of(
    day: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    grid: Grid,
    first: np.ndarray,
    last: np.ndarray,
    gap: np.ndarray,
    gaps: np.ndarray,
) -> None:
    """First and last purchase and median gap of one party at every point, written into the given rows."""
    simple = end[0] == FOREVER and (end == FOREVER).all() and (start == day).all()
    if simple:
        points = grid.point_of(day)
        ordered: list[int] = []
        for i, point in enumerate(points.tolist()):
            if point >= grid.size:
                break
            if i:
                insort(ordered, int(day[i] - day[i - 1]))
                n = len(ordered)
                gap[point:] = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
                gaps[point:] = n
            else:
                first[point:] = day[0]
            last[point:] = day[i]
        return
    for t, now in enumerate(grid.days):
        alive = np.unique(day[(start <= now) & (now < end)])
        if len(alive):
            first[t], last[t] = alive[0], alive[-1]
        if len(alive) > 1:
            gap[t], gaps[t] = np.median(np.diff(alive)), len(alive) - 1


def rhythm(measures: PurchaseMeasures, grid: Grid, group_gap: np.ndarray, shortest: float) -> np.ndarray:
    """Days since the last purchase over the party's median gap (its group's with fewer than three gaps): P×T.

    A gap shorter than `shortest` days counts as `shortest`, or two orders in one week would make a fortnight's silence
    look like a loss. NaN where nothing was bought or no gap is known.
    """
    gap = np.where(measures.gaps >= OWN_GAPS, measures.own_gap, group_gap)
    silent = grid.days[None, :] - measures.last_purchase
    return silent / np.maximum(gap, shortest)


def group_gaps(measures: PurchaseMeasures, group: np.ndarray, groups: int, least: int = 5) -> np.ndarray:
    """Median over a group's parties of their own median gap, G×T; the median of all where a group has fewer than `least`."""
    points = measures.own_gap.shape[1]
    out = np.full((groups, points), np.nan)
    known = ~np.isnan(measures.own_gap)
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    for t in range(points):
        column, has = measures.own_gap[:, t], known[:, t]
        if not has.any():
            continue
        out[:, t] = np.median(column[has])
        for g in range(groups):
            members = order[bounds[g] : bounds[g + 1]]
            members = members[has[members]]
            if len(members) >= least:
                out[g, t] = np.median(column[members])
    return out
