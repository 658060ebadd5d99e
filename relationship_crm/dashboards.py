"""Connections: the relationship, what the customer told us, and service contracts, on the forms of Customer, Lead and Prospect."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

STAGE_CHANGE = "Relationship Stage Change"
#: What a party told us and did for us, with the field that names it where that is not the party's own.
VOICE = {
    "Customer": {
        "Survey Response": "",
        "Survey Follow Up": "",
        "Survey Invitation": "",
        "Customer Referral": "referrer",
        "Customer Idea": "",
    },
    "Lead": {
        "Survey Response": "party",
        "Survey Follow Up": "party",
        "Survey Invitation": "party",
        "Customer Referral": "referred_lead",
    },
    "Prospect": {"Survey Response": "party", "Survey Follow Up": "party", "Survey Invitation": "party"},
}

#: What was agreed with a customer, and what came of it.
SERVICE = ("Service Contract", "Service Usage Entry", "Service Appointment", "Service Renewal")


def customer(data: dict[str, Any]) -> dict[str, Any]:
    """Connections of a Customer."""
    _connected(data, "Customer")
    data["transactions"].append({"label": _("Service Contracts"), "items": list(SERVICE)})
    return data


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
    by_type = _name_their_type(fields)
    if by_type:
        fields[STAGE_CHANGE] = "party"
        data.setdefault("dynamic_links", {})["party"] = [party_type, "party_type"]
        items.append(STAGE_CHANGE)
    transactions = data.setdefault("transactions", [])
    transactions.append({"label": _("Relationship"), "items": items})
    voice = {
        doctype: field or own for doctype, field in VOICE[party_type].items() if field != "party" or by_type
    }
    fields.update({doctype: field for doctype, field in voice.items() if field != data["fieldname"]})
    transactions.append({"label": _("Customer Voice"), "items": list(voice)})
    return data


def _name_their_type(fields: dict[str, str]) -> bool:
    """Whether every DocType that is connected by `party` has a `party_type`, as the filter we add applies to all."""
    return all(
        frappe.get_meta(doctype).has_field("party_type")
        for doctype, field in fields.items()
        if field == "party"
    )
