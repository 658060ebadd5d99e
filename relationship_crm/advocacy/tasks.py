"""What the scheduler runs for referrals. Only these functions commit."""

from __future__ import annotations

import frappe

from relationship_crm.advocacy import paid, referred_by
from relationship_crm.switches import is_enabled


def record_referrals() -> None:
    """Every night: referrers that an import wrote on leads and customers get their records; all records their status.

    During the day the drain of the outbox looks after the customers with news.
    """
    if is_enabled():
        referred_by.adopt(_commit)
        paid.refresh()
        _commit()


def _commit() -> None:
    frappe.db.commit()  # nosemgrep: a job's own transaction; no document event reaches this
