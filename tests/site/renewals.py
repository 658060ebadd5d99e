"""Contracts about to be renewed, dated from today: what the tests of renewals share."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, HOURS, VISITS, line, make_contract
from frappe.utils import add_days, add_months, getdate

from relationship_crm.contracts import renewal, renewal_api
from relationship_crm.contracts.renewal import CONTRACT, RENEWAL

ACME = "RCRM Renewal Acme"


def today() -> date:
    return getdate()


@pytest.fixture
def about_to_renew(clean) -> str:
    """The customer, years to post in, and no contracts of others: they would count in the probability of renewal."""
    from house import fiscal_year

    for doctype in (CONTRACT, RENEWAL):
        frappe.db.delete(doctype)
    for year in range(today().year - 1, today().year + 3):
        fiscal_year(year)
    return erp.customer(ACME)


def contract(notice_in: int = 10, *lines: dict[str, Any], **values: Any) -> Any:
    """A year's contract whose last day of notice is so many days ahead; prices rise by 3 % a year."""
    end = add_days(today(), notice_in + 60)
    terms = {"price_adjustment": "Fixed Percent", "adjustment_percent": 3, "notice_days": 60, **values}
    rows = lines or (line(HOURS), line(VISITS), line(FEE))
    return make_contract(ACME, *rows, start_date=add_days(add_months(end, -12), 1), end_date=end, **terms)


def opened(doc: Any) -> Any:
    """The renewal of a contract, as the night opens it."""
    (name,) = renewal.open_for([doc.name])
    return frappe.get_doc(RENEWAL, name)


def proposed(doc: Any) -> Any:
    """… with its quotation submitted."""
    one = opened(doc)
    frappe.get_doc("Quotation", renewal_api.make_quotation(one.name)).submit()
    return frappe.get_doc(RENEWAL, one.name)


def accepted(doc: Any) -> Any:
    """… and its successor."""
    return frappe.get_doc(CONTRACT, renewal_api.accept(proposed(doc).name)["successor"])


def of(doc: Any, *columns: str) -> tuple:
    """Columns of a document as they are stored."""
    return frappe.db.get_values(doc.doctype, doc.name, columns)[0]


def order_of(quotation: str, **values: Any) -> Any:
    """A draft of a sales order from a quotation."""
    from erpnext.selling.doctype.quotation.quotation import make_sales_order

    order = make_sales_order(quotation)
    order.update({"delivery_date": add_days(today(), 5), **values})
    for row in order.items:
        row.update({"delivery_date": order.delivery_date, "warehouse": erp.warehouse(erp.COMPANY)})
    return order.insert()


def count(work: Any) -> int:
    """How many statements something sends to the database."""
    sent, original = [], frappe.db.sql
    frappe.db.sql = lambda *args, **kwargs: sent.append(1) or original(*args, **kwargs)
    try:
        work()
    finally:
        frappe.db.sql = original
    return len(sent)


def user_with(*roles: str) -> str:
    """A new user with some roles."""
    name = f"rcrm-renewal-{frappe.generate_hash(length=6)}@example.com"
    doc = frappe.get_doc({"doctype": "User", "email": name, "first_name": "R", "send_welcome_email": 0})
    doc.flags.no_welcome_mail = True
    doc.insert()
    doc.add_roles(*roles)
    return name


def chains(count: int, length: int, ended: bool, months: int = 12) -> None:
    """So many chains of contracts, written into the table: each year from long ago on."""
    names = ("name", "docstatus", "customer", "start_date", "end_date", "renewal", "renewal_months", "renewed_from",
             "renewed_on", "renewed_into", "decided_on", "not_renewed_reason")  # fmt: skip
    rows = []
    for _ in range(count):
        root = frappe.generate_hash(length=10)
        for year in range(length):
            start = date(today().year - length + year, today().month, 1)
            last = year + 1 == length
            end = add_days(today(), 200) if last and not ended else add_days(add_months(start, 12), -1)
            decided = add_days(add_months(start, 12), -100)
            rows.append(
                (f"{root}-{year}", 1, ACME, start, end, "By Proposal", months, f"{root}-{year - 1}" if year else None,
                 add_days(start, -100) if year else None, None if last else f"{root}-{year + 1}",
                 None if last and not ended else decided, "Price" if last and ended else None)
            )  # fmt: skip
    frappe.db.bulk_insert(CONTRACT, names, rows)


def events(key: str, as_of: Any = None, known_on: Any = None) -> list[tuple]:
    """Day, value and document of a signal about the customer."""
    from relationship_crm.ledger.dialect import Dialect, render
    from relationship_crm.ledger.site import SiteLedger
    from relationship_crm.signals import Scope, standard_signals
    from relationship_crm.signals.base import events_query

    ledger, signal = SiteLedger(), next(s for s in standard_signals() if s.key == key)
    query = events_query(signal, Scope(ledger.has, restricted=True, known=known_on is not None))
    midnight = {"as_of_next": as_of or add_days(today(), 900), "known_next": known_on or today()}
    values = {name: datetime.combine(add_days(getdate(day), 1), time()) for name, day in midnight.items()}
    rows = ledger.rows(
        render(query, Dialect.MARIADB), {**values, "customers": [ACME], "leads": [], "prospects": []}
    )
    return [(getdate(r[2]), float(r[4]), r[7]) for r in rows]
