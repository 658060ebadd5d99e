"""Campaigns in Frappe's Calendar and Gantt views: whole days, coloured by status."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from relationship_crm.campaigns.bases import CAMPAIGN
from relationship_crm.campaigns.plan import CANCELLED, COMPLETED, PLANNED, RUNNING

COLOURS = {PLANNED: "#449cf0", RUNNING: "#48bb74", COMPLETED: "#98a1a9", CANCELLED: "#e2e2e2"}
SHOWN = ("name", "title", "kind", "status", "start_date", "end_date", "campaign_owner", "planned_cost")


@frappe.whitelist()
def get_events(
    doctype: str,
    start: str,
    end: str,
    field_map: str | dict | None = None,
    filters: str | list | None = None,
    fields: str | list | None = None,
) -> list[dict[str, Any]]:
    """Campaigns that touch a time and that the user may read; cancelled ones and templates only where asked for."""
    wanted = frappe.parse_json(filters) or []
    asked = {row[1] if len(row) > 3 else row[0] for row in wanted}
    if "status" not in asked:
        wanted.append([CAMPAIGN, "status", "!=", CANCELLED])
    if "is_template" not in asked:
        wanted.append([CAMPAIGN, "is_template", "=", 0])
    wanted += [[CAMPAIGN, "start_date", "<=", getdate(end)], [CAMPAIGN, "end_date", ">=", getdate(start)]]
    found = frappe.get_list(
        CAMPAIGN,
        fields=list(SHOWN),
        filters=wanted,
        order_by="start_date asc, name asc",
        limit_page_length=0,
    )
    return [
        {
            **row,
            "doctype": CAMPAIGN,
            "allDay": 1,
            "convertToUserTz": 0,  # days are days in every zone
            "color": COLOURS[row.status],
            "tooltip": "\n".join((row.title, _(row.kind), _(row.status))),
            # Frappe lets submitted documents not be moved, and a campaign that is over is as good as that
            "docstatus": 0 if row.status in (PLANNED, RUNNING) else 1,
        }
        for row in found
    ]


@frappe.whitelist(methods=["POST"])
def move_event(args: str | dict, field_map: str | dict | None = None) -> None:
    """A campaign was dragged in the Calendar: other days, both included."""
    values = frappe._dict(frappe.parse_json(args))
    move(values.name, str(values.start_date), str(values.end_date))


@frappe.whitelist(methods=["POST"])
def move(name: str, start_date: str, end_date: str) -> None:
    """Other days for a campaign. Raises frappe.ValidationError where it is over."""
    doc = frappe.get_doc(CAMPAIGN, name)
    doc.check_permission("write")
    if doc.status not in (PLANNED, RUNNING):
        frappe.throw(_("A campaign that is {0} cannot be moved.").format(_(doc.status).lower()))
    doc.update({"start_date": getdate(start_date), "end_date": getdate(end_date)})
    doc.save()
