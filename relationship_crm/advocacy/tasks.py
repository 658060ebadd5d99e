"""What the scheduler runs for referrals. Only these functions commit."""

from __future__ import annotations

import frappe

from relationship_crm.advocacy import paid, referred_by
from relationship_crm.switches import is_enabled


def refresh_referrals() -> None:
    """Every few minutes: who has paid by now, or has given everything back. Sales documents themselves do nothing here."""
    if is_enabled():
        paid.refresh()
        _commit()


def record_referrals() -> None:
    """Every night: referrers that an import wrote on leads and customers get their records."""
    if is_enabled():
        referred_by.adopt(_commit)
        paid.refresh()
        _commit()


def _commit() -> None:
    frappe.db.commit()  # nosemgrep: a job's own transaction; no document event reaches this
