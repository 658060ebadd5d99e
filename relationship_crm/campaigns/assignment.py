"""Who is left out of a campaign by lot, so that its effect can be seen. Arithmetic only: no Frappe.

The control group is drawn inside each stratum (stage), so that both groups have the same mixture. A stratum of n people gives
n·share of them; what is left over is rounded by lot, up or down, so that the whole control group is N·share, rounded to the
nearest, halves up. Of five strata of 7 people at 20 % each gives 1, and two of them another, 7 of 35 together.

The lot between strata is a systematic sample in random order (Madow 1949, Annals of Mathematical Statistics 20, 333-354):
where N·share is whole, everybody's chance to be left out is exactly the share, however small the stratum.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from relationship_crm.contracts.billing import exact

SHARE = 0.2


def control_group(
    strata: Sequence[str] | Sequence[int] | np.ndarray, rng: np.random.Generator, share: float = SHARE
) -> np.ndarray:
    """True for those in the control group. The same strata in the same order and a generator of the same seed: the same lot.

    Strata are texts or numbers, one a person ("" where there is no stage). Raises ValueError unless the share is from 0 to
    below 1.
    """
    part = exact(share)
    if not 0 <= part < 1:
        raise ValueError("the control group is a share from 0 to below 1")
    _names, stratum, size = np.unique(np.asarray(strata), return_inverse=True, return_counts=True)
    stratum = stratum.ravel()
    quota = _quotas(size, part, rng)
    order = np.lexsort((rng.random(len(stratum)), stratum))
    place = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size)
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order] = place < np.repeat(quota, size)
    return chosen


def _quotas(size: np.ndarray, part: Fraction, rng: np.random.Generator) -> np.ndarray:
    """How many each stratum gives: size · part rounded down, and one more for some of them, by lot."""
    wanted = [int(n) * part for n in size]
    quota = np.array([number.__floor__() for number in wanted], dtype=np.int64)
    rest = [number - number.__floor__() for number in wanted]
    more = (sum(wanted, Fraction(0)) + Fraction(1, 2)).__floor__() - int(quota.sum())
    quota[_by_lot(rest, more, rng)] += 1
    return quota


def _by_lot(chance: list[Fraction], number: int, rng: np.random.Generator) -> np.ndarray:
    """So many positions, each with about its chance (exactly where the chances add up to the number), none twice."""
    some = np.array([i for i, own in enumerate(chance) if own], dtype=np.int64)
    whole = sum(chance, Fraction(0))
    if number <= whole:
        scaled = [chance[i] * number / whole for i in some]
    else:  # the chances not to be chosen make room
        scaled = [1 - (1 - chance[i]) * (len(some) - number) / (len(some) - whole) for i in some]
    turn = rng.permutation(len(some))
    upto = np.cumsum([float(scaled[i]) for i in turn])
    if len(upto):
        upto[-1] = number
    marks = np.floor(np.concatenate(([0.0], upto)) + rng.random())
    return some[turn[np.diff(marks) > 0]]
