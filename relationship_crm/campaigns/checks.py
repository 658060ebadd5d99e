"""Whether a wave can be started, and its messages make sense; what is missing is said in the user's words."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _, bold
from frappe.utils import formatdate, getdate, today

from relationship_crm.campaigns import delivery, touches
from relationship_crm.campaigns.messages import PLACEHOLDERS, Messages, unknown
from relationship_crm.campaigns.touches import CALL, LETTER, SMS

CAMPAIGN = "Relationship Campaign"
FROZEN = "Frozen"
OVER = ("Cancelled", "Completed")
#: What cannot be changed once somebody may have been written to.
FIXED = ("campaign", "channel", "wave", "audience", "after_activity", "ab_test")
FIXED_ROWS = ("stage", "variant", "share", "subject", "message", "reward", "button_label", "button_url")


class ListNotFrozen(frappe.ValidationError):
    """The campaign's list has not been drawn up yet."""


def check(doc: Any) -> None:
    """An activity as it is saved."""
    check_unchanged(doc)
    if doc.status == "Draft":
        check_day(doc)
    check_window(doc)
    check_audience(doc)
    check_messages(doc)
    check_event(doc)


def check_unchanged(doc: Any) -> None:
    """What was begun goes on as it began: one person gets what the other got."""
    before = doc.get_doc_before_save()
    if doc.is_new() or doc.status == "Draft" or not before:
        return
    rows = [[row.get(field) for field in FIXED_ROWS] for row in doc.messages]
    same = rows == [[row.get(field) for field in FIXED_ROWS] for row in before.messages]
    if not same or any(doc.has_value_changed(field) for field in FIXED):
        frappe.throw(_("An activity that was started cannot be changed any more; make a new one."))


def check_day(doc: Any) -> None:
    """Nothing goes out before a campaign begins or after it ends."""
    begins, ends, title = frappe.db.get_value(
        CAMPAIGN, doc.campaign, ["start_date", "end_date", "title"]
    ) or (None, None, "")
    day = getdate(doc.send_on)
    if begins and day < getdate(begins):
        text = _("{0} lies before the campaign {1}, which begins on {2}.")
        frappe.throw(text.format(formatdate(day), bold(title), formatdate(begins)))
    if ends and day > getdate(ends):
        text = _("{0} lies after the campaign {1}, which ends on {2}.")
        frappe.throw(text.format(formatdate(day), bold(title), formatdate(ends)))


def check_window(doc: Any) -> None:
    """A window of no length would never open. Frappe fills empty times with the time of day: without the tick they mean nothing."""
    if not doc.in_window:
        doc.send_from = doc.send_until = None
    if doc.send_from and doc.send_until and str(doc.send_from) == str(doc.send_until):
        frappe.throw(_("The time from which and the time until which messages are sent are the same."))


def check_audience(doc: Any) -> None:
    """An audience about another activity needs one of the same campaign."""
    if doc.audience == touches.EVERYBODY:
        doc.after_activity = None
    if doc.after_activity == doc.name and doc.name:
        frappe.throw(_("An activity cannot follow itself."))
    if doc.after_activity:
        campaign = frappe.db.get_value(touches.ACTIVITY, doc.after_activity, "campaign")
        if campaign != doc.campaign:
            text = _("{0} belongs to another campaign.")
            frappe.throw(text.format(bold(doc.after_activity)))


