"""What the ledger says: one module per source, one definition per signal."""

from relationship_crm.signals.base import Scope, Signal
from relationship_crm.signals.standard import standard_signals

__all__ = ["Scope", "Signal", "standard_signals"]
