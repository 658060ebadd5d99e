"""What the desk asks for about calls and events: permission first, then one call into the module that does it."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_fullname

from relationship_crm.campaigns import attendance as events
from relationship_crm.campaigns import call_documents, call_sheet, calls, dialling, outcomes, redistribution


@frappe.whitelist(methods=["POST"])
def open_call(touch: str) -> dict[str, Any]:
    """Take a call up: why it may not be made now ('' where it may), and everything its form shows."""
    _may_work_on(touch)
    return {"barred": dialling.open_call(touch), **call_sheet.sheet(touch)}


@frappe.whitelist()
def sheet(touch: str) -> dict[str, Any]:
    """Everything the form of a call shows, without taking it up."""
    frappe.get_doc(calls.TOUCH, touch).check_permission("read")
    return {"barred": "", **call_sheet.sheet(touch)}


@frappe.whitelist(methods=["POST"])
def record_outcome(
    touch: str, outcome: str, note: str | None = None, next_on: str | None = None
) -> dict[str, Any]:
    """Write down how a call ended; what became of it, and the user's next call ('' where none is due)."""
    _may_work_on(touch)
    result = outcomes.record(touch, outcome, note or "", next_on or None)
    return {
        "status": result.status,
        "reason": result.reason,
        "next_contact_on": result.next_contact_on,
        "next": dialling.next_call(frappe.session.user, skip=[touch]),
    }


@frappe.whitelist(methods=["POST"])
def correct_outcome(touch: str) -> None:
    """Take the last outcome of a call back."""
    _may_work_on(touch)
    outcomes.correct(touch)


@frappe.whitelist(methods=["POST"])
def next_call(skip: str | None = None) -> str:
    """The user's next call, '' where none is due; people who may not be called are seen to on the way."""
    frappe.has_permission(calls.TOUCH, "write", throw=True)
    return dialling.next_call(frappe.session.user, skip=[skip] if skip else [])


@frappe.whitelist(methods=["POST"])
def make_document(touch: str, doctype: str) -> dict[str, Any]:
    """A new lead, opportunity or quotation that comes of a call, for the form to show; nothing is saved."""
    frappe.get_doc(calls.TOUCH, touch).check_permission("read")
    return call_documents.draft(touch, doctype).as_dict()


@frappe.whitelist()
def colleagues(campaign: str | None = None, activity: str | None = None) -> list[dict[str, Any]]:
    """Who has open calls, and how many."""
    _only_managers()
    return redistribution.colleagues(campaign or "", activity or "")


@frappe.whitelist(methods=["POST"])
def redistribute(
    callers: str | list[str],
    of: str | None = None,
    campaign: str | None = None,
    activity: str | None = None,
    touches: str | list[str] | None = None,
) -> list[dict[str, Any]]:
    """Give open calls of a colleague, of nobody ("-") or of everybody to chosen callers; how many went to whom, by name."""
    _only_managers()
    names = _parsed(touches) or []
    given = redistribution.redistribute(_parsed(callers), of or "", campaign or "", activity or "", names)
    return [
        {"user": user, "full_name": get_fullname(user), "calls": count}
        for user, count in sorted(given.items())
    ]


@frappe.whitelist(methods=["POST"])
def mark_attendance(touches: str | list[str], attendance: str) -> int:
    """Mark people of an event's list; how many. Says so where there are more than seats."""
    frappe.has_permission(calls.TOUCH, "write", throw=True)
    names = _parsed(touches)
    marked = events.mark(names, attendance)
    for told in events.without_seats(names):
        frappe.msgprint(told, indicator="orange", title=_("Not Enough Seats"))
    return marked


@frappe.whitelist()
def event_overview(activity: str) -> dict[str, int]:
    """How many are invited, registered, came, and the seats that are left."""
    frappe.get_doc(calls.ACTIVITY, activity).check_permission("read")
    return events.overview(activity)


@frappe.whitelist(methods=["POST"])
def make_event(activity: str) -> str:
    """The event in the calendar with those who registered, made or brought up to date; its name."""
    frappe.get_doc(calls.ACTIVITY, activity).check_permission("write")
    return events.make_event(activity)


def _only_managers() -> None:
    if not outcomes.is_manager():
        frappe.throw(_("Only a Relationship Manager gives calls to others."), frappe.PermissionError)


def _may_work_on(touch: str) -> None:
    frappe.get_doc(calls.TOUCH, touch).check_permission("write")


def _parsed(value: str | list[str] | None) -> Any:
    return json.loads(value) if isinstance(value, str) else value
