"""Nobody's answer can be worked out from what is shown, whatever filters are tried, on whatever days."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.surveys.anonymity import LEAST, PATIENCE, Answer, Block, blocks, chosen

NOW = 100


def of(*months: tuple[int, str, int]) -> list[Answer]:
    """So many answers of a group in a month."""
    rows = [(month, group) for month, group, count in months for _i in range(count)]
    return [Answer(month, group, place) for place, (month, group) in enumerate(rows)]


def shapes(made: list[Block]) -> list[tuple]:
    return [(block.group, block.first, block.last, len(block.places)) for block in made]


# -- by hand


def test_a_group_with_enough_answers_is_a_block_a_month():
    made = blocks(of((90, "North", 7), (91, "North", 5), (90, "South", 6)), 5, NOW)
    assert shapes(made) == [("North", 90, 90, 7), ("South", 90, 90, 6), ("North", 91, 91, 5)]


def test_a_small_group_waits_for_later_months():
    made = blocks(of((90, "North", 7), (90, "South", 3), (91, "South", 1), (92, "South", 2)), 5, NOW)
    assert shapes(made) == [("North", 90, 90, 7), ("South", 90, 92, 6)]


def test_the_month_that_is_not_over_is_not_shown():
    assert blocks(of((90, "North", 50)), 5, 90) == []
    assert len(blocks(of((90, "North", 50)), 5, 91)) == 1


def test_small_groups_are_put_together_after_half_a_year():
    rows = of((90, "South", 3), (91, "East", 3))
    assert blocks(rows, 5, 90 + PATIENCE - 1) == []
    assert shapes(blocks(rows, 5, 90 + PATIENCE)) == [(None, 90, 90 + PATIENCE - 1, 6)]


def test_one_small_group_alone_is_never_shown():
    """Complementary suppression: with a single hidden group there is no whole from which to subtract the others."""
    rows = of((90, "North", 20), (90, "South", 4))
    made = blocks(rows, 5, NOW)
    assert shapes(made) == [("North", 90, 90, 20)]


@pytest.mark.parametrize("minimum", [0, 1, 2])
def test_no_survey_can_promise_less_than_three(minimum):
    assert blocks(of((90, "North", LEAST - 1)), minimum, NOW) == []
    assert len(blocks(of((90, "North", LEAST)), minimum, NOW)) == 1


def test_filters_take_whole_blocks():
    made = blocks(of((90, "North", 3), (91, "North", 4), (93, "North", 5), (92, "South", 6)), 5, NOW)
    assert shapes(chosen(made, first=91)) == [("South", 92, 92, 6), ("North", 93, 93, 5)]
    assert shapes(chosen(made, last=92)) == [("North", 90, 91, 7), ("South", 92, 92, 6)]
    assert shapes(chosen(made, groups=["South"])) == [("South", 92, 92, 6)]


def test_a_mixed_block_is_of_no_group():
    made = blocks(of((90, "South", 3), (90, "East", 3)), 5, NOW)
    assert chosen(made, groups=["South"]) == chosen(made, groups=["South", "East"]) == []
    assert len(chosen(made)) == 1


# -- laws

GROUPS = ("North", "South", "East", "")
ANSWERS = st.lists(st.tuples(st.integers(90, 104), st.sampled_from(GROUPS)), max_size=60)
MINIMUM = st.integers(1, 8)


def rows_of(drawn: list[tuple[int, str]]) -> list[Answer]:
    return [Answer(month, group, place) for place, (month, group) in enumerate(drawn)]


@settings(max_examples=300, deadline=None)
@given(ANSWERS, MINIMUM, st.integers(88, 106))
def test_blocks_are_disjoint_and_large_enough(drawn, minimum, month):
    rows = rows_of(drawn)
    made = blocks(rows, minimum, month)
    places = [place for block in made for place in block.places]
    assert len(places) == len(set(places))
    for block in made:
        assert len(block.places) >= max(minimum, LEAST)
        own = [rows[place] for place in block.places]
        assert {answer.month for answer in own} <= set(range(block.first, block.last + 1))
        assert block.last < month
        assert block.group is None or {answer.group for answer in own} == {block.group}
        if block.group is None:
            assert len({answer.group for answer in own}) > 1


@settings(max_examples=300, deadline=None)
@given(ANSWERS, MINIMUM, st.integers(88, 106), st.integers(0, 5))
def test_a_block_never_changes(drawn, minimum, month, later):
    """What is shown one day is shown as it was on any later day: there is no difference between two days to look into."""
    rows = rows_of(drawn)
    known = [answer for answer in rows if answer.month <= month]  # later answers do not exist yet
    before, after = blocks(known, minimum, month), blocks(rows, minimum, month + later)
    assert after[: len(before)] == before


@settings(max_examples=150, deadline=None)
@given(ANSWERS, MINIMUM, st.randoms(use_true_random=False))
def test_no_order_of_reading_changes_a_block(drawn, minimum, chance):
    rows = rows_of(drawn)
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    assert blocks(rows, minimum, 106) == blocks(shuffled, minimum, 106)


def shown(rows: list[Answer], minimum: int) -> list[frozenset[int]]:
    """The sets of answers behind everything the reports can be made to show, by any filter, on any day."""
    found = set()
    for month in range(90, 107):
        made = blocks([answer for answer in rows if answer.month <= month], minimum, month)
        months = [None, *sorted({block.first for block in made})]
        for first in months:
            for last in [None, *sorted({block.last for block in made})]:
                for groups in (None, *((g,) for g in GROUPS), *combinations(GROUPS, 2)):
                    found.add(frozenset(p for b in chosen(made, first, last, groups) for p in b.places))
    return sorted((s for s in found if s), key=sorted)


@settings(max_examples=60, deadline=None)
@given(ANSWERS, MINIMUM)
def test_nothing_smaller_can_be_worked_out(drawn, minimum):
    """Any sum and difference of what is shown, with whatever factors, that comes out as a set of answers is a large one.

    A combination of shown figures weighs each answer; answers of one block always weigh the same. So if it isolates
    anything, it isolates whole blocks.
    """
    rows = rows_of(drawn)
    sets = shown(rows, minimum)
    if not sets:
        return
    weights = np.array([[place in s for place in range(len(rows))] for s in sets], dtype=float)
    blocks_now = blocks(rows, minimum, 107)
    for block in blocks_now:
        own = weights[:, list(block.places)]
        assert (own == own[:, :1]).all()
    outside = sorted(set(range(len(rows))) - {p for b in blocks_now for p in b.places})
    assert not weights[:, outside].any()
    for one, other in combinations(sets[:40], 2):
        for left in (one - other, other - one, one & other):
            assert not left or len(left) >= max(minimum, LEAST)
