"""Rows of our DocTypes from the arrays of an assessment; scores leave 0..1 here and become points 0..100."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from relationship_crm.assessment.compute import Assessment, Detail
from relationship_crm.engine.dimensions import ABOUT_EMPLOYEES, COMPOSED, DIMENSIONS
from relationship_crm.engine.grid import day_of

#: Fields of scores that both Relationship and Relationship Assessment have.
SCORES = (*DIMENSIONS, *COMPOSED)


def points(values: np.ndarray) -> list[float]:
    """Scores 0..1 in points. Frappe's number columns take no NULL: an unknown score is 0 with a confidence of 0."""
    return np.nan_to_num(np.round(values * 100, 9)).tolist()


def score_columns(detail: Detail, point: int) -> dict[str, list[float]]:
    """All score and confidence fields of a detail's parties at a point."""
    columns: dict[str, list[float]] = {}
    for d, dimension in enumerate(DIMENSIONS):
        columns[dimension] = points(detail.value[d, :, point])
        columns[f"{dimension}_confidence"] = points(detail.confidence[d, :, point])
    composed = detail.composites
    for name, value, confidence in (
        ("trust", composed.trust, composed.trust_confidence),
        ("engagement", composed.engagement, composed.engagement_confidence),
        ("composite", detail.composite, composed.composite_confidence),
    ):
        columns[name] = points(value[:, point])
        columns[f"{name}_confidence"] = points(confidence[:, point])
    return columns


def fact_columns(detail: Detail, point: int) -> dict[str, list[Any]]:
    """Facts about buying of a detail's parties at a point."""

    def plain(value: np.ndarray) -> list[float]:
        return [0.0 if np.isnan(v) else float(v) for v in value[:, point]]

    def day(value: np.ndarray) -> list[Any]:
        return [None if np.isnan(v) else day_of(v) for v in value[:, point]]

    bought = detail.buying
    return {
        "purchases": [int(v) for v in bought.purchases[:, point]],
        "purchases_12m": [int(v) for v in bought.purchases_12m[:, point]],
        "first_purchase": day(bought.first_purchase),
        "last_purchase": day(bought.last_purchase),
        "median_gap": plain(bought.own_gap),
        "rhythm": [min(v, 9999.0) for v in plain(detail.measures["rhythm"])],
        "revenue_12m": [round(float(v), 6) for v in bought.revenue_12m[:, point]],
        "revenue_total": [round(float(v), 6) for v in bought.revenue_total[:, point]],
        "paid_referrals": [int(v) for v in detail.measures["paid_referrals"][:, point]],
    }


def contribution_texts(detail: Detail, party: int, point: int) -> tuple[str, str]:
    """Contributions by dimension and signal in points as JSON: those of the company, those about employees."""
    company: dict[str, dict[str, Any]] = {}
    employees: dict[str, dict[str, Any]] = {}
    for s in np.flatnonzero(detail.evidence.term_amount[:, party, point] > 0):
        term = detail.model.terms[s]
        target = employees if term.dimension in ABOUT_EMPLOYEES else company
        d = DIMENSIONS.index(term.dimension)
        entry = target.setdefault(
            term.dimension, {"mean": round(float(detail.prior_mean[d, party, point]) * 100, 9), "signals": {}}
        )
        entry["signals"][term.signal] = round(float(detail.contribution[s, party, point]) * 100, 9)
    return (json.dumps(company, separators=(",", ":")), json.dumps(employees, separators=(",", ":")))


def shown(detail: Detail, chosen: Sequence[int]) -> np.ndarray:
    """What each party's history shows at the chosen points, P×T×N: stage, flag, purchases, scores to half a point."""
    at = list(chosen)
    layers = [detail.rung[:, at], detail.fold.dissolution[:, at], detail.buying.purchases[:, at]]
    layers += [np.nan_to_num(np.round(v[:, at] * 200), nan=-1) for v in (*detail.value, detail.composite)]
    return np.ascontiguousarray(np.stack([layer.astype(np.int32) for layer in layers], axis=-1))


def digest(what: np.ndarray) -> str:
    """A short digest. A stored month that differs is written anew; a change too small to be seen is not."""
    return hashlib.blake2b(what.tobytes(), digest_size=8).hexdigest()


def company_facts(assessment: Assessment) -> dict[int, dict[str, dict[str, Any]]]:
    """Facts about buying by party and company in that company's currency, as of the assessment's day."""
    rates = assessment.configuration.rates
    rows, now = assessment.rows, int(assessment.grid.days[-1])
    facts: dict[int, dict[str, dict[str, Any]]] = {}
    for party, day, document, revenue, amount, company in zip(
        rows.party.tolist(),
        rows.day.tolist(),
        rows.document_day.tolist(),
        rows.revenue.tolist(),
        rows.amount.tolist(),
        assessment.companies,
        strict=True,
    ):
        fact = facts.setdefault(party, {}).setdefault(company, {"total": 0.0, "year": 0.0, "days": {}})
        rate = rates.get(company)
        own = revenue / rate if rate else amount
        fact["total"] += own
        if document > now - 365:
            fact["year"] += own
        fact["days"][day] = fact["days"].get(day, 0.0) + amount
    return facts
