"""Functions the desk and other programs call. Each checks its permission first; the work is done elsewhere."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate

from relationship_crm import panel
from relationship_crm.advocacy.paid import refresh_of
from relationship_crm.assessment import outbox, process
from relationship_crm.assessment.run import assess_party as assess_one
from relationship_crm.assessment.site import desk_row, site_configuration, today
from relationship_crm.measures.registry import MEASURES
from relationship_crm.stamp import FIELDS

PARTY_TYPES = ("Customer", "Lead", "Prospect")


def _check_party(party_type: str, party: str) -> None:
    """The user may read the party and relationships at all. Raises frappe.PermissionError."""
    if party_type not in PARTY_TYPES:
        frappe.throw(_("There are no relationships with {0}.").format(party_type), frappe.PermissionError)
    frappe.has_permission("Relationship", "read", throw=True)
    frappe.has_permission(party_type, "read", doc=party, throw=True)


@frappe.whitelist()
def relationship_panel(party_type: str, party: str) -> dict[str, Any]:
    """What the Relationship tab shows; a party with news is assessed first."""
    _check_party(party_type, party)
    if outbox.waiting([(party_type, party)]).names:
        _assess(party_type, party)
    return panel.panel(party_type, party)


@frappe.whitelist()
def assess_party(party_type: str, party: str) -> dict[str, Any]:
    """Assess a party now and show it."""
    _check_party(party_type, party)
    _assess(party_type, party)
    return panel.panel(party_type, party)


def _assess(party_type: str, party: str) -> None:
    """Assess a party; who recommended it has news where it has paid by now."""
    refresh_of([(party_type, party)])
    assess_one(party_type, party)


@frappe.whitelist()
def relationship_trend(party_type: str, party: str, months: int = 24) -> dict[str, Any]:
    """Scores and stage at the last month ends."""
    _check_party(party_type, party)
    return panel.trend(party_type, party, min(max(cint(months), 1), 120))


@frappe.whitelist()
def relationship_events(
    party_type: str, party: str, dimension: str, signal: str | None = None, as_of: str | None = None
) -> dict[str, Any]:
    """The documents behind a score, with what each adds."""
    _check_party(party_type, party)
    return panel.events(party_type, party, dimension, signal, getdate(as_of) if as_of else None)


@frappe.whitelist()
def relationship_changes(party_type: str, party: str, since: str | None = None) -> dict[str, Any]:
    """Why stage and scores changed since a day (three months ago where none is given)."""
    _check_party(party_type, party)
    return panel.changes(party_type, party, panel.parse_day(since, panel.three_months_ago()))


@frappe.whitelist(methods=["POST"])
def start_assessment(with_history: int = 1) -> str:
    """Start an assessment of everybody as of today; the name of its run."""
    frappe.has_permission("Process Relationship Assessment", "create", throw=True)
    run = process.create_run(with_history=cint(with_history))
    process.start(run.name)
    return run.name


@frappe.whitelist(methods=["POST"])
def restore_defaults() -> list[str]:
    """Put the shipped ladders and the shipped scoring model back as they were; what was restored."""
    frappe.has_permission("Relationship Stage Model", "write", throw=True)
    frappe.has_permission("Relationship Scoring Model", "write", throw=True)
    from relationship_crm.defaults import restore_defaults as restore

    return restore()


@frappe.whitelist()
def measures() -> list[dict[str, str]]:
    """What criteria of a stage may ask."""
    frappe.has_permission("Relationship Stage", "read", throw=True)
    return [{"value": m.key, "label": _(m.label), "description": _(m.description)} for m in MEASURES.values()]


@frappe.whitelist()
def signals() -> list[dict[str, str]]:
    """The signals a scoring model may weigh."""
    frappe.has_permission("Relationship Scoring Model", "read", throw=True)
    found = site_configuration().signals.values()
    return [{"value": s.key, "label": _(s.label), "description": _(s.description)} for s in found]


@frappe.whitelist()
def test_signal(signal: str, party: str) -> list[dict[str, Any]]:
    """The events a desk signal finds for one party, as of today; for the Test button."""
    doc = frappe.get_doc("Relationship Signal", signal)
    doc.check_permission("write")
    frappe.has_permission(doc.document_type, "read", throw=True)
    frappe.has_permission(doc.party_type, "read", doc=party, throw=True)
    from relationship_crm.assessment.trial import trial_events

    return trial_events(desk_row(doc), doc.party_type, party, today())


@frappe.whitelist()
def policy_fields() -> list[str]:
    """The fields of a relationship that a policy may ask."""
    frappe.has_permission("Relationship Policy", "read", throw=True)
    return list(FIELDS)


@frappe.whitelist()
def policy_dry_run(policy: str, from_date: str, to_date: str) -> dict[str, Any]:
    """Which past documents a policy would have touched."""
    doc = frappe.get_doc("Relationship Policy", policy)
    doc.check_permission("read")
    frappe.has_permission(doc.document_type, "read", throw=True)
    from relationship_crm.policies.dry_run import dry_run

    return dry_run(doc.as_dict(), getdate(from_date), getdate(to_date))
