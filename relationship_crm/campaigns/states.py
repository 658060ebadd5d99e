"""The life of a campaign: planned, running, completed, cancelled. By hand, and by its dates every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.utils import getdate

from relationship_crm.campaigns.bases import CAMPAIGN
from relationship_crm.campaigns.plan import CANCELLED, COMPLETED, PLANNED, RUNNING
from relationship_crm.switches import is_enabled

if TYPE_CHECKING:
    from frappe.model.document import Document

TOUCH, ACTIVITY = "Campaign Touch", "Campaign Activity"
#: What a cancelled campaign leaves on its touches that were not sent; stored untranslated.
CAMPAIGN_CANCELLED = "Campaign Cancelled"
#: From which states each act leads, and where to.
ACTS = {
    "start": ((PLANNED,), RUNNING),
    "complete": ((PLANNED, RUNNING), COMPLETED),
    "cancel": ((PLANNED, RUNNING), CANCELLED),
    "reopen": ((COMPLETED, CANCELLED), ""),
}


@frappe.whitelist(methods=["POST"])
def act(campaign: str, action: str) -> str:
    """Start, complete, cancel or reopen a campaign; the new status.

    Raises frappe.ValidationError where its status or its dates do not allow it.
    """
    doc = frappe.get_doc(CAMPAIGN, campaign)
    doc.check_permission("write")
    if action not in ACTS:
        frappe.throw(_("Not something that can be done with a campaign."))
    allowed, status = ACTS[action]
    if doc.is_template or doc.status not in allowed:
        frappe.throw(_("A campaign that is {0} cannot be changed so.").format(_(doc.status).lower()))
    return {"cancel": _cancel, "reopen": _reopen}.get(action, _set)(doc, status)


def _set(doc: Document, status: str) -> str:
    doc.status = status
    doc.save()
    return status


def _cancel(doc: Document, status: str) -> str:
    """What was not sent is withdrawn. What is being sent has to be stopped first, or it would go on meanwhile."""
    busy = frappe.db.get_value(
        ACTIVITY, {"campaign": doc.name, "status": ["in", ["Queued", "Running"]]}, "name"
    )
    if busy:
        frappe.throw(_("Stop activity {0} first: it is being sent.").format(frappe.bold(busy)))
    touch = frappe.qb.DocType(TOUCH)
    waiting = (touch.campaign == doc.name) & (touch.status == "Waiting")
    frappe.qb.update(touch).set(touch.status, "Withdrawn").set(touch.reason, CAMPAIGN_CANCELLED).where(
        waiting
    ).run()
    _count(doc.name)
    return _set(doc, status)


def _reopen(doc: Document, _status: str) -> str:
    today = getdate()
    if getdate(doc.end_date) < today:
        frappe.throw(_("Its dates are over. Move the end first."))
    touch = frappe.qb.DocType(TOUCH)
    withdrawn = (touch.campaign == doc.name) & (touch.reason == CAMPAIGN_CANCELLED)
    withdrawn &= (touch.status == "Withdrawn") & touch.touched_on.isnull()
    frappe.qb.update(touch).set(touch.status, "Waiting").set(touch.reason, None).where(withdrawn).run()
    _count(doc.name)
    return _set(doc, RUNNING if getdate(doc.start_date) <= today else PLANNED)


def _count(campaign: str) -> None:
    """Bring the counts of its activities up to date."""
    from relationship_crm.campaigns import run

    for name in frappe.get_all(ACTIVITY, {"campaign": campaign}, pluck="name", order_by="name"):
        run.refresh(name)


def follow_dates() -> dict[str, int]:
    """Every day: campaigns begin with their first day and end after their last; how many of each."""
    if not is_enabled():
        return {RUNNING: 0, COMPLETED: 0}
    today = getdate()
    begun = _follow(
        RUNNING, {"status": PLANNED, "start_date": ["<=", today], "end_date": [">=", today], "is_template": 0}
    )
    ended = _follow(
        COMPLETED, {"status": ["in", [PLANNED, RUNNING]], "end_date": ["<", today], "is_template": 0}
    )
    return {RUNNING: begun, COMPLETED: ended}


def _follow(status: str, filters: dict) -> int:
    names = frappe.get_all(CAMPAIGN, filters=filters, pluck="name", order_by="name asc")
    if names:
        frappe.db.set_value(CAMPAIGN, {"name": ["in", names]}, "status", status)
    return len(names)


def forget(doc: Document) -> None:
    """A campaign is deleted with its people and what was not sent. What was sent, or answered, is history and stays.

    Raises frappe.ValidationError where there is such history.
    """
    sent = frappe.db.exists(TOUCH, {"campaign": doc.name, "touched_on": ["is", "set"]})
    if sent or frappe.db.exists("Campaign Response", {"campaign": doc.name}):
        frappe.throw(
            _("People were contacted in this campaign, or responded to it. Cancel it instead of deleting it.")
        )
    frappe.db.delete(TOUCH, {"campaign": doc.name})
    for name in frappe.get_all(
        ACTIVITY, filters={"campaign": doc.name}, pluck="name", order_by="creation desc"
    ):
        frappe.delete_doc(ACTIVITY, name)
    frappe.db.delete("Campaign Member", {"campaign": doc.name})
