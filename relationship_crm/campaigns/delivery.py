"""The ways a message goes: mail and text message; and what became of the mail, kept before Frappe empties its queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from relationship_crm import timeline
from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns import rest, sending
from relationship_crm.campaigns.mail import CAMPAIGN, Mails, new_message_id
from relationship_crm.campaigns.messages import fill_in, plain, words_of
from relationship_crm.campaigns.sending import Checkpoint, Row, as_failed, as_sent
from relationship_crm.campaigns.token import link_of, token_of
from relationship_crm.campaigns.touches import DOCTYPE, EMAIL, EVENT, FAILED, LEFT_OUT, SENT, SMS
from relationship_crm.guard import database_errors
from relationship_crm.surveys import sending as surveys
from relationship_crm.surveys.invitations import sms_is_set_up

QUEUED, DELIVERED, ERROR = "Queued", "Sent", "Error"
POINT = "campaign_touch"
#: Longest text message: several parts, and no novel.
LONGEST = 600


def way_of(activity: Any) -> Mail | TextMessages:
    """How an activity's messages go; an error where the site cannot send them."""
    check_ready(activity)
    return TextMessages(activity) if activity.channel == SMS else Mail(activity)


def check_ready(activity: Any) -> None:
    """Whether the site is set up for an activity's channel; says what is missing."""
    if activity.channel in (EMAIL, EVENT) and not surveys.has_outgoing_account():
        frappe.throw(_("There is no outgoing Email Account. Set one up before sending."))
    if activity.channel == SMS and not sms_is_set_up():
        frappe.throw(_("No gateway is set in SMS Settings. Set one up before sending."))


class Mail:
    """Through Frappe's mail queue."""

    def __init__(self, activity: Any) -> None:
        self.activity, self.mails, self.size = activity, Mails(activity), sending.HANDFUL

    def send(
        self, rows: Sequence[Row], moment: datetime, _checkpoint: Checkpoint
    ) -> tuple[list[Row], list[Row]]:
        """Queue a mail for each; those queued, and those that could not be."""
        words = words_of(rows, self.activity)
        sent, failed, notes = [], [], {}
        for row in rows:
            try:
                notes[row["name"]] = self._write(row, words[row["name"]], moment)
            except database_errors():
                raise
            except Exception as error:
                failed.append(as_failed(row, error))
        timeline.note([note for note, _written in notes.values()])
        for row in rows:
            if row["name"] not in notes:
                continue
            note, written = notes[row["name"]]
            done = self._queue(row, note, written, moment)
            (sent if done["status"] == SENT else failed).append(done)
        timeline.forget([notes[row["name"]][0].name for row in failed if row["name"] in notes])
        return sent, failed

    def _write(self, row: Row, words: dict[str, str], moment: datetime) -> tuple[timeline.Message, Any]:
        language = row["language"] or frappe.local.lang or "en"
        prepared = self.mails.prepared(row["message_row"], language)
        written = prepared.for_person(words, token_of(row["name"]))
        note = timeline.Message(
            medium="Email",
            party_type=row["party_type"],
            party=row["party"],
            moment=moment,
            subject=written[0],
            content=written[3],
            sender=self.mails.sender,
            email=row["email"],
            contact=row["contact"] or "",
            recipient_name=row["recipient_name"] or "",
            message_id=new_message_id(),
        )
        return note, written

    def _queue(self, row: Row, note: timeline.Message, written: Any, moment: datetime) -> Row:
        frappe.db.savepoint(POINT)
        try:
            taken = self.mails.queue(
                row, written, token_of(row["name"]), communication=note.name, message_id=note.message_id
            )
        except database_errors() as error:
            # the frames below hold the link; whoever logs this must not see them
            raise error.with_traceback(None) from None
        except Exception as error:
            frappe.db.rollback(save_point=POINT)
            return as_failed(row, error)
        if not taken:
            return row | {"status": LEFT_OUT, "reason": sending.UNSUBSCRIBED}
        return as_sent(row, moment, communication=note.name, message_id=note.message_id, delivery=QUEUED)


class TextMessages:
    """Through the gateway of Frappe's SMS Settings, one at a time: a commit before each lets go of the locks."""

    size = 1

    def __init__(self, activity: Any) -> None:
        self.activity = activity
        self.rows = {row.name: row for row in activity.messages}

    def send(
        self, rows: Sequence[Row], moment: datetime, checkpoint: Checkpoint
    ) -> tuple[list[Row], list[Row]]:
        """Send a text to each; those sent, and those that could not be."""
        words = words_of(rows, self.activity)
        sent, failed = [], []
        for row in rows:
            done = self._send(row, words[row["name"]], moment, checkpoint)
            (sent if done["status"] == SENT else failed).append(done)
        return sent, failed

    def _send(self, row: Row, words: dict[str, str], moment: datetime, checkpoint: Checkpoint) -> Row:
        text, link = self.text(row, words), link_of(row["name"])
        note = timeline.Message(
            medium="SMS",
            party_type=row["party_type"],
            party=row["party"],
            moment=moment,
            subject=self.activity.title,
            content=frappe.utils.escape_html(text),
            phone_no=row["mobile_no"],
            contact=row["contact"] or "",
            recipient_name=row["recipient_name"] or "",
        )
        done = as_sent(row, moment, communication=note.name, delivery=DELIVERED)
        timeline.note([note])
        sending.write([done])
        rest.contacted(rest.address_used(row), moment)
        # what is written must be safe before the gateway is called
        checkpoint()
        try:
            surveys.text_to(row["mobile_no"], f"{text}\n{link}", link)
        except database_errors() as error:
            raise error.with_traceback(None) from None
        except Exception as error:
            timeline.forget([note.name])
            rest.contacted(rest.address_used(row), row["contacted_before"])
            return as_failed(row, error) | {"communication": None}
        return done

    def text(self, row: Row, words: dict[str, str]) -> str:
        """The message as a text, without the link that follows it."""
        return fill_in(plain(self.rows[row["message_row"]].message), words)[:LONGEST]


def note_delivery(limit: int) -> int:
    """Copy what the mail queue says of mails that were waiting there to their touches; how many changed.

    A mail that could not be delivered reached nobody: its touch failed, and is none for attribution. Where somebody lets Frappe try
    again, and it works, it is one again.
    """
    t, q = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType("Email Queue")
    sent_now = (q.status == "Sent") & t.delivery.isin([QUEUED, ERROR])
    failed_now = (q.status == "Error") & (t.delivery == QUEUED)
    rows = (
        frappe.qb.from_(t)
        .join(q)
        .on(q.message_id == t.message_id)
        .select(t.name, q.status, q.error, q.creation)
        .where((t.message_id != "") & (sent_now | failed_now))
        .orderby(t.name)
        .limit(limit)
    ).run()
    changed = [
        (name, SENT, DELIVERED, "", queued_on)
        if status == "Sent"
        else (name, FAILED, ERROR, _last_line(error), None)
        for name, status, error, queued_on in rows
    ]
    columns = ("name", "status", "delivery", "delivery_error", "touched_on")
    return write_rows(DOCTYPE, columns, changed, update=columns[1:])


def forget_sent_mail(limit: int) -> int:
    """Empty the bodies of campaign mail that has gone out; the number of mails."""
    return surveys.forget_sent_mail(limit, CAMPAIGN)


def _last_line(error: str | None) -> str:
    """What went wrong, of a traceback."""
    lines = [line for line in (error or "").splitlines() if line.strip()]
    return lines[-1].strip()[:500] if lines else ""
