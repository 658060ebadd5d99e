"""Contact with our people: messages answered, meetings kept."""

from __future__ import annotations

from typing import Any

from pypika.functions import Coalesce, Min
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.engine.dimensions import ENGAGEMENT_EMPLOYEE_RATIONAL, TRUST_EMPLOYEE
from relationship_crm.ledger.dialect import AddDays, AsDate, Exists, Least, Value, query, table, union_all
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import ALL, case, of_any_party, one_of

#: Whole days a party has to answer.
DAYS_TO_ANSWER = 2
#: What can be answered; meetings and visits have a signal of their own.
MEDIA = ("Email", "Phone", "SMS", "Chat")
KEPT = ("Completed", "Closed")


def _communication(linked: bool, alias: str) -> tuple[QueryBuilder, Any, Any, Any, Any]:
    """Communications by link or by reference: query, communication, party type, party, moment."""
    c, link = table("Communication", alias), table("Communication Link", f"{alias}l")
    if not linked:
        return query().from_(c), c, c.reference_doctype, c.reference_name, c.communication_date
    statement = query().from_(link).join(c).on(c.name == link.parent)
    # the link's date is the same and stands in the index
    return statement, c, link.link_doctype, link.link_name, link.communication_date


def _answer(scope: Scope, sent: Any, party_type: Any, party: Any, linked: bool) -> QueryBuilder:
    """When the party first wrote back in time, found by links or by reference."""
    statement, r, their_type, them, when = _communication(linked, "r")
    statement = (
        statement.where((their_type == party_type) & (them == party))
        .where((when > sent) & (when < AddDays(sent, DAYS_TO_ANSWER + 1)))
        .where(r.communication_type == Value("Communication"))
        .where(r.sent_or_received == Value("Received"))
    )
    return scope.limit(statement, date=when, created=r.creation).select(Min(when))


def _messages(scope: Scope, linked: bool) -> tuple[QueryBuilder, dict[str, Any]]:
    """Messages from us to a party with the first answer in time; those with a link are not found by reference again."""
    statement, c, party_type, party, _when = _communication(linked, "c")
    statement = (
        statement.where(of_any_party(scope, party_type, party))
        .where(c.communication_type == Value("Communication"))
        .where((c.sent_or_received == Value("Sent")) & one_of(c.communication_medium, MEDIA))
    )
    if not linked:
        x = table("Communication Link", "x")
        same = (x.parent == c.name) & (x.link_doctype == party_type) & (x.link_name == party)
        same &= x.communication_date == c.communication_date  # always so, and all four stand in one index
        statement = statement.where(Exists(query().from_(x).select(x.name).where(same)).negate())
    columns = {
        "party_type": party_type,
        "party": party,
        "sent": c.communication_date,
        "known_at": c.creation,
        "name": c.name,
        "by_link": _answer(scope, c.communication_date, party_type, party, linked=True),
        "by_reference": _answer(scope, c.communication_date, party_type, party, linked=False),
    }
    m = (
        scope.limit(statement, date=c.communication_date, created=c.creation)
        .select(*(term.as_(name) for name, term in columns.items()))
        .limit(ALL)  # or each mention of an answer would look it up again
        .as_("m")
    )
    fields = {name: Field(name, table=m) for name in columns}
    answers = fields["by_link"], fields["by_reference"]
    fields["answered"] = Coalesce(Least(*answers), *answers)
    return query().from_(m), fields


def answered_events(scope: Scope) -> Any:
    """Messages from us: 1 on the day of an answer within two days, else 0 when the two days are over."""
    branches = []
    for linked in (True, False):
        statement, m = _messages(scope, linked)
        branches.append(
            select_events(
                statement,
                party_type=m["party_type"],
                party=m["party"],
                date=Coalesce(AsDate(m["answered"]), AddDays(m["sent"], DAYS_TO_ANSWER)),
                known_at=m["known_at"],
                value=case((m["answered"].notnull(), 1.0), otherwise=0.0),
                voucher_type="Communication",
                voucher_no=m["name"],
            )
        )
    return union_all(branches)


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
