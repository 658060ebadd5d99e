"""Recommendations, as the tests of referrals need them."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from frappe.utils import add_days, getdate


@pytest.fixture
def no_referrals(clean: None) -> None:
    """Nobody has recommended anybody yet."""
    frappe.db.delete("Customer Referral")


def refer(referrer: str, customer: str | None = None, lead: str | None = None, **values: Any) -> Any:
    """The record that a customer recommended somebody."""
    doc = {
        "doctype": "Customer Referral",
        "referrer": referrer,
        "referred_customer": customer,
        "referred_lead": lead,
    }
    return frappe.get_doc({**doc, **values}).insert()


def records(**filters: Any) -> list[tuple]:
    """Referrer, lead, customer, status, source of the records, oldest first."""
    fields = ["referrer", "referred_lead", "referred_customer", "status", "source"]
    rows = frappe.get_all("Customer Referral", filters, fields, order_by="creation asc")
    return [tuple(row.values()) for row in rows]


def says(doctype: str, name: str) -> str | None:
    """Who recommended a lead or customer, as its own form says."""
    return frappe.db.get_value(doctype, name, "relationship_referred_by")


def paid_invoice(customer: str, amount: float = 100, day: Any = None) -> Any:
    """An invoice that was paid on its day."""
    day = day or getdate()
    invoice = erp.invoice(customer, day, [(erp.ADVICE, 1, amount)], due=add_days(day, 30))
    erp.payment(invoice, day, amount)
    return invoice
