"""What the browser tests look at: three customers with a history, and the user who looks. Committed, and taken away again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import onsite  # makes the helpers of the site suite known

# isort: split
import erp
import frappe
import house
from committed import remove_customers
from erp import ADVICE
from frappe.utils import add_days, getdate

#: A steady one whose last delivery was late, a newcomer, one who fell silent.
STEADY, NEW, SILENT = "RCRM Browser Steady", "RCRM Browser New", "RCRM Browser Silent"
CUSTOMERS = (STEADY, NEW, SILENT)
USER = "rcrm-browser@example.com"
ROLES = (
    *(
        "System Manager",
        "Sales User",
        "Sales Manager",
        "Sales Master Manager",
        "Accounts User",
        "Accounts Manager",
    ),
    *("Stock User", "Support Team", "Relationship Manager"),
)


def make() -> dict[str, Any]:
    """Documents, their assessment, the user."""
    from relationship_crm.assessment.run import assess_parties

    house.build_house()
    for year in (getdate().year - 1, getdate().year):
        house.fiscal_year(year)
    for name in CUSTOMERS:
        erp.customer(name)
    for n in range(6, 0, -1):
        sale(STEADY, ago(30 * n), delivered=n <= 2, late=5 if n == 1 else 0)
    sale(NEW, ago(12), paid=False)
    for n in range(4, 0, -1):
        sale(SILENT, ago(200 + 20 * n))
    assess_parties([("Customer", name) for name in CUSTOMERS])
    frappe.db.delete("Relationship Event", {"party": ["in", CUSTOMERS]})
    return {"user": USER, "password": user(), "steady": STEADY, "new": NEW, "silent": SILENT}


def ago(days: int) -> date:
    """A day in the past."""
    return getdate(add_days(getdate(), -days))


def sale(customer: str, day: date, delivered: bool = False, late: int = 0, paid: bool = True) -> None:
    """An invoice of a service and its payment; before them an order, and its delivery five days after it."""
    items = [(ADVICE, 1, 100)]
    dates = {"day": day + timedelta(days=6), "due": day + timedelta(days=20)}
    if delivered:
        order = erp.order(customer, day, items, day + timedelta(days=5))
        erp.delivery(order, day + timedelta(days=5 + late), [(0, 1)])
        invoice = erp.invoice_of(order, lines=[(0, 1)], **dates)
    else:
        invoice = erp.invoice(customer, items=items, **dates)
    if paid:
        erp.payment(invoice, day + timedelta(days=12), 100)


def user() -> str:
    """The user's password."""
    password = frappe.generate_hash(length=24)
    doc = frappe.get_doc(
        {
            "doctype": "User",
            "email": USER,
            "first_name": "Browser",
            "send_welcome_email": 0,
            "new_password": password,
            "language": "en",
            "roles": [{"role": role} for role in ROLES],
        }
    )
    doc.flags.ignore_password_policy = True
    doc.insert()
    return password


def remove() -> None:
    """Take everything away: this is a site for tests, and cancelled documents would stay."""
    remove_customers(CUSTOMERS)
    if frappe.db.exists("User", USER):
        frappe.delete_doc("User", USER, force=True)


if __name__ == "__main__":
    onsite.main(make=make, remove=remove)
