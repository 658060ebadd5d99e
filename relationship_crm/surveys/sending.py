"""Sends what is due: through Frappe's mail queue, or as text messages, each noted as a Communication on the party.

The rest period holds over all surveys, triggers and workers, and over campaigns (campaigns/rest.py): a sender locks the rows of
the addresses it is about to write to, and looks only then at when each was last asked, or contacted by a campaign. Locks last for a
handful of mails, so nobody waits long.

`checkpoint` is the commit of whoever calls: a scheduler task or a run. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import frappe
from frappe.utils import add_days, cint, getdate, now_datetime
from pypika.terms import ExistsCriterion

from relationship_crm import timeline
from relationship_crm.campaigns import rest
from relationship_crm.guard import database_errors
from relationship_crm.surveys.invitations import (
    DOCTYPE,
    EXPIRED,
    FAILED,
    FOLLOW_UP,
    SENT,
    SURVEY,
    WAITING,
    WITHDRAWN,
    sms_is_set_up,
)
from relationship_crm.surveys.recipients import EMAIL, OPTED_OUT, SMS, address_of, unwilling
from relationship_crm.surveys.token import hash_of, link_of, token_of
from relationship_crm.surveys.triggers import CLOSED, still_true
from relationship_crm.tallies import Tallies

SETTINGS, RECIPIENT = "Relationship CRM Settings", "Survey Recipient"
#: Invitations sent between two commits.
HANDFUL = 25
#: Survey mail waits for ordinary mail.
PRIORITY = 0
#: Reasons as stored on an invitation; its form translates them (survey_invitation.js).
RESTING = "Asked too recently"
GONE = "The document does not stand any more"

Checkpoint = Callable[[], Any]


@dataclass
class Counts(Tallies):
    """What became of invitations that were due."""

    sent: int = 0
    withdrawn: int = 0
    failed: int = 0
    expired: int = 0
    reminded: int = 0
    #: Wait for a later day: a campaign wrote to them a short time ago.
    postponed: int = 0

    @property
    def all(self) -> int:
        """All that are done with."""
        return self.sent + self.withdrawn + self.failed + self.expired + self.postponed


@dataclass(frozen=True)
class Rules:
    """Settings, read once for a round of sending."""

    rest_days: int
    quiet: bool
    batch: int
    #: Days between two messages of any kind.
    contact_rest_days: int

    @classmethod
    def read(cls) -> Rules:
        """From Relationship CRM Settings."""
        settings = frappe.get_cached_doc(SETTINGS)
        return cls(
            cint(settings.survey_rest_days),
            bool(settings.survey_quiet_with_open_issue),
            cint(settings.survey_batch_size) or 500,
            rest.rest_days(),
        )


def send_due(
    checkpoint: Checkpoint,
    today: date | None = None,
    sending: str | None = None,
    step: Callable[[Counts], bool] = lambda _counts: True,
) -> Counts:
    """Send everything whose day has come; of one run where `sending` names it. `step` hears of progress and may end it."""
    day, rules, counts = getdate(today), Rules.read(), Counts()
    while names := due(day, rules, sending):
        before = counts.all
        for handful in handfuls(names):
            counts.add(deliver(handful, day, rules, checkpoint))
            checkpoint()
            if not step(counts):
                return counts
        if counts.all == before:
            break
    return counts


def remind_due(checkpoint: Checkpoint, today: date | None = None) -> int:
    """Remind, once, those who have not answered; how many."""
    day, rules, done, last = getdate(today), Rules.read(), 0, ""
    while names := due_reminders(day, rules, last):
        for handful in handfuls(names):
            done += remind(handful, checkpoint, rules)
            checkpoint()
        last = names[-1]
    return done


def handfuls(names: Sequence[str]) -> Iterator[list[str]]:
    """Invitations that are sent between two commits. Text messages go one by one: each is committed before it is sent, and a
    commit lets go of the locks."""
    texts = {row["name"] for row in _rows(names, ("name", "channel")) if row["channel"] == SMS}
    handful: list[str] = []
    for name in names:
        if name in texts:
            yield [name]
            continue
        handful.append(name)
        if len(handful) == HANDFUL:
            yield handful
            handful = []
    if handful:
        yield handful


def due(day: date, rules: Rules, sending: str | None = None) -> list[str]:
    """Names of waiting invitations whose day has come, oldest first, at most a batch.

    Left out: surveys that are disabled, ways of sending that are not set up, customers with an open issue (they wait), and
    those of runs that are not completed, which send their own.
    """
    i = frappe.qb.DocType(DOCTYPE)
    query = _sendable(i, rules).where((i.status == WAITING) & (i.send_on <= day))
    if sending:
        query = query.where(i.sending == sending)
    elif runs := _unfinished_runs():
        query = query.where(i.sending.notin(runs) | i.sending.isnull())
    query = query.orderby(i.send_on, i.creation, i.name).limit(rules.batch)
    return query.run(pluck=True)


def due_reminders(day: date, rules: Rules, after: str) -> list[str]:
    """Names of invitations to remind of, in the order of names, after one of them."""
    i, r = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType(RECIPIENT)
    found: list[str] = []
    for survey, days in _reminding():
        query = (
            _sendable(i, rules)
            .left_join(r)
            .on(r.address == i.email)
            .where((i.survey == survey) & (i.status == SENT) & i.reminded_on.isnull())
            .where((i.sent_on < add_days(day, 1 - days)) & (i.expires_on >= day))
            .where((r.do_not_ask == 0) | r.do_not_ask.isnull())
            .where(i.name > after)
            .orderby(i.name)
            .limit(rules.batch)
        )
        found += query.run(pluck=True)
    # several surveys may each give a batch: what lies beyond the shortest full one is read again
    return sorted(found)[: rules.batch]


def deliver(names: Sequence[str], day: date, rules: Rules, checkpoint: Checkpoint) -> Counts:
    """Send a handful of invitations, all checks made while their addresses are locked."""
    moment, counts = now_datetime(), Counts()
    known = _lock_addresses(names)
    rows = _lock(names, WAITING)
    reasons = unwilling(rows)
    standing = still_true(rows)
    for row in rows:
        address = address_of(row)
        before = known.get(address, rest.NOTHING)
        if row["expires_on"] and row["expires_on"] < day:
            _close(row, EXPIRED)
            counts.expired += 1
            continue
        reason = (
            (GONE if row["name"] not in standing else "")
            or (OPTED_OUT if before.do_not_ask else reasons.get(row["name"], ""))
            or (RESTING if is_resting(row, before.last_asked_on, moment, rules.rest_days) else "")
        )
        later = "" if reason else _rested_on(row, known, moment, rules)
        if reason:
            _close(row, WITHDRAWN, reason)
            counts.withdrawn += 1
        elif later:
            _update(row["name"], send_on=later)
            counts.postponed += 1
        elif _send(row, day, moment, before, checkpoint):
            known[address] = rest.Known(moment, before.no_campaigns, moment)
            counts.sent += 1
        else:
            counts.failed += 1
    return counts


def remind(names: Sequence[str], checkpoint: Checkpoint, rules: Rules) -> int:
    """Send a handful of reminders; nobody who does not want to be asked, nothing about a document that fell.

    Whom a campaign wrote to meanwhile is reminded when the days of rest are over.
    """
    moment, known = now_datetime(), _lock_addresses(names)
    rows = _lock(names, SENT)
    reasons, standing = unwilling(rows), still_true(rows)
    done = 0
    for row in rows:
        if row["reminded_on"] or row["name"] in reasons or row["name"] not in standing:
            continue
        if _rested_on(row, known, moment, rules):
            continue
        row["reminded_on"] = moment
        _update(row["name"], reminded_on=moment)
        address = address_of(row)
        rest.contacted(address, moment)
        if _hand_over(row, checkpoint, reminder=True):
            known[address] = replace(known.get(address, rest.NOTHING), last_contacted_on=moment)
            done += 1
    return done


def is_resting(row: Any, last: datetime | None, moment: datetime, days: int) -> bool:
    """Whether an address was asked less than the days of rest ago. A follow-up goes on with a conversation the customer began."""
    if not last or row["trigger_event"] == FOLLOW_UP:
        return False
    return (moment.date() - last.date()).days < days


def _rested_on(row: Any, known: dict[str, rest.Known], moment: datetime, rules: Rules) -> date | None:
    """The day until which a survey waits because a campaign wrote to the person; None where it need not."""
    if row["trigger_event"] == FOLLOW_UP:
        return None
    found = [known[address] for address in rest.addresses_of(row) if address in known]
    # what a survey did is for the days of rest between surveys
    by_campaign = [one.last_contacted_on for one in found if one.last_contacted_on != one.last_asked_on]
    last = rest.later(*by_campaign)
    if not rest.is_resting(last, moment, rules.contact_rest_days):
        return None
    return rest.rested_on(last, rules.contact_rest_days)


def _sendable(i: Any, rules: Rules) -> Any:
    """Invitations that may be sent as far as survey, way of sending and open issues go."""
    s, issue = frappe.qb.DocType(SURVEY), frappe.qb.DocType("Issue")
    ways = [EMAIL] * has_outgoing_account() + [SMS] * sms_is_set_up()
    query = (
        frappe.qb.from_(i)
        .join(s)
        .on((s.name == i.survey) & (s.enabled == 1))
        .select(i.name)
        .where(i.channel.isin(ways or [""]))
    )
    # an issue that was opened again is asked about when it is closed again
    about = (issue.name == i.voucher_no) & (i.voucher_type == "Issue")
    holds_back = [about, issue.customer == i.customer] if rules.quiet else [about]
    for condition in holds_back:
        still_open = frappe.qb.from_(issue).select(issue.name).where(condition & issue.status.notin(CLOSED))
        query = query.where((i.trigger_event == FOLLOW_UP) | ExistsCriterion(still_open).negate())
    return query


def _reminding() -> list[tuple[str, int]]:
    s = frappe.qb.DocType(SURVEY)
    query = frappe.qb.from_(s).select(s.name, s.reminder_after_days)
    return query.where((s.enabled == 1) & (s.reminder_after_days > 0)).orderby(s.name).run()


def _unfinished_runs() -> list[str]:
    """Runs that send their own invitations, or were stopped; what a completed one left for a later day is anybody's."""
    filters = {"status": ("!=", "Completed")}
    return frappe.get_all("Survey Sending", filters, pluck="name", order_by="name")


