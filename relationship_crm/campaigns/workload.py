"""Shares work out among people: to whom each piece belongs, else to whoever has least to do. No Frappe."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """What goes to one person as a whole, the calls of all people of a customer for instance."""

    key: Hashable
    size: int = 1
    #: Who should have it, where that is one of those who share.
    preferred: tuple[str, ...] = ()


def share_out(works: Iterable[Work], load: Mapping[str, int]) -> dict[Hashable, str]:
    """Who gets each piece of work; nothing where nobody shares.

    `load` says how much each of those who share has already. First everybody gets what is theirs, then the rest goes,
    largest pieces first, to whoever has least; of equals to the first by name. The same input gives the same result, in
    whatever order it comes.
    """
    if not load:
        return {}
    now = dict(load)
    given: dict[Hashable, str] = {}
    rest: list[Work] = []
    for work in works:
        wanted = next((person for person in work.preferred if person in now), None)
        if wanted is None:
            rest.append(work)
        else:
            given[work.key] = wanted
            now[wanted] += work.size
    heap = [(size, person) for person, size in now.items()]
    heapq.heapify(heap)
    for work in sorted(rest, key=lambda one: (-one.size, str(one.key))):
        size, person = heap[0]
        given[work.key] = person
        heapq.heapreplace(heap, (size + work.size, person))
    return given
