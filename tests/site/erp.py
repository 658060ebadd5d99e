"""ERPNext documents of our own, dated as the tests say. Nothing here leans on ERPNext's test records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import frappe
from frappe.utils import flt, getdate, now_datetime

from relationship_crm.campaigns.naming import campaign_field, names_utm

COMPANY, COMPANY_EUR = "RCRM House", "RCRM Haus"
WIDGET, GADGET, ADVICE = (
    "RCRM Widget",
    "RCRM Gadget",
    "RCRM Advice",
)  # two goods and a service, each in a group of its own
TRADE, CRAFT = "RCRM Trade", "RCRM Craft"
NORTH, SOUTH = "RCRM North", "RCRM South"
PREPAID, ANNA, BORIS = "RCRM Prepaid", "RCRM Anna", "RCRM Boris"
WALK_IN, PROFILE = "RCRM Walk-in", "RCRM Counter"
PRICES = {COMPANY: ("RCRM Prices USD", "USD"), COMPANY_EUR: ("RCRM Prices EUR", "EUR")}
ABBR = {COMPANY: "RCH", COMPANY_EUR: "RCX"}
YEAR = 2024  # the year most tests play in


def ensure(doctype: str, name: str, **values: Any) -> str:
    """A record by name, inserted when missing."""
    if not frappe.db.exists(doctype, name):
        frappe.get_doc({"doctype": doctype, "name": name, **values}).insert(ignore_permissions=True)
    return name


# looking up


def warehouse(company: str) -> str:
    return f"Stores - {ABBR[company]}"


def account(kind: str, company: str = COMPANY) -> str:
    """An account of a type, e.g. Cash or Temporary."""
    filters = {"company": company, "account_type": kind, "is_group": 0}
    return frappe.get_all("Account", filters=filters, pluck="name", order_by="name", limit=1)[0]


# parties


def customer(
    name: str, group: str = TRADE, territory: str = NORTH, only_missing: bool = False, **values: Any
) -> str:
    if only_missing and frappe.db.exists("Customer", name):
        return name
    doc = {
        "doctype": "Customer",
        "customer_name": name,
        "customer_type": "Company",
        "customer_group": group,
        "territory": territory,
    }
    return frappe.get_doc({**doc, **values}).insert().name


def lead(name: str, territory: str = NORTH, **values: Any) -> str:
    return (
        frappe.get_doc(
            {"doctype": "Lead", "lead_name": name, "company_name": name, "territory": territory, **values}
        )
        .insert()
        .name
    )


def opportunity(party_type: str, party: str, day: date | str, **values: Any) -> Any:
    return frappe.get_doc(
        {
            "doctype": "Opportunity",
            "opportunity_from": party_type,
            "party_name": party,
            "transaction_date": day,
            "company": COMPANY,
            "currency": "USD",
            "conversion_rate": 1,
            **values,
        }
    ).insert()


def of_campaign(doctype: str, campaign: str) -> dict[str, str]:
    """What a document of a kind holds to name one of ERPNext's Campaigns: the Campaign, or the UTM Campaign of its title."""
    fieldname = campaign_field(doctype)
    value = frappe.db.get_value("Campaign", campaign, "campaign_name") if names_utm() else campaign
    return {fieldname: value}


# sales documents; items are (item, quantity, rate) or (item, quantity, rate, more fields of the row)


def _rows(items: list[tuple], company: str, stock: bool) -> list[dict[str, Any]]:
    rows = []
    for item, qty, rate, *more in items:
        row = {
            "item_code": item,
            "qty": qty,
            "rate": rate,
            "price_list_rate": rate,
            **(more[0] if more else {}),
        }
        if stock and item != ADVICE:
            row["warehouse"] = warehouse(company)
        rows.append(row)
    return rows


def _sale(doctype: str, company: str, items: list[tuple], values: dict[str, Any], submit: bool) -> Any:
    price_list, currency = PRICES[company]
    doc = frappe.get_doc(
        {
            "doctype": doctype,
            "company": company,
            "currency": currency,
            "conversion_rate": 1,
            "selling_price_list": price_list,
            "price_list_currency": currency,
            "plc_conversion_rate": 1,
            "ignore_pricing_rule": 1,
            "disable_rounded_total": 1,
            "items": _rows(items, company, doctype != "Quotation"),
            **values,
        }
    ).insert()
    return doc.submit() or doc if submit else doc


