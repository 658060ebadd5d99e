"""Connections: the relationship on the forms of Customer, Lead and Prospect."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

STAGE_CHANGE = "Relationship Stage Change"


def customer(data: dict[str, Any]) -> dict[str, Any]:
    """Connections of a Customer."""
    return _connected(data, "Customer")


def lead(data: dict[str, Any]) -> dict[str, Any]:
    """Connections of a Lead."""
    return _connected(data, "Lead")


def prospect(data: dict[str, Any]) -> dict[str, Any]:
    """Connections of a Prospect."""
    return _connected(data, "Prospect")


def _connected(data: dict[str, Any], party_type: str) -> dict[str, Any]:
    """Adds the relationship, which links the party, and its stage changes, which name party type and party."""
    own = frappe.scrub(party_type)
    items = ["Relationship"]
    fields = data.setdefault("non_standard_fieldnames", {})
    if data.setdefault("fieldname", own) != own:
        fields["Relationship"] = own
    if _name_their_type(fields):
        fields[STAGE_CHANGE] = "party"
        data.setdefault("dynamic_links", {})["party"] = [party_type, "party_type"]
        items.append(STAGE_CHANGE)
    data.setdefault("transactions", []).append({"label": _("Relationship"), "items": items})
    return data


def _name_their_type(fields: dict[str, str]) -> bool:
    """Whether every DocType that is connected by `party` has a `party_type`, as the filter we add applies to all."""
    return all(
        frappe.get_meta(doctype).has_field("party_type")
        for doctype, field in fields.items()
        if field == "party"
    )
