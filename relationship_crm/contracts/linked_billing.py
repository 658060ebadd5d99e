"""Contracts billed by ERPNext's Subscription or by Auto Repeat: made from the contract, or linked to it.

Their invoices name the contract and the service period in each row as they are saved, so they count as its revenue like
those that the contract drafts itself, and its schedule charges none of those periods again. They know no price adjustment
and spread no cents: every invoice is the price of one billing period.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate

from relationship_crm.contracts import invoice_rows, owing, terms, uplift
from relationship_crm.contracts.billing import Every, Terms, exact, rounded
from relationship_crm.contracts.claims import SCHEDULED
from relationship_crm.contracts.fields import CONTRACT, LINE
from relationship_crm.contracts.owing import BY_AUTO_REPEAT, BY_SUBSCRIPTION
from relationship_crm.contracts.terms import Promise

HEAD, INVOICE = "Service Contract", "Sales Invoice"
#: Fields of contract and invoice that link what repeats.
LINKS = {"subscription": BY_SUBSCRIPTION, "auto_repeat": BY_AUTO_REPEAT}
FREQUENCY = {
    Every.MONTH: "Monthly",
    Every.QUARTER: "Quarterly",
    Every.HALF_YEAR: "Half-yearly",
    Every.YEAR: "Yearly",
}
ONE_DAY = timedelta(days=1)


def make_subscription(contract: Any) -> str:
    """A Subscription with a plan for each line that has a price, from the first day that was not charged on; its name.

    Raises where the contract is billed once, where a line has no item, or what ERPNext raises.
    """
    priced, start = _priced(contract), _uncharged_from(contract)
    last = _last(contract)
    rows = []
    for promise, found in priced:
        item = promise.row.billing_item or promise.row.item_code
        if not item:
            frappe.throw(_("Row {0}: say as which item it is billed.").format(promise.row.idx))
        rows.append({"plan": _plan(contract, promise, found, item), "qty": 1})
    every = priced[0][1].every
    one_period = owing.overage_periods(start, last, last, every, aligned=False)[0][1] == last
    doc = frappe.get_doc(
        {
            "doctype": "Subscription",
            "party_type": "Customer",
            "party": contract.customer,
            "company": contract.company,
            "cost_center": contract.cost_center,
            "start_date": start,
            # ERPNext refuses an end within the first period
            "end_date": None if one_period else last,
            "cancel_at_period_end": int(one_period),
            "generate_invoice_at": "Beginning of the current subscription period"
            if cint(contract.billing_in_advance)
            else "End of the current subscription period",
            "generate_new_invoices_past_due_date": 1,
            "follow_calendar_months": int(
                cint(contract.billing_with_calendar) and every.months < Every.YEAR.months
            ),
            "sales_tax_template": contract.taxes_and_charges,
            "submit_invoice": cint(contract.submit_invoices),
            "plans": rows,
        }
    ).insert()
    _link(contract, "subscription", doc.name)
    return doc.name


def _plan(contract: Any, promise: Promise, found: Terms, item: str) -> str:
    yearly = found.every is Every.YEAR
    doc = frappe.get_doc(
        {
            "doctype": "Subscription Plan",
            "plan_name": f"{promise.key} {promise.title}"[:140],
            "item": item,
            "currency": contract.currency,
            "price_determination": "Fixed Rate",
            "cost": float(price_of_a_period(found)),
            "billing_interval": "Year" if yearly else "Month",
            "billing_interval_count": 1 if yearly else found.every.months,
            "cost_center": contract.cost_center,
        }
    )
    if frappe.db.exists("Subscription Plan", doc.plan_name):
        doc.plan_name = f"{doc.plan_name[:128]} {frappe.generate_hash(length=8)}"
    return doc.insert().name


def make_auto_repeat(contract: Any) -> str:
    """The next invoice as a draft, and an Auto Repeat of it until the contract's end; the name of the Auto Repeat."""
    if not may_be_repeated():
        frappe.throw(_("Allow Auto Repeat for Sales Invoice in Customize Form first."))
    priced, start, last = _priced(contract), _uncharged_from(contract), _last(contract)
    every = priced[0][1].every
    periods = owing.overage_periods(start, last, last, every, aligned=False)
    if len(periods) < 2:
        frappe.throw(_("Nothing is left to be repeated."))
    first = periods[0][0] if cint(contract.billing_in_advance) else periods[0][1]
    invoice = _invoice(contract, priced, periods[0], first)
    doc = frappe.get_doc(
        {
            "doctype": "Auto Repeat",
            "reference_doctype": INVOICE,
            "reference_document": invoice.name,
            "frequency": FREQUENCY[every],
            "start_date": first,
            "end_date": last,
            "repeat_on_day": first.day,
            "submit_on_creation": cint(contract.submit_invoices),
        }
    ).insert()
    _link(contract, "auto_repeat", doc.name)
    return doc.name


def may_be_repeated() -> bool:
    """Whether this site lets invoices be repeated; ERPNext does not unless somebody allows it."""
    return bool(frappe.get_meta(INVOICE).allow_auto_repeat)


