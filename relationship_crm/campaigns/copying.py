"""A campaign once more: its plan, its lists and its activities, on other days. Nothing of what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import add_days, add_to_date, cint, date_diff, get_datetime, getdate

from relationship_crm.campaigns.bases import CAMPAIGN

if TYPE_CHECKING:
    from frappe.model.document import Document

ACTIVITY = "Campaign Activity"
#: Days and moments that move with the campaign.
DAYS, MOMENTS = ("send_on", "call_until"), ("event_on", "event_until")


@frappe.whitelist(methods=["POST"])
def make(source: str, title: str, start_date: str, as_template: int = 0, company: str | None = None) -> str:
    """A campaign made of another one or of a template; its name.

    All days move by as many days as the start does. In another company what belongs to the old one (project, cost center,
    accounts) is left out. Raises frappe.PermissionError where the user may not read the one or make the other.
    """
    old = frappe.get_doc(CAMPAIGN, source)
    old.check_permission("read")
    frappe.has_permission(CAMPAIGN, "create", throw=True)
    if not (title or "").strip():
        frappe.throw(_("Give the new campaign a title."))
    new = _campaign(old, title, getdate(start_date), cint(as_template), company or old.company)
    _activities(old, new)
    return new.name


def _campaign(old: Document, title: str, start: Any, as_template: int, company: str) -> Document:
    days = date_diff(start, old.start_date)
    new = frappe.copy_doc(old, ignore_no_copy=False)  # without status, people, project
    new.update(
        {
            "title": title,
            "company": company,
            "start_date": start,
            "end_date": add_days(old.end_date, days),
            "is_template": as_template,
            "campaign_owner": frappe.session.user,
        }
    )
    for row in new.cost_plan:
        row.cost_date = add_days(row.cost_date, days)
        if company != old.company:
            row.account = None
    if company == old.company:
        # a cost center may well be that of all campaigns; a project is of one
        new.cost_center = old.cost_center
    elif lost := [row for row in new.cost_plan if not row.item_code and not row.hours]:
        new.set("cost_plan", [row for row in new.cost_plan if row not in lost])
        frappe.msgprint(
            _("{0} lines of the plan were left out: their accounts belong to another company.").format(
                len(lost)
            ),
            alert=True,
        )
    return new.insert()


def _activities(old: Document, new: Document) -> None:
    """Waves with their messages; one that follows another follows its copy."""
    days = date_diff(new.start_date, old.start_date)
    names = frappe.get_all(
        ACTIVITY, filters={"campaign": old.name}, pluck="name", order_by="wave asc, creation asc"
    )
    copies: dict[str, Document] = {}
    for name in names:
        wave = frappe.get_doc(ACTIVITY, name)
        copy = frappe.copy_doc(wave, ignore_no_copy=False)
        copy.update({"campaign": new.name, "company": new.company})
        for field in DAYS:
            copy.set(field, add_days(wave.get(field), days) if wave.get(field) else None)
        for field in MOMENTS:
            moment = wave.get(field)
            copy.set(field, add_to_date(get_datetime(moment), days=days) if moment else None)
        if wave.after_activity in copies:
            copy.after_activity = copies[wave.after_activity].name
        copies[name] = copy.insert()
