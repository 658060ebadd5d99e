"""Which answers call for a follow-up."""

from __future__ import annotations

import pytest

from relationship_crm.surveys.low import is_low, low_answers


@pytest.mark.parametrize(
    ("kind", "value", "low"),
    [
        ("NPS", 0.6, True),  # a six is a detractor
        ("NPS", 0.7, False),
        ("CSAT", 0.25, True),  # 2 of 5
        ("CSAT", 0.5, False),
        ("CES", 0.333333, True),  # 3 of 7
        ("CES", 0.5, False),
        ("Scale", 1 / 6, True),  # 2 of 7, or 6 of 7 of an item that asks the other way round
        ("Text", 0, False),
    ],
)
def test_lines(kind, value, low) -> None:
    assert is_low(kind, value, low_nps=6, low_share=40) is low


def test_the_line_itself_is_low() -> None:
    assert is_low("CSAT", 0.5, low_nps=6, low_share=50)
    assert is_low("CES", 0.666667, low_nps=6, low_share=100 * 2 / 3)


def test_the_lowest_comes_first() -> None:
    def answer(key, kind, value, answered=1):
        return {"item_key": key, "kind": kind, "value": value, "answered": answered}

    answers = [
        answer("a", "NPS", 0.3),
        answer("b", "CSAT", 0.0),
        answer("c", "CSAT", 0.0),
        answer("d", "CES", 1.0),
        answer("e", "CSAT", 0.0, answered=0),  # not answered is not zero
        answer("f", "Text", 0.0, answered=0),
    ]
    assert [a["item_key"] for a in low_answers(answers, 6, 40)] == ["b", "c", "a"]
    assert low_answers([], 6, 40) == []
