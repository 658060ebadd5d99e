"""What an administrator may switch off. Read once a request: no query in a sale while the cache is there."""

from __future__ import annotations

import frappe

SETTINGS = "Relationship CRM Settings"
KEPT = "relationship_crm_switches"


def _switches() -> tuple[bool, bool]:
    """Enabled, and stamping documents; kept for the request, for with the cache down each look is several queries."""
    kept = getattr(frappe.local, KEPT, None)
    if kept is None:
        settings = frappe.get_cached_doc(SETTINGS)
        kept = (bool(settings.enabled), bool(settings.stamp_documents))
        setattr(frappe.local, KEPT, kept)
    return kept


def forget_switches() -> None:
    """Look again; called when the settings change."""
    setattr(frappe.local, KEPT, None)


def is_enabled() -> bool:
    """Whether the app takes part at all: events are kept, documents stamped, parties assessed."""
    return _switches()[0]


def stamps_documents() -> bool:
    """Whether stage and score are written on sales documents."""
    return all(_switches())
