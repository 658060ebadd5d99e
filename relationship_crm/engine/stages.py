"""Stages: a ladder whose rungs are held by criteria, folded over the time grid.

A criterion on facts acts at once, up and down. A criterion on estimates lifts at threshold + margin and drops only below
threshold - margin at two successive points of the grid; where the estimate is unknown it does not bind. Rungs are
cumulative: a party stands on the highest rung whose own criteria and those of all rungs below hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

OPERATORS = (">=", "<=")


@dataclass(frozen=True)
class Criterion:
    """`measure operator threshold`. Margins are points for scores (0..100), per cent of the threshold otherwise.

    Criteria of one rung with the same non-zero `alternative` are alternatives: one of them is enough.
    """

    measure: str
    operator: str
    threshold: float
    margin_up: float = 0.0
    margin_down: float = 0.0
    alternative: int = 0


@dataclass(frozen=True)
class Rung:
    """A step of the ladder; from the one that is `established` upward the composite weighs trust more."""

    name: str
    rung: int
    criteria: tuple[Criterion, ...] = ()
    established: bool = False
    color: str = ""
    description: str = ""


@dataclass(frozen=True)
class Ladder:
    """A stage model: rungs from the lowest, and the criteria of which any one flags dissolution."""

    name: str
    rungs: tuple[Rung, ...]
    dissolution: tuple[Criterion, ...] = ()
    source: str = ""
    description: str = ""

    @property
    def established_rung(self) -> int:
        """The lowest rung marked as established; above the ladder where none is."""
        return min((r.rung for r in self.rungs if r.established), default=10**6)

    def named(self, rung: int) -> str:
        """The name of a rung."""
        return next(r.name for r in self.rungs if r.rung == rung)


@dataclass(frozen=True)
class Kind:
    """How a measure behaves in criteria: an estimate has margins and dwell; `points` margins are not percentages."""

    estimate: bool
    points: bool = False


@dataclass
class Fold:
    """Where every party stood at every point."""

    rung: np.ndarray  # P×T
    dissolution: np.ndarray  # P×T
    criteria: list[tuple[int, Criterion]] = field(
        default_factory=list
    )  # rung (0 = dissolution) and criterion
    holds: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=bool))  # C×P×T


def limits(criterion: Criterion, kind: Kind) -> tuple[float, float]:
    """Where a criterion on an estimate lifts and where it drops."""
    unit = 1.0 if kind.points else abs(criterion.threshold) / 100
    sign = 1.0 if criterion.operator == ">=" else -1.0
    return (
        criterion.threshold + sign * criterion.margin_up * unit,
        criterion.threshold - sign * criterion.margin_down * unit,
    )


def fold(
    ladder: Ladder, values: Mapping[str, np.ndarray], kinds: Mapping[str, Kind], shape: tuple[int, int]
) -> Fold:
    """The stage of every party at every point of the grid.

    `values` maps measures to arrays P×T (NaN = unknown; scores in points 0..100). Raises KeyError where a criterion
    names a measure that does not exist.
    """
    listed = [(r.rung, c) for r in sorted(ladder.rungs, key=lambda r: r.rung) for c in r.criteria]
    listed += [(0, c) for c in ladder.dissolution]
    holds = np.zeros((len(listed), *shape), dtype=bool)
    estimates = []
    for i, (_rung, criterion) in enumerate(listed):
        if kinds[criterion.measure].estimate:
            estimates.append(i)
            continue
        value = values[criterion.measure]
        with np.errstate(invalid="ignore"):
            holds[i] = (
                value >= criterion.threshold if criterion.operator == ">=" else value <= criterion.threshold
            )
    if estimates:
        holds[estimates] = _hysteresis([listed[i] for i in estimates], values, kinds)
    rung = np.zeros(shape, dtype=np.int64)
    standing = np.ones(shape, dtype=bool)
    for step in sorted(ladder.rungs, key=lambda r: r.rung):
        own = [i for i, (number, _c) in enumerate(listed) if number == step.rung]
        standing &= _all([listed[i][1] for i in own], holds[own], shape)
        rung = np.where(standing, step.rung, rung)
    flags = [i for i, (number, _c) in enumerate(listed) if number == 0]
    dissolution = holds[flags].any(axis=0) if flags else np.zeros(shape, dtype=bool)
    return Fold(rung, dissolution, listed, holds)


def _all(criteria: Sequence[Criterion], holds: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """All criteria hold, of alternatives at least one."""
    result = np.ones(shape, dtype=bool)
    choices: dict[int, np.ndarray] = {}
    for criterion, held in zip(criteria, holds, strict=True):
        if criterion.alternative:
            choices[criterion.alternative] = (
                choices.get(criterion.alternative, np.zeros(shape, dtype=bool)) | held
            )
        else:
            result &= held
    for held in choices.values():
        result &= held
    return result


def _hysteresis(
    listed: Sequence[tuple[int, Criterion]], values: Mapping[str, np.ndarray], kinds: Mapping[str, Kind]
) -> np.ndarray:
    """Criteria on estimates, walked along the grid: C×P×T.

    Before there is evidence a rung's criterion holds (it does not bind) and a dissolution criterion does not.
    """
    signs = np.array([1.0 if c.operator == ">=" else -1.0 for _r, c in listed])[:, None]
    bounds = [limits(c, kinds[c.measure]) for _r, c in listed]
    up = signs * np.array([b[0] for b in bounds])[:, None]
    down = signs * np.array([b[1] for b in bounds])[:, None]
    unbound = np.array([rung != 0 for rung, _c in listed])[:, None]
    value = np.stack([values[c.measure] for _r, c in listed]) * signs[:, :, None]
    unknown = np.isnan(value)
    with np.errstate(invalid="ignore"):
        lifted = value >= up[:, :, None]
        below = value < down[:, :, None]
    state = np.broadcast_to(unbound, value.shape[:2]).copy()
    below_before = np.zeros_like(state)
    out = np.zeros(value.shape, dtype=bool)
    for t in range(value.shape[2]):
        drop = below[:, :, t] & below_before
        state = np.where(unknown[:, :, t], unbound, (state | lifted[:, :, t]) & ~drop)
        below_before = below[:, :, t]
        out[:, :, t] = state
    return out
