"""The fields this app adds to ERPNext's DocTypes. Install, patches and uninstall use this one definition."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from relationship_crm.campaigns.fields import campaign_fields
from relationship_crm.contracts.fields import (
    billing_fields,
    contract_fields,
    renewal_fields,
    service_fields,
)

MODULE = "Relationship CRM"
Field = dict[str, Any]


def get_custom_fields() -> dict[str, list[Field]]:
    """Custom fields by DocType. Anchors are fields that ERPNext 15 and 16 both have."""
    fields = {
        "Customer": _party_fields("portal_users", referred_by=True),
        "Lead": _party_fields("notes", referred_by=True),
        "Prospect": _party_fields("notes"),
        "Quotation": _stamp_fields("enq_det"),
        "Sales Order": _stamp_fields("party_account_currency"),
        "Sales Invoice": _stamp_fields("remarks"),
        "Communication": _tone_fields("delivery_status"),
        "Sales Order Item": [
            {
                "fieldname": "relationship_promised_date",
                "fieldtype": "Date",
                "label": "First promised on",
                "insert_after": "delivery_date",
                "read_only": 1,
                "no_copy": 1,
                "print_hide": 1,
                "description": "The delivery date when the order was submitted. Later changes do not move it.",
            }
        ],
    }
    for part in (contract_fields(), billing_fields(), service_fields(), renewal_fields(), campaign_fields()):
        for doctype, (after, rows) in part.items():
            fields[doctype] = [*fields.get(doctype, ()), *_chain(after, rows)]
    return {doctype: [{**field, "module": MODULE} for field in rows] for doctype, rows in fields.items()}


def ensure_custom_fields(update: bool = False) -> None:
    """Adds the fields that are missing. Existing ones keep what Customize Form made of them, unless a patch says `update`."""
    create_custom_fields(get_custom_fields(), ignore_validate=True, update=update)


def remove_custom_fields() -> None:
    """Deletes every custom field of our module, and the property setters that stand on them."""
    for name in frappe.get_all("Custom Field", filters={"module": MODULE}, pluck="name", order_by="name"):
        # uninstall: no user to ask
        frappe.delete_doc("Custom Field", name, force=True, ignore_permissions=True)


def _party_fields(after: str, referred_by: bool = False) -> list[Field]:
    """The Relationship tab, and the present stage for lists and filters."""
    shown: list[Field] = [
        {"fieldname": "relationship_tab", "fieldtype": "Tab Break", "label": "Relationship"},
        {"fieldname": "relationship_html", "fieldtype": "HTML"},
    ]
    if referred_by:
        shown += [
            {"fieldname": "relationship_referral_section", "fieldtype": "Section Break", "label": "Referral"},
            {
                "fieldname": "relationship_referred_by",
                "fieldtype": "Link",
                "options": "Customer",
                "label": "Referred by",
                "ignore_user_permissions": 1,
                "no_copy": 1,
                "search_index": 1,
                "description": "The customer who recommended us to them.",
            },
        ]
    computed: Field = {"read_only": 1, "no_copy": 1, "print_hide": 1}
    present: list[Field] = [
        {"fieldname": "relationship_section", "fieldtype": "Section Break", "label": "Stage", "hidden": 1},
        {
            **computed,
            "fieldname": "relationship_stage",
            "fieldtype": "Data",
            "label": "Relationship Stage",
            "in_standard_filter": 1,
        },
        {
            **computed,
            "fieldname": "relationship_rung",
            "fieldtype": "Int",
            "label": "Relationship Rung",
            "hidden": 1,
        },
        {
            **computed,
            "fieldname": "relationship_composite",
            "fieldtype": "Float",
            "label": "Relationship Quality",
            "precision": "1",
        },
        {
            **computed,
            "fieldname": "relationship_dissolution",
            "fieldtype": "Check",
            "label": "Relationship Dissolving",
        },
    ]
    return _chain(after, shown + present)


def _stamp_fields(after: str) -> list[Field]:
    """Stage and score of the day a document was made."""
    stamped: Field = {"read_only": 1, "no_copy": 1, "print_hide": 1}
    return _chain(
        after,
        [
            {
                "fieldname": "relationship_section",
                "fieldtype": "Section Break",
                "label": "Relationship on That Day",
                "collapsible": 1,
                "print_hide": 1,
            },
            {
                **stamped,
                "fieldname": "relationship_stage",
                "fieldtype": "Data",
                "label": "Relationship Stage",
            },
            {**stamped, "fieldname": "relationship_rung", "fieldtype": "Int", "label": "Relationship Rung"},
            {"fieldname": "relationship_column_break", "fieldtype": "Column Break"},
            {
                **stamped,
                "fieldname": "relationship_composite",
                "fieldtype": "Float",
                "label": "Relationship Quality",
                "precision": "1",
            },
        ],
    )


def _tone_fields(after: str) -> list[Field]:
    """Praise or displeasure, as whoever read the message marked it; the buttons stand in the HTML field."""
    marked: Field = {"read_only": 1, "no_copy": 1, "print_hide": 1, "hidden": 1}
    return _chain(
        after,
        [
            {
                "fieldname": "relationship_tone_section",
                "fieldtype": "Section Break",
                "depends_on": "eval:doc.communication_type=='Communication' && doc.sent_or_received=='Received'",
            },
            {"fieldname": "relationship_tone_html", "fieldtype": "HTML"},
            {
                **marked,
                "fieldname": "relationship_tone",
                "fieldtype": "Select",
                "label": "Tone",
                "search_index": 1,
                "options": "\nPraise\nDispleasure",
            },
            {
                **marked,
                "fieldname": "relationship_tone_about",
                "fieldtype": "Select",
                "label": "Tone: About",
                "options": "\nCompany\nEmployee",
            },
            {
                **marked,
                "fieldname": "relationship_tone_by",
                "fieldtype": "Data",
                "label": "Tone: Marked By",
            },
            {
                **marked,
                "fieldname": "relationship_tone_on",
                "fieldtype": "Datetime",
                "label": "Tone: Marked On",
            },
        ],
    )


def _chain(after: str, fields: list[Field]) -> list[Field]:
    """Each field after the one before it."""
    anchors = [after, *(field["fieldname"] for field in fields)]
    return [{**field, "insert_after": anchor} for field, anchor in zip(fields, anchors, strict=False)]
