"""Who a user of the customers' portal is."""

from __future__ import annotations

import frappe
from frappe import _


def customers() -> dict[str, str]:
    """The customers that the user of the portal belongs to, with their names."""
    from erpnext.controllers.website_list_for_contact import get_parents_for_user

    names = get_parents_for_user("Customer")
    if not names:
        return {}
    rows = frappe.get_all(
        "Customer",
        {"name": ("in", names), "disabled": 0},
        ["name", "customer_name"],
        order_by="customer_name asc",
    )
    return {row.name: row.customer_name for row in rows}


def only_for_users() -> None:
    """Ask guests to log in."""
    if frappe.session.user == "Guest":
        frappe.throw(_("You need to be logged in to access this page"), frappe.PermissionError)
