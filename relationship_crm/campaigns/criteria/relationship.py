"""Criteria on the relationship as it was last assessed: stage, rung, scores, movement."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from relationship_crm.campaigns.criteria.base import (
    AT_LEAST,
    AT_MOST,
    IS,
    IS_NOT,
    NOT_WITHIN,
    WITHIN,
    Criterion,
    Parties,
    Rule,
    Scope,
    compared,
    first_day,
    named_in,
    unless,
)
from relationship_crm.engine.dimensions import DIMENSIONS, RESTRICTED
from relationship_crm.relationship_crm.report.rows import ENOUGH, sees_employee_scores

SCORES = ("composite", "satisfaction", "trust", "engagement", *(d for d in DIMENSIONS if d != "satisfaction"))
UP, DOWN = "Up", "Down"
SCORE, CONFIDENCE = "Score", "Confidence"
OF_SCORES = (SCORE, CONFIDENCE)


def may_use_score(name: str) -> bool:
    """Whether the session's user may see a score, and so choose people by it."""
    return name not in RESTRICTED or sees_employee_scores()


def score_choices() -> dict[str, str]:
    """The scores the user may see, with their labels."""
    meta = frappe.get_meta("Relationship")
    return {name: _(meta.get_label(name)) for name in SCORES if may_use_score(name)}


def check_score(rule: Rule) -> None:
    """Raises frappe.PermissionError where a rule uses a score that the user may not see."""
    if rule.choice in RESTRICTED and not sees_employee_scores():
        frappe.throw(
            _("You may not choose people by scores about employees, nor by trust or engagement as a whole."),
            frappe.PermissionError,
        )


def _relationships(scope: Scope, condition: Any) -> Parties:
    r = frappe.qb.DocType("Relationship")
    return named_in(r, frappe.qb.from_(r).where(condition(r)), scope)


def _stage(rule: Rule, scope: Scope) -> Parties:
    return unless(rule, _relationships(scope, lambda r: r.stage == rule.reference), scope)


def _rung(rule: Rule, scope: Scope) -> Parties:
    return _relationships(scope, lambda r: compared(rule, r.rung, rule.amount))


def _score(rule: Rule, scope: Scope) -> Parties:
    """A score without enough evidence meets no rule."""
    check_score(rule)
    return _relationships(
        scope,
        lambda r: (r[f"{rule.choice}_confidence"] >= ENOUGH) & compared(rule, r[rule.choice], rule.amount),
    )


def _confidence(rule: Rule, scope: Scope) -> Parties:
    check_score(rule)
    return _relationships(scope, lambda r: compared(rule, r[f"{rule.choice}_confidence"], rule.amount))


def _dissolving(rule: Rule, scope: Scope) -> Parties:
    return unless(rule, _relationships(scope, lambda r: r.dissolution == 1), scope)


def _moved(rule: Rule, scope: Scope) -> Parties:
    c = frappe.qb.DocType("Relationship Stage Change")
    query = (
        frappe.qb.from_(c).distinct().where((c.direction == rule.choice) & (c.changed_on >= first_day(rule)))
    )
    found = named_in(c, query, scope)
    return unless(rule, found, scope)


CRITERIA = (
    Criterion("Stage", lambda: _("Stage"), (IS, IS_NOT), _stage, reference=lambda: "Relationship Stage"),
    Criterion("Rung", lambda: _("Rung"), (AT_LEAST, AT_MOST), _rung),
    Criterion(
        SCORE, lambda: _("Score"), (AT_LEAST, AT_MOST), _score, choices=score_choices, check=check_score
    ),
    Criterion(
        CONFIDENCE,
        lambda: _("Confidence"),
        (AT_LEAST, AT_MOST),
        _confidence,
        choices=score_choices,
        check=check_score,
    ),
    Criterion("Dissolving", lambda: _("Dissolving"), (IS, IS_NOT), _dissolving),
    Criterion(
        "Moved",
        lambda: _("Moved"),
        (WITHIN, NOT_WITHIN),
        _moved,
        choices=lambda: {UP: _("Up"), DOWN: _("Down")},
    ),
)
