"""What may be used of a contract line, and what is said when it may not.

Up to what is free every use is covered. Beyond that the line's rule decides: Stop refuses the whole use, Ask refuses it until
somebody agreed, Bill and Free let it pass as overage, charged or not. A use is never split between granted and refused: a
document either stands or does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np

from relationship_crm.contracts.balance import Usage, fold, free
from relationship_crm.contracts.periods import MILLIONTHS, Line, Lines, periods
from relationship_crm.contracts.words import Translate, untranslated
from relationship_crm.engine.grid import day_number


class Rule(Enum):
    """What happens beyond the included quantity."""

    STOP = "Stop"
    ASK = "Ask"
    BILL = "Bill"
    FREE = "Free"


class Reason(Enum):
    """Why a decision is as it is."""

    COVERED = "covered"
    RETURNED = "returned"
    BILLED = "billed"
    FREE = "free of charge"
    AGREED = "agreed"
    NEEDS_CONSENT = "needs consent"
    NOT_ENOUGH = "not enough left"
    NOT_IN_FORCE = "not in force"


@dataclass(frozen=True)
class LineState:
    """What a decision needs to know: how much is free on that day (`balance.free`), and whether the line is in force."""

    free: float
    in_force: bool = True


@dataclass(frozen=True)
class Decision:
    """A use in three parts that add up to it: taken from what is included, overage, refused."""

    covered: float
    overage: float
    refused: float
    free: float  # what was left before
    reason: Reason

    @property
    def granted(self) -> float:
        """What may be used, covered or not."""
        return self.covered + self.overage

    @property
    def allowed(self) -> bool:
        """Whether the use may take place."""
        return self.refused == 0


def state_of(line: Line, entries: Iterable[tuple[date, float]], day: date) -> LineState:
    """The state of one line for a use dated on a day, from its entries that stand (see `balance.standing`), in any order."""
    rows = sorted(entries, key=lambda entry: entry[0])
    lines, at = Lines.of([line]), day_number(day)
    none = np.zeros(len(rows), dtype=np.int64)
    usage = Usage.of(
        none, np.array([day_number(when) for when, _quantity in rows]), np.array([q for _d, q in rows])
    )
    found = periods(lines)
    in_force = bool(found.find(np.array([0]), np.array([at]))[0] >= 0)
    return LineState(free(lines, found, fold(lines, found, usage), usage, 0, at), in_force)


def may_use(state: LineState, quantity: float, rule: Rule, agreed: bool = False) -> Decision:
    """Whether a quantity may be used, and how much of it is overage.

    A return (negative quantity) is always taken back. `agreed`: somebody who may do so has consented to the overage.
    """
    wanted = round(quantity * MILLIONTHS)
    if wanted <= 0:
        return Decision(wanted / MILLIONTHS, 0.0, 0.0, state.free, Reason.RETURNED)
    if not state.in_force:
        return Decision(0.0, 0.0, wanted / MILLIONTHS, 0.0, Reason.NOT_IN_FORCE)
    room = wanted if math.isinf(state.free) else max(round(state.free * MILLIONTHS), 0)
    beyond = max(wanted - room, 0)
    covered, overage = (wanted - beyond) / MILLIONTHS, beyond / MILLIONTHS
    if not beyond:
        return Decision(covered, 0.0, 0.0, state.free, Reason.COVERED)
    if rule is Rule.STOP:
        return Decision(0.0, 0.0, wanted / MILLIONTHS, state.free, Reason.NOT_ENOUGH)
    if rule is Rule.ASK and not agreed:
        return Decision(0.0, 0.0, wanted / MILLIONTHS, state.free, Reason.NEEDS_CONSENT)
    why = {Rule.ASK: Reason.AGREED, Rule.BILL: Reason.BILLED, Rule.FREE: Reason.FREE}[rule]
    return Decision(covered, overage, 0.0, state.free, why)


def in_words(decision: Decision, unit: str = "", translate: Translate = untranslated) -> str:
    """A decision as the person who asked reads it, e.g. "Only 3 h are left, 5 h were asked for."."""
    asked = decision.granted + decision.refused
    left = _amount(decision.free, unit)
    if decision.reason is Reason.RETURNED:
        return translate("{0} are given back to the contract.").format(_amount(-asked, unit))
    if decision.reason is Reason.COVERED:
        return translate("{0} are covered by the contract.").format(_amount(asked, unit))
    if decision.reason is Reason.NOT_IN_FORCE:
        return translate("The contract line is not in force on that day.")
    if decision.reason is Reason.NOT_ENOUGH:
        return translate("Only {0} are left, {1} were asked for.").format(left, _amount(asked, unit))
    if decision.reason is Reason.NEEDS_CONSENT:
        return translate("Only {0} are left; {1} beyond that need somebody's consent.").format(
            left, _amount(asked - max(decision.free, 0.0), unit)
        )
    beyond = _amount(decision.overage, unit)
    if decision.reason is Reason.FREE:
        return translate("{0} are beyond the contract and free of charge.").format(beyond)
    return translate("{0} are beyond the contract and will be charged.").format(beyond)


def _amount(quantity: float, unit: str) -> str:
    return f"{round(quantity, 3):g} {unit}".strip()
