"""A small company with two years of orders, deliveries, invoices, payments and complaints, on a site.

For `make site` and for demonstrations: `bench --site … execute relationship_crm.demo.site.create`. Writes real documents,
so it takes a few minutes, and belongs on no productive site.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate, today

SEED = 7
GROUPS = ("Demo Retail", "Demo Industry")
ITEMS = (("Demo Lamp", 40.0), ("Demo Cable", 12.0), ("Demo Switch", 25.0), ("Demo Service", 90.0))


@dataclass(frozen=True)
class Profile:
    """How a kind of customer behaves: days between orders, how late we deliver and they pay, how often they complain."""

    name: str
    customers: int
    gap: int
    late_delivery: float
    late_payment: int
    complaints: float
    last_year_only: bool = False
    stops: int = 0  # days before today of the last order


PROFILES = (
    Profile("Champion", 5, 45, 0.05, 0, 0.02),
    Profile("Regular", 8, 90, 0.15, 5, 0.08),
    Profile("Slipping", 5, 70, 0.45, 20, 0.35, stops=190),
    Profile("Lost", 4, 80, 0.5, 30, 0.4, stops=420),
    Profile("Newcomer", 5, 60, 0.1, 2, 0.05, last_year_only=True),
    Profile("One-off", 5, 1000, 0.2, 5, 0.1),
)


def create() -> None:
    """Write the demo company's documents and assess everybody. Does nothing where they exist."""
    if frappe.db.exists("Customer", {"customer_name": ["like", "Demo %"]}):
        print("The demo documents are there already.")
        return
    company = _company()
    _masters(company)
    rng = random.Random(SEED)
    for profile in PROFILES:
        for number in range(1, profile.customers + 1):
            _customer(rng, profile, number, company)
            frappe.db.commit()  # nosemgrep: a command of its own, a customer at a time
        print(f"{profile.name}: {profile.customers} customers", flush=True)
    _leads()
    frappe.db.commit()  # nosemgrep: as above
    from relationship_crm.assessment.process import create_run, execute

    run = create_run()
    frappe.db.commit()  # nosemgrep: as above
    execute(run.name)
    from relationship_crm.demo.campaign import plan

    plan(company)
    frappe.db.commit()  # nosemgrep: as above


def _company() -> str:
    """The site's first company; the setup wizard's own function makes one where there is none."""
    found = frappe.get_all("Company", pluck="name", order_by="creation asc", limit=1)
    if found:
        return found[0]
    from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

    year = getdate(today()).year
    setup_complete(
        {
            "language": "English",
            "email": "demo@example.com",
            "full_name": "Demo User",
            "password": frappe.generate_hash(length=20),
            "country": "United States",
            "timezone": "America/New_York",
            "currency": "USD",
            "company_name": "Demo Trading",
            "company_abbr": "DT",
            "chart_of_accounts": "Standard",
            "fy_start_date": f"{year}-01-01",
            "fy_end_date": f"{year}-12-31",
        }
    )
    return frappe.get_all("Company", pluck="name", order_by="creation asc", limit=1)[0]


def _ensure(doctype: str, key: dict[str, Any], **values: Any) -> str:
    """The name of a document, made where it does not exist."""
    name = frappe.db.exists(doctype, key)
    return name or frappe.get_doc({"doctype": doctype, **key, **values}).insert().name


def _masters(company: str) -> None:
    root = (
        frappe.db.get_value("Customer Group", {"is_group": 1, "parent_customer_group": ["in", ["", None]]})
        or ""
    )
    for group in GROUPS:
        _ensure("Customer Group", {"customer_group_name": group}, parent_customer_group=root)
    item_root = frappe.db.get_value("Item Group", {"is_group": 1}) or "All Item Groups"
    for code, _rate in ITEMS:
        group = _ensure("Item Group", {"item_group_name": f"{code}s"}, parent_item_group=item_root)
        _ensure(
            "Item", {"item_code": code}, item_name=code, item_group=group, is_stock_item=0, stock_uom="Nos"
        )
    year = getdate(today()).year
    for y in (year - 2, year - 1, year):
        if not frappe.db.exists("Fiscal Year", {"year_start_date": f"{y}-01-01"}):
            _ensure("Fiscal Year", {"year": f"{y}"}, year_start_date=f"{y}-01-01", year_end_date=f"{y}-12-31")


def _customer(rng: random.Random, profile: Profile, number: int, company: str) -> None:
    customer = frappe.get_doc(
        {
            "doctype": "Customer",
            "customer_name": f"Demo {profile.name} {number}",
            "customer_type": "Company",
            "customer_group": GROUPS[number % len(GROUPS)],
            "territory": frappe.db.get_value("Territory", {"is_group": 0}, order_by="name asc"),
        }
    ).insert()
    for day in _order_days(rng, profile):
        _sale(rng, profile, customer.name, company, day)
        if rng.random() < profile.complaints:
            _issue(rng, customer.name, day + timedelta(days=12))


def _order_days(rng: random.Random, profile: Profile) -> Iterator[date]:
    end = getdate(today()) - timedelta(days=profile.stops or 5)
    day = end - timedelta(days=240 if profile.last_year_only else 640) + timedelta(days=rng.randrange(30))
    while day < end:
        yield day
        day += timedelta(days=max(5, round(rng.gauss(profile.gap, profile.gap / 6))))


def _sale(rng: random.Random, profile: Profile, customer: str, company: str, day: date) -> None:
    """An order, its delivery, its invoice and its payment, each on its own day."""
    promise = day + timedelta(days=7)
    late = rng.randrange(3, 14) if rng.random() < profile.late_delivery else 0
    delivered = promise + timedelta(days=late)
    item, rate = rng.choice(ITEMS)
    line = {"item_code": item, "qty": rng.randrange(1, 20), "rate": rate, "delivery_date": promise}
    order = _submit(
        "Sales Order",
        customer=customer,
        company=company,
        transaction_date=day,
        delivery_date=promise,
        items=[line],
    )
    if delivered > getdate(today()):
        return
    from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
    from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice

    _dated(make_delivery_note(order.name), delivered)
    invoice = _dated(make_sales_invoice(order.name), delivered, due_date=delivered + timedelta(days=14))
    paid = delivered + timedelta(days=14 + round(rng.gauss(profile.late_payment, 4)))
    if paid <= getdate(today()):
        entry = get_payment_entry("Sales Invoice", invoice.name)
        entry.update(
            {"posting_date": max(paid, delivered), "reference_no": invoice.name, "reference_date": paid}
        )
        entry.insert().submit()


def _dated(doc: Any, day: date, **values: Any) -> Any:
    doc.update({"posting_date": day, "set_posting_time": 1, "payment_terms_template": None, **values})
    doc.set("payment_schedule", [])
    return doc.insert().submit()


def _submit(doctype: str, **values: Any) -> Any:
    return frappe.get_doc({"doctype": doctype, **values}).insert().submit()


def _issue(rng: random.Random, customer: str, day: date) -> None:
    if day > getdate(today()):
        return
    subject = rng.choice(("Parts missing", "Wrong colour", "Box damaged", "Invoice not clear"))
    frappe.get_doc(
        {
            "doctype": "Issue",
            "subject": subject,
            "customer": customer,
            "opening_date": day,
            "status": "Closed",
        }
    ).insert()


def _leads() -> None:
    for number in range(1, 9):
        frappe.get_doc(
            {"doctype": "Lead", "lead_name": f"Demo Lead {number}", "company_name": f"Demo Prospect {number}"}
        ).insert()
