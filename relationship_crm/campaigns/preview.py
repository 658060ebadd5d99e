"""A message as somebody will see it who gets it, with nothing behind its links; on the screen, or in one's own mailbox."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from relationship_crm.campaigns import delivery, touches
from relationship_crm.campaigns.mail import NOWHERE, Mails
from relationship_crm.campaigns.messages import Messages, fill_in, plain, words_of
from relationship_crm.campaigns.token import address_of_page
from relationship_crm.campaigns.touches import EMAIL, EVENT, LETTER, SMS


def audience(activity: Any) -> dict[str, Any]:
    """People by stage, as of now, the variants there are, and stages nobody wrote a message for."""
    people, messages = touches.stages(activity), Messages(activity)
    calls = activity.channel == touches.CALL
    return {
        "people": people,
        "total": sum(people.values()),
        "missing": [] if calls else messages.stages_without(people),
        "stages": sorted({*people, *messages.rows} - {""}),
        "variants": sorted({row.variant for row in activity.messages}) if messages.variants else [],
    }


def preview(activity: Any, stage: str = "", variant: str = "") -> dict[str, Any]:
    """Subject and text or HTML for somebody of a stage: a person of the list, or the user where there is none."""
    row = _somebody(activity, stage, variant)
    words = words_of([row], activity)[row["name"]]
    message = _message(activity, row)
    shown = {"recipient": row["recipient_name"], "channel": activity.channel, "variant": message.variant}
    if activity.channel == SMS:
        text = fill_in(plain(message.message), words)[: delivery.LONGEST]
        return shown | {"subject": "", "text": f"{text}\n{address_of_page('…')}"}
    if activity.channel == LETTER:
        from relationship_crm.campaigns import letters

        return shown | {
            "subject": fill_in(message.subject or "", words),
            "html": letters.preview(activity, row),
        }
    subject, html, _text, _words = _written(activity, row, words)
    return shown | {"subject": subject, "html": html}


def send_test(activity: Any, stage: str = "", variant: str = "") -> str:
    """Send the mail to the user; it is part of no count, and its links open nothing. The address."""
    if activity.channel not in (EMAIL, EVENT):
        frappe.throw(_("Only mails can be sent as a test."))
    delivery.check_ready(activity)
    email = frappe.db.get_value("User", frappe.session.user, "email")
    if not email:
        frappe.throw(_("Your user has no e-mail address."))
    row = _somebody(activity, stage, variant)
    words = words_of([row], activity)[row["name"]]
    subject, *rest = _written(activity, row, words)
    subject = _("Test: {0}").format(subject)
    Mails(activity).queue({"email": email}, (subject, *rest), NOWHERE)
    return email


def _written(activity: Any, row: dict[str, Any], words: dict[str, str]) -> tuple[str, str, str, str]:
    return Mails(activity).prepared(row["message_row"], row["language"] or "en").for_person(words, NOWHERE)


def _somebody(activity: Any, stage: str, variant: str) -> dict[str, Any]:
    """A touch as it would be made, of the first person of the stage whom the user may read."""
    messages = Messages(activity)
    variants = messages.of_stage(stage) or ([] if stage else list(activity.messages))
    message = next((row for row in variants if row.variant == variant), variants[0] if variants else None)
    if message is None:
        frappe.throw(
            _("There is no message for this stage.") if activity.messages else _("Write a message first.")
        )
    filters = {"campaign": activity.campaign, "arm": touches.CONTACTED}
    filters |= {"stage_name": stage} if stage else {}
    found = frappe.get_list(touches.MEMBER, filters, [*touches.SAME], order_by="name", limit=1)
    row = dict.fromkeys(touches.SAME) | {
        "recipient_name": frappe.utils.get_fullname(),
        "party": activity.company,
        "party_type": "",
        "stage_name": stage,
        "language": frappe.local.lang,
    }
    row |= found[0] if found else {}
    return row | {"name": "preview", "message_row": message.name, "activity": activity.name}


def _message(activity: Any, row: dict[str, Any]) -> Any:
    return next(one for one in activity.messages if one.name == row["message_row"])