def quotation(
    party_type: str, party: str, day: date | str, items: list[tuple], submit: bool = True, **values: Any
) -> Any:
    party = {"quotation_to": party_type, "party_name": party, "transaction_date": day}
    return _sale("Quotation", values.pop("company", COMPANY), items, {**party, **values}, submit)


def order(
    customer: str,
    day: date | str,
    items: list[tuple],
    deliver: date | str,
    submit: bool = True,
    **values: Any,
) -> Any:
    """A sales order; `deliver` is the date promised for rows that name none of their own."""
    rows = [
        (item, qty, rate, {"delivery_date": deliver, **(more[0] if more else {})})
        for item, qty, rate, *more in items
    ]
    head = {"customer": customer, "transaction_date": day, "delivery_date": deliver, "order_type": "Sales"}
    return _sale("Sales Order", values.pop("company", COMPANY), rows, {**head, **values}, submit)


def _of_order(sales_order: Any, lines: list[tuple[int, float]], detail: str) -> list[tuple]:
    """Rows that fulfil lines of an order, given as (position, quantity)."""
    found = []
    for position, qty in lines:
        row = sales_order.items[position]
        link = {detail: sales_order.name, "so_detail": row.name}
        found.append((row.item_code, qty, row.rate, link))
    return found


def delivery(
    sales_order: Any, day: date | str, lines: list[tuple[int, float]], submit: bool = True, **values: Any
) -> Any:
    head = {
        "customer": sales_order.customer,
        "set_posting_time": 1,
        "posting_date": day,
        "posting_time": "12:00:00",
    }
    items = _of_order(sales_order, lines, "against_sales_order")
    return _sale("Delivery Note", sales_order.company, items, {**head, **values}, submit)


def invoice(
    customer: str,
    day: date | str,
    items: list[tuple],
    due: date | str | None = None,
    submit: bool = True,
    **values: Any,
) -> Any:
    head = {
        "customer": customer,
        "set_posting_time": 1,
        "posting_date": day,
        "posting_time": "12:00:00",
        "due_date": due or f"{getdate(day).year}-12-31",
    }
    return _sale("Sales Invoice", values.pop("company", COMPANY), items, {**head, **values}, submit)


def invoice_of(sales_order: Any, day: date | str, lines: list[tuple[int, float]], **values: Any) -> Any:
    return invoice(
        sales_order.customer,
        day,
        _of_order(sales_order, lines, "sales_order"),
        company=sales_order.company,
        **values,
    )


def credit_note(original: Any, day: date | str, quantity: float | None = None) -> Any:
    """Returns `quantity` of the first row, or everything."""
    from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

    doc = make_sales_return(original.name)
    doc.update({"set_posting_time": 1, "posting_date": day, "posting_time": "13:00:00", "due_date": day})
    if quantity is not None:
        doc.set("items", doc.items[:1])
        doc.items[0].qty = -quantity
    doc.payment_schedule = []
    doc.insert()
    doc.submit()
    return doc


def amend(doc: Any, **values: Any) -> Any:
    """A cancelled document once more."""
    again = frappe.copy_doc(doc)
    again.amended_from, again.docstatus, again.payment_schedule = doc.name, 0, []
    again.update(values)
    again.insert()
    again.submit()
    return again


def cancel(doctype: str, name: str) -> Any:
    doc = frappe.get_doc(doctype, name)
    doc.cancel()
    return doc


# payments


def payment(against: Any, day: date | str, amount: float, submit: bool = True) -> Any:
    """A payment entry for an invoice or, in advance, an order."""
    from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

    doc = get_payment_entry(
        against.doctype, against.name, party_amount=amount, bank_account=account("Cash", against.company)
    )
    doc.update({"posting_date": day, "reference_no": "R", "reference_date": day})
    doc.insert()
    return doc.submit() or doc if submit else doc


def payment_on_account(customer: str, day: date | str, amount: float) -> Any:
    """A payment that belongs to no document yet."""
    doc = frappe.get_doc(
        {
            "doctype": "Payment Entry",
            "payment_type": "Receive",
            "party_type": "Customer",
            "party": customer,
            "company": COMPANY,
            "posting_date": day,
            "paid_from": account("Receivable"),
            "paid_to": account("Cash"),
            "paid_amount": amount,
            "received_amount": amount,
            "source_exchange_rate": 1,
            "target_exchange_rate": 1,
        }
    ).insert()
    doc.submit()
    return doc


