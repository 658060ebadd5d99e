"""Complaints, messages and meetings, dated as the tests say."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from erp import COMPANY, CRAFT, WIDGET, YEAR, ensure


def issue(customer: str, day: date | str, **deadlines: Any) -> str:
    """An issue of a day. `deadlines` are its service level's timestamps, which ERPNext would count from now."""
    doc = frappe.get_doc(
        {
            "doctype": "Issue",
            "subject": f"Issue of {day}",
            "customer": customer,
            "opening_date": day,
            "opening_time": "09:00:00",
        }
    ).insert()
    if deadlines:
        frappe.db.set_value("Issue", doc.name, {"service_level_agreement": service_level(), **deadlines})
    return doc.name


def service_level() -> str:
    """A service level agreement of our own."""
    name = frappe.db.get_value("Service Level Agreement", {"service_level": "RCRM Level"})
    if name:
        return name
    frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
    priority = ensure("Issue Priority", "RCRM Usual")
    holidays = ensure(
        "Holiday List",
        "RCRM Holidays",
        holiday_list_name="RCRM Holidays",
        from_date=f"{YEAR}-01-01",
        to_date=f"{YEAR}-12-31",
    )
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    level = frappe.get_doc(
        {
            "doctype": "Service Level Agreement",
            "document_type": "Issue",
            "service_level": "RCRM Level",
            "enabled": 1,
            "entity_type": "Customer Group",
            "entity": CRAFT,
            "default_priority": priority,
            "holiday_list": holidays,
            "apply_sla_for_resolution": 1,
            "sla_fulfilled_on": [{"status": "Resolved"}, {"status": "Closed"}],
            "priorities": [
                {
                    "priority": priority,
                    "default_priority": 1,
                    "response_time": 14400,
                    "resolution_time": 86400,
                }
            ],
            "support_and_resolution": [
                {"workday": d, "start_time": "09:00:00", "end_time": "18:00:00"} for d in days
            ],
        }
    ).insert()
    return level.name


def warranty_claim(customer: str, day: date | str) -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "Warranty Claim",
                "customer": customer,
                "complaint_date": day,
                "complaint": "broke",
                "status": "Open",
                "company": COMPANY,
                "item_code": WIDGET,
            }
        )
        .insert()
        .name
    )


def message(party_type: str, party: str, moment: str, sent: bool) -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "Communication",
                "communication_type": "Communication",
                "communication_medium": "Email",
                "sent_or_received": "Sent" if sent else "Received",
                "subject": "About us",
                "content": "…",
                "communication_date": moment,
                "reference_doctype": party_type,
                "reference_name": party,
                "sender": "anna@example.com",
                "recipients": "them@example.com",
            }
        )
        .insert()
        .name
    )


def meeting(party_type: str, party: str, moment: str, status: str = "Completed") -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "Event",
                "subject": "Meeting",
                "event_category": "Meeting",
                "event_type": "Private",
                "starts_on": moment,
                "status": status,
                "event_participants": [{"reference_doctype": party_type, "reference_docname": party}],
            }
        )
        .insert()
        .name
    )
