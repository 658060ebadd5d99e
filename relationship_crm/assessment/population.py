"""What only the whole population can say: group means, and the usual time between purchases.

These figures are taken at month closes: every day of a month is judged by the close of the month before it. So a
party assessed alone gets exactly the figures it gets in a full pass, on any day, and a replay of the past uses what the
past could know. Until a month's first full pass the latest close at hand stands in for a missing one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.engine.grid import Grid

#: Segment of the figures over all parties.
EVERYBODY = ""
GAP = "purchase_gap"


def mean_kind(dimension: str) -> str:
    """The yardstick under which a dimension's group means are stored."""
    return f"mean:{dimension}"


@dataclass
class Population:
    """Figures by (kind, segment) and month index; one series per kind and segment, months ascending."""

    neutral: float = 0.5
    series: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str, int, float]], neutral: float) -> Population:
        """From stored rows (kind, segment, month, value)."""
        collected: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for kind, segment, month, value in rows:
            collected.setdefault((kind, segment or EVERYBODY), []).append((int(month), float(value)))
        series = {}
        for key, points in collected.items():
            points.sort()
            series[key] = (np.array([p[0] for p in points]), np.array([p[1] for p in points]))
        return cls(neutral, series)

    def at(self, kind: str, segment: str, grid: Grid, otherwise: float) -> np.ndarray:
        """The figure by which each point of the grid is judged (T), `otherwise` before the first close."""
        months, values = (
            self.series.get((kind, segment)) or self.series.get((kind, EVERYBODY)) or (None, None)
        )
        out = np.full(grid.size, otherwise)
        if months is None:
            return out
        place = np.searchsorted(months, grid.months - 1, side="right") - 1
        out[place >= 0] = values[place[place >= 0]]
        return out

    def means(self, segments: list[str], grid: Grid) -> np.ndarray:
        """m_d of each party's group: D×P×T."""
        return self._spread([mean_kind(d) for d in DIMENSIONS], segments, grid, self.neutral)

    def gaps(self, segments: list[str], grid: Grid) -> np.ndarray:
        """Usual days between purchases in each party's group: P×T, NaN where unknown."""
        return self._spread([GAP], segments, grid, np.nan)[0]

    def _spread(self, kinds: list[str], segments: list[str], grid: Grid, otherwise: float) -> np.ndarray:
        distinct = sorted(set(segments))
        place = {segment: i for i, segment in enumerate(distinct)}
        index = np.array([place[segment] for segment in segments], dtype=np.int64)
        figures = np.array(
            [[self.at(kind, segment, grid, otherwise) for segment in distinct] for kind in kinds]
        )
        return figures.reshape(len(kinds), len(distinct), grid.size)[:, index, :]


def population_rows(
    means: np.ndarray, gaps: np.ndarray, segments: list[str], grid: Grid
) -> list[tuple[str, str, int, float]]:
    """Rows to store (kind, segment, month, value) of D×G×T means and G×T gaps."""
    rows: list[tuple[str, str, int, float]] = []
    for t, month in enumerate(grid.months.tolist()):
        for g, segment in enumerate(segments):
            rows.extend(
                (mean_kind(d), segment, month, round(float(means[i, g, t]), 9))
                for i, d in enumerate(DIMENSIONS)
            )
            if not np.isnan(gaps[g, t]):
                rows.append((GAP, segment, month, round(float(gaps[g, t]), 9)))
    return rows
