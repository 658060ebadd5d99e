"""What the form of a contract asks for about its charges. Each function checks its permission first."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from relationship_crm.contracts import charges_panel, invoices, linked_billing

CONTRACT, INVOICE = "Service Contract", "Sales Invoice"


@frappe.whitelist()
def charges(contract: str) -> dict[str, Any]:
    """The panel of charges; with what the user may do about them."""
    doc = _contract(contract, "read")
    may_draft = doc.docstatus == 1 and bool(frappe.has_permission(INVOICE, "create"))
    links = {
        field: doc.docstatus == 1
        and not doc.get(field)
        and bool(doc.has_permission("write") and frappe.has_permission(doctype, "create"))
        for field, doctype in (("subscription", "Subscription"), ("auto_repeat", "Auto Repeat"))
    }
    return {**charges_panel.panel(doc), "may_draft": may_draft, "may_link": links}


@frappe.whitelist(methods=["POST"])
def make_invoices(contract: str, what: str = invoices.INVOICES) -> list[str]:
    """Draft what a contract has to charge today, or what it has to give back; the names of the drafts."""
    _contract(contract, "read")
    frappe.has_permission(INVOICE, "create", throw=True)
    if what not in (invoices.INVOICES, invoices.CREDITS):
        frappe.throw(_("Choose invoices or credit notes."))
    return invoices.make(contract, what=what, now=True)


@frappe.whitelist(methods=["POST"])
def make_subscription(contract: str) -> str:
    """Bill a contract by a new Subscription; its name."""
    frappe.has_permission("Subscription", "create", throw=True)
    return linked_billing.make_subscription(_contract(contract, "write"))


@frappe.whitelist(methods=["POST"])
def make_auto_repeat(contract: str) -> str:
    """Bill a contract by repeating its next invoice; the name of the Auto Repeat."""
    frappe.has_permission("Auto Repeat", "create", throw=True)
    frappe.has_permission(INVOICE, "create", throw=True)
    return linked_billing.make_auto_repeat(_contract(contract, "write"))


def _contract(name: str, right: str) -> Any:
    doc = frappe.get_doc(CONTRACT, name)
    doc.check_permission(right)
    return doc
