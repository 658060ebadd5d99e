"""Defaults that users edit: inserted where missing, never written over, restored only on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe

from relationship_crm.config.campaigns import CALL_OUTCOMES, contact_plan
from relationship_crm.config.ladders import DEFAULT_LADDER, LADDERS
from relationship_crm.config.scoring import GROUP_WEIGHT, NEUTRAL, PRIOR_WEIGHT, STANDARD
from relationship_crm.config.surveys import PLANS, Plan
from relationship_crm.surveys.ready import survey_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from frappe.model.document import Document

    from relationship_crm.engine.stages import Criterion, Ladder, Rung
    from relationship_crm.signals.base import Signal

SETTINGS, SURVEY = "Relationship CRM Settings", "Relationship Survey"
ENDING_REASON = "Contract Ending Reason"
CALL_OUTCOME = "Campaign Call Outcome"
#: Why contracts end, and whether that is beyond the customer's choice.
ENDING_REASONS = {
    "Price": False,
    "Dissatisfied with the Service": False,
    "Another Supplier": False,
    "No Need Any More": False,
    "Business Closed": True,
    "Replaced by Another Contract": True,
    "Ended by Us": True,
}


def insert_missing() -> None:
    """Inserts the ladders, the scoring model, the surveys, ending reasons, outcomes of calls and the settings that are not
    there yet.

    A ladder that exists is left alone as a whole: a rung that a company deleted does not come back.
    """
    for ladder in LADDERS:
        if not frappe.db.exists("Relationship Stage Model", ladder.name):
            _save(_stage_model(ladder))
            for rung in ladder.rungs:
                _save(_stage(ladder, rung))
    if not frappe.db.exists("Relationship Scoring Model", STANDARD):
        _save(_scoring_model())
    for plan in PLANS:
        if not frappe.db.exists(SURVEY, plan.name):
            _save(_survey(plan))
    _ending_reasons()
    _call_outcomes()
    _fill_settings()


def restore_defaults() -> list[str]:
    """Puts the ladders, the scoring model and the surveys that ship with the app back as they came; others are not touched.

    Stages that a company added to one of our ladders are kept, in a disabled ladder of their own. Returns the names of
    what was restored.
    """
    for ladder in LADDERS:
        _save(_stage_model(ladder, _existing("Relationship Stage Model", ladder.name)))
        _set_own_stages_aside(ladder)
        _free_rungs(ladder)
        for rung in ladder.rungs:
            _save(_stage(ladder, rung, _existing("Relationship Stage", _stage_key(ladder, rung))))
    _save(_scoring_model(_existing("Relationship Scoring Model", STANDARD)))
    for plan in PLANS:
        _save(_survey(plan, _existing(SURVEY, plan.name)))
    _fill_settings()
    return [*(ladder.name for ladder in LADDERS), STANDARD, *(plan.name for plan in PLANS)]


def _stage_key(ladder: Ladder, rung: Rung) -> str:
    return f"{ladder.name}-{rung.name}"


def _existing(doctype: str, name: str) -> Document | None:
    return frappe.get_doc(doctype, name) if frappe.db.exists(doctype, name) else None


def _filled(doctype: str, values: dict[str, Any], existing: Document | None) -> Document:
    doc = existing or frappe.new_doc(doctype)
    doc.update(values)
    return doc


def _save(doc: Document) -> None:
    # Install, migrate and a button that checks its own permission come here; the defaults are the app's, not the user's.
    doc.flags.ignore_permissions = True
    doc.save()


def criteria_rows(criteria: Iterable[Criterion]) -> list[dict[str, Any]]:
    """Criteria as rows of a Relationship Stage or Stage Model."""
    return [
        {
            "measure": criterion.measure,
            "operator": criterion.operator,
            "threshold": criterion.threshold,
            "margin_up": criterion.margin_up,
            "margin_down": criterion.margin_down,
            "alternative": criterion.alternative,
        }
        for criterion in criteria
    ]


def signal_rows(signals: Iterable[Signal]) -> list[dict[str, Any]]:
    """Signals as they come, as rows of a Relationship Scoring Model: one a dimension they speak about."""
    return [
        {
            "signal": signal.key,
            "label": signal.label,
            "dimension": dimension,
            "enabled": 1,
            "weight": signal.weight,
            "half_life": signal.half_life or 0,
            "cap": signal.cap,
        }
        for signal in signals
        for dimension in signal.dimensions
    ]


def _stage_model(ladder: Ladder, existing: Document | None = None) -> Document:
    values = {
        "model_name": ladder.name,
        "description": ladder.description,
        "source": ladder.source,
        "disabled": 0,
        "dissolution_criteria": criteria_rows(ladder.dissolution),
    }
    return _filled("Relationship Stage Model", values, existing)


def _stage(ladder: Ladder, rung: Rung, existing: Document | None = None) -> Document:
    values = {
        "stage_name": rung.name,
        "stage_model": ladder.name,
        "rung": rung.rung,
        "color": rung.color,
        "established": int(rung.established),
        "description": rung.description,
        "criteria": criteria_rows(rung.criteria),
        **contact_plan(ladder.name, rung.name),
    }
    return _filled("Relationship Stage", values, existing)


def _set_own_stages_aside(ladder: Ladder) -> None:
    """Moves stages that are not ours out of our ladder."""
    shipped = [_stage_key(ladder, rung) for rung in ladder.rungs]
    own = frappe.get_all(
        "Relationship Stage",
        {"stage_model": ladder.name, "name": ("not in", shipped)},
        pluck="name",
        order_by="rung",
    )
    if not own:
        return
    aside = f"{ladder.name} (own stages)"
    if not frappe.db.exists("Relationship Stage Model", aside):
        _save(_filled("Relationship Stage Model", {"model_name": aside, "disabled": 1}, None))
    taken = frappe.db.count("Relationship Stage", {"stage_model": aside})
    for number, name in enumerate(own, start=taken + 1):
        frappe.db.set_value("Relationship Stage", name, {"stage_model": aside, "rung": number})


def _free_rungs(ladder: Ladder) -> None:
    """Stages that swapped rungs would meet on the way back; below the ladder nobody is in the way."""
    names = [_stage_key(ladder, rung) for rung in ladder.rungs]
    for number, name in enumerate(names, start=1):
        if frappe.db.exists("Relationship Stage", name):
            # `stage_model` is set once; a stage renamed into another ladder comes home here
            frappe.db.set_value("Relationship Stage", name, {"stage_model": ladder.name, "rung": -number})


def _scoring_model(existing: Document | None = None) -> Document:
    from relationship_crm.signals import standard_signals

    values = {
        "model_name": STANDARD,
        "disabled": 0,
        "customer_group": "",
        "territory": "",
        "prior_weight": PRIOR_WEIGHT,
        "group_weight": GROUP_WEIGHT,
        "neutral": NEUTRAL,
        "signals": signal_rows(standard_signals()),
    }
    return _filled("Relationship Scoring Model", values, existing)


def _survey(plan: Plan, existing: Document | None = None) -> Document:
    """A ready survey. Whether it is enabled and anonymous is the company's decision, and stays."""
    doc = _filled(SURVEY, survey_values(plan), existing)
    doc.flags.restored = True  # answers given to a changed question keep their own
    return doc


