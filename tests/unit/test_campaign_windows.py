"""Sums of documents within spans of days, against adding them up one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relationship_crm.campaigns.windows import Dated

parties, days = st.integers(0, 4), st.integers(-3, 20)


def test_by_hand() -> None:
    """Party 1 has 5 on day 2, 7 on day 4 (twice); party 0 something else."""
    of = Dated([1, 0, 1, 1], [4, 3, 2, 4], [7, 100, 5, 7])
    total, count = of.within(np.array([1, 1, 1, 0, 2]), np.array([2, 3, 4, 4, 0]), np.array([4, 4, 3, 9, 9]))
    assert total.tolist() == [19, 14, 0, 0, 0]
    assert count.tolist() == [3, 2, 0, 0, 0]


def test_nobody_has_documents() -> None:
    total, count = Dated([], [], []).within(np.array([-1, 0]), np.array([0, 0]), np.array([9, 9]))
    assert total.tolist() == count.tolist() == [0, 0]


@given(
    st.lists(st.tuples(parties, days, st.integers(-500, 500)), max_size=30),
    st.lists(st.tuples(st.integers(-1, 5), days, days), min_size=1, max_size=10),
)
def test_the_same_as_one_by_one(documents: list, spans: list) -> None:
    party, day, amount = (
        (np.array(column) for column in zip(*documents, strict=True)) if documents else ([], [], [])
    )
    total, count = Dated(party, day, amount).within(
        *(np.array(column) for column in zip(*spans, strict=True))
    )
    for i, (who, first, last) in enumerate(spans):
        own = [a for p, d, a in documents if p == who and first <= d <= last]
        assert (total[i], count[i]) == (sum(own), len(own))
