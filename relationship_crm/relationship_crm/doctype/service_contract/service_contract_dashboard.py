"""Connections of a service contract: what was used, the documents that used it, what was charged, what comes."""

from typing import Any

from frappe import _

#: ERPNext's documents under a contract.
DOCUMENTS = ("Issue", "Warranty Claim", "Maintenance Visit", "Timesheet", "Delivery Note")


def get_data() -> dict[str, Any]:
    """What links to a contract, and by which field."""
    return {
        "fieldname": "contract",
        "non_standard_fieldnames": dict.fromkeys((*DOCUMENTS, "Sales Invoice"), "relationship_contract"),
        "transactions": [
            {
                "label": _("Used"),
                "items": ["Service Usage Entry", "Service Usage Adjustment", "Service Usage Warning"],
            },
            {"label": _("Documents"), "items": list(DOCUMENTS)},
            {"label": _("Charged"), "items": ["Service Charge", "Sales Invoice"]},
            {"label": _("Planned"), "items": ["Service Appointment", "Service Renewal"]},
        ],
    }