def _ending_reasons() -> None:
    """All of them, or none: what a company took out does not come back."""
    if frappe.db.a_row_exists(ENDING_REASON):
        return
    for reason, beyond in ENDING_REASONS.items():
        values = {"reason": reason, "enabled": 1, "not_customers_choice": int(beyond)}
        _save(_filled(ENDING_REASON, values, None))


def _call_outcomes() -> None:
    """All of them, or none, as above."""
    if frappe.db.a_row_exists(CALL_OUTCOME):
        return
    for outcome in CALL_OUTCOMES:
        _save(_filled(CALL_OUTCOME, outcome.values(), None))


def _fill_settings() -> None:
    """Fills what is empty; a first save also stores the defaults of the other fields.

    A field that came with a later version has no value yet, which would read as 0.
    """
    settings = frappe.get_single(SETTINGS)
    fresh = not frappe.db.get_singles_dict(SETTINGS)
    wanted = {
        "stage_model": DEFAULT_LADDER.name,
        "scoring_model": STANDARD,
        "purchase_basis": "Sales Invoice",
        "reporting_currency": frappe.db.get_default("currency"),
    }
    missing = {field: value for field, value in wanted.items() if value and not settings.get(field)}
    missing |= _new_defaults()
    if fresh or missing:
        settings.update(missing)
        _save(settings)


def _new_defaults() -> dict[str, Any]:
    """Defaults of settings that were never saved."""
    stored = frappe.db.get_singles_dict(SETTINGS)
    fields = frappe.get_meta(SETTINGS).fields
    return {df.fieldname: df.default for df in fields if df.default and df.fieldname not in stored}
