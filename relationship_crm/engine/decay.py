"""Evidence that fades: sums of events by month, carried to every point of the grid.

An event's weight halves every half-life, so a sum over events can be carried from one day to another by one factor.
The ledger therefore sums by party and month, each event faded to the end of its month, and the whole history of a
party follows from these sums by one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from relationship_crm.engine.grid import Grid

#: Half-life in days that stands for "never fades": 2^(-age/NEVER) is 1 to the last bit for any age in a ledger.
NEVER = 1e18


@dataclass(frozen=True)
class MonthlySums:
    """One signal's events, summed by party and month, parties ascending.

    `weight` is the sum of w·2^(-(end of month - date)/h), `value` the same sum with each event's value as a factor.
    """

    party: np.ndarray  # positions 0..P-1
    month: np.ndarray  # month indexes
    weight: np.ndarray
    value: np.ndarray
    events: np.ndarray

    @classmethod
    def empty(cls) -> MonthlySums:
        """No events."""
        none = np.zeros(0, dtype=np.int64)
        return cls(none, none, np.zeros(0), np.zeros(0), none)

    def of(self, start: int, stop: int) -> MonthlySums:
        """The sums of the parties start..stop-1, renumbered from 0."""
        keep = slice(*np.searchsorted(self.party, (start, stop)))
        return MonthlySums(
            self.party[keep] - start, self.month[keep], self.weight[keep], self.value[keep], self.events[keep]
        )

    def spread(self, figures: np.ndarray, parties: int, grid: Grid) -> np.ndarray:
        """Figures of the sums as a table P×T; what lies before the grid falls into its first month."""
        column = np.maximum(self.month - int(grid.months[0]), 0)
        cells = np.bincount(self.party * grid.size + column, figures, parties * grid.size)
        return cells.reshape(parties, grid.size)


def carry(grid: Grid, half_life: float) -> np.ndarray:
    """T×T factors that take a month's sum (row) to a point of the grid (column); 0 for months still to come."""
    return _carry(tuple(grid.days.tolist()), tuple(grid.month_ends.tolist()), float(half_life))


@lru_cache(maxsize=256)
def _carry(days: tuple[int, ...], ends: tuple[int, ...], half_life: float) -> np.ndarray:
    age = np.subtract.outer(np.array(days), np.array(ends)).T
    factors = np.triu(np.exp2(-np.triu(age) / half_life))
    factors.setflags(write=False)
    return factors


def faded(sums: MonthlySums, parties: int, grid: Grid, half_life: float) -> tuple[np.ndarray, np.ndarray]:
    """Σ weight·2^(-age/h) and Σ weight·2^(-age/h)·value at every point: two arrays P×T."""
    factors = carry(grid, half_life)
    weight, value = (sums.spread(figures, parties, grid) for figures in (sums.weight, sums.value))
    return weight @ factors, value @ factors


def counted(sums: MonthlySums, parties: int, grid: Grid) -> np.ndarray:
    """Number of events up to every point: P×T."""
    return np.cumsum(sums.spread(sums.events, parties, grid), axis=1)
