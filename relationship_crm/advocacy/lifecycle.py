"""What happens to referrals and ideas when a lead or customer is merged, renamed or deleted."""

from __future__ import annotations

from typing import Any

import frappe

from relationship_crm.advocacy.paid import REFERRAL
from relationship_crm.advocacy.referrals import mirror

IDEA = "Customer Idea"


def merge(doctype: str, old: str, new: str) -> None:
    """Before Frappe rewrites the links: nobody may recommend themselves, or the same ones twice, afterwards."""
    field = "referred_lead" if doctype == "Lead" else "referred_customer"
    kept, gone = _pairs(field, new), _pairs(field, old)
    for (referrer, referred), names in gone.items():
        after = tuple(new if name == old else name for name in (referrer, referred))
        if after[0] == after[1] or after in kept:
            for name in names:
                frappe.delete_doc(REFERRAL, name, ignore_permissions=True)  # who may merge the two decides


def _pairs(field: str, party: str) -> dict[tuple[str, str], list[str]]:
    """The records in which a party is on either side."""
    found: dict[tuple[str, str], list[str]] = {}
    sides = ("referrer", field) if field == "referred_customer" else (field,)
    for side in sides:
        for row in frappe.get_all(
            REFERRAL, {side: party}, ["name", "referrer", field], order_by="creation asc"
        ):
            names = found.setdefault((row.referrer, row[field] or row.name), [])
            if row.name not in names:
                names.append(row.name)
    return found


def after_merge(doctype: str, name: str) -> None:
    """The one that is kept says who recommended it, be it by a record of the other."""
    mirror(doctype, name)


def remove(doctype: str, name: str, title: str) -> None:
    """Before a lead or customer is deleted: what it gave goes, what it was named in stays with its name as text."""
    field = "referred_lead" if doctype == "Lead" else "referred_customer"
    if doctype == "Customer":
        for record in (REFERRAL, IDEA):
            by = "referrer" if record == REFERRAL else "customer"
            for row in frappe.get_all(record, {by: name}, pluck="name", order_by="creation asc"):
                frappe.delete_doc(record, row, ignore_permissions=True)  # who may delete the customer may
    for row in frappe.get_all(REFERRAL, {field: name}, pluck="name", order_by="creation asc"):
        doc: Any = frappe.get_doc(REFERRAL, row)
        doc.set(field, None)
        doc.contact_name = doc.contact_name or title
        doc.flags.ignore_permissions = True  # as above
        doc.save()
