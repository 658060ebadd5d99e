"""Kinds of questions, and what an answer on their scale is worth. Knows no Frappe.

A value runs from 0 (as bad as can be) to 1 (as good as can be), linearly between the ends of the scale, as
docs/how-numbers-are-computed.md says: NPS x/10, CSAT (x-1)/4, CES (x-1)/6, items of a relationship-quality scale (x-1)/6.
A reversed item counts 1 - value.
"""

from __future__ import annotations

from dataclasses import dataclass

NPS, CSAT, CES, SCALE = "NPS", "CSAT", "CES", "Scale"
TEXT, REFERRAL, TESTIMONIAL, IDEA = "Text", "Referral", "Testimonial", "Idea"
SCALED = (NPS, CSAT, CES, SCALE)
KINDS = (*SCALED, TEXT, REFERRAL, TESTIMONIAL, IDEA)


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest answer of a scale; answers are whole numbers."""

    low: int
    high: int

    def holds(self, score: float) -> bool:
        """Whether a number is an answer on this scale."""
        return self.low <= score <= self.high and float(score).is_integer()

    def points(self) -> tuple[int, ...]:
        """All answers, lowest first."""
        return tuple(range(self.low, self.high + 1))


#: NPS: Reichheld 2003. CES: the 7-point agreement of Dixon et al. 2013 ("CES 2.0"). Scale: 7-point Likert.
BOUNDS = {NPS: Bounds(0, 10), CSAT: Bounds(1, 5), CES: Bounds(1, 7), SCALE: Bounds(1, 7)}


def is_scaled(kind: str) -> bool:
    """Whether answers of this kind are numbers on a scale."""
    return kind in BOUNDS


def value_of(kind: str, score: float, reverse: bool = False) -> float:
    """What an answer is worth, 0..1: (score - low) / (high - low), or 1 minus that where the item is reversed.

    Raises ValueError for an answer that is not on the scale, and for a kind without one.
    """
    bounds = BOUNDS.get(kind)
    if bounds is None:
        raise ValueError(f"{kind} has no scale")
    if not bounds.holds(score):
        raise ValueError(f"{score} is not an answer from {bounds.low} to {bounds.high}")
    value = (score - bounds.low) / (bounds.high - bounds.low)
    return 1 - value if reverse else value
