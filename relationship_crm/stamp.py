"""The stage on a sales document: written when it is validated, and kept as it was then."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import cint, flt

from relationship_crm.assessment.rows import SCORES
from relationship_crm.switches import stamps_documents

#: Fields stamped on a document and where they come from.
STAMPED = {
    "relationship_stage": "stage_name",
    "relationship_rung": "rung",
    "relationship_composite": "composite",
}
#: What policies may ask of a relationship.
FIELDS = (
    *("name", "stage_name", "rung", "stage_since", "previous_stage_name", "direction", "dissolution"),
    *(
        "disagreement",
        "purchases",
        "purchases_12m",
        "rhythm",
        "median_gap",
        "revenue_12m",
        "revenue_total",
        "paid_referrals",
        "first_purchase",
        "last_purchase",
    ),
    *("party_type", "customer_group", "territory", "account_manager"),
    *(f for s in SCORES for f in (s, f"{s}_confidence")),
)


def relationship_of(doc: Any, party_type: str | None, party: str | None) -> Any:
    """The party's relationship as a dictionary, None where there is none. One query per event of a document."""
    key = (party_type, party)
    kept = doc.flags.get("relationship")
    if kept and kept[0] == key:
        return kept[1]
    row = None
    if party_type in ("Customer", "Lead", "Prospect") and party:
        row = frappe.db.get_value("Relationship", {party_type.lower(): party}, FIELDS, as_dict=True)
    doc.flags.relationship = (key, row)
    return row


def stamp(doc: Any, party_type: str | None, party: str | None) -> None:
    """Write stage, rung and composite of the party on a document that has the fields."""
    doc.flags.relationship = None
    if not stamps_documents():
        return
    stage, rung, composite = _stage_of(party_type, party)
    doc.relationship_stage = stage or None
    doc.relationship_rung = cint(rung)
    doc.relationship_composite = flt(composite)


#: Written out: building the query would cost a sale several times what it takes to run.
_STAGE = {
    "Customer": "select stage_name, rung, composite from `tabRelationship` where customer = %s",
    "Lead": "select stage_name, rung, composite from `tabRelationship` where lead = %s",
    "Prospect": "select stage_name, rung, composite from `tabRelationship` where prospect = %s",
}


def _stage_of(party_type: str | None, party: str | None) -> tuple[Any, Any, Any]:
    """Stage, rung and composite of a party, as they are stored."""
    rows = frappe.db.sql(_STAGE[party_type], (party,)) if party and party_type in _STAGE else ()
    return rows[0] if rows else (None, 0, 0)
