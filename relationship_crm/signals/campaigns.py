"""Campaigns: invitations answered or not, against what is usual in the campaign; events attended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pypika.functions import Coalesce, Max, Min
from pypika.terms import Field

from relationship_crm.engine.dimensions import ENGAGEMENT_COMPANY_EMOTIONAL, ENGAGEMENT_COMPANY_RATIONAL
from relationship_crm.ledger.dialect import AddDays, AsDate, Join, MonthEnd, MonthIndex, Value, query, table
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, of_any_party, one_of, part

#: The kind of yardstick that holds the share of invited parties who answered; its segments are campaigns.
ANSWER_RATE = "campaign_answer"
#: Days a party has to answer before its silence can count.
DAYS_TO_ANSWER = 14
#: Touches that reached somebody.
TOUCHED = ("Sent", "Reached")
ATTENDED = "Attended"


def answered_events(scope: Scope) -> Any:
    """Parties invited by a campaign: 1 where they answered, 0 where not; once a campaign, however many waves and people.

    Dated on the first day of the month after the one in which their two weeks were over: by the close of that month the
    campaign's usual answer is known. What comes later is not counted.
    """
    t = table("Campaign Touch", "t")
    statement = (
        query()
        .from_(t)
        .where(of_any_party(scope, t.party_type, t.party))
        .where(t.touched_on.notnull() & one_of(t.status, TOUCHED))
    )
    invited = (
        scope.limit(statement, date=t.touched_on, created=t.creation)
        .select(
            t.campaign.as_("campaign"),
            t.party_type.as_("party_type"),
            t.party.as_("party"),
            Max(t.customer).as_("customer"),
            _first(t, t.touched_on).as_("touch"),
            _judged_on(Min(t.touched_on)).as_("judged_on"),
            Min(t.creation).as_("known_at"),
        )
        .groupby(t.campaign, t.party_type, t.party)
        .as_("i")
    )
    columns = ("campaign", "party_type", "party", "customer", "touch", "judged_on", "known_at")
    i = {name: Field(name, table=invited) for name in columns}
    # a lead's answer may come from the customer it became
    response = Coalesce(_response(scope, i, "party"), _response(scope, i, "customer"))
    answered = (
        query().from_(invited).select(*(i[name] for name in columns), response.as_("response")).as_("a")
    )
    a = {name: Field(name, table=answered) for name in (*columns, "response")}
    return select_events(
        query().from_(answered).where(scope.until(a["judged_on"])),
        party_type=a["party_type"],
        party=a["party"],
        date=a["judged_on"],
        known_at=a["known_at"],
        value=case((a["response"].notnull(), 1.0), otherwise=0.0),
        voucher_type=case((a["response"].notnull(), "Campaign Response"), otherwise="Campaign Touch"),
        voucher_no=Coalesce(a["response"], a["touch"]),
        segment=a["campaign"],
    )


def _first(row: Any, moment: Any) -> Any:
    """The name of the first row of a group by its day: those that come later change nothing."""
    return part(Min(Join(AsDate(moment), row.name)), 11)


def _judged_on(touched: Any) -> AddDays:
    """The first day of the month after the one in which the two weeks were over."""
    return AddDays(MonthEnd(MonthIndex(AddDays(touched, DAYS_TO_ANSWER))), 1)


def _response(scope: Scope, invited: dict[str, Any], by: str) -> Any:
    """A response of the party, or of its customer, before the day on which it is judged."""
    r = table("Campaign Response", "r")
    theirs = r[by] == invited[by]
    if by == "party":
        theirs &= r.party_type == invited["party_type"]
    statement = query().from_(r).where((r.campaign == invited["campaign"]) & theirs)
    statement = statement.where(AsDate(r.responded_on) < invited["judged_on"])
    return scope.limit(statement, created=r.creation).select(Min(r.name))


def against_usual_answer(answered: np.ndarray, usual: np.ndarray, _segments: Sequence[str]) -> np.ndarray:
    """The mid-rank among those who were invited: 1 - p/2 for an answer, (1 - p)/2 for silence, p being the usual share.

    So silence says next to nothing where hardly anybody answers, and the campaign as a whole says nothing: its mean is .5.
    """
    return np.where(answered > 0, 1 - usual / 2, (1 - usual) / 2)


def attended_events(scope: Scope) -> Any:
    """Events that a party came to; once an event, however many people came."""
    r = table("Campaign Response", "r")
    statement = (
        query()
        .from_(r)
        .where(of_any_party(scope, r.party_type, r.party))
        .where(r.response == Value(ATTENDED))
    )
    return select_events(
        scope.limit(statement, date=r.responded_on, created=r.creation),
        party_type=r.party_type,
        party=r.party,
        date=AsDate(Min(r.responded_on)),
        known_at=Min(r.creation),
        value=1.0,
        voucher_type="Campaign Response",
        voucher_no=_first(r, r.responded_on),
    ).groupby(r.party_type, r.party, r.campaign, r.activity)


CAMPAIGN_ANSWERED = Signal(
    key="campaign_answered",
    label="Campaigns answered",
    description=(
        "Who answers a campaign, where others do not, finds it worth while to deal with us. Compared with everybody whom the "
        "same campaign invited; silence counts from the month after two weeks."
    ),
    dimensions=(ENGAGEMENT_COMPANY_RATIONAL,),
    weight=0.7,
    half_life=365,
    cap=4,
    events=answered_events,
    judge=against_usual_answer,
    yardstick=ANSWER_RATE,
    sources=("Campaign Touch", "Campaign Response"),
)
EVENT_ATTENDED = Signal(
    key="event_attended",
    label="Events attended",
    description="Who comes to our events gives us their time without buying anything.",
    dimensions=(ENGAGEMENT_COMPANY_EMOTIONAL,),
    weight=2,
    half_life=730,
    cap=6,
    events=attended_events,
    sources=("Campaign Response",),
)
