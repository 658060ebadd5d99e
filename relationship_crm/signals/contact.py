"""Contact with our people: messages answered, meetings kept."""

from __future__ import annotations

from typing import Any

from pypika.functions import Coalesce, Min
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.engine.dimensions import ENGAGEMENT_EMPLOYEE_RATIONAL, TRUST_EMPLOYEE
from relationship_crm.ledger.dialect import AddDays, AsDate, Least, Value, query, table
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, of_any_party, one_of

#: Whole days a party has to answer.
DAYS_TO_ANSWER = 2
#: What can be answered; meetings and visits have a signal of their own.
MEDIA = ("Email", "Phone", "SMS", "Chat")
KEPT = ("Completed", "Closed")


def _sent(scope: Scope, linked: bool) -> QueryBuilder:
    """Messages from us to a party, found by their links or by their reference."""
    c, link = table("Communication", "c"), table("Communication Link", "l")
    party_type, party = (link.link_doctype, link.link_name) if linked else (c.reference_doctype, c.reference_name)
    statement = query().from_(link).join(c).on(c.name == link.parent) if linked else query().from_(c)
    statement = (
        statement.where(of_any_party(scope, party_type, party))
        .where(c.communication_type == Value("Communication"))
        .where((c.sent_or_received == Value("Sent")) & one_of(c.communication_medium, MEDIA))
    )
    return scope.limit(statement, date=c.communication_date, created=c.creation).select(
        party_type.as_("party_type"),
        party.as_("party"),
        c.communication_date.as_("sent"),
        c.creation.as_("known_at"),
        c.name.as_("name"),
    )


def _answer(scope: Scope, sent: dict[str, Any], linked: bool) -> QueryBuilder:
    """When the party first wrote back in time, found by links or by reference."""
    r, link = table("Communication", "r"), table("Communication Link", "rl")
    when = link.communication_date if linked else r.communication_date  # the link's is in the index
    party_type, party = (link.link_doctype, link.link_name) if linked else (r.reference_doctype, r.reference_name)
    statement = query().from_(link).join(r).on(r.name == link.parent) if linked else query().from_(r)
    statement = (
        statement.where((party_type == sent["party_type"]) & (party == sent["party"]))
        .where((when > sent["sent"]) & (when < AddDays(sent["sent"], DAYS_TO_ANSWER + 1)))
        .where(r.communication_type == Value("Communication"))
        .where(r.sent_or_received == Value("Received"))
    )
    return scope.limit(statement, date=when, created=r.creation).select(Min(when))


def _messages(scope: Scope) -> dict[str, Any]:
    """Messages from us, each once a party, with the first answer in time; fields by name."""
    s = _sent(scope, linked=True).union(_sent(scope, linked=False)).as_("s")
    sent = {name: Field(name, table=s) for name in ("party_type", "party", "sent", "known_at", "name")}
    m = (
        query()
        .from_(s)
        .select(
            *sent.values(),
            _answer(scope, sent, linked=True).as_("by_link"),
            _answer(scope, sent, linked=False).as_("by_reference"),
        )
        .as_("m")
    )
    fields = {name: Field(name, table=m) for name in sent}
    links = Field("by_link", table=m), Field("by_reference", table=m)
    fields["answered"] = Coalesce(Least(*links), *links)
    fields["from"] = m
    return fields


def answered_events(scope: Scope) -> Any:
    """Messages from us: 1 on the day of an answer within two days, else 0 when the two days are over."""
    m = _messages(scope)
    return select_events(
        query().from_(m["from"]),
        party_type=m["party_type"],
        party=m["party"],
        date=Coalesce(AsDate(m["answered"]), AddDays(m["sent"], DAYS_TO_ANSWER)),
        known_at=m["known_at"],
        value=case((m["answered"].notnull(), 1.0), otherwise=0.0),
        voucher_type="Communication",
        voucher_no=m["name"],
    )


def first_answers(scope: Scope) -> QueryBuilder:
    """Days on which parties answered a message."""
    m = _messages(scope)
    answered = m["answered"]
    return (
        query()
        .from_(m["from"])
        .where(answered.notnull())
        .select(m["party_type"].as_("party_type"), m["party"].as_("party"), AsDate(answered).as_("day"))
    )


def meeting_events(scope: Scope) -> Any:
    """Meetings with a party: 1 where it took place, 0 where they did not come."""
    e, p = table("Event", "e"), table("Event Participants", "p")
    declined = Coalesce(p.attending, Value("")) == Value("No")
    statement = (
        query()
        .from_(p)
        .join(e)
        .on(e.name == p.parent)
        .where(of_any_party(scope, p.reference_doctype, p.reference_docname))
        .where(declined | one_of(e.status, KEPT))
    )
    return select_events(
        scope.limit(statement, date=e.starts_on, created=e.creation),
        party_type=p.reference_doctype,
        party=p.reference_docname,
        date=AsDate(e.starts_on),
        known_at=e.creation,
        value=case((declined, 0.0), otherwise=1.0),
        voucher_type="Event",
        voucher_no=e.name,
    )


CONTACT_ANSWERED = Signal(
    key="contact_answered",
    label="Messages answered",
    description="Who answers a mail or a call of our people within two days values the contact.",
    dimensions=(TRUST_EMPLOYEE, ENGAGEMENT_EMPLOYEE_RATIONAL),
    weight=0.4,
    half_life=180,
    cap=4,
    events=answered_events,
    sources=("Communication", "Communication Link"),
)
MEETING_KEPT = Signal(
    key="meeting_kept",
    label="Meetings kept",
    description="Who comes to a meeting that was agreed on takes our people seriously.",
    dimensions=(TRUST_EMPLOYEE, ENGAGEMENT_EMPLOYEE_RATIONAL),
    weight=0.4,
    half_life=180,
    cap=4,
    events=meeting_events,
    sources=("Event", "Event Participants"),
)
