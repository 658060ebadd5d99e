"""What an answer is worth: the ends and the middle of each scale, reversed items, and what is no answer."""

from __future__ import annotations

import pytest

from relationship_crm.surveys.scales import BOUNDS, is_scaled, value_of


@pytest.mark.parametrize(
    "kind, score, value",
    [
        *[("NPS", 0, 0), ("NPS", 6, 0.6), ("NPS", 9, 0.9), ("NPS", 10, 1)],
        *[("CSAT", 1, 0), ("CSAT", 2, 0.25), ("CSAT", 3, 0.5), ("CSAT", 5, 1)],
        *[("CES", 1, 0), ("CES", 4, 0.5), ("CES", 7, 1)],
        *[("Scale", 1, 0), ("Scale", 3, 1 / 3), ("Scale", 7, 1)],
    ],
)
def test_values(kind, score, value):
    assert value_of(kind, score) == pytest.approx(value)
    assert value_of(kind, score, reverse=True) == pytest.approx(1 - value)


@pytest.mark.parametrize(
    "kind, score",
    [("NPS", -1), ("NPS", 11), ("CSAT", 0), ("CSAT", 6), ("CES", 8), ("Scale", 3.5), ("Text", 1)],
)
def test_what_is_no_answer(kind, score):
    with pytest.raises(ValueError):
        value_of(kind, score)


def test_scales_and_texts():
    assert [len(BOUNDS[kind].points()) for kind in ("NPS", "CSAT", "CES", "Scale")] == [11, 5, 7, 7]
    assert not any(is_scaled(kind) for kind in ("Text", "Referral", "Testimonial", "Idea"))
