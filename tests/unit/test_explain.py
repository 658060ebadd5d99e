"""Reasons are stored as data and told in the reader's words."""

from __future__ import annotations

import pytest

from relationship_crm.assessment import explain
from relationship_crm.assessment.explain import CriterionState
from relationship_crm.engine.stages import Criterion

NAN = float("nan")
GERMAN = {
    "Purchases": "Einkäufe",
    "Satisfaction": "Zufriedenheit",
    "at least {0}": "mindestens {0}",
    "at most {0}": "höchstens {0}",
    "not known": "nicht bekannt",
}


def german(text: str) -> str:
    return GERMAN.get(text, text)


def state(measure: str, operator: str, threshold: float, value: float) -> CriterionState:
    return CriterionState(4, Criterion(measure, operator, threshold), True, value)


def test_stored_criteria_read_like_fresh_ones() -> None:
    states = [
        state("purchases", ">=", 4, 3.0),
        state("rhythm", "<=", 2.5, 3.4142135),
        state("satisfaction", ">=", 55, NAN),
        state("revenue_12m", ">=", 10000, 12345.6),
    ]
    fresh = "; ".join(explain.sentence(s.criterion, s.value) for s in states)
    assert explain.told(explain.stored(states)) == fresh
    assert fresh == (
        "Purchases: 3 (at least 4); Silence against their rhythm: 3.4 (at most 2.5); "
        "Satisfaction: not known (at least 55); Revenue in 12 months: 12,346 (at least 10,000)"
    )


def test_no_language_is_stored() -> None:
    text = explain.stored([state("purchases", ">=", 4, 3.0), state("satisfaction", ">=", 55, NAN)])
    assert (
        explain.told(text, german)
        == "Einkäufe: 3 (mindestens 4); Zufriedenheit: nicht bekannt (mindestens 55)"
    )


@pytest.mark.parametrize("text", [None, "", "[]"])
def test_nothing_to_tell(text: str | None) -> None:
    assert explain.told(text) == ""


def test_nothing_is_stored_where_nothing_holds() -> None:
    assert explain.stored([]) == ""


def test_sentences_of_early_versions_stay_as_they_are() -> None:
    assert explain.told("Loss recorded: 1 (at least 1)") == "Loss recorded: 1 (at least 1)"


def test_withheld_values_leave_the_measure_alone() -> None:
    assert explain.reason("purchases", "", 4, 3.0, german) == "Einkäufe"


def test_a_measure_that_no_longer_exists_is_named_by_its_key() -> None:
    assert explain.reason("gone", ">=", 4, 3.0) == "gone"
