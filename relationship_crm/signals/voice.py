"""The customer's voice: answers to surveys, each about the dimension it was asked for."""

from __future__ import annotations

from typing import Any

from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.ledger.dialect import AsDate, AsFloat, query, table
from relationship_crm.signals.base import Scope, Signal, of_segment, select_events
from relationship_crm.signals.sources import filled, of_any_party

#: Keys are this and the dimension.
PREFIX = "survey_"
#: What each dimension's answers are called.
LABELS = {
    "satisfaction": ("Survey: satisfaction", "What they answered when asked how satisfied they are."),
    "trust_employee": (
        "Survey: trust in the employee",
        "What they answered when asked how far they rely on the people who look after them.",
    ),
    "trust_company": (
        "Survey: trust in the company",
        "What they answered when asked how far they rely on us as a company.",
    ),
    "engagement_employee_rational": (
        "Survey: rational engagement with the employee",
        "What they answered when asked what their contact person is worth to them.",
    ),
    "engagement_employee_emotional": (
        "Survey: emotional engagement with the employee",
        "What they answered when asked how much they like their contact person.",
    ),
    "engagement_company_rational": (
        "Survey: rational engagement with the company",
        "What they answered when asked what doing business with us is worth to them.",
    ),
    "engagement_company_emotional": (
        "Survey: emotional engagement with the company",
        "What they answered when asked how much they feel that they belong to us.",
    ),
}


def answer_events(scope: Scope) -> Any:
    """Answers to questions about a dimension, which is their segment; those of anonymous surveys are nobody's."""
    r, a = table("Survey Response", "r"), table("Survey Answer", "a")
    statement = (
        query()
        .from_(r)
        .join(a)
        .on(a.parent == r.name)
        .where(of_any_party(scope, r.party_type, r.party))
        .where((r.anonymous == 0) & (a.answered == 1) & filled(a.dimension))
    )
    return select_events(
        scope.limit(statement, date=r.answered_on, created=r.creation),
        party_type=r.party_type,
        party=r.party,
        date=AsDate(r.answered_on),
        known_at=r.creation,
        value=AsFloat(a.value),
        voucher_type="Survey Response",
        voucher_no=r.name,
        segment=a.dimension,
    )


def _signal(dimension: str) -> Signal:
    label, description = LABELS[dimension]
    return Signal(
        key=f"{PREFIX}{dimension}",
        label=label,
        description=description,
        dimensions=(dimension,),
        weight=3,
        half_life=365,
        cap=9,
        events=answer_events,
        judge=of_segment(dimension),
        sources=("Survey Response", "Survey Answer"),
    )


#: One a dimension, in the order of the dimensions.
SURVEY_SIGNALS = tuple(_signal(dimension) for dimension in DIMENSIONS)
