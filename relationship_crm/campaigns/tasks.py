"""What the scheduler runs for campaigns. Only these functions, and runs (run.py), commit."""

from __future__ import annotations

import time

import frappe
from frappe.utils import cint

from relationship_crm.campaigns import delivery, dialling, freezing, retention, run
from relationship_crm.switches import is_enabled

#: Seconds a round of sending may take: the scheduler gives short jobs 300. The rest follows with the next round.
ROUND = 200


def send_campaigns() -> None:
    """Every few minutes: go on with activities whose day or window has come, or whose worker was killed; with lists, too."""
    if not is_enabled():
        return
    freezing.resume_killed()
    _commit()
    end = time.monotonic() + ROUND
    for name in run.to_go_on():
        if time.monotonic() > end:
            break
        if frappe.db.get_value(run.ACTIVITY, name, "channel") == run.LETTER:
            run.enqueue(name, deduplicate=True)  # a print takes longer than a short job may
        else:
            run.execute(name, until=end)
        _commit()


def note_campaign_delivery() -> None:
    """Every hour: keep what became of mails, and empty the bodies of those that have gone out."""
    batch = cint(frappe.get_cached_doc("Relationship CRM Settings").campaign_batch_size) or 500
    while delivery.note_delivery(batch):
        _commit()
    while delivery.forget_sent_mail(batch):
        _commit()


def forget_old_campaigns() -> None:
    """Every night: erase names, addresses and words that are older than the settings allow."""
    retention.erase_old(_commit)


def close_late_calls() -> None:
    """Every day: end the calls whose days are over."""
    dialling.close_late_calls()
    _commit()


def _commit() -> None:
    frappe.db.commit()  # nosemgrep: a job's own transaction, a batch at a time; no document event reaches this
