"""How a call ended, and what follows: the touch, the note on the party, the response, the next call.

Somebody who spoke with us is a touch, and is not contacted again within the days of rest; that nobody answered is an attempt.
The last outcome can be taken back: everything is again as it was before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, get_fullname, getdate, now_datetime
from markupsafe import Markup

from relationship_crm import timeline
from relationship_crm.campaigns import calls, dialling, optout, responses, rest, run
from relationship_crm.campaigns.calls import TOUCH
from relationship_crm.campaigns.taking_back import Kept
from relationship_crm.campaigns.touches import ACTIVITY, CALL, LEFT_OUT, NOT_REACHED, REACHED, WAITING
from relationship_crm.surveys.reading import harmless

OUTCOME, CONTACT, COMMUNICATION = "Campaign Call Outcome", "Contact", "Communication"
SOURCE = "Call"
#: Columns of a touch that an outcome writes.
WRITTEN = (
    *("status", "reason", "touched_on", "outcome", "note", "attempts", "last_attempt_on"),
    *("next_contact_on", "opened_on", "opened_by", "communication"),
)


@dataclass(frozen=True)
class Result:
    """What became of a call."""

    status: str
    reason: str = ""
    next_contact_on: datetime | None = None
    responses: tuple[str, ...] = ()


def record(name: str, outcome: str, note: str = "", next_on: Any = None) -> Result:
    """Write down how a call ended. `next_on` is the day and time agreed on, where it is another than the outcome's.

    Who may not be called is left out instead, unless they could be called when the call was taken up and were reached then:
    what was said is not lost. Raises frappe.ValidationError where the call is done with, the outcome is not in use, the time is
    past, or the person is resting.
    """
    rule = frappe.get_cached_doc(OUTCOME, outcome)
    if rule.disabled:
        frappe.throw(_("The outcome {0} is not in use any more.").format(frappe.bold(_(outcome))))
    row, moment = dialling.lock(name), now_datetime()
    if not dialling.still_open(row):
        frappe.throw(_("This call is done with."))
    agreed = _agreed(next_on, moment)
    checked = dialling.was_checked(row, moment)
    # a refusal is written down whoever says it, whenever
    heard = rule.no_campaigns or (rule.reached and checked)
    if not heard and (reason := _barred(row, checked)):
        run.refresh(row.activity)
        return Result(LEFT_OUT, reason)
    return _write(row, rule, harmless(note or "")[: responses.LONGEST], agreed, moment)


def correct(name: str) -> None:
    """Take the last outcome back, with its response, its note on the party, and a refusal said in it.

    Raises frappe.ValidationError where there is none, or where others than who wrote it down or a manager want it.
    """
    row = dialling.lock(name)
    if not row.before_outcome:
        frappe.throw(_("There is no outcome to correct."))
    kept = Kept.from_json(row.before_outcome)
    if kept.by != frappe.session.user and not is_manager():
        frappe.throw(
            _("Only {0} or a manager can correct this outcome.").format(frappe.bold(get_fullname(kept.by))),
            frappe.PermissionError,
        )
    kept.restore()
    calls.update([name], before_outcome=None)
    run.refresh(row.activity)
    responses.tell([(row.party_type, row.party)])


def is_manager() -> bool:
    """Whether the user may decide about others' calls."""
    return bool({"Relationship Manager", "System Manager"} & set(frappe.get_roles()))


def _barred(row: Any, checked: bool) -> str:
    """Why a person is not called any more; they are left out by this.

    Raises where the person is resting, unless that began after the call was taken up.
    """
    why = dialling.check([row]).get(row.name)
    if not why:
        return ""
    status, reason = frappe.db.get_value(TOUCH, row.name, ["status", "reason"])
    if status == LEFT_OUT:
        return reason
    if not checked:
        frappe.throw(why)
    return ""


def _agreed(next_on: Any, moment: datetime) -> datetime | None:
    agreed = get_datetime(next_on) if next_on else None
    if agreed and agreed < moment - timedelta(minutes=1):
        frappe.throw(_("The next call must lie in the future."))
    return agreed