def has_outgoing_account() -> bool:
    """Whether the site can send mail at all."""
    from frappe.email.doctype.email_account.email_account import EmailAccount

    account = EmailAccount.find_outgoing()
    # where mails are muted Frappe makes one up: it is neither saved nor from the site's configuration
    return bool(account and (account.get("from_site_config") or not account.is_new()))


def _lock_addresses(names: Sequence[str]) -> dict[str, rest.Known]:
    """Lock the rows of the addresses of the people these invitations go to; what is known of each."""
    rows = _rows(names, ("email", "mobile_no", "party_type", "party"))
    return rest.known(address for row in rows for address in rest.addresses_of(row))


def _rows(names: Sequence[str], columns: Sequence[str]) -> list[dict[str, Any]]:
    t = frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.from_(t).select(*(t[c] for c in columns)).where(t.name.isin(list(names)))
    return query.run(as_dict=True)


def _lock(names: Sequence[str], status: str) -> list[dict[str, Any]]:
    """The invitations as they are now, locked; those that changed their status meanwhile are left out. In the order given."""
    t = frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.from_(t).select("*").where(t.name.isin(list(names))).orderby(t.name).for_update()
    rows = {row["name"]: row for row in query.run(as_dict=True) if row["status"] == status}
    return [rows[name] for name in names if name in rows]


