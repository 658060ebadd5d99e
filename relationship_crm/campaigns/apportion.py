"""Amounts as whole units of a currency, and many of them divided at once so that no unit is lost.

The vectorised companion of `contracts.billing.apportion`: every share is rounded down, and the units that are missing go to
the largest remainders, the earliest first (Hamilton's method).
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from relationship_crm.contracts.billing import CENT


def units(amount: np.ndarray | list[float], unit: Decimal = CENT) -> np.ndarray:
    """Amounts as whole numbers of the smallest unit (cents, yen), to the nearest."""
    return np.rint(np.asarray(amount, dtype=float) / float(unit)).astype(np.int64)


def amounts(counted: np.ndarray | int, unit: Decimal = CENT) -> np.ndarray:
    """Whole numbers of the smallest unit as amounts."""
    places = max(-int(unit.as_tuple().exponent), 0)
    return np.round(np.asarray(counted) * float(unit), places)


def apportion(total: np.ndarray, weight: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Divide each total (whole units) over its own weights, so that the parts add up to it exactly.

    `weight` holds the weights of the first total, then those of the second, …; `count` says how many each has, 1 or more.
    Weights are positive; of whole ones the largest remainders are exact up to total · weight = 2^53. What is negative is
    divided as if it were positive, so a total and its opposite have opposite parts.
    """
    if not len(total):
        return np.zeros(0, dtype=np.int64)
    start = np.concatenate(([0], np.cumsum(count)[:-1]))
    group = np.repeat(np.arange(len(total)), count)
    size = np.abs(total)
    whole = np.add.reduceat(weight, start)[group]
    product = size[group] * weight
    # the remainder of a division of floats has no rounding error, so equal remainders compare equal
    rest = np.fmod(product, whole)
    parts = np.rint((product - rest) / whole).astype(np.int64)
    # beyond 2^53 the parts may miss the total by more than their number: everybody gets the whole part of that
    everybody, few = np.divmod(size - np.add.reduceat(parts, start), count)
    parts += everybody[group]
    some = np.flatnonzero(few[group] > 0)
    order = some[np.lexsort((-rest[some], group[some]))]
    own = group[order]
    first = np.flatnonzero(np.diff(own, prepend=-1))
    place = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    parts[order[place < few[own]]] += 1
    return np.where(total[group] < 0, -parts, parts)
