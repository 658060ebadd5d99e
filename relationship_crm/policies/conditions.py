"""Conditions of a policy, as plain comparisons; knows no documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

#: Below this confidence (in points) a score is not known, and no condition on it holds.
ENOUGH = 100 / 3


def number(value: Any) -> float | None:
    """A number from what a user typed or a field holds, None where it is none."""
    if isinstance(value, bool):
        return float(value)
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None


def _comparable(left: Any, right: Any) -> tuple[Any, Any]:
    """Both as numbers, else both as dates, else both as text."""
    if isinstance(left, datetime | date):
        return str(left)[:10], str(right)[:10]
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return a, b
    return str(left).strip().casefold(), str(right).strip().casefold()


def _listed(value: Any) -> list[str]:
    return [part.strip() for part in str(value or "").replace("\n", ",").split(",") if part.strip()]


def _equal(left: Any, right: Any) -> bool:
    a, b = _comparable(left, right)
    return a == b


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def check(left: Any, right: Any) -> bool:
        if left is None or left == "":
            return False
        a, b = _comparable(left, right)
        return compare(a, b)

    return check


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: _equal("" if left is None else left, right or ""),
    "!=": lambda left, right: not _equal("" if left is None else left, right or ""),
    ">": _ordered(lambda a, b: a > b),
    ">=": _ordered(lambda a, b: a >= b),
    "<": _ordered(lambda a, b: a < b),
    "<=": _ordered(lambda a, b: a <= b),
    "in": lambda left, right: any(_equal(left, part) for part in _listed(right)),
    "not in": lambda left, right: not any(_equal(left, part) for part in _listed(right)),
    "is set": lambda left, right: left not in (None, "", 0),
    "is not set": lambda left, right: left in (None, "", 0),
}


def relationship_value(relationship: Mapping[str, Any], field: str) -> Any:
    """A field of the relationship; a score with too little evidence is not known."""
    confidence = relationship.get(f"{field}_confidence")
    if confidence is not None and float(confidence or 0) < ENOUGH:
        return None
    return relationship.get(field)


def holds(
    conditions: Sequence[Mapping[str, Any]],
    relationship: Mapping[str, Any] | None,
    document: Mapping[str, Any],
) -> bool:
    """Whether all conditions hold. A condition on a relationship that does not exist, or on a score that is not known,
    does not hold (only "is not set" does)."""
    for condition in conditions:
        operator, value = condition["operator"], condition.get("value")
        if condition["subject"] == "Relationship":
            left = relationship_value(relationship or {}, condition["field"])
            if left is None and operator != "is not set":
                return False
        else:
            left = document.get(condition["field"])
        if not OPERATORS[operator](left, value):
            return False
    return True
