"""What the Relationship tab shows: one party's stage, scores, contributions and history, as plain data."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.utils import add_months, getdate

from relationship_crm.assessment import explain, outbox
from relationship_crm.assessment.compute import Assessment, Detail
from relationship_crm.assessment.run import assessment_of
from relationship_crm.assessment.site import site_configuration, today
from relationship_crm.engine import scores
from relationship_crm.engine.dimensions import DIMENSIONS, RESTRICTED
from relationship_crm.measures.registry import MEASURES

#: Documents listed behind a score; the rest is given as one sum.
MOST_EVENTS = 500
FACTS = (
    ("purchases", "Int"),
    ("purchases_12m", "Int"),
    ("first_purchase", "Date"),
    ("last_purchase", "Date"),
    ("median_gap", "Float"),
    ("rhythm", "Float"),
    ("revenue_12m", "Currency"),
    ("revenue_total", "Currency"),
    ("paid_referrals", "Int"),
)
STORED = (
    *("name", "party_title", "as_of", "assessed_on", "scoring_model", "rung", "stage_name", "stage_since"),
    *("previous_stage_name", "direction", "computed_stage", "override", "disagreement", "dissolution"),
    *("dissolution_reason", "reporting_currency", *(f for f, _kind in FACTS)),
)


def may_see_employee_scores() -> bool:
    """Whether the user may see scores that say something about colleagues (permission level 1 of Relationship)."""
    return 1 in frappe.get_meta("Relationship").get_permlevel_access("read")


def may_see(score: str) -> bool:
    """Whether the user may see a score, or a measure a criterion asks."""
    return score not in RESTRICTED or may_see_employee_scores()


def visible_dimensions() -> tuple[str, ...]:
    """The dimensions the user may see."""
    return tuple(d for d in DIMENSIONS if may_see(d))


def is_visible(state: explain.CriterionState) -> bool:
    """Whether the user may see the measure a criterion asks."""
    return may_see(state.criterion.measure)


def one(party_type: str, party: str, as_of: date | None = None) -> tuple[Assessment, Detail, int] | None:
    """Assessment, detail and position of one party, None where it takes no part."""
    assessment = assessment_of([(party_type, party)], as_of)
    place = assessment.parties.find(party_type, party)
    if place < 0:
        return None
    detail = next(d for d in assessment.details() if d.start <= place < d.stop)
    return assessment, detail, place - detail.start


def panel(party_type: str, party: str) -> dict[str, Any]:
    """Everything the tab shows at first sight."""
    data: dict[str, Any] = {
        "party_type": party_type,
        "party": party,
        "takes_part": False,
        "relationship": None,
        "ladder": ladder(),
        "pending": len(outbox.waiting([(party_type, party)]).names),
        "may_see_employee_scores": may_see_employee_scores(),
        "may_override": bool(frappe.has_permission("Relationship Override", "create")),
    }
    stored = frappe.db.get_value("Relationship", {party_type.lower(): party}, STORED, as_dict=True)
    found = one(party_type, party)
    if not found:
        data["message"] = _("{0} takes no part: see the settings of Relationship CRM.").format(_(party_type))
        return data
    assessment, detail, p = found
    data.update(takes_part=True, title=assessment.parties.title[detail.start + p])
    if not stored:
        data["message"] = _("Not assessed yet.")
        return data
    data.update(_stored(stored))
    data["scores"] = score_list(assessment, detail, p)
    data["contributions"] = contribution_list(assessment, detail, p)
    data["next"] = next_stage(detail, p)
    data["held_by"] = held_by(detail, p)
    return data


def ladder() -> list[dict[str, Any]]:
    """The rungs of the ladder in use, lowest first."""
    return [
        {"name": r.name, "rung": r.rung, "color": r.color, "description": r.description}
        for r in site_configuration().ladder.rungs
    ]


def _stored(row: Any) -> dict[str, Any]:
    override = None
    if row.override:
        fields = ["name", "stage", "reason", "responsible", "until_date"]
        override = frappe.db.get_value("Relationship Override", row.override, fields, as_dict=True)
        override["stage"] = frappe.db.get_value("Relationship Stage", override.stage, "stage_name")
    return {
        "relationship": row.name,
        "as_of": row.as_of,
        "assessed_on": row.assessed_on,
        "scoring_model": row.scoring_model,
        "currency": row.reporting_currency,
        "rung": row.rung,
        "stage": row.stage_name,
        "stage_since": row.stage_since,
        "previous_stage": row.previous_stage_name,
        "direction": row.direction or "",
        "computed_stage": frappe.db.get_value("Relationship Stage", row.computed_stage, "stage_name"),
        "override": override,
        "disagreement": bool(row.disagreement),
        "dissolution": bool(row.dissolution),
        "dissolution_reason": explain.told(row.dissolution_reason, _),
        "facts": [
            {
                "key": f,
                "label": _(frappe.get_meta("Relationship").get_label(f)),
                "value": row[f],
                "fieldtype": kind,
            }
            for f, kind in FACTS
        ],
    }


def score_list(assessment: Assessment, detail: Detail, p: int) -> list[dict[str, Any]]:
    """Scores with confidence and band in points; the seven dimensions, then what is composed of them."""
    low, high = scores.band(detail.value, detail.evidence.amount, detail.model.prior_weight)
    counts = assessment.event_counts(detail.start, detail.stop, detail.model)
    rows = []
    for d, dimension in enumerate(DIMENSIONS):
        if dimension not in visible_dimensions():
            continue
        events = sum(int(counts[s, p]) for s, t in enumerate(detail.model.terms) if t.dimension == dimension)
        rows.append(
            _score(
                dimension,
                detail.value[d, p, -1],
                detail.confidence[d, p, -1],
                low=low[d, p, -1],
                high=high[d, p, -1],
                events=events,
                group_mean=detail.prior_mean[d, p, -1],
            )
        )
    composed = detail.composites
    for key, value, confidence in (
        ("trust", composed.trust, composed.trust_confidence),
        ("engagement", composed.engagement, composed.engagement_confidence),
        ("composite", detail.composite, composed.composite_confidence),
    ):
        if may_see(key):
            rows.append(_composed(key, value[p, -1], confidence[p, -1], detail.model.prior_weight))
    return rows


def _composed(key: str, value: float, confidence: float, prior_weight: float) -> dict[str, Any]:
    """A composed score with the band that its evidence gives: n = k·conf/(1 - conf)."""
    amount = prior_weight * confidence / (1 - confidence)
    low, high = scores.band(np.array(value), np.array(amount), prior_weight)
    return _score(key, value, confidence, composed=True, low=float(low), high=float(high))


def _score(
    key: str, value: float, confidence: float, composed: bool = False, **more: float
) -> dict[str, Any]:
    return {
        "key": key,
        "label": _(MEASURES[key].label),
        "value": points(value),
        "confidence": round(float(confidence) * 100, 2),
        "enough": bool(confidence >= scores.ENOUGH and not np.isnan(value)),
        "composed": composed,
        **{name: found if name == "events" else points(found) for name, found in more.items()},
    }


def points(value: float) -> float | None:
    """A share 0..1 in points, None where it is not known."""
    return None if np.isnan(value) else float(value) * 100


def contribution_list(
    assessment: Assessment, detail: Detail, p: int, point: int = -1
) -> list[dict[str, Any]]:
    """What each signal adds to its dimension in points, the largest first."""
    counts = assessment.event_counts(detail.start, detail.stop, detail.model)
    visible = visible_dimensions()
    rows = []
    for term, share, events in explain.by_signal(detail, p, counts, point):
        if term.dimension in visible:
            signal = assessment.configuration.signals[term.signal]
            rows.append(
                {
                    "signal": term.signal,
                    "label": _(signal.label),
                    "description": _(signal.description),
                    "dimension": term.dimension,
                    "dimension_label": _(MEASURES[term.dimension].label),
                    "points": share * 100,
                    "events": events,
                }
            )
    return rows


def next_stage(detail: Detail, p: int) -> dict[str, Any]:
    """The rung above the computed one and what it wants."""
    rungs = site_configuration().ladder.rungs
    above = [r for r in sorted(rungs, key=lambda r: r.rung) if r.rung > detail.rung[p, -1]]
    if not above:
        return {"stage": None, "missing": []}
    missing = [s for s in explain.missing_for(detail, p, above[0].rung) if is_visible(s)]
    return {"stage": above[0].name, "missing": [explain.sentence(s.criterion, s.value, _) for s in missing]}


def held_by(detail: Detail, p: int) -> list[str]:
    """Why the party stands where it stands: the criteria of its rung, as they are met."""
    rung = int(detail.rung[p, -1])
    states = [s for s in explain.criteria_at(detail, p) if s.rung == rung and s.holds and is_visible(s)]
    return [explain.sentence(s.criterion, s.value, _) for s in states]


def trend(party_type: str, party: str, months: int) -> dict[str, Any]:
    """Scores and rung at the month ends of the last months and today, from the ledger as it is now."""
    found = one(party_type, party)
    if not found:
        return {"days": [], "scores": {}, "rung": [], "stages": []}
    _assessment, detail, p = found
    chosen = range(max(0, detail.grid.size - months - 1), detail.grid.size)
    enough = np.where(detail.confidence >= scores.ENOUGH, detail.value, np.nan)
    series = {d: enough[i, p] for i, d in enumerate(DIMENSIONS) if d in visible_dimensions()}
    composed = {"trust": detail.composites.trust, "engagement": detail.composites.engagement}
    series.update(
        {key: value[p] for key, value in composed.items() if may_see(key)}, composite=detail.composite[p]
    )
    ladder_ = site_configuration().ladder
    return {
        "days": [detail.grid.date(t) for t in chosen],
        "scores": {key: [points(value[t]) for t in chosen] for key, value in series.items()},
        "rung": [int(detail.rung[p, t]) for t in chosen],
        "stages": [ladder_.named(int(detail.rung[p, t])) for t in chosen],
    }


def events(
    party_type: str, party: str, dimension: str, signal: str | None = None, as_of: date | None = None
) -> dict[str, Any]:
    """The documents behind a score; the group mean and their points add up to it."""
    if dimension not in visible_dimensions():
        frappe.throw(_("There is no dimension {0}.").format(dimension), frappe.PermissionError)
    found = one(party_type, party, as_of)
    if not found:
        return {"dimension": dimension, "as_of": as_of, "prior": None, "score": None, "events": [], "rest": 0}
    assessment, detail, p = found
    rows = explain.event_contributions(assessment, detail, dimension, signal)
    rows = [row for row in rows if row.party == detail.start + p]
    d = DIMENSIONS.index(dimension)
    return {
        "dimension": dimension,
        "as_of": assessment.as_of,
        "prior": points(detail.prior_mean[d, p, -1]),
        "score": points(detail.value[d, p, -1]),
        "events": [_event(assessment, row) for row in rows[:MOST_EVENTS]],
        "rest": sum(row.contribution for row in rows[MOST_EVENTS:]) * 100,
    }


def _event(assessment: Assessment, row: explain.EventContribution) -> dict[str, Any]:
    return {
        "signal": row.signal,
        "label": _(assessment.configuration.signals[row.signal].label),
        "date": row.date,
        "value": row.value * 100,
        "weight": row.weight,
        "points": row.contribution * 100,
        "voucher_type": row.voucher_type,
        "voucher_no": row.voucher_no,
    }


def changes(party_type: str, party: str, since: date) -> dict[str, Any]:
    """Why stage and scores changed since a day: criteria that turned, signals that moved, documents that came."""
    before, after = one(party_type, party, since), one(party_type, party)
    if not before or not after:
        return {"since": since, "until": today(), "criteria": [], "dimensions": []}
    ladder_ = site_configuration().ladder
    old, new = ({t: s for t, s, _n in explain.by_signal(d, p)} for _a, d, p in (before, after))
    turned = [
        f"{explain.sentence(is_now.criterion, was.value, _)} → {explain.sentence(is_now.criterion, is_now.value, _)}"
        for was, is_now in zip(
            explain.criteria_at(before[1], before[2]), explain.criteria_at(after[1], after[2]), strict=True
        )
        if was.holds != is_now.holds and is_visible(was)
    ]
    return {
        "since": since,
        "until": after[0].as_of,
        "stage_before": ladder_.named(int(before[1].rung[before[2], -1])),
        "stage_after": ladder_.named(int(after[1].rung[after[2], -1])),
        "criteria": turned,
        "dimensions": [
            row for d in visible_dimensions() if (row := _dimension_change(d, before, after, old, new, since))
        ],
    }


def _dimension_change(
    dimension: str, before: tuple, after: tuple, old: dict, new: dict, since: date
) -> dict | None:
    d = DIMENSIONS.index(dimension)
    was, now_ = (points(detail.value[d, p, -1]) for _a, detail, p in (before, after))
    if was is None and now_ is None:
        return None
    signals = after[0].configuration.signals
    moved = {
        t.signal: 100 * (new.get(t, 0.0) - old.get(t, 0.0)) for t in {*old, *new} if t.dimension == dimension
    }
    rows = explain.event_contributions(after[0], after[1], dimension)
    recent = [r for r in rows if r.date > since and r.party == after[1].start + after[2]]
    return {
        "key": dimension,
        "label": _(MEASURES[dimension].label),
        "before": was,
        "after": now_,
        "signals": [
            {"label": _(signals[key].label), "points": value}
            for key, value in sorted(moved.items(), key=lambda item: -abs(item[1]))
            if abs(value) >= 0.005
        ],
        "documents": [_event(after[0], r) for r in recent[:10]],
    }


def parse_day(value: Any, otherwise: date) -> date:
    """A day from what the desk sent."""
    return getdate(value) if value else otherwise


def three_months_ago() -> date:
    """The day "Why did it change since …" begins with."""
    return getdate(add_months(today(), -3))
