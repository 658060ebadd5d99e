"""What the scheduler runs. Only these functions commit."""

from __future__ import annotations

import frappe

from relationship_crm.advocacy.paid import refresh_of
from relationship_crm.assessment.process import create_run, execute
from relationship_crm.assessment.run import drain
from relationship_crm.switches import is_enabled


def drain_relationship_events() -> None:
    """Every few minutes: assess the parties with news."""
    if is_enabled():
        drain(_commit, before=refresh_of)


def nightly_relationship_assessment() -> None:
    """Every night: everybody, which heals whatever bypassed the events (imports by SQL, deleted transactions)."""
    if is_enabled():
        run = create_run()
        _commit()
        execute(run.name)


def _commit() -> None:
    frappe.db.commit()  # nosemgrep: a job's own transaction, one batch at a time; no document event reaches this