def journal_payment(against: Any, day: date | str, amount: float) -> Any:
    """A customer pays an invoice through a journal entry."""
    debtors = {
        "account": account("Receivable"),
        "party_type": "Customer",
        "party": against.customer,
        "reference_type": "Sales Invoice",
        "reference_name": against.name,
        "credit_in_account_currency": amount,
    }
    cash = {"account": account("Cash"), "debit_in_account_currency": amount}
    doc = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "voucher_type": "Journal Entry",
            "company": COMPANY,
            "posting_date": day,
            "accounts": [debtors, cash],
        }
    ).insert()
    doc.submit()
    return doc


def outstanding(name: str) -> float:
    return flt(frappe.db.get_value("Sales Invoice", name, "outstanding_amount"))


# the counter


def pos_invoice(customer: str, day: date | str, items: list[tuple]) -> Any:
    """A sale at the counter; needs an open till."""
    if frappe.get_meta("POS Settings").has_field("invoice_type"):  # version 16 can do without POS Invoices
        frappe.db.set_single_value("POS Settings", "invoice_type", "POS Invoice")
    user = frappe.session.user
    if not frappe.db.exists("POS Opening Entry", {"pos_profile": PROFILE, "status": "Open", "docstatus": 1}):
        frappe.get_doc(
            {
                "doctype": "POS Opening Entry",
                "period_start_date": f"{day} 08:00:00",
                "posting_date": day,
                "company": COMPANY,
                "pos_profile": PROFILE,
                "user": user,
                "balance_details": [{"mode_of_payment": "Cash", "opening_amount": 0}],
            }
        ).insert().submit()
    total = sum(qty * rate for _item, qty, rate, *_more in items)
    head = {
        "customer": customer,
        "set_posting_time": 1,
        "posting_date": day,
        "posting_time": "12:00:00",
        "is_pos": 1,
        "pos_profile": PROFILE,
        "update_stock": 1,
        "due_date": day,
        "payments": [{"mode_of_payment": "Cash", "amount": total, "account": account("Cash")}],
    }
    with _opened_today():
        return _sale("POS Invoice", COMPANY, items, head, submit=True)


@contextmanager
def _opened_today() -> Iterator[None]:
    """The open till, as if it were of today: version 16 sells at no other. Then again of its own day, which closing looks at."""
    open_till = {"pos_profile": PROFILE, "status": "Open", "docstatus": 1}
    name, opened = frappe.db.get_value("POS Opening Entry", open_till, ["name", "period_start_date"])
    frappe.db.set_value("POS Opening Entry", name, "period_start_date", now_datetime())
    try:
        yield
    finally:
        frappe.db.set_value("POS Opening Entry", name, "period_start_date", opened)


def merge_pos(invoices: list[Any], day: date | str) -> Any:
    """What closing the till does, without its commit: merges a customer's POS Invoices into one Sales Invoice."""
    log = frappe.get_doc(
        {
            "doctype": "POS Invoice Merge Log",
            "posting_date": day,
            "posting_time": "20:00:00",
            "company": COMPANY,
            "customer": invoices[0].customer,
            "merge_invoices_based_on": "Customer",
            "pos_invoices": [
                {
                    "pos_invoice": i.name,
                    "customer": i.customer,
                    "posting_date": i.posting_date,
                    "grand_total": i.grand_total,
                }
                for i in invoices
            ],
        }
    ).insert()
    log.submit()
    return log


@contextmanager
def without_commits() -> Iterator[None]:
    """Closing a till commits (for its background job); within a test everything must stay in the test's transaction."""
    commit, frappe.db.commit = frappe.db.commit, lambda *args, **kwargs: None
    try:
        yield
    finally:
        frappe.db.commit = commit


def close_till() -> Any:
    """Submits the POS Closing Entry of the open till: every POS Invoice of its period becomes part of a Sales Invoice."""
    from erpnext.accounts.doctype.pos_closing_entry.pos_closing_entry import make_closing_entry_from_opening

    opening = frappe.get_last_doc(
        "POS Opening Entry", {"pos_profile": PROFILE, "status": "Open", "docstatus": 1}
    )
    entry = make_closing_entry_from_opening(opening)
    for row in entry.payment_reconciliation:
        row.closing_amount = row.expected_amount
    with without_commits():
        entry.insert().submit()
    return entry