def check_messages(doc: Any) -> None:
    """Messages that say something, once for each stage and variant, with words that can be filled in."""
    if doc.channel == CALL:
        return
    seen = set()
    for row in doc.messages:
        row.variant = (row.variant or "A").strip().upper()[:1] or "A"
        key = (row.stage or "", row.variant if doc.ab_test else "")
        stage = row.stage or _("every stage")
        if key in seen:
            text = _("Row {0}: there is a message for {1}, variant {2} already.")
            text = text if doc.ab_test else _("Row {0}: there is a message for {1} already.")
            frappe.throw(text.format(row.idx, bold(stage), bold(row.variant)))
        seen.add(key)
        if not frappe.utils.strip_html(row.message or "").strip() and "<img" not in (row.message or ""):
            frappe.throw(_("Row {0}: the message is empty.").format(row.idx))
        if "/private/files/" in (row.message or "") and doc.channel != LETTER:
            frappe.throw(
                _("Row {0}: the message shows a private file, which nobody outside can open.").format(row.idx)
            )
        wrong = sorted(
            {name for text in (row.subject, row.message, row.button_label) for name in unknown(text)}
        )
        if wrong:
            text = _("Row {0}: {1} cannot be filled in. These can: {2}")
            known = ", ".join(f"{{{{ {name} }}}}" for name in PLACEHOLDERS)
            marks = ", ".join(bold(frappe.utils.escape_html(f"{{{{ {name} }}}}")) for name in wrong)
            frappe.throw(text.format(row.idx, marks, known))
    if doc.ab_test and doc.messages:
        _check_variants(doc)


def _check_variants(doc: Any) -> None:
    for stage, rows in Messages(doc).rows.items():
        if len(rows) < 2:
            text = _("{0} has one variant only; there is nothing to test.")
            frappe.throw(text.format(bold(stage or _("Every stage"))))
        if not sum(row.share or 0 for row in rows):
            frappe.throw(
                _("The shares of the variants for {0} are all 0.").format(bold(stage or _("every stage")))
            )


def check_event(doc: Any) -> None:
    """An event ends after it begins."""
    if (
        doc.channel == "Event"
        and doc.event_on
        and doc.event_until
        and str(doc.event_until) < str(doc.event_on)
    ):
        frappe.throw(_("The event ends before it begins."))


def check_startable(doc: Any) -> None:
    """Whether an activity can go out now; says what is missing."""
    campaign = frappe.db.get_value(
        CAMPAIGN,
        doc.campaign,
        ["title", "is_template", "status", "members_status", "end_date"],
        as_dict=True,
    )
    if campaign.is_template:
        frappe.throw(_("{0} is a template; make a campaign of it first.").format(bold(campaign.title)))
    if campaign.status in OVER:
        frappe.throw(
            _("The campaign {0} is over: its status is {1}.").format(bold(campaign.title), _(campaign.status))
        )
    if campaign.members_status != FROZEN:
        text = _(
            "The list of the campaign {0} is not frozen yet. Who is contacted is drawn up once, before the first message."
        )
        frappe.throw(text.format(bold(campaign.title)), ListNotFrozen, title=_("List Not Frozen"))
    if campaign.end_date and getdate(today()) > getdate(campaign.end_date):
        text = _("The campaign {0} ended on {1}.")
        frappe.throw(text.format(bold(campaign.title), formatdate(campaign.end_date)))
    check_day(doc)
    if not doc.made:
        check_contents(doc)
    delivery.check_ready(doc)


def check_contents(doc: Any) -> None:
    """Whether everybody it is meant for gets something."""
    people = touches.stages(doc)
    if not people:
        frappe.throw(_("Nobody of the campaign belongs to this audience."))
    if doc.channel == CALL:
        return
    if not doc.messages:
        frappe.throw(_("Write a message first."))
    missing = Messages(doc).stages_without(people)
    if missing:
        names = ", ".join(bold(_(stage) if stage else _("people without a stage")) for stage in missing)
        text = _("There is no message for: {0}. Write one, or one with an empty stage for all others.")
        frappe.throw(text.format(names))
    if doc.channel == LETTER:
        from relationship_crm.campaigns import letters

        letters.check_ready()
    if doc.channel != SMS and any(not row.subject for row in doc.messages) and doc.channel != LETTER:
        frappe.throw(_("Every message needs a subject."))


def is_over(doc: Any) -> bool:
    """Whether the campaign was called off or closed."""
    return frappe.db.get_value(CAMPAIGN, doc.campaign, "status") in OVER
