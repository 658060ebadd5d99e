"""Where a contract stands: from its dates and from what was done with it, never typed. No Frappe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

DRAFT, WAITING, ACTIVE, IN_NOTICE = "Draft", "Waiting", "Active", "In Notice"
EXPIRED, TERMINATED, RENEWED, CANCELLED = "Expired", "Terminated", "Renewed", "Cancelled"
#: States of contracts that are or will be in force.
LIVING = (WAITING, ACTIVE, IN_NOTICE)


@dataclass(frozen=True)
class Facts:
    """What decides a contract's state. Days are the first and the last in force."""

    docstatus: int
    start: date
    end: date
    terminated_per: date | None = None
    renewed_into: str | None = None
    not_renewed: bool = False  # it was decided against renewal


def state(facts: Facts, today: date) -> str:
    """The state at a day. A contract is in force on its last day too."""
    if facts.docstatus == 0:
        return DRAFT
    if facts.docstatus == 2:
        return CANCELLED
    if facts.terminated_per and facts.terminated_per < today:
        return TERMINATED
    if facts.end < today:
        return RENEWED if facts.renewed_into else EXPIRED
    if today < facts.start:
        return WAITING
    if facts.terminated_per or (facts.not_renewed and not facts.renewed_into):
        return IN_NOTICE
    return ACTIVE
