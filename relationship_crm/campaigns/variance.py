"""Planned cost against actual, line by line, to the cent. Arithmetic only: no Frappe.

A plan line has a day and an item, an account, or both. What was booked (general ledger, hours) belongs to the line that fits
it best: one with its item and account, else with its item, else with its account; a line that asks for something else does
not fit. Of several such lines it is the one whose day is nearest, of two the earlier. What fits no line was not planned.

    variance = planned - actual        favourable where less was spent, unfavourable where more was

Nothing is lost: the actual amounts of all lines and of what was not planned add up to what was booked.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from relationship_crm.contracts.billing import CENT, Money, rounded

_Kinds = dict[tuple[str | None, str | None], list["Planned"]]


class Verdict(Enum):
    """How a line stands."""

    FAVOURABLE = "Favourable"
    UNFAVOURABLE = "Unfavourable"
    AS_PLANNED = "As Planned"
    NOT_DUE = "Not Due Yet"  # its day lies ahead, and less than planned is spent


@dataclass(frozen=True)
class Planned:
    """A line of the cost plan; `name` is unique."""

    name: str
    amount: Money
    day: date
    item: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class Actual:
    """An amount that was booked: positive for cost, negative for what took cost back."""

    amount: Money
    day: date
    item: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class Line:
    """Planned and actual cost of a plan line; `name` is None for what was not planned, and for the whole."""

    name: str | None
    planned: Decimal
    actual: Decimal
    verdict: Verdict

    @property
    def variance(self) -> Decimal:
        """Planned less actual: positive where less was spent."""
        return self.planned - self.actual

    @property
    def share(self) -> float:
        """Variance as a share of what was planned; NaN where nothing was."""
        return float(self.variance / self.planned) if self.planned else math.nan


@dataclass(frozen=True)
class Compared:
    """All lines in the order of the plan, what was not planned (if anything), and the whole."""

    lines: list[Line]
    unplanned: Line | None
    total: Line


def compare(
    plan: Sequence[Planned], actual: Iterable[Actual], as_of: date | None = None, unit: Decimal = CENT
) -> Compared:
    """Planned against actual; lines whose day lies after `as_of` are not due yet."""
    kinds = _kinds(plan)
    nothing = 0 * unit
    spent: dict[str | None, Decimal] = defaultdict(lambda: nothing)
    for booked in actual:
        spent[_line_of(kinds, booked)] += rounded(booked.amount, unit)
    lines = []
    for line in plan:
        planned, used = rounded(line.amount, unit), spent[line.name]
        ahead = as_of is not None and line.day > as_of
        lines.append(Line(line.name, planned, used, _verdict(planned, used, ahead)))
    unplanned = None
    if None in spent:
        unplanned = Line(None, nothing, spent[None], _verdict(nothing, spent[None]))
    everything = [*lines, unplanned] if unplanned else lines
    planned, used = (sum((getattr(x, of) for x in everything), nothing) for of in ("planned", "actual"))
    ahead = any(line.verdict is Verdict.NOT_DUE for line in lines)
    return Compared(lines, unplanned, Line(None, planned, used, _verdict(planned, used, ahead)))


def match(plan: Sequence[Planned], booked: Actual) -> str | None:
    """The line that an amount belongs to; None where it was not planned."""
    return _line_of(_kinds(plan), booked)


def _kinds(plan: Sequence[Planned]) -> _Kinds:
    """Lines by what they are for; a line that names neither item nor account takes nothing."""
    kinds: _Kinds = defaultdict(list)
    for line in plan:
        if line.item or line.account:
            kinds[line.item or None, line.account or None].append(line)
    return kinds


def _line_of(kinds: _Kinds, booked: Actual) -> str | None:
    item, account = booked.item or None, booked.account or None
    for kind in ((item, account), (item, None), (None, account)):
        if of := kinds.get(kind):
            return min(of, key=lambda line: (abs((line.day - booked.day).days), line.day)).name
    return None


def _verdict(planned: Decimal, actual: Decimal, ahead: bool = False) -> Verdict:
    if actual > planned:
        return Verdict.UNFAVOURABLE
    if actual == planned:
        return Verdict.AS_PLANNED
    return Verdict.NOT_DUE if ahead else Verdict.FAVOURABLE
