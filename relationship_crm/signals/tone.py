"""Tone: messages that their reader marked as praise or displeasure, about the company or one of its people."""

from __future__ import annotations

from typing import Any

from pypika.functions import Coalesce

from relationship_crm.engine.dimensions import ENGAGEMENT_COMPANY_EMOTIONAL, ENGAGEMENT_EMPLOYEE_EMOTIONAL
from relationship_crm.ledger.dialect import AsDate, Exists, Value, query, table, union_all
from relationship_crm.signals.base import Scope, Signal, of_segment, select_events
from relationship_crm.signals.sources import case, of_any_party, one_of

PRAISE, DISPLEASURE = "Praise", "Displeasure"
PRAISED, DISPLEASED = 0.9, 0.1
#: What a message can be about; nothing said means the company.
COMPANY, EMPLOYEE = "Company", "Employee"


def tone_events(scope: Scope) -> Any:
    """Marked messages, found by a link to the party or by their reference, never twice; what they are about is the segment."""
    if not scope.has("Communication", "relationship_tone"):
        return None
    return union_all([_marked(scope, linked) for linked in (True, False)])


def _marked(scope: Scope, linked: bool) -> Any:
    c, link = table("Communication", "c"), table("Communication Link", "l")
    if linked:
        statement = query().from_(link).join(c).on(c.name == link.parent)
        party_type, party = link.link_doctype, link.link_name
    else:
        statement = query().from_(c)
        party_type, party = c.reference_doctype, c.reference_name
        x = table("Communication Link", "x")
        same = (x.parent == c.name) & (x.link_doctype == party_type) & (x.link_name == party)
        same &= x.communication_date == c.communication_date  # always so, and all four stand in one index
        statement = statement.where(Exists(query().from_(x).select(x.name).where(same)).negate())
    statement = statement.where(of_any_party(scope, party_type, party)).where(
        one_of(c.relationship_tone, (PRAISE, DISPLEASURE))
    )
    marked = Coalesce(c.relationship_tone_on, c.creation)
    return select_events(
        scope.limit(statement, date=c.communication_date, created=marked),
        party_type=party_type,
        party=party,
        date=AsDate(c.communication_date),
        known_at=marked,
        value=case((c.relationship_tone == Value(PRAISE), PRAISED), otherwise=DISPLEASED),
        voucher_type="Communication",
        voucher_no=c.name,
        segment=case((c.relationship_tone_about == Value(EMPLOYEE), EMPLOYEE), otherwise=COMPANY),
    )


MESSAGE_TONE_COMPANY = Signal(
    key="message_tone_company",
    label="Tone of messages about the company",
    description="A message that its reader marked as praise or displeasure with us as a company.",
    dimensions=(ENGAGEMENT_COMPANY_EMOTIONAL,),
    weight=0.7,
    half_life=180,
    cap=4,
    events=tone_events,
    judge=of_segment(COMPANY),
    sources=("Communication", "Communication Link"),
)
MESSAGE_TONE_EMPLOYEE = Signal(
    key="message_tone_employee",
    label="Tone of messages about the employee",
    description="A message that its reader marked as praise or displeasure with the people who look after them.",
    dimensions=(ENGAGEMENT_EMPLOYEE_EMOTIONAL,),
    weight=0.7,
    half_life=180,
    cap=4,
    events=tone_events,
    judge=of_segment(EMPLOYEE),
    sources=("Communication", "Communication Link"),
)
