"""Whether a contract's terms make sense; what follows from others is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import add_days, flt, formatdate, getdate

from relationship_crm.assessment.site import stored_rate
from relationship_crm.contracts.billing import Every
from relationship_crm.contracts.periods import add_months, month_number
from relationship_crm.contracts.terms import HOURS, INCIDENTS, NOTHING, VISITS, life
from relationship_crm.contracts.units import HOUR, factor
from relationship_crm.engine.grid import day_number

if TYPE_CHECKING:
    from frappe.model.document import Document

#: Prices "per contract" are for its whole duration.
MONTHS = {every.value: every.months for every in Every}
DAYS_OF_A_YEAR = 365


def dates(doc: Document) -> None:
    """The contract begins before it ends; the notice date follows from the notice period."""
    if getdate(doc.start_date) > getdate(doc.end_date):
        frappe.throw(_("The contract ends on {0}, before it starts.").format(formatdate(doc.end_date)))
    doc.notice_date = add_days(doc.end_date, -(doc.notice_days or 0))
    if not doc.amended_from:
        doc.changes_from = None
    if doc.changes_from and not getdate(doc.start_date) <= getdate(doc.changes_from) <= getdate(doc.end_date):
        frappe.throw(_("Changes have to count from a day of the contract."))


def links(doc: Document) -> None:
    """What is linked belongs to the same customer and company."""
    for field, of_customer in (
        ("contract", ("party_type", "party_name")),
        ("project", (None, "customer")),
        ("subscription", ("party_type", "party")),
        ("blanket_order", (None, "customer")),
    ):
        if not doc.get(field):
            continue
        df = doc.meta.get_field(field)
        columns = [column for column in (*of_customer, "company") if column and _has(df.options, column)]
        row = frappe.db.get_value(df.options, doc.get(field), columns, as_dict=True) or frappe._dict()
        kind, party = of_customer
        other = row.get(party) and row.get(party) != doc.customer
        if other and (not kind or row.get(kind) == "Customer"):
            frappe.throw(_("{0} {1} belongs to another customer.").format(_(df.label), doc.get(field)))
        if row.get("company") and row.company != doc.company:
            frappe.throw(_("{0} {1} belongs to another company.").format(_(df.label), doc.get(field)))


def _has(doctype: str, column: str) -> bool:
    return bool(frappe.get_meta(doctype).has_field(column))


def lines(doc: Document) -> None:
    """Each line says what it promises, in a unit that can be counted, within the contract's dates."""
    for line in doc.lines:
        if doc.doctype == "Service Contract":
            _life(doc, line)
        _unit(line)
        _quantity(line)
        if not line.line_title:
            line.line_title = _title(line)


def _life(doc: Document, line: Any) -> None:
    start, end = life(doc, line)
    if start > end:
        frappe.throw(_("Row {0}: the line has no day within the contract.").format(line.idx))


def _unit(line: Any) -> None:
    if line.counts in (VISITS, INCIDENTS, NOTHING):
        line.uom = None
    elif line.counts == HOURS:
        line.uom = line.uom or HOUR
        if not factor(HOUR, line.uom):
            frappe.throw(_("Row {0}: there is no conversion from hours into {1}.").format(line.idx, line.uom))
    elif line.item_code:
        stock_uom = frappe.get_cached_value("Item", line.item_code, "stock_uom")
        line.uom = line.uom or stock_uom
        if not factor(stock_uom, line.uom, line.item_code):
            frappe.throw(
                _("Row {0}: {1} has no conversion from {2} into {3}.").format(
                    line.idx, line.item_code, stock_uom, line.uom
                )
            )
    elif not line.uom:
        frappe.throw(_("Row {0}: say in which unit the quantity is counted.").format(line.idx))


def _quantity(line: Any) -> None:
    """Fields that have no meaning for a line are emptied, so that nobody reads a promise out of them."""
    if line.item_code:
        line.item_group = None
    if line.counts == NOTHING:
        line.update({"included_qty": 0, "unlimited": 0, "period": "Contract", "overage_rate": 0})
    if line.unlimited:
        line.update({"included_qty": 0, "overage_rate": 0})
    if line.unlimited or line.period == "Contract":
        line.carry_over = "None"
    if line.carry_over != "Up To":
        line.carry_limit = 0
    elif flt(line.carry_limit) <= 0:
        frappe.throw(_("Row {0}: say up to which quantity is carried over.").format(line.idx))
    if line.overage not in ("Ask", "Bill"):
        line.overage_rate = 0
    if line.counts in (VISITS, INCIDENTS) and flt(line.included_qty) != int(flt(line.included_qty)):
        frappe.throw(_("Row {0}: {1} come in whole numbers.").format(line.idx, _(line.counts)))


def _title(line: Any) -> str:
    if line.item_code:
        return frappe.get_cached_value("Item", line.item_code, "item_name") or line.item_code
    return line.item_group or _(line.counts)


def coverage(doc: Document) -> None:
    """A row of the coverage names a piece of equipment, or an item; each once."""
    seen = set()
    for row in doc.get("coverage") or ():
        if row.asset and not row.item_code:
            row.item_code = frappe.db.get_value("Asset", row.asset, "item_code")
        named = (
            row.serial_no or "",
            row.asset or "",
            "" if row.serial_no or row.asset else row.item_code or "",
        )
        if not any(named):
            frappe.throw(_("Row {0} of the covered equipment names none.").format(row.idx))
        if named in seen:
            frappe.throw(_("Row {0}: {1} is covered already.").format(row.idx, next(filter(None, named))))
        seen.add(named)


def money(doc: Document) -> None:
    """Currency, rate and the value of a year."""
    own = frappe.get_cached_value("Company", doc.company, "default_currency")
    doc.currency = doc.currency or own
    if doc.currency == own:
        doc.conversion_rate = 1
    elif flt(doc.conversion_rate) <= 0:
        # stored rates only: asking a rate service would be a request to the internet
        doc.conversion_rate = stored_rate(doc.currency, own)
        if not doc.conversion_rate:
            frappe.throw(_("Enter the exchange rate from {0} to {1}.").format(doc.currency, own))
    doc.yearly_value = flt(yearly_value(doc), doc.precision("yearly_value"))


def yearly_value(doc: Document) -> float:
    """What a year costs as agreed now: lines that are in force on the contract's last day, in its currency."""
    value = 0.0
    for line in doc.lines:
        start, end = life(doc, line)
        if end < getdate(doc.end_date):
            continue
        per = doc.billing_period if line.price_per in (None, "", "Billing Period") else line.price_per
        value += flt(line.price) * _times_a_year(MONTHS.get(per, 0), day_number(start), day_number(end) + 1)
    return value


def _times_a_year(months: int, start: int, after: int) -> float:
    """How often a price per so many months is paid in a year; 0 months: once from the first day to before the last."""
    if not months:
        whole = int(month_number(after) - month_number(start))
        if whole <= 0 or int(add_months(start, whole)) != after:
            return DAYS_OF_A_YEAR / (after - start)
        months = whole
    return 12 / months
