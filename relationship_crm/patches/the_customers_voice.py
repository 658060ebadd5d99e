"""Sites from before surveys, referrals and ideas: the shipped model and ladders learn of them, where nobody changed them."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

from relationship_crm.config.ladders import ADVOCATE, KOTLER, PARTNER, PAYNE
from relationship_crm.config.scoring import STANDARD
from relationship_crm.defaults import criteria_rows, signal_rows
from relationship_crm.signals.advocacy import IDEA_SUBMITTED, REFERRAL_GIVEN, TESTIMONIAL_GIVEN
from relationship_crm.signals.base import Signal
from relationship_crm.signals.tone import MESSAGE_TONE_COMPANY, MESSAGE_TONE_EMPLOYEE
from relationship_crm.signals.voice import SURVEY_SIGNALS

NEW_SIGNALS: tuple[Signal, ...] = (
    *SURVEY_SIGNALS,
    MESSAGE_TONE_COMPANY,
    MESSAGE_TONE_EMPLOYEE,
    REFERRAL_GIVEN,
    TESTIMONIAL_GIVEN,
    IDEA_SUBMITTED,
)
#: What advocate and partner asked before, as measure, operator, threshold, alternative.
BEFORE = {
    "Advocate": {("paid_referrals", ">=", 1.0, 0)},
    "Partner": {("paid_referrals", ">=", 2.0, 0), ("composite", ">=", 65.0, 0)},
}
NOW = {"Advocate": ADVOCATE, "Partner": PARTNER}


def execute() -> None:
    """Run by migrate, once."""
    add_signals()
    add_alternatives()


def add_signals(signals: Iterable[Signal] = NEW_SIGNALS) -> None:
    """New signals' rows in the shipped scoring model. Rows that are there keep what somebody made of them."""
    if not frappe.db.exists("Relationship Scoring Model", STANDARD):
        return
    model = frappe.get_doc("Relationship Scoring Model", STANDARD)
    there = {(row.signal, row.dimension) for row in model.signals}
    missing = [row for row in signal_rows(signals) if (row["signal"], row["dimension"]) not in there]
    if missing:
        model.extend("signals", missing)
        model.flags.ignore_permissions = True  # migrate has no user to ask
        model.save()


def add_alternatives() -> None:
    """Testimonials and ideas beside referrals, on rungs that stand as they were shipped. Nobody falls by it."""
    for ladder in (KOTLER, PAYNE):
        for name, before in BEFORE.items():
            stage = f"{ladder.name}-{name}"
            if not frappe.db.exists("Relationship Stage", stage):
                continue
            doc = frappe.get_doc("Relationship Stage", stage)
            if {(c.measure, c.operator, float(c.threshold), c.alternative) for c in doc.criteria} != before:
                continue
            doc.set("criteria", criteria_rows(NOW[name]))
            doc.flags.ignore_permissions = True  # as above
            doc.save()
