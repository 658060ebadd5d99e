"""Which variant of a message somebody gets, and when a wave may be sent. Arithmetic only: no Frappe."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta

#: Saturday, as `date.weekday` counts.
SATURDAY = 5


def drawn(key: str, shares: Sequence[float]) -> int:
    """A position by lot, each with a chance in proportion to its share: the same key and shares, the same position.

    Shares that are all 0 count as equal. Raises ValueError where there are none, or one is below 0.
    """
    if not shares or min(shares) < 0:
        raise ValueError("shares from 0 on are needed")
    weights = list(shares) if sum(shares) else [1.0] * len(shares)
    mark = (
        int.from_bytes(hashlib.sha256(f"variant|{key}".encode()).digest()[:8], "big") / 2**64 * sum(weights)
    )
    upto = 0.0
    for position, weight in enumerate(weights):
        upto += weight
        if mark < upto:
            return position
    return max(position for position, weight in enumerate(weights) if weight)


def is_open(moment: datetime, begins: time | None, ends: time | None, weekdays_only: bool = False) -> bool:
    """Whether something may be sent at a moment: from `begins` on and before `ends`, where given, and not on weekends.

    A window that ends before it begins goes over midnight; the part after midnight belongs to the day it began on.
    """
    clock, day = moment.time(), moment.date()
    if begins and ends and ends < begins:
        if clock < ends:
            day -= timedelta(days=1)
        elif clock < begins:
            return False
    elif (begins and clock < begins) or (ends and ends != begins and clock >= ends):
        return False
    return not (weekdays_only and day.weekday() >= SATURDAY)
