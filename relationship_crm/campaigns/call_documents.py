"""Leads, opportunities and quotations that come of a call: as ERPNext makes them of the party, and naming the campaign."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from relationship_crm.campaigns import calls, naming

LEAD, OPPORTUNITY, QUOTATION = "Lead", "Opportunity", "Quotation"
#: How ERPNext makes one of a party; what is missing is filled in here.
MAKERS = {
    ("Customer", OPPORTUNITY): "erpnext.selling.doctype.customer.customer.make_opportunity",
    ("Customer", QUOTATION): "erpnext.selling.doctype.customer.customer.make_quotation",
    ("Lead", OPPORTUNITY): "erpnext.crm.doctype.lead.lead.make_opportunity",
    ("Lead", QUOTATION): "erpnext.crm.doctype.lead.lead.make_quotation",
    ("Prospect", OPPORTUNITY): "erpnext.crm.doctype.prospect.prospect.make_opportunity",
}
#: How each names its party.
PARTY = {OPPORTUNITY: ("opportunity_from", "party_name"), QUOTATION: ("quotation_to", "party_name")}


def possible(touch: Any, reads: bool) -> list[str]:
    """What the user can make of a call; of the party only what they may read."""
    wanted = (LEAD, OPPORTUNITY, QUOTATION) if reads else (LEAD,)
    return [doctype for doctype in wanted if frappe.has_permission(doctype, "create")]


def draft(name: str, doctype: str) -> Any:
    """A new document that comes of a call, not saved. A lead is somebody they told us of.

    Raises frappe.PermissionError where the user cannot make one.
    """
    touch = frappe.get_doc(calls.TOUCH, name)
    reads = bool(touch.party) and frappe.has_permission(touch.party_type, "read", touch.party)
    if doctype not in possible(touch, reads):
        frappe.throw(_("You cannot make a {0} of this call.").format(_(doctype)), frappe.PermissionError)
    doc = frappe.new_doc(doctype)
    doc.company = touch.company or doc.company
    if maker := MAKERS.get((touch.party_type, doctype)):
        doc = frappe.get_attr(maker)(touch.party, doc)
    if doctype in PARTY:
        of, party = PARTY[doctype]
        doc.update({of: touch.party_type, party: touch.party, "contact_person": touch.contact})
    else:
        doc.territory = touch.territory
    field, campaign = naming.campaign_field(doctype), naming.value_of(touch.campaign)
    if field and campaign:
        doc.set(field, campaign)
    return doc
