"""Sites from before surveys, referrals and ideas: the shipped model and ladders learn of them, where nobody changed them."""

from __future__ import annotations

import frappe

from relationship_crm.config.ladders import ADVOCATE, KOTLER, PARTNER, PAYNE
from relationship_crm.config.scoring import STANDARD
from relationship_crm.engine.stages import Criterion
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


def add_signals() -> None:
    """The new signals' rows in the shipped scoring model. Rows that are there keep what somebody made of them."""
    if not frappe.db.exists("Relationship Scoring Model", STANDARD):
        return
    model = frappe.get_doc("Relationship Scoring Model", STANDARD)
    there = {(row.signal, row.dimension) for row in model.signals}
    missing = [(s, d) for s in NEW_SIGNALS for d in s.dimensions if (s.key, d) not in there]
    for signal, dimension in missing:
        model.append(
            "signals",
            {
                "signal": signal.key,
                "label": signal.label,
                "dimension": dimension,
                "enabled": 1,
                "weight": signal.weight,
                "half_life": signal.half_life or 0,
                "cap": signal.cap,
            },
        )
    if missing:
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
            doc.set("criteria", [_row(criterion) for criterion in NOW[name]])
            doc.flags.ignore_permissions = True  # as above
            doc.save()


def _row(criterion: Criterion) -> dict[str, object]:
    fields = ("measure", "operator", "threshold", "margin_up", "margin_down", "alternative")
    return {field: getattr(criterion, field) for field in fields}