def _send(
    row: dict[str, Any], day: date, moment: datetime, before: rest.Known, checkpoint: Checkpoint
) -> bool:
    """Send one invitation and write down that it was sent; whether that went well."""
    expires = add_days(day, frappe.get_cached_value(SURVEY, row["survey"], "expires_after_days"))
    row |= {"expires_on": getdate(expires), "sent_on": moment}
    _update(
        row["name"],
        status=SENT,
        sent_on=moment,
        expires_on=expires,
        token_hash=hash_of(token_of(row["name"])),  # the site's key may have changed since
        error="",
    )
    address = address_of(row)
    rest.contacted_by_survey(address, moment, moment)
    if _hand_over(row, checkpoint):
        return True
    rest.contacted_by_survey(address, before.last_asked_on, before.last_contacted_on)
    return False


def _hand_over(row: dict[str, Any], checkpoint: Checkpoint, reminder: bool = False) -> bool:
    """Give the message to the mail queue or the gateway. Our own mistakes and refused addresses are noted on the invitation."""
    if row["channel"] == SMS:
        # a gateway cannot take a message back: what is written must be safe before it is called
        checkpoint()
    else:
        frappe.db.savepoint("survey_invitation")
    try:
        communication = _message(row, reminder)
    except database_errors() as error:
        # the frames below hold the link; whoever logs this must not see them
        raise error.with_traceback(None) from None
    except Exception as error:
        if row["channel"] != SMS:
            frappe.db.rollback(save_point="survey_invitation")
        _note_failure(row, error, reminder)
        return False
    if communication and not reminder:
        _update(row["name"], communication=communication)
    return True


