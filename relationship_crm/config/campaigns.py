"""What ships with campaigns: how calls end, and how often each stage should hear from us.

The numbers of touches are a judgement to begin with, no finding: often enough to be remembered, seldom enough to stay welcome.
Who has not bought yet hears less; close customers hear from people rather than from campaigns. Each company sets its own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class CallOutcome:
    """How a call may end, and what follows."""

    outcome: str
    #: Whether somebody was spoken to: then it is a touch, else an attempt.
    reached: bool = True
    #: The response it is, none where it says nothing about the campaign.
    response: str = ""
    #: Whether there is no further call.
    closes: bool = True
    #: Days of work until the next call.
    next_days: int = 0
    #: Whether the person wants no campaigns at all any more.
    no_campaigns: bool = False

    def values(self) -> dict[str, Any]:
        """As the fields of a Campaign Call Outcome."""
        return {key: int(v) if isinstance(v, bool) else v for key, v in asdict(self).items()}


CALL_OUTCOMES: tuple[CallOutcome, ...] = (
    CallOutcome("Interested", response="Interested"),
    CallOutcome("Not Interested", response="Not Interested"),
    CallOutcome("Ordered", response="Ordered"),
    CallOutcome("Sent Information", response="Question", closes=False, next_days=5),
    CallOutcome("Call Again", closes=False, next_days=3),
    CallOutcome("Complaint", response="Complaint"),
    CallOutcome("Wants No Campaigns", response="Not Interested", no_campaigns=True),
    CallOutcome("Nobody Answered", reached=False, closes=False, next_days=1),
    CallOutcome("Wrong Number", reached=False),
)

#: Touches a year, at least and at most, by ladder and stage.
CONTACTS: dict[str, dict[str, tuple[int, int]]] = {
    "Kotler": {
        "Suspect": (2, 6),
        "Prospect": (4, 12),
        "First-time Buyer": (4, 12),
        "Repeat Buyer": (4, 12),
        "Client": (4, 12),
        "Supporter": (4, 10),
        "Advocate": (4, 8),
        "Partner": (4, 8),
    },
    "Payne": {
        "Prospect": (4, 12),
        "Purchaser": (4, 12),
        "Client": (4, 12),
        "Supporter": (4, 10),
        "Advocate": (4, 8),
        "Partner": (4, 8),
    },
    "Dwyer-Schurr-Oh": {
        "Awareness": (2, 6),
        "Exploration": (4, 12),
        "Expansion": (4, 12),
        "Commitment": (4, 8),
    },
}


def contact_plan(ladder: str, stage: str) -> dict[str, int]:
    """The touches a year of a stage that ships, as fields of a Relationship Stage; none for others."""
    plan = CONTACTS.get(ladder, {}).get(stage)
    return {"contacts_least": plan[0], "contacts_most": plan[1]} if plan else {}
