"""Connections of a campaign: what is sent, to whom, what came back, and on what its cost is booked."""

from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
    """What links to a campaign, and what it links to."""
    return {
        "fieldname": "campaign",
        "internal_links": {"Project": "project", "Campaign": "erpnext_campaign"},
        "transactions": [
            {"label": _("Sent"), "items": ["Campaign Activity", "Campaign Touch"]},
            {"label": _("People"), "items": ["Campaign Member", "Campaign Response"]},
            {"label": _("In ERPNext"), "items": ["Project", "Campaign"]},
        ],
    }