def _write(row: Any, rule: Any, note: str, agreed: datetime | None, moment: datetime) -> Result:
    kept = Kept(frappe.session.user)
    kept.keep(TOUCH, row.name, WRITTEN)
    addresses = rest.addresses_of(row)
    kept.keep_where(
        rest.RECIPIENT,
        {"address": ("in", addresses)},
        ("last_contacted_on", "no_campaigns", "no_campaigns_on"),
    )
    kept.keep_where(
        responses.RESPONSE, {"touch": row.name, "source": SOURCE}, ("response", "responded_on", "note")
    )
    values = {
        "outcome": rule.name,
        "note": note or None,
        "attempts": cint(row.attempts) + 1,
        "last_attempt_on": moment,
        "opened_on": None,
        "opened_by": None,
        **_what_follows(row, rule, agreed, moment),
    }
    if rule.no_campaigns:
        _stop(row, kept)
    if rule.reached:
        rest.contacted([rest.address_used(row)], moment)
    values["communication"] = _note_on_party(row, rule, note, moment)
    kept.made(COMMUNICATION, values["communication"])
    calls.update([row.name], **values)
    made = _respond(row, rule, note, moment)
    kept.made(responses.RESPONSE, *made)
    if rule.reached and not made:
        responses.tell([(row.party_type, row.party)])
    calls.update([row.name], before_outcome=kept.as_json())
    run.refresh(row.activity)
    return Result(values["status"], "", values["next_contact_on"], tuple(made))


def _what_follows(row: Any, rule: Any, agreed: datetime | None, moment: datetime) -> dict[str, Any]:
    """Status and next call. A call that is not ended goes on until there were enough attempts or its time is over."""
    status = REACHED if rule.reached or row.touched_on else NOT_REACHED
    values = {"status": status, "reason": None, "touched_on": moment if rule.reached else row.touched_on}
    if rule.closes or rule.no_campaigns:
        return {**values, "next_contact_on": None}
    most, until = frappe.db.get_value(ACTIVITY, row.activity, ["most_attempts", "call_until"])
    if not agreed and not rule.reached and cint(most) and cint(row.attempts) + 1 >= cint(most):
        return {**values, "next_contact_on": None}
    following = agreed or dialling.in_working_days(moment, cint(rule.next_days), row.company)
    if until and following.date() > getdate(until):
        reason = None if status == REACHED else dialling.TOO_LATE
        return {**values, "reason": reason, "next_contact_on": None}
    return {
        **values,
        "status": REACHED if status == REACHED else WAITING,
        "next_contact_on": following,
    }


def _respond(row: Any, rule: Any, note: str, moment: datetime) -> list[str]:
    if not rule.response:
        return []
    return responses.record(
        [
            responses.Answer(
                campaign=row.campaign,
                response=rule.response,
                source=SOURCE,
                moment=moment,
                touch=row.name,
                member=row.member or "",
                party_type=row.party_type or "",
                party=row.party or "",
                contact=row.contact or "",
                activity=row.activity or "",
                note=note,
                variant=row.variant or "",
                email=row.email or "",
                name=row.recipient_name or "",
            )
        ]
    )


def _stop(row: Any, kept: Kept) -> None:
    """The person wants no more campaigns, and said it to us."""
    record_of = (
        (CONTACT, row.contact) if row.contact else ("Lead", row.party if row.party_type == "Lead" else "")
    )
    if record_of[1]:
        kept.keep(*record_of, (optout.CONSENT, optout.CONSENT_ON, optout.CONSENT_SOURCE))
    address = optout.address_of(row)
    theirs = {"email": address} if "@" in address else {"mobile_no": address}
    same_person = {**theirs, "channel": CALL, "status": WAITING, "name": ("!=", row.name)}
    kept.keep_where(TOUCH, same_person, ("status", "reason", "next_contact_on"))
    of = {"email": row.email, "reference_doctype": calls.CAMPAIGN, "reference_name": row.campaign}
    before = frappe.db.exists(optout.UNSUBSCRIBE, of)
    optout.stop(row, _("Said on the phone"))
    if row.email and not before and (made := frappe.db.get_value(optout.UNSUBSCRIBE, of)):
        kept.made(optout.UNSUBSCRIBE, made)


def _note_on_party(row: Any, rule: Any, note: str, moment: datetime) -> str:
    """The party's timeline says that it was called, how it ended, and what was said; the Communication's name.

    Kept like other messages of campaigns: these have a signal of their own, which knows who responded. As a message that waits
    for an answer, every talk on the phone would count as one that was never answered.
    """
    user = frappe.session.user
    outcome = _("Call: {0}").format(_(rule.name))
    text = Markup("").join(Markup("<p>{}</p>").format(line) for line in (outcome, *note.splitlines()) if line)
    message = timeline.Message(
        medium="Phone",
        party_type=row.party_type,
        party=row.party,
        moment=moment,
        subject=outcome[:140],
        content=str(text),
        sender=user if "@" in user else "",
        sender_full_name=get_fullname(user),
        phone_no=row.mobile_no or "",
        contact=row.contact or "",
        recipient_name=row.recipient_name or "",
    )
    timeline.note([message])
    return message.name
