"""Touches: who is to be contacted in a wave, once each. Made in bulk, before the first message of the wave.

A touch's name follows from its activity and member: whoever makes it, and however often, it is one. Those who cannot be reached
on this way get a touch too, left out with the reason: nobody has to wonder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Count
from frappe.utils import getdate, now
from pypika.terms import ExistsCriterion

from relationship_crm.assessment.bulk import read_rows, write_rows
from relationship_crm.campaigns import rest
from relationship_crm.campaigns.messages import Messages
from relationship_crm.campaigns.token import hash_of, token_of
from relationship_crm.surveys.invitations import ensure_recipients
from relationship_crm.surveys.recipients import plain_number

DOCTYPE, ACTIVITY, MEMBER, RESPONSE = (
    "Campaign Touch",
    "Campaign Activity",
    "Campaign Member",
    "Campaign Response",
)
WAITING, SENT, REACHED, NOT_REACHED = "Waiting", "Sent", "Reached", "Not Reached"
LEFT_OUT, FAILED, WITHDRAWN = "Left Out", "Failed", "Withdrawn"
CONTACTED = "Contacted"
EVERYBODY, SILENT, RESPONDED, UNREACHED = (
    "Everybody",
    "Those Who Did Not Respond",
    "Those Who Responded",
    "Those Not Reached",
)
EMAIL, CALL, LETTER, SMS, EVENT = "Email", "Call", "Letter", "SMS", "Event"
#: Reasons as stored on a touch; its form translates them.
NO_EMAIL, NO_NUMBER, NO_POSTAL_ADDRESS = "No e-mail address", "No phone number", "No postal address"
NO_MESSAGE = "No message for this stage"
BY_HAND = "Withdrawn by hand"
RESTING = "Contacted too recently"
CONTROL = "In the control group"
ENDED = "The campaign has ended"
#: Members read and written at a time.
BATCH = 2000
#: What a touch takes over from its member.
SAME = (
    *("party_type", "party", "customer", "recipient_name", "contact", "language", "email", "mobile_no"),
    *("stage_name", "rung", "customer_group", "territory", "account_manager"),
)
COLUMNS = (
    *("name", "campaign", "activity", "member", "channel", "wave", "company", "status", "reason", "send_on"),
    *("variant", "message_row", "token_hash"),
    *SAME,
)


def name_of(activity: str, member: str) -> str:
    """The name of a member's touch in an activity."""
    return hashlib.sha256(f"{activity}\n{member}".encode()).hexdigest()[:20]


def create(activity: Any, checkpoint: Callable[[str], Any] = lambda _last: None, after: str = "") -> int:
    """Make the waiting touches of an activity's audience; how many are new.

    Only members whom the campaign contacts: nobody of the control group. `checkpoint` hears the last member of each batch;
    with `after` it goes on behind one. Made twice there are no more of them.
    """
    messages, made, last = Messages(activity), 0, after
    while members := audience(activity, last, BATCH):
        last = members[-1]["name"]
        names = {name_of(activity.name, member["name"]): member for member in members}
        there = {name for (name,) in read_rows(DOCTYPE, ("name",), "name", names)}
        rows = [_row(activity, messages, name, member) for name, member in names.items() if name not in there]
        # what another worker has just made is left as it is
        made += write_rows(DOCTYPE, COLUMNS, rows, update=("member",))
        # what senders will lock, made here: two who make the same rows at once may be in each other's way
        ensure_recipients({address for member in members for address in rest.addresses_of(member)})
        checkpoint(last)
    return made


def audience(activity: Any, after: str = "", limit: int = 0) -> list[dict[str, Any]]:
    """Members that an activity is meant for, as of now, in the order of their names, behind one of them."""
    m = frappe.qb.DocType(MEMBER)
    query = _meant(activity, m).select(m.name, *(m[column] for column in SAME)).orderby(m.name)
    query = query.where(m.name > after) if after else query
    query = query.limit(limit) if limit else query
    return query.run(as_dict=True)


def stages(activity: Any) -> dict[str, int]:
    """How many people of each stage an activity is meant for, as of now."""
    m = frappe.qb.DocType(MEMBER)
    stage = Coalesce(m.stage_name, "")
    return dict(_meant(activity, m).select(stage, Count("*")).groupby(stage).run())


def counts(activity: str) -> dict[str, int]:
    """Touches of an activity by status."""
    t = frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.from_(t).select(t.status, Count("*")).where(t.activity == activity).groupby(t.status)
    return dict(query.run())


def withdraw(activity: str, reason: str = BY_HAND) -> int:
    """Withdraw what is still waiting of an activity; how many."""
    t = frappe.qb.DocType(DOCTYPE)
    waiting = (t.activity == activity) & (t.status == WAITING)
    found = frappe.qb.from_(t).select(Count("*")).where(waiting).run()[0][0]
    if found:
        update = frappe.qb.update(t).set(t.status, WITHDRAWN).set(t.reason, reason).set(t.modified, now())
        update.where(waiting).run()
    return found


