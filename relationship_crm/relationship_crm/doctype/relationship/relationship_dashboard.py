"""Connections of a relationship."""

from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
    """History, moves and overrides."""
    return {
        "fieldname": "relationship",
        "transactions": [
            {"label": _("History"), "items": ["Relationship Stage Change", "Relationship Assessment"]},
            {"label": _("By Hand"), "items": ["Relationship Override"]},
        ],
    }
