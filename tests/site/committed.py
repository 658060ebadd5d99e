"""What a test commits, so that other connections see it, and how it is taken away again.

Tests that commit carry the mark `committed` (see `clean` in conftest.py), and hang everything on customers of their own.
"""

from __future__ import annotations

from collections.abc import Iterable

import frappe

#: Documents of a sale, by the field that names the customer.
SALES = {
    "Payment Entry": "party",
    "POS Invoice": "customer",
    "Sales Invoice": "customer",
    "Delivery Note": "customer",
    "Sales Order": "customer",
}
LEDGERS = ("GL Entry", "Payment Ledger Entry", "Stock Ledger Entry")
#: How rows of our own name a customer.
OURS = ("party", "customer", "referrer", "referred_customer")


def keep() -> None:
    """Others see it from now on."""
    frappe.db.commit()


def fresh() -> None:
    """Forget the past: the next look sees what others have committed."""
    frappe.db.rollback()
    frappe.local.message_log = []


def empty(*doctypes: str) -> None:
    """No row at all is left of these."""
    for doctype in doctypes:
        frappe.db.delete(doctype)


def remove(doctype: str, names: Iterable[str]) -> None:
    """Rows of documents, with those of their tables. No events, no questions asked."""
    names = list(names)
    if not names:
        return
    for field in frappe.get_meta(doctype).get_table_fields():
        frappe.db.delete(field.options, {"parenttype": doctype, "parent": ("in", names)})
    frappe.db.delete(doctype, {"name": ("in", names)})
    for name in names:
        frappe.clear_document_cache(doctype, name)


def remove_where(doctype: str, **filters: object) -> None:
    """The same for all that fit the filters."""
    remove(doctype, frappe.get_all(doctype, filters, pluck="name", order_by="name"))


def remove_sales(doctype: str, names: Iterable[str]) -> None:
    """Documents of a sale, with what they wrote into the ledgers: cancelled ones would stay."""
    names = list(names)
    for ledger in LEDGERS if names else ():
        frappe.db.delete(ledger, {"voucher_type": doctype, "voucher_no": ("in", names)})
    remove(doctype, names)


def customers_of(prefix: str) -> list[str]:
    """The customers whose names begin so."""
    return frappe.get_all("Customer", {"name": ("like", f"{prefix}%")}, pluck="name", order_by="name")


def remove_customers(names: Iterable[str]) -> None:
    """Customers with their sales, their contacts, what was written to them, and all we know about them."""
    theirs = ("in", [*names, ""])
    for doctype, field in SALES.items():
        remove_sales(doctype, frappe.get_all(doctype, {field: theirs}, pluck="name", order_by="name"))
    of_ours = {"module": "Relationship CRM", "issingle": 0, "istable": 0}
    for doctype in frappe.get_all("DocType", of_ours, pluck="name", order_by="name"):
        for field in OURS:
            if frappe.get_meta(doctype).has_field(field):
                remove_where(doctype, **{field: theirs})
    linked = {"link_doctype": "Customer", "link_name": theirs}
    contacts = {**linked, "parenttype": "Contact"}
    remove("Contact", frappe.get_all("Dynamic Link", contacts, pluck="parent", order_by="parent"))
    remove_where("Communication", reference_doctype="Customer", reference_name=theirs)
    frappe.db.delete("Communication Link", linked)
    remove_where("Customer", name=theirs)
