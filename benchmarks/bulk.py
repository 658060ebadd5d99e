"""Documents in bulk: one real row of each kind as template, the rest by INSERT … SELECT.

A real document of each kind is saved and submitted through the ORM, its rows are read back, and the savepoint is rolled
back. So every column, default and custom field of this version of ERPNext is right. What varies comes as SQL
expressions over a staging table. Names and expressions are constants of the benchmarks; values travel as parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe.utils import now, today

#: Header amounts that are one number in a book without taxes and with one currency.
NET = (
    *("total", "base_total", "net_total", "base_net_total", "grand_total", "base_grand_total"),
    *("rounded_total", "base_rounded_total"),
)
#: The same on a line, and its rates.
LINE_NET = ("amount", "base_amount", "net_amount", "base_net_amount")
LINE_RATE = ("rate", "base_rate", "net_rate", "base_net_rate", "price_list_rate", "base_price_list_rate")
ITEM = "RB-Item"
#: Sales people in the book.
PEOPLE = 6


def ensure_item(item: str = ITEM) -> str:
    """An item without stock."""
    if not frappe.db.exists("Item", item):
        group = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="name", limit=1)[0]
        values = {"item_code": item, "item_group": group, "is_stock_item": 0, "stock_uom": "Nos"}
        frappe.get_doc({"doctype": "Item", **values}).insert()
    return item


def sale(company: str, customer: str) -> dict[str, Any]:
    """What a sales document of the benchmarks says, in the company's own currency."""
    currency = frappe.get_cached_value("Company", company, "default_currency")
    prices = f"RB {currency}"
    if not frappe.db.exists("Price List", prices):
        values = {"price_list_name": prices, "currency": currency, "selling": 1}
        frappe.get_doc({"doctype": "Price List", **values}).insert()
    values = {"customer": customer, "company": company, "currency": currency, "selling_price_list": prices}
    return {**values, "price_list_currency": currency, "conversion_rate": 1, "plc_conversion_rate": 1}


class Bulk:
    """Templates of one company, and the staging tables of this connection."""

    def __init__(self, company: str) -> None:
        self.company = company
        self.template: dict[str, dict[str, Any]] = {}
        ensure_item()
        sales_persons(PEOPLE)
        frappe.db.commit()
        frappe.db.savepoint("rb_templates")
        try:
            self._sell()
            self._talk()
        finally:
            frappe.db.rollback(save_point="rb_templates")
            frappe.db.rollback()

    def _grab(self, doctype: str, **where: Any) -> None:
        columns = dict.fromkeys(frappe.db.get_table_columns(doctype))
        row = frappe.get_all(doctype, filters=where, fields=["*"], order_by="creation", limit=1)[0]
        self.template[doctype] = {**columns, **row}

    def _sell(self) -> None:
        """One sale from order to payment."""
        from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
        from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice

        groups = frappe.get_all("Customer Group", {"is_group": 0}, pluck="name", order_by="name")
        territories = frappe.get_all("Territory", {"is_group": 0}, pluck="name", order_by="name")
        customer = {"customer_name": "RB-Template", "customer_group": groups[0], "territory": territories[0]}
        customer = frappe.get_doc({"doctype": "Customer", **customer}).insert()
        self._grab("Customer", name=customer.name)
        person = {"sales_person": sales_persons(1)[0], "allocated_percentage": 100}
        item = {"item_code": ITEM, "qty": 1, "rate": 100, "delivery_date": today()}
        values = {**sale(self.company, customer.name), "delivery_date": today()}
        order = frappe.get_doc({"doctype": "Sales Order", **values, "items": [item], "sales_team": [person]})
        order.insert()
        order.submit()
        self._document("Sales Order", order.name)
        self._grab("Sales Team", parent=order.name)
        for make, doctype in ((make_delivery_note, "Delivery Note"), (make_sales_invoice, "Sales Invoice")):
            doc = make(order.name)
            doc.insert()
            doc.submit()
            self._document(doctype, doc.name)
        self._grab("Payment Ledger Entry", voucher_no=doc.name)
        payment = get_payment_entry("Sales Invoice", doc.name)
        payment.update({"reference_no": "RB", "reference_date": today()})
        payment.insert()
        payment.submit()
        self._grab("Payment Entry", name=payment.name)
        self._grab("Payment Entry Reference", parent=payment.name)

    def _document(self, doctype: str, name: str) -> None:
        self._grab(doctype, name=name)
        self._grab(f"{doctype} Item", parent=name)

    def _talk(self) -> None:
        """An issue and a message."""
        customer = self.template["Customer"]["name"]
        values = {"subject": "RB", "customer": customer, "raised_by": "rb@example.com"}
        issue = frappe.get_doc({"doctype": "Issue", **values}).insert()
        self._grab("Issue", name=issue.name)
        link = {"link_doctype": "Customer", "link_name": customer}
        values = {
            "communication_medium": "Email",
            "sent_or_received": "Sent",
            "content": "RB",
            "subject": "RB",
        }
        reference = {"reference_doctype": "Customer", "reference_name": customer, "communication_date": now()}
        mail = frappe.get_doc(
            {"doctype": "Communication", **values, **reference, "timeline_links": [link]}
        ).insert()
        self._grab("Communication", name=mail.name)
        self._grab("Communication Link", parent=mail.name)

    def stage(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """A temporary table of these columns (name: SQL type) with these rows."""
        frappe.db.sql_ddl(
            f"create or replace temporary table `{name}` ({', '.join(f'`{c}` {t}' for c, t in columns.items())})"
        )
        marks = ", ".join(["%s"] * len(columns))
        frappe.db._cursor.executemany(f"insert into `{name}` values ({marks})", list(rows))

    def fill(self, doctype: str, source: str, **expressions: str) -> None:
        """Rows of a DocType: its template with these SQL expressions over `source` (FROM and WHERE)."""
        template = self.template[doctype]
        expressions = {c: e for c, e in expressions.items() if c in template}
        constants = {c: v for c, v in template.items() if c not in expressions}
        names = ", ".join(f"`{c}`" for c in (*expressions, *constants))
        chosen = ", ".join((*expressions.values(), *(f"%({c})s" for c in constants)))
        frappe.db.sql(f"insert into `tab{doctype}` ({names}) select {chosen} from {source}", constants)


def sales_persons(count: int) -> list[str]:
    """Sales people of the benchmarks."""
    root = frappe.get_all("Sales Person", {"is_group": 1}, pluck="name", order_by="lft", limit=1)
    names = [f"RB Person {i}" for i in range(count)]
    for name in names:
        if not frappe.db.exists("Sales Person", name):
            parent = {"parent_sales_person": root[0]} if root else {}
            frappe.get_doc({"doctype": "Sales Person", "sales_person_name": name, **parent}).insert()
    return names


def same(columns: Iterable[str], expression: str) -> dict[str, str]:
    """The same expression for several columns."""
    return dict.fromkeys(columns, expression)


def wipe(doctypes: Iterable[str]) -> None:
    """Remove what the benchmarks made."""
    for doctype in doctypes:
        frappe.db.sql(f"delete from `tab{doctype}` where name like 'RB-%%'")
    frappe.db.commit()
