"""A row of a contract's invoice: item, quantity and rate, service period, and the text."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe.utils import cint, getdate

from relationship_crm.contracts import invoice_text
from relationship_crm.contracts.credit import Original
from relationship_crm.contracts.fields import CHARGE, CONTRACT, LINE
from relationship_crm.contracts.figures import figures, one_piece
from relationship_crm.contracts.invoice_plan import Row
from relationship_crm.contracts.owing import Standing


def head(contract: Any, name: str, day: date) -> dict[str, Any]:
    """What an invoice takes from a contract, or from the columns of one."""
    found = {
        "customer": contract.customer,
        "company": contract.company,
        "currency": contract.currency,
        "set_posting_time": 1,
        "posting_date": day,
        "project": contract.project,
        "cost_center": contract.cost_center,
        "taxes_and_charges": contract.taxes_and_charges,
        "payment_terms_template": contract.payment_terms_template,
        # the contract's prices are agreed
        "ignore_pricing_rule": 1,
        CONTRACT: name,
    }
    return {**found, "letter_head": contract.letter_head} if contract.letter_head else found


def fill(doc: Any) -> None:
    """The rest as ERPNext fills it: accounts, rates, terms; taxes by the contract, the customer's rules, or the company."""
    if doc.taxes_and_charges:
        doc.append_taxes_from_master()
    doc.set_missing_values()
    if not doc.get("taxes"):
        doc.set_taxes()


def values(
    standing: Standing,
    doc: Any,
    row: Row,
    original: Original | None,
    entries: dict[str, frappe._dict],
    lang: str,
) -> dict[str, Any]:
    """The row of a draft, as far as the contract says; ERPNext fills the rest."""
    promise, first = standing.promises.get(row.line), row.charges[0]
    item = promise and (promise.row.billing_item or promise.row.item_code)
    found: dict[str, Any] = {
        "item_name": promise.title if promise else row.line,
        "cost_center": standing.head.cost_center,
        "project": standing.head.project,
        CONTRACT: standing.contract,
        LINE: row.line,
        CHARGE: row.key,
    }
    if original:
        item = original.rows[row.key].item_code
        found["sales_invoice_item"] = original.rows[row.key].name
    found["item_code"] = item
    if not item:
        found["income_account"] = frappe.get_cached_value("Company", doc.company, "default_income_account")
    if row.is_overage:
        found["description"] = invoice_text.overage(promise, row.charges, entries, lang)
        # the work is done
        return {**found, **figures(row, promise, item, doc.currency), "enable_deferred_revenue": 0}
    found["description"] = invoice_text.scheduled(promise, first, lang)
    period = {"service_start_date": first.start, "service_end_date": first.end}
    return {**found, **one_piece(row), **period, **_deferral(standing, doc, row, item)}


def _deferral(standing: Standing, doc: Any, row: Row, item: str | None) -> dict[str, Any]:
    """Revenue spread over the service period, where some of it is left. Without an account ERPNext takes the company's."""
    posted, end = getdate(doc.posting_date), row.charges[0].end
    if doc.is_return or posted > end:
        # of a return the income is taken back at once; and ERPNext refuses to spread over what lies behind
        return {"enable_deferred_revenue": 0}
    if not cint(standing.head.defer_revenue) or posted == end:
        return {}
    account = item and frappe.db.get_value(
        "Item Default", {"parent": item, "company": doc.company}, "deferred_revenue_account"
    )
    return {"enable_deferred_revenue": 1, "deferred_revenue_account": account or None}
