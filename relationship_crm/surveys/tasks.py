"""What the scheduler runs for surveys. Only these functions, and runs (bulk.py), commit."""

from __future__ import annotations

import time

import frappe
from frappe.utils import getdate

from relationship_crm.surveys import bulk, invitations, retention, rounds, sending
from relationship_crm.surveys.triggers import Trigger, enabled_triggers, occasions
from relationship_crm.switches import is_enabled

#: Seconds a round of sending may take: the scheduler gives short jobs 300. The rest follows with the next round.
ROUND = 200


def send_relationship_surveys() -> None:
    """Every few minutes: look for what happened, and send what is due."""
    if is_enabled():
        end = time.monotonic() + ROUND
        look_for_occasions()
        sending.send_due(_commit, step=lambda _counts: time.monotonic() < end)


def remind_about_relationship_surveys() -> None:
    """Every hour: close what nobody answered in time, remind of the rest, see to runs that stand still."""
    if is_enabled():
        close_expired()
        sending.remind_due(_commit)
        bulk.resume_killed()
        _commit()
        while sending.forget_sent_mail(sending.Rules.read().batch):
            _commit()


def tend_survey_follow_ups() -> None:
    """Every few minutes: hand low answers to somebody, notice contacts, escalate, take scores afterwards."""
    if is_enabled():
        rounds.rounds(_commit)


def forget_old_relationship_surveys() -> None:
    """Every night: erase free texts and names that are older than the settings allow."""
    retention.erase_old(_commit)


def look_for_occasions() -> None:
    """Make the invitations that triggers ask for. What one trigger fails at does not keep the others."""
    for trigger in enabled_triggers():
        try:
            _make_all(trigger)
        except Exception:
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            frappe.log_error(title=f"Relationship CRM: {trigger.survey}, {trigger.event}")
            _commit()


def _make_all(trigger: Trigger) -> None:
    """A batch at a time, until nothing new comes."""
    batch, survey = sending.Rules.read().batch, frappe.get_cached_doc(invitations.SURVEY, trigger.survey)
    while found := occasions(trigger, getdate(), batch):
        made = invitations.create(survey, found)
        _commit()
        if not made.new:
            break


def close_expired() -> None:
    """Close old invitations, a batch at a time."""
    batch = sending.Rules.read().batch
    while invitations.expire(getdate(), batch):
        _commit()


def _commit() -> None:
    frappe.db.commit()  # nosemgrep: a job's own transaction, a batch at a time; no document event reaches this