def _invoice(contract: Any, priced: list[tuple[Promise, Terms]], period: tuple[date, date], day: date) -> Any:
    doc = frappe.new_doc(INVOICE)
    doc.update(invoice_rows.head(contract, contract.name, day))
    doc.update({"from_date": period[0], "to_date": period[1]})
    for promise, found in priced:
        price = float(price_of_a_period(found))
        item = promise.row.billing_item or promise.row.item_code
        row = {
            "item_code": item,
            "item_name": promise.title,
            "description": promise.title,
            "project": contract.project,
        }
        if not item:
            row["income_account"] = frappe.get_cached_value(
                "Company", contract.company, "default_income_account"
            )
        days = {"service_start_date": period[0], "service_end_date": period[1]}
        figures = {"qty": 1, "rate": price, "price_list_rate": price}
        doc.append("items", {**row, **figures, **days, CONTRACT: contract.name, LINE: promise.key})
    invoice_rows.fill(doc)
    return doc.insert()


def price_of_a_period(found: Terms) -> Any:
    """What a whole billing period costs at the first price."""
    months = found.price_months or found.every.months
    return rounded(exact(found.price) * Fraction(found.every.months) / Fraction(months), found.unit)


def _priced(contract: Any) -> list[tuple[Promise, Terms]]:
    """The lines that have a price, with their terms. Raises where none has one, or all is billed once."""
    promises = terms.of_document(contract)
    indexes, unit = uplift.indexes_of(promises), uplift.unit_of(contract.currency)
    found = [(promise, uplift.terms_of(promise, indexes, unit)) for promise in promises]
    priced = [(promise, one) for promise, one in found if one]
    if not priced:
        frappe.throw(_("No line has a price."))
    if priced[0][1].every is Every.ONCE:
        frappe.throw(_("What is billed once is not repeated."))
    return priced


def _last(contract: Any) -> date:
    end = getdate(contract.end_date)
    return min(end, getdate(contract.terminated_per)) if contract.terminated_per else end


def _uncharged_from(contract: Any) -> date:
    """The day after what the contract's schedule charged already."""
    standing = owing.read([contract.name]).get(contract.name)
    if not standing:
        frappe.throw(_("Submit the contract first."))
    charged = [claim.end for claim in standing.claims if claim.kind == SCHEDULED and claim.amount > 0]
    start = max([getdate(contract.start_date), *(end + ONE_DAY for end in charged)])
    if start > _last(contract):
        frappe.throw(_("Everything is charged already."))
    return start


def _link(contract: Any, field: str, name: str) -> None:
    contract.update({field: name, "billing": LINKS[field]})
    contract.save()


# -- their invoices


def name_contract(invoice: Any) -> None:
    """Before an invoice is stored: rows of a subscription's or a repeated invoice name the contract and the period."""
    contract = _contract_of(invoice)
    if not contract:
        return
    lines = {row.billing_item or row.item_code: row.line_key for row in reversed(_lines(contract))}
    other = next(iter(reversed(lines.values())), None)
    invoice.set(CONTRACT, contract)
    first, last = period_of(invoice)
    for row in invoice.items:
        if not row.get(LINE):
            row.update({CONTRACT: contract, LINE: lines.get(row.item_code, other)})
        if not row.service_start_date and not cint(row.enable_deferred_revenue):
            row.update({"service_start_date": first, "service_end_date": last})


def name_earlier(contract: Any) -> None:
    """A contract is linked to what repeats: the invoices that this made before name it too."""
    for field in LINKS:
        if not contract.get(field):
            continue
        filters = {field: contract.get(field), CONTRACT: ("is", "not set"), "docstatus": ("<", 2)}
        for name in frappe.get_all(INVOICE, filters, pluck="name", order_by="name asc"):
            invoice = frappe.get_doc(INVOICE, name)
            name_contract(invoice)
            _store(invoice)


def _store(invoice: Any) -> None:
    """What was named, without the events of saving a submitted invoice."""
    invoice.db_set(CONTRACT, invoice.get(CONTRACT), update_modified=False)
    for row in invoice.items:
        columns = (CONTRACT, LINE, "service_start_date", "service_end_date")
        row.db_set({column: row.get(column) for column in columns}, update_modified=False)


def period_of(invoice: Any) -> tuple[Any, Any]:
    """The days that a repeated invoice is for; without any said, from its date to the day before the next one's."""
    if invoice.from_date and invoice.to_date:
        return getdate(invoice.from_date), getdate(invoice.to_date)
    frequency = invoice.auto_repeat and frappe.db.get_value("Auto Repeat", invoice.auto_repeat, "frequency")
    months = {name: every.months for every, name in FREQUENCY.items()}.get(frequency or "")
    if not months:
        return None, None
    start = getdate(invoice.posting_date)
    return start, getdate(frappe.utils.add_months(start, months)) - ONE_DAY


def _contract_of(invoice: Any) -> str | None:
    """A contract and its successor may share a subscription: the one in force when the invoice's period begins."""
    day = period_of(invoice)[0] or getdate(invoice.posting_date)
    for field in LINKS:
        if invoice.get(field):
            filters = {field: invoice.get(field), "docstatus": 1}
            found = frappe.get_all(HEAD, filters, ["name", "start_date"], order_by="start_date desc")
            if found:
                return next((row.name for row in found if row.start_date <= day), found[-1].name)
    return None


def _lines(contract: str) -> list[frappe._dict]:
    columns = ["line_key", "billing_item", "item_code"]
    filters = {"parent": contract, "parenttype": HEAD, "price": (">", 0)}
    return frappe.get_all("Service Contract Line", filters, columns, order_by="idx asc")
