"""The events of a signal as arrays: what the ledger observed, judged by yardsticks, summed by party and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from relationship_crm.engine.decay import MonthlySums

#: Month index (see :func:`relationship_crm.engine.grid.month_index`) of January 1970.
MONTH_ZERO = 1970 * 12


def months_of(days: np.ndarray) -> np.ndarray:
    """Month indexes of day numbers."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + MONTH_ZERO


def ends_of(months: np.ndarray) -> np.ndarray:
    """Day numbers of the last days of months."""
    following = (months - MONTH_ZERO + 1).astype("datetime64[M]")
    return following.astype("datetime64[D]").astype(np.int64) - 1


@dataclass(frozen=True)
class Events:
    """Events of one signal, one entry each. `party` is -1 for parties that take no part in the run."""

    party: np.ndarray
    day: np.ndarray
    value: np.ndarray
    weight: np.ndarray
    segment: Sequence[str]  # empty where the signal compares with nothing

    @classmethod
    def none(cls) -> Events:
        """No events."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, np.zeros(0), np.zeros(0), ())

    def valued(self, value: np.ndarray) -> Events:
        """The events of parties that take part, by these values in place of their own; NaN = no event."""
        keep = (self.party >= 0) & ~np.isnan(value)
        return Events(self.party[keep], self.day[keep], value[keep], self.weight[keep], ())

    def monthly(self, half_life: float) -> MonthlySums:
        """Summed by party and month, each event faded to the end of its month: w·2^(-(end - day)/h)."""
        if not len(self.day):
            return MonthlySums.empty()
        month = months_of(self.day)
        faint = self.weight * np.exp2((self.day - ends_of(month)) / half_life)
        first = int(month.min())
        span = int(month.max()) - first + 1
        cells, cell = np.unique(self.party * span + (month - first), return_inverse=True)
        return MonthlySums(
            cells // span,
            cells % span + first,
            np.bincount(cell, faint, len(cells)),
            np.bincount(cell, faint * self.value, len(cells)),
            np.bincount(cell, minlength=len(cells)),
        )
