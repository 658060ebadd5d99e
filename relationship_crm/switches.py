"""What an administrator may switch off. Read once a request: no query in a sale while the cache is there, one without it."""

from __future__ import annotations

import frappe
from frappe.utils import cint

SETTINGS = "Relationship CRM Settings"
KEPT = "relationship_crm_switches"
FIELDS = ("enabled", "stamp_documents")


def _switches() -> tuple[bool, ...]:
    """Enabled, and stamping documents; kept for the request, for with the cache down each look is a query."""
    kept = getattr(frappe.local, KEPT, None)
    if kept is None:
        kept = frappe.cache.get_value(KEPT, generator=_read)
        setattr(frappe.local, KEPT, kept)
    return kept


def _read() -> tuple[bool, ...]:
    """As stored. The settings as a document would take their meta too: dozens of queries while the cache is down."""
    singles = frappe.qb.DocType("Singles")
    query = frappe.qb.from_(singles).select(singles.field, singles.value)
    stored = dict(query.where((singles.doctype == SETTINGS) & singles.field.isin(FIELDS)).run())
    return tuple(bool(cint(stored.get(field))) for field in FIELDS)


def forget_switches() -> None:
    """Look again; called when the settings change."""
    frappe.cache.delete_value(KEPT)
    setattr(frappe.local, KEPT, None)


def is_enabled() -> bool:
    """Whether the app takes part at all: events are kept, documents stamped, parties assessed."""
    return _switches()[0]


def stamps_documents() -> bool:
    """Whether stage and score are written on sales documents."""
    return all(_switches())
