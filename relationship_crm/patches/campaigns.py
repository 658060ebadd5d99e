"""Sites from before campaigns: the shipped model learns of answers to campaigns and of events, where nobody did it already."""

from __future__ import annotations

from relationship_crm.patches.the_customers_voice import add_signals
from relationship_crm.signals.campaigns import CAMPAIGN_ANSWERED, EVENT_ATTENDED


def execute() -> None:
    """Run by migrate, once."""
    add_signals((CAMPAIGN_ANSWERED, EVENT_ATTENDED))