def _note_failure(row: dict[str, Any], error: Exception, reminder: bool) -> None:
    text = f"{type(error).__name__}: {error}".replace(token_of(row["name"]), "…")[:500]
    frappe.clear_last_message() if frappe.message_log else None
    _update(row["name"], error=text, **({} if reminder else {"status": FAILED, "sent_on": None}))


def _message(row: dict[str, Any], reminder: bool) -> str:
    """Write the message, send it, and note it on the party; the Communication's name."""
    from relationship_crm.surveys import mail

    invitation = frappe.get_doc({"doctype": DOCTYPE, **row})
    if row["channel"] == SMS:
        return _text_message(row, mail.invitation_sms(invitation, link_of(row["name"])))
    subject, html = mail.invitation_mail(invitation, link_of(row["name"]), reminder=reminder)
    sender = _sender(row["survey"])
    name = _communication(row, subject, mail.message_text(invitation, reminder=reminder), sender)
    frappe.sendmail(
        recipients=[row["email"]],
        sender=sender,
        subject=subject,
        message=html,
        reference_doctype=SURVEY,
        reference_name=row["survey"],
        add_unsubscribe_link=0,  # the message has its own, which asks before it writes
        send_priority=PRIORITY,
        communication=name,
    )
    return name


def _text_message(row: dict[str, Any], text: str) -> str:
    link = link_of(row["name"])
    name = _communication(row, "", text.replace(link, "").strip(), "")
    text_to(row["mobile_no"], text, link)
    return name


def text_to(number: str, text: str, link: str) -> None:
    """Send a text message with a link in it."""
    from frappe.core.doctype.sms_settings.sms_settings import send_sms

    send_sms([number], text, success_msg=False)
    log = frappe.qb.DocType("SMS Log")  # Frappe keeps every text in full; its list is no place for a link
    frappe.qb.update(log).set(log.message, text.replace(link, "…")).where(log.message == text).run()


def forget_sent_mail(limit: int, reference_doctype: str = SURVEY) -> int:
    """Empty the bodies of mail about surveys, or campaigns, that has gone out: Frappe keeps its queue for a month, and each
    holds a link.

    The words stand in the Communication. The number of mails.
    """
    t = frappe.qb.DocType("Email Queue")
    gone = (t.reference_doctype == reference_doctype) & (t.status == "Sent") & (t.message != "")
    names = frappe.qb.from_(t).select(t.name).where(gone).limit(limit).run(pluck=True)
    if names:
        frappe.qb.update(t).set(t.message, "").where(t.name.isin(names)).run()
    return len(names)


def _sender(survey: str) -> str:
    """The survey's own account, else the site's."""
    return sender_of(frappe.get_cached_value(SURVEY, survey, "sender"))


def sender_of(own: str | None) -> str:
    """Who mail comes from: an Email Account, where it may send, else the site's."""
    from frappe.email.doctype.email_account.email_account import EmailAccount

    email = own and frappe.db.get_value("Email Account", {"name": own, "enable_outgoing": 1}, "email_id")
    account = EmailAccount.find_outgoing(match_by_email=email) if email else EmailAccount.find_outgoing()
    return account.default_sender


def _communication(row: dict[str, Any], subject: str, text: str, sender: str) -> str:
    """The party's timeline says that it was asked; the link stays with who was asked."""
    by_mail = row["channel"] == EMAIL
    message = timeline.Message(
        medium=row["channel"],
        party_type=row["party_type"],
        party=row["party"],
        moment=row["reminded_on"] or row["sent_on"],
        subject=subject or row["survey"],
        content=text,
        sender=sender,
        email=row["email"] if by_mail else "",
        phone_no="" if by_mail else row["mobile_no"],
        contact=row["contact"] or "",
        recipient_name=row["recipient_name"] or "",
    )
    timeline.note([message])
    return message.name


def _close(row: dict[str, Any], status: str, reason: str = "") -> None:
    _update(row["name"], status=status, withdrawn_reason=reason)


def _update(name: str, **values: Any) -> None:
    """By one statement: an invitation is nothing that people save."""
    t = frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.update(t).set(t.modified, now_datetime())
    for column, value in values.items():
        query = query.set(t[column], value)
    query.where(t.name == name).run()
