"""What an administrator may switch off. Read from Frappe's document cache: no query in a sale."""

from __future__ import annotations

import frappe

SETTINGS = "Relationship CRM Settings"


def is_enabled() -> bool:
    """Whether the app takes part at all: events are kept, documents stamped, parties assessed."""
    return bool(frappe.get_cached_doc(SETTINGS).enabled)


def stamps_documents() -> bool:
    """Whether stage and score are written on sales documents."""
    settings = frappe.get_cached_doc(SETTINGS)
    return bool(settings.enabled and settings.stamp_documents)
