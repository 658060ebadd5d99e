"""The fields that campaigns add to ERPNext's documents. `relationship_crm.custom_fields` adds them with the others."""

from __future__ import annotations

from typing import Any

Field = dict[str, Any]

CAMPAIGN = "relationship_campaign"
CONSENT, CONSENT_ON, CONSENT_SOURCE = (
    "relationship_marketing_consent",
    "relationship_marketing_consent_on",
    "relationship_marketing_consent_source",
)
GIVEN, REFUSED = "Given", "Refused"


def campaign_fields() -> dict[str, tuple[str, list[Field]]]:
    """Custom fields by DocType, with the field after which they stand."""
    hours: Field = {
        "fieldname": CAMPAIGN,
        "fieldtype": "Link",
        "options": "Relationship Campaign",
        "label": "Campaign",
        "search_index": 1,
        "allow_on_submit": 1,
        "print_hide": 1,
        "description": "The campaign that the hours were spent on.",
    }
    return {
        "Contact": ("unsubscribed", _consent()),
        "Lead": ("unsubscribed", _consent()),
        "Timesheet Detail": ("project", [hours]),
    }


def _consent() -> list[Field]:
    """Whether somebody agreed to be sent campaigns, when and how."""
    known: Field = {"no_copy": 1, "print_hide": 1, "depends_on": f"eval:doc.{CONSENT}"}
    return [
        {
            "fieldname": CONSENT,
            "fieldtype": "Select",
            "label": "Consent to Campaigns",
            "options": f"\n{GIVEN}\n{REFUSED}",
            "no_copy": 1,
            "print_hide": 1,
            "search_index": 1,
        },
        {**known, "fieldname": CONSENT_ON, "fieldtype": "Date", "label": "Consent: Said On"},
        {**known, "fieldname": CONSENT_SOURCE, "fieldtype": "Data", "label": "Consent: How"},
    ]
