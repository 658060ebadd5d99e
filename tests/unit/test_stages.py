"""The ladder: facts at once, estimates with margin and dwell, rungs cumulative."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship_crm.config.ladders import DWYER, KOTLER, PAYNE
from relationship_crm.engine.stages import Criterion, Kind, Ladder, Rung, fold
from relationship_crm.measures.registry import MEASURES

KINDS = {"purchases": Kind(False), "satisfaction": Kind(True, True), "rhythm": Kind(True)}
CLIENT = Rung(
    "Client",
    3,
    (Criterion("purchases", ">=", 4), Criterion("satisfaction", ">=", 55, 5, 10)),
)
LADDER = Ladder(
    "Test",
    (Rung("Prospect", 1), Rung("Buyer", 2, (Criterion("purchases", ">=", 1),)), CLIENT),
    (Criterion("rhythm", ">=", 6, 5, 10),),
)
NAN = np.nan


def rungs(purchases: list[float], satisfaction: list[float], rhythm: list[float] | None = None) -> list[int]:
    values = {
        "purchases": np.array([purchases], dtype=float),
        "satisfaction": np.array([satisfaction], dtype=float),
        "rhythm": np.array([rhythm or [NAN] * len(purchases)], dtype=float),
    }
    return fold(LADDER, values, KINDS, (1, len(purchases))).rung[0].tolist()


def test_facts_act_at_once_up_and_down() -> None:
    assert rungs([0, 1, 4, 3, 0, 5], [NAN] * 6) == [1, 2, 3, 2, 1, 3]


def test_without_evidence_the_facts_decide() -> None:
    """A criterion on an unknown score does not bind."""
    assert rungs([4, 4], [NAN, NAN]) == [3, 3]


def test_a_score_drops_only_below_the_margin_twice() -> None:
    """55 with 5 up, 10 down: lifts at 60, drops below 45 at the second point in a row."""
    assert rungs([4] * 4, [70, 44, 46, 44]) == [3, 3, 3, 3]
    assert rungs([4] * 4, [70, 44, 44.9, 44]) == [3, 3, 2, 2]


def test_a_score_lifts_only_at_the_margin() -> None:
    assert rungs([4] * 6, [40, 40, 55, 59.9, 60, 46]) == [3, 2, 2, 2, 3, 3]


def test_the_lower_rungs_are_needed_too() -> None:
    """Four purchases that are not there any more take the buyer with them."""
    ladder = replace(
        LADDER, rungs=(*LADDER.rungs[:2], Rung("Client", 3, (Criterion("satisfaction", ">=", 55),)))
    )
    values = {
        "purchases": np.zeros((1, 2)),
        "satisfaction": np.full((1, 2), 90.0),
        "rhythm": np.full((1, 2), NAN),
    }
    assert fold(ladder, values, KINDS, (1, 2)).rung[0].tolist() == [1, 1]


def test_alternatives_need_one() -> None:
    rung = Rung(
        "A",
        2,
        (Criterion("purchases", ">=", 9, alternative=1), Criterion("satisfaction", ">=", 80, alternative=1)),
    )
    ladder = Ladder("Test", (Rung("Low", 1), rung))
    values = {"purchases": np.array([[9.0], [0], [0]]), "satisfaction": np.array([[10.0], [90], [10]])}
    # a known score below its threshold holds until it was below twice: look at two points
    values = {k: np.repeat(v, 2, axis=1) for k, v in values.items()}
    assert fold(ladder, values, KINDS, (3, 2)).rung[:, -1].tolist() == [2, 2, 1]


def test_dissolution_is_a_flag_from_any_rung() -> None:
    """Rhythm 6 with 5 % up, 10 % down: set at 6.3, gone below 5.4 twice; unknown rhythm flags nothing."""
    values = {
        "purchases": np.full((1, 6), 4.0),
        "satisfaction": np.full((1, 6), NAN),
        "rhythm": np.array([[NAN, 6.2, 6.3, 5.3, 5.5, 5.3]]),
    }
    found = fold(LADDER, values, KINDS, (1, 6))
    assert found.dissolution[0].tolist() == [False, False, True, True, True, True]
    assert found.rung[0].tolist() == [3] * 6
    values["rhythm"] = np.array([[7.0, 5.3, 5.3, 5.3, 5.3, 7]])
    assert fold(LADDER, values, KINDS, (1, 6)).dissolution[0].tolist() == [
        True,
        True,
        False,
        False,
        False,
        True,
    ]


@given(
    st.lists(
        st.tuples(st.floats(0, 12), st.one_of(st.just(NAN), st.floats(0, 100))), min_size=2, max_size=30
    ),
    st.data(),
)
def test_the_fold_is_a_function_of_the_past_alone(
    points: list[tuple[float, float]], data: st.DataObject
) -> None:
    """Cutting the grid anywhere leaves the stages before the cut, and parties do not touch each other."""
    cut = data.draw(st.integers(1, len(points)))
    purchases, satisfaction = [p for p, _s in points], [s for _p, s in points]
    whole = rungs(purchases, satisfaction)
    assert rungs(purchases[:cut], satisfaction[:cut]) == whole[:cut]
    values = {
        "purchases": np.array([purchases, purchases[::-1]]),
        "satisfaction": np.array([satisfaction, satisfaction[::-1]]),
        "rhythm": np.full((2, len(points)), NAN),
    }
    assert fold(LADDER, values, KINDS, (2, len(points))).rung[0].tolist() == whole


@pytest.mark.parametrize("ladder", [KOTLER, PAYNE, DWYER])
def test_shipped_ladders_are_whole(ladder: Ladder) -> None:
    """Rungs count from 1, every measure exists, one rung begins the established relationship."""
    assert [r.rung for r in ladder.rungs] == list(range(1, len(ladder.rungs) + 1))
    assert not ladder.rungs[0].criteria
    criteria = [c for r in ladder.rungs for c in r.criteria] + list(ladder.dissolution)
    assert {c.measure for c in criteria} <= set(MEASURES)
    assert ladder.established_rung <= len(ladder.rungs)


def test_kotler_as_published_in_the_docs() -> None:
    assert [r.name for r in KOTLER.rungs] == [
        "Suspect",
        "Prospect",
        "First-time Buyer",
        "Repeat Buyer",
        "Client",
        "Supporter",
        "Advocate",
        "Partner",
    ]
    assert (len(PAYNE.rungs), len(DWYER.rungs)) == (6, 4)
