"""Replies by mail: an answer to a campaign's message is a response, also long after the mail queue forgot the message.

Frappe names the message that a mail answers, by the queue or by the message's id. What was sent stands in a Communication of ours,
which a touch knows. A reply counts as a question until somebody who has read it says what it is.
"""

from __future__ import annotations

import re
from typing import Any

import frappe
from frappe.utils import get_datetime, strip_html

from relationship_crm.campaigns import responses

TOUCH, COMMUNICATION = "Campaign Touch", "Communication"
#: Nobody wrote these.
MACHINES = ("mailer-daemon", "postmaster", "noreply", "no-reply", "do-not-reply", "donotreply")
BY_ITSELF = re.compile(
    r"\s*(automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|undeliver|delivery status|"
    r"mail delivery|returned mail|abwesenheit|automatische antwort|автоответ|автоматическ|автовідповід|"
    r"автоматичн|вне офиса|поза офісом)",
    re.IGNORECASE,
)
#: Where the quoted message begins.
QUOTED = re.compile(r"^\s*(>|-{2,}\s*\w|_{5,}|.{0,120}\b(wrote|schrieb|написал|написав|пише|пишет)\b.*:\s*$)")
LONGEST = 500


def received(doc: Any) -> None:
    """A Communication came in: keep the response it is, if it answers a campaign. One statement for what answers anything."""
    if doc.sent_or_received != "Received" or not doc.in_reply_to or is_automatic(doc.sender, doc.subject):
        return
    touch = touch_of(doc.in_reply_to)
    if not touch:
        return
    answer = responses.Answer(
        campaign=touch["campaign"],
        response="Question",
        source="Reply",
        moment=get_datetime(doc.communication_date),
        touch=touch["name"],
        voucher_type=COMMUNICATION,
        voucher_no=doc.name,
        note=own_words(doc.get("text_content") or strip_html(doc.content or "")),
    )
    responses.record([answer])


def deleted(doc: Any) -> None:
    """A reply was deleted, for example because it was no reply."""
    if doc.sent_or_received == "Received" and doc.in_reply_to:
        responses.forget(COMMUNICATION, doc.name)


def touch_of(communication: str) -> dict[str, Any] | None:
    """The touch whose message a Communication holds."""
    t, c = frappe.qb.DocType(TOUCH), frappe.qb.DocType(COMMUNICATION)
    query = (
        frappe.qb.from_(c)
        .join(t)
        .on((t.message_id == c.message_id) & (t.message_id != ""))
        .select(t.name, t.campaign)
        .where(c.name == communication)
        .orderby(t.name)
        .limit(1)
    )
    return next(iter(query.run(as_dict=True)), None)


def is_automatic(sender: str | None, subject: str | None) -> bool:
    """Whether a machine wrote a mail: a report of delivery, a note of absence."""
    name = (sender or "").partition("@")[0].lower()
    return name.startswith(MACHINES) or bool(BY_ITSELF.match(subject or ""))


def own_words(text: str) -> str:
    """What somebody wrote, without the message they answer; all of it where they wrote between its lines."""
    lines = text.replace("\r\n", "\n").split("\n")
    end = next((at for at, line in enumerate(lines) if QUOTED.match(line)), len(lines))
    kept = "\n".join(lines[:end]).strip() or text.strip()
    return kept[:LONGEST]
