"""What parties did within a span of days each: sums over many documents and many spans at once. Arithmetic only: no Frappe."""

from __future__ import annotations

import numpy as np

from relationship_crm.contracts.periods import key


class Dated:
    """Documents of parties, one position each: the party as a number from 0, a day, an amount in whole units."""

    def __init__(self, party: np.ndarray, day: np.ndarray, amount: np.ndarray) -> None:
        party, day = np.asarray(party, dtype=np.int64), np.asarray(day, dtype=np.int64)
        by = key(party, day)
        order = np.argsort(by, kind="stable")
        self._by = by[order]
        self._upto = np.concatenate(([0], np.cumsum(np.asarray(amount, dtype=np.int64)[order])))

    def within(self, party: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sum and number of a party's documents from the first to the last day, both included, of each span."""
        begin = np.searchsorted(self._by, key(party, first), side="left")
        stop = np.maximum(np.searchsorted(self._by, key(party, last), side="right"), begin)
        return self._upto[stop] - self._upto[begin], stop - begin
