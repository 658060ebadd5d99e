"""Which past documents a policy would have touched, by the relationship as it is today."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _

from relationship_crm.policies.apply import applies
from relationship_crm.stamp import FIELDS

#: Documents looked at; newer ones first.
MOST = 5000
PARTY = {"Quotation": ("quotation_to", "party_name")}
TITLE = {"Quotation": "customer_name"}


def dry_run(policy: dict[str, Any], from_date: date, to_date: date) -> dict[str, Any]:
    """Submitted documents of the period that the user may read and the policy would have touched.

    The stage stamped on a document counts as its stage; everything else is the relationship as it is today.
    """
    doctype = policy["document_type"]
    day = "posting_date" if frappe.get_meta(doctype).has_field("posting_date") else "transaction_date"
    documents = frappe.get_list(
        doctype,
        filters={"docstatus": 1, day: ["between", [from_date, to_date]]},
        fields=["*"],
        order_by=f"{day} desc, name desc",
        limit=MOST,
    )
    relationships = _relationships(doctype, documents)
    rows = []
    for row in documents:
        doc = frappe._dict(row, doctype=doctype)
        relationship = relationships.get(_party(doctype, doc))
        if relationship and doc.get("relationship_stage"):
            relationship = frappe._dict(
                relationship, stage_name=doc.relationship_stage, rung=doc.relationship_rung
            )
        if applies(policy, doc, relationship):
            rows.append(
                {
                    "document": doc.name,
                    "date": doc.get(day),
                    "party": doc.get("customer") or doc.get("party_name"),
                    "stage": relationship.stage_name if relationship else "",
                    "amount": doc.get("base_grand_total"),
                }
            )
    return {"columns": _columns(doctype), "rows": rows, "checked": len(documents), "touched": len(rows)}


def _party(doctype: str, doc: Any) -> tuple[str, str]:
    if doctype in PARTY:
        kind, name = PARTY[doctype]
        return doc.get(kind) or "", doc.get(name) or ""
    return "Customer", doc.get("customer") or ""


def _relationships(doctype: str, documents: list[Any]) -> dict[tuple[str, str], Any]:
    """Relationships of the documents' parties; one query a party type."""
    names: dict[str, set[str]] = {}
    for doc in documents:
        kind, party = _party(doctype, doc)
        if kind in ("Customer", "Lead", "Prospect"):
            names.setdefault(kind, set()).add(party)
    found = {}
    for kind, parties in names.items():
        link = kind.lower()
        for row in frappe.get_all(
            "Relationship",
            filters={link: ["in", sorted(parties)]},
            fields=[link, *FIELDS],
            order_by="name asc",
        ):
            found[(kind, row[link])] = row
    return found


def _columns(doctype: str) -> list[dict[str, str]]:
    return [
        {"fieldname": "document", "label": _(doctype), "fieldtype": "Link", "options": doctype},
        {"fieldname": "date", "label": _("Date"), "fieldtype": "Date"},
        {"fieldname": "party", "label": _("Party"), "fieldtype": "Data"},
        {"fieldname": "stage", "label": _("Stage"), "fieldtype": "Data"},
        {"fieldname": "amount", "label": _("Amount"), "fieldtype": "Currency"},
    ]