def give_up(activity: str) -> None:
    """Leave out who is still waiting of an activity whose campaign is over."""
    t = frappe.qb.DocType(DOCTYPE)
    waiting = (t.activity == activity) & (t.status == WAITING)
    left_out = frappe.qb.update(t).set(t.status, LEFT_OUT).set(t.modified, now()).where(waiting)
    left_out.where(t.reason == RESTING).run()
    left_out.set(t.reason, ENDED).run()


def retry(activity: str) -> int:
    """Let those wait again whose message could not be handed over; how many. Mail that Frappe tries again itself is not sent twice."""
    t = frappe.qb.DocType(DOCTYPE)
    failed = (t.activity == activity) & (t.status == FAILED) & (Coalesce(t.message_id, "") == "")
    found = frappe.qb.from_(t).select(Count("*")).where(failed).run()[0][0]
    if found:
        query = frappe.qb.update(t).set(t.status, WAITING).set(t.delivery, "").set(t.delivery_error, "")
        query.set(t.modified, now()).where(failed).run()
    return found


def forget(activity: str) -> None:
    """Delete the touches of an activity that is deleted; refused where somebody was contacted: that is what happened."""
    if frappe.db.exists(DOCTYPE, {"activity": activity, "touched_on": ("is", "set")}):
        frappe.throw(_("People were contacted in this activity; it cannot be deleted any more."))
    frappe.db.delete(DOCTYPE, {"activity": activity})


def _meant(activity: Any, m: Any) -> Any:
    """Members to be contacted, of the audience."""
    query = frappe.qb.from_(m).where((m.campaign == activity.campaign) & (m.arm == CONTACTED))
    if activity.audience in (None, "", EVERYBODY):
        return query
    waves = _waves(activity)
    if activity.audience == RESPONDED:
        return query.where(_responded(activity, m, waves))
    reached = _touched(m, waves)
    if activity.audience == SILENT:
        return query.where(reached).where(_responded(activity, m, waves).negate())
    # who still waits for an earlier wave is not given up
    return query.where(reached.negate()).where(_waits(m, waves).negate())


def _waves(activity: Any) -> list[str]:
    """The activity that the audience is about, else all of earlier waves of the campaign."""
    if activity.after_activity:
        return [activity.after_activity]
    earlier = {
        "campaign": activity.campaign,
        "wave": ("<", activity.wave or 1),
        "name": ("!=", activity.name or ""),
    }
    return frappe.get_all(ACTIVITY, earlier, pluck="name", order_by="wave, name") or [""]


def _touched(m: Any, waves: Sequence[str]) -> Any:
    """Whether one of the waves reached a member; a mail that could not be delivered did not."""
    t = frappe.qb.DocType(DOCTYPE)
    theirs = (t.member == m.name) & t.activity.isin(waves)
    return ExistsCriterion(
        frappe.qb.from_(t)
        .select(t.name)
        .where(theirs & t.touched_on.isnotnull() & t.status.isin([SENT, REACHED]))
    )


def _waits(m: Any, waves: Sequence[str]) -> Any:
    t = frappe.qb.DocType(DOCTYPE)
    theirs = (t.member == m.name) & t.activity.isin(waves) & (t.status == WAITING)
    return ExistsCriterion(frappe.qb.from_(t).select(t.name).where(theirs))


def _responded(activity: Any, m: Any, waves: Sequence[str]) -> Any:
    """Whether a member responded to one of the waves, or to the campaign in a way that names none of them, as by an order."""
    r = frappe.qb.DocType(RESPONSE)
    to_them = r.activity.isin(waves) | (Coalesce(r.activity, "") == "")
    return ExistsCriterion(
        frappe.qb.from_(r)
        .select(r.name)
        .where((r.campaign == activity.campaign) & (r.member == m.name) & to_them)
    )


def _row(activity: Any, messages: Messages, name: str, member: dict[str, Any]) -> list[Any]:
    message = messages.choose(member["stage_name"], name)
    reason = _missing(activity.channel, member) or ("" if message or activity.channel == CALL else NO_MESSAGE)
    values = {
        **member,
        "name": name,
        "campaign": activity.campaign,
        "activity": activity.name,
        "member": member["name"],
        "channel": activity.channel,
        "wave": activity.wave,
        "company": activity.company,
        "status": LEFT_OUT if reason else WAITING,
        "reason": reason,
        "send_on": getdate(activity.send_on),
        "variant": message.variant if message and messages.variants else "",
        "message_row": message.name if message else "",
        "token_hash": hash_of(token_of(name)),
    }
    return [values[column] for column in COLUMNS]


def _missing(channel: str, member: dict[str, Any]) -> str:
    """What a member lacks to be reached on a channel; postal addresses are looked up when letters are written."""
    if channel in (EMAIL, EVENT) and not member["email"]:
        return NO_EMAIL
    if channel in (SMS, CALL) and not plain_number(member["mobile_no"] or ""):
        return NO_NUMBER
    return ""
