"""Which campaigns a report is about, and in what it counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from relationship_crm.campaigns.outcome import CAMPAIGN, FIELDS

#: Fields of a campaign that reports show.
SHOWN = (*FIELDS, "title", "status", "start_date", "campaign_owner")


def campaigns(filters: frappe._dict) -> list[frappe._dict]:
    """The campaigns that the user may read and the filters let through, the newest first: those that ran in the period."""
    wanted: list[list[Any]] = [["is_template", "=", 0]]
    for field, name in (("company", "company"), ("kind", "kind"), ("campaign_owner", "campaign_owner")):
        if filters.get(name):
            wanted.append([field, "=", filters[name]])
    if filters.get("status"):
        wanted.append(["status", "=", filters.status])
    if filters.get("campaign"):
        wanted.append(["name", "=", filters.campaign])
    first, last = period(filters)
    if first:
        wanted.append(["end_date", ">=", first])
    if last:
        wanted.append(["start_date", "<=", last])
    return frappe.get_list(
        CAMPAIGN,
        fields=list(SHOWN),
        filters=wanted,
        order_by="start_date desc, name desc",
    )


def period(filters: frappe._dict) -> tuple[date | None, date | None]:
    """First and last day asked for, as far as they were. Raises frappe.ValidationError where the last is before the first."""
    first, last = (getdate(filters[name]) if filters.get(name) else None for name in ("from_date", "to_date"))
    if first and last and first > last:
        frappe.throw(_("From Date must be before To Date"))
    return first, last


def day(filters: frappe._dict) -> date | None:
    """The day as of which is asked; None for everything that is posted."""
    return getdate(filters.as_of) if filters.get("as_of") else None


def company(filters: frappe._dict) -> str:
    """The company whose currency counts. Raises frappe.ValidationError where none is chosen."""
    if not filters.get("company"):
        frappe.throw(_("Choose a company: its campaigns are added up in its currency."))
    return filters.company


def paragraphs(*texts: str) -> str | None:
    """A report's message out of plain texts."""
    return "".join(f"<p>{frappe.utils.escape_html(text)}</p>" for text in texts if text) or None
