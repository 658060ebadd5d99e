"""Which answers are low, so that somebody should get in touch. Plain arithmetic, no Frappe.

A survey draws the line twice: NPS at a score (6 and below are detractors, Reichheld 2003), every other scale at a share
of it. Both are held against the answer's value, which is turned already where an item asks the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relationship_crm.surveys.scales import BOUNDS, NPS, is_scaled

#: Values are stored to six digits; a third of a scale is not exactly that.
TOLERANCE = 1e-6


def is_low(kind: str, value: float, low_nps: float, low_share: float) -> bool:
    """Whether an answer is at or below its survey's line; `value` is 0..1 with 1 good, `low_share` in percent."""
    line = low_nps / BOUNDS[NPS].high if kind == NPS else low_share / 100
    return is_scaled(kind) and value <= line + TOLERANCE


def low_answers(
    answers: Iterable[Mapping[str, Any]], low_nps: float, low_share: float
) -> list[Mapping[str, Any]]:
    """The low ones among the scaled answers, the lowest first; of equal ones the first asked."""
    given = [a for a in answers if a.get("answered")]
    low = [a for a in given if is_low(a["kind"], a["value"], low_nps, low_share)]
    return sorted(low, key=lambda a: a["value"])
