"""Days for visits: evenly over a period, on working days. Arithmetic only: no Frappe.

A period of D days with n visits is cut into n equal parts, and a visit falls into the middle of each: the day
`(2i + 1) · D / 2n` after the first. Where some of the n are planned already, each takes the slot that is nearest to it, and
the others are proposed. A slot that is no working day moves to the nearest one that is, the later of two that are as near.

Days are whole numbers since 1970-01-01, as in `engine.grid`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection


def evenly(start: int, end: int, count: int) -> list[int]:
    """The middles of `count` equal parts of the days from `start` to `end`, both included."""
    days = end - start + 1
    return [start + (2 * i + 1) * days // (2 * count) for i in range(count)] if days > 0 else []


def still_free(start: int, end: int, count: int, planned: Collection[int]) -> list[int]:
    """`count` slots beside those `planned` already: each of these takes the slot nearest to it, the earlier of two."""
    slots = evenly(start, end, count + len(planned))
    for day in sorted(planned):
        if slots:
            slots.remove(min(slots, key=lambda slot: (abs(slot - day), slot)))
    return slots


def nearest(day: int, start: int, end: int, possible: Callable[[int], bool]) -> int | None:
    """The possible day nearest to a day within a period, the later of two; None where there is none."""
    for distance in range(end - start + 1):
        for near in dict.fromkeys((day + distance, day - distance)):
            if start <= near <= end and possible(near):
                return near
    return None


def propose(
    start: int, end: int, count: int, planned: Collection[int], works: Callable[[int], bool]
) -> list[tuple[int, bool]]:
    """`count` days in order, each with whether it is a working day. No day twice, while there are others."""
    taken = set(planned)
    proposed = []
    for slot in still_free(start, end, count, planned):
        day = nearest(slot, start, end, lambda near: near not in taken and works(near))
        if day is None:
            day = nearest(slot, start, end, works)
        proposed.append((slot, False) if day is None else (day, True))
        taken.add(proposed[-1][0])
    return sorted(proposed)
