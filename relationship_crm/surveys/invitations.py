"""Invitations: who is asked, about what, once. Made in bulk, withdrawn by one statement.

An invitation's name follows from its key, and its key from survey, event and cause. So the same cause cannot make two,
whoever looks at it at the same time. A cause whose party cannot be reached gets an invitation too, withdrawn with the
reason: nobody has to wonder, and nobody looks again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe.utils import add_days, getdate, now, today

from relationship_crm.assessment.bulk import read_rows, write_rows
from relationship_crm.surveys import recipients
from relationship_crm.surveys.amended import asked_before
from relationship_crm.surveys.recipients import EMAIL, LINK, NOBODY, SMS, Recipient
from relationship_crm.surveys.snapshots import FIELDS, snapshots
from relationship_crm.surveys.token import hash_of, name_of, token_of

DOCTYPE, SURVEY = "Survey Invitation", "Relationship Survey"
WAITING, SENT, PARTLY, ANSWERED = "Waiting", "Sent", "Partly Answered", "Answered"
EXPIRED, WITHDRAWN, FAILED = "Expired", "Withdrawn", "Failed"
#: Events that are no triggers.
BY_HAND, FOLLOW_UP, PRINT = "By Hand", "Follow-up", "Link on Print"
#: Reasons as stored on an invitation; its form translates them (survey_invitation.js).
NO_ADDRESS = "No address"
CANCELLED, BY_HAND_REASON = "The document was cancelled", "Withdrawn by hand"
REPLACED = "Asked about the document it replaces"

COLUMNS = (
    *("name", "survey", "status", "withdrawn_reason", "party_type", "party", "customer"),
    *("recipient_name", "contact", "language", "channel", "email", "mobile_no"),
    *("trigger_event", "voucher_type", "voucher_no", "sending", "send_on", "sent_on", "expires_on"),
    *("company", *FIELDS, "token_hash", "invitation_key"),
)


@dataclass(frozen=True)
class Occasion:
    """A reason to ask a party."""

    event: str
    party_type: str
    party: str
    send_on: date
    voucher_type: str = ""
    voucher_no: str = ""
    contact: str = ""
    company: str = ""
    sending: str = ""
    #: The cancelled document that this one was amended from.
    replaces: str = ""

    def key(self, survey: str) -> str:
        """What makes it the same: survey, event and document; the party too where no document stands for it."""
        about = (self.voucher_type, self.voucher_no) if self.voucher_type else (self.voucher_no, *self.whom)
        return hashlib.sha256("\n".join((survey, self.event, *about)).encode()).hexdigest()

    @property
    def whom(self) -> tuple[str, str]:
        """Party type and party."""
        return self.party_type, self.party


@dataclass
class Made:
    """What became of occasions: names of the invitations by what is to happen with them."""

    waiting: list[str]
    unreachable: list[str]
    there_already: list[str]

    @property
    def new(self) -> int:
        """How many were made."""
        return len(self.waiting) + len(self.unreachable)


def create(survey: Any, occasions: Sequence[Occasion]) -> Made:
    """Write an invitation for each occasion that has none yet; the number of queries does not depend on how many."""
    by_name = {name_of(occasion.key(survey.name)): occasion for occasion in occasions}
    known = {name for (name,) in read_rows(DOCTYPE, ("name",), "name", by_name)}
    fresh = {name: occasion for name, occasion in by_name.items() if name not in known}
    made = Made([], [], sorted(known))
    if not fresh:
        return made
    channel = _channel(survey)
    people = recipients.find_recipients([(*o.whom, o.contact) for o in fresh.values()], channel)
    then = snapshots([(*o.whom, o.voucher_type, o.voucher_no) for o in fresh.values()])
    asked = asked_before(survey.name, list(fresh.values()), BY_HAND_REASON)
    rows = []
    for (name, occasion), snapshot in zip(fresh.items(), then, strict=True):
        person = people.get((*occasion.whom, occasion.contact), NOBODY)
        values = _values(survey, occasion, person, channel) | snapshot
        if occasion in asked:
            values |= {"status": WITHDRAWN, "withdrawn_reason": REPLACED, "sent_on": None}
        values |= {"name": name, "token_hash": hash_of(token_of(name))}
        (made.waiting if values["status"] != WITHDRAWN else made.unreachable).append(name)
        rows.append([values[column] for column in COLUMNS])
    # rows that another worker has just made are left as they are
    write_rows(DOCTYPE, COLUMNS, rows, update=("invitation_key",))
    ensure_recipients({recipients.address_of(dict(zip(COLUMNS, row, strict=True))) for row in rows})
    return made


def invite(
    survey: str,
    party_type: str,
    party: str,
    *,
    contact: str | None = None,
    event: str = BY_HAND,
    voucher_type: str = "",
    voucher_no: str = "",
    send_on: date | str | None = None,
) -> str | None:
    """Ask one party; the invitation's name, the same for the same cause. None where nobody can be reached.

    By hand, and without a document, the day is the cause: pressing the button twice asks once.
    """
    day = getdate(send_on or today())
    occasion = Occasion(
        event, party_type, party, day, voucher_type, voucher_no or str(getdate(today())), contact or ""
    )
    made = create(frappe.get_cached_doc(SURVEY, survey), [occasion])
    if made.there_already:
        status = frappe.db.get_value(DOCTYPE, made.there_already[0], "status")
        return None if status == WITHDRAWN else made.there_already[0]
    return made.waiting[0] if made.waiting else None


def withdraw(voucher_type: str, voucher_no: str, reason: str = CANCELLED) -> None:
    """Withdraw what has not been sent yet about a document: one statement, by index."""
    t = frappe.qb.DocType(DOCTYPE)
    (
        frappe.qb.update(t)
        .set(t.status, WITHDRAWN)
        .set(t.withdrawn_reason, reason)
        .set(t.modified, now())
        .where((t.voucher_no == voucher_no) & (t.voucher_type == voucher_type) & (t.status == WAITING))
    ).run()


def withdraw_run(sending: str) -> None:
    """Withdraw what a run has not sent yet, and will not, as it is deleted."""
    t = frappe.qb.DocType(DOCTYPE)
    query = (
        frappe.qb.update(t)
        .set(t.status, WITHDRAWN)
        .set(t.withdrawn_reason, BY_HAND_REASON)
        .set(t.modified, now())
    )
    query.where((t.sending == sending) & (t.status == WAITING)).run()


def ensure_recipients(addresses: set[str]) -> None:
    """A row for each address, so that senders have something to lock. Always in the same order, or two could wait for each other."""
    wanted = sorted(addresses - {""})
    known = {address for (address,) in read_rows("Survey Recipient", ("address",), "address", wanted)}
    rows = [(frappe.generate_hash(length=16), address) for address in wanted if address not in known]
    write_rows("Survey Recipient", ("name", "address"), rows, update=("address",))


def expire(day: date, limit: int) -> int:
    """Close what nobody answered in time; the number of invitations."""
    t = frappe.qb.DocType(DOCTYPE)
    late = (t.expires_on < day) & t.status.isin([WAITING, SENT])
    names = frappe.qb.from_(t).select(t.name).where(late).limit(limit).run(pluck=True)
    if names:  # read first: an update by the same condition would lock every row it looks at
        update = frappe.qb.update(t).set(t.status, EXPIRED).set(t.modified, now())
        update.where(t.name.isin(names) & late).run()
    return len(names)


def _channel(survey: Any) -> str:
    return SMS if survey.channel == SMS and sms_is_set_up() else EMAIL


def sms_is_set_up() -> bool:
    """Whether Frappe can send text messages."""
    return bool(frappe.db.get_single_value("SMS Settings", "sms_gateway_url"))


def _values(survey: Any, occasion: Occasion, person: Recipient, channel: str) -> dict[str, Any]:
    """An invitation's own fields."""
    from relationship_crm.surveys.wording import choose

    printed = occasion.event == PRINT
    how = LINK if printed else person.channel(channel)
    status = SENT if printed else WAITING if how else WITHDRAWN
    return {
        "survey": survey.name,
        "status": status,
        "withdrawn_reason": "" if how else NO_ADDRESS,
        "party_type": occasion.party_type,
        "party": occasion.party,
        "customer": occasion.party if occasion.party_type == "Customer" else None,
        "recipient_name": person.name[:140],
        "contact": person.contact or None,
        "language": choose(survey, person.language),
        "channel": how or channel,
        "email": person.email[:140],
        "mobile_no": person.mobile_no[:140],
        "trigger_event": occasion.event,
        "voucher_type": occasion.voucher_type,
        "voucher_no": occasion.voucher_no,
        "sending": occasion.sending,
        "send_on": occasion.send_on,
        "sent_on": now() if printed else None,
        # a document that was entered late leaves no less time to answer
        "expires_on": add_days(max(occasion.send_on, getdate(today())), survey.expires_after_days),
        "company": occasion.company or None,
        "invitation_key": occasion.key(survey.name),
    }
