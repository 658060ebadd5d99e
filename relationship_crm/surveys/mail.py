"""The mail that asks, and what the party's timeline keeps of it.

One question stands in the mail itself: each answer is a link that opens the page with this answer filled in. Nothing is
loaded from elsewhere, and the link to stop asks before it does anything, for programs that check mails open it too.
"""

from __future__ import annotations

from typing import Any

import frappe
from markupsafe import Markup

from relationship_crm.surveys import wording
from relationship_crm.surveys.markup import render
from relationship_crm.surveys.page import fill_in, in_words, paragraphs, site_name
from relationship_crm.surveys.recipients import address_of
from relationship_crm.surveys.scales import BOUNDS, is_scaled
from relationship_crm.surveys.words import direction, words


def invitation_mail(invitation: Any, link: str, reminder: bool = False) -> tuple[str, str]:
    """Subject and HTML of the mail to somebody who is invited."""
    values = _values(invitation, reminder)
    return values["subject"], render("emails/survey_invitation.html", **values, link=link)


def message_text(invitation: Any, reminder: bool = False) -> str:
    """The mail as the timeline keeps it: the words, and neither link nor answers to click."""
    values = _values(invitation, reminder)
    parts = [*values["message"], values["question"]]
    return str(Markup("").join(Markup("<p>{}</p>").format(part) for part in parts if part))


def invitation_sms(invitation: Any, link: str) -> str:
    """The text message: who asks, what about, and the link."""
    values = _values(invitation, False)
    return (
        f"{values['sender']}: {values['subject']}\n{link}"
        if values["sender"]
        else f"{values['subject']}\n{link}"
    )


def _values(invitation: Any, reminder: bool) -> dict[str, Any]:
    survey = frappe.get_cached_doc("Relationship Survey", invitation.survey)
    language = wording.choose(survey, invitation.language)
    sender = invitation.company or site_name()
    w = words(language)

    def part(name: str) -> str:
        return fill_in(wording.text(survey, language, name), invitation, sender)

    item = next((one for one in survey.items if one.in_mail and is_scaled(one.kind)), None)
    name = invitation.recipient_name
    until = in_words(invitation.expires_on, language)
    return {
        "w": w,
        "language": language,
        "direction": direction(language),
        "sender": sender,
        # one line, whatever was written: it becomes a header
        "subject": " ".join((part(wording.SUBJECT) or w["mail_subject"]).split()),
        "hello": w["mail_hello"].format(name) if name else w["mail_hello_all"],
        "message": [
            *([w["mail_reminder"]] if reminder else []),
            *paragraphs(part(wording.MESSAGE) or w["mail_text"]),
        ],
        "question": wording.text(survey, language, wording.QUESTION, item) if item else "",
        "points": BOUNDS[item.kind].points() if item else (),
        "low": wording.text(survey, language, wording.LOW, item) if item else "",
        "high": wording.text(survey, language, wording.HIGH, item) if item else "",
        "until": w["mail_until"].format(until) if until else "",
        "can_stop": bool(address_of(invitation)),
    }
