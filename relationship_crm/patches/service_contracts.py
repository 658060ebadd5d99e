"""Sites from before service contracts: the shipped model learns of renewals, where nobody did it already."""

from __future__ import annotations

from relationship_crm.patches.the_customers_voice import add_signals
from relationship_crm.signals.contracts import CONTRACT_NOT_RENEWED, CONTRACT_RENEWED


def execute() -> None:
    """Run by migrate, once."""
    add_signals((CONTRACT_RENEWED, CONTRACT_NOT_RENEWED))
