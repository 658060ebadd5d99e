"""Connections of a survey."""

from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
    return {
        "fieldname": "survey",
        "transactions": [
            {"label": _("Asked"), "items": ["Survey Invitation", "Survey Sending"]},
            {"label": _("Answered"), "items": ["Survey Response", "Survey Follow Up"]},
        ],
    }
