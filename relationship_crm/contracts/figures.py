"""Quantity and rate of an invoice's row, such that ERPNext multiplies them to the amount that was apportioned."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe
from frappe.model.meta import get_field_precision
from frappe.utils import flt

from relationship_crm.contracts.invoice_plan import Row
from relationship_crm.contracts.terms import Promise
from relationship_crm.contracts.units import factor

ROW = "Sales Invoice Item"


def one_piece(row: Row) -> dict[str, Any]:
    """One piece at the amount."""
    amount = float(abs(row.amount))
    return {"qty": -1 if row.amount < 0 else 1, "rate": amount, "price_list_rate": amount}


def figures(row: Row, promise: Promise | None, item: str | None, currency: str) -> dict[str, Any]:
    """Quantity and rate as they were agreed where these make the amount to the cent, else one piece at the amount."""
    rates = {one.rate for one in row.charges}
    if len(rates) > 1 or not promise:
        return one_piece(row)
    qty, rate = float(sum(one.qty for one in row.charges)), float(rates.pop())
    kept = flt(qty, _digits(currency, "qty")), flt(rate, _digits(currency, "rate"))
    if kept != (qty, rate) or Decimal(str(flt(qty * rate, _digits(currency, "amount")))) != row.amount:
        return one_piece(row)
    stock_uom, is_stock_item = (
        frappe.get_cached_value("Item", item, ("stock_uom", "is_stock_item")) if item else ("", 0)
    )
    uom = promise.uom or stock_uom
    # a service may be billed in any unit
    per_unit = (factor(uom, stock_uom, item) if uom and stock_uom else 1.0) or (0.0 if is_stock_item else 1.0)
    if not per_unit or (_whole(uom) and qty % 1) or (_whole(stock_uom) and (qty * per_unit) % 1):
        return one_piece(row)
    return {
        "qty": qty,
        "rate": rate,
        "price_list_rate": rate,
        "uom": uom or None,
        "conversion_factor": per_unit,
    }


def _digits(currency: str, column: str) -> int:
    return get_field_precision(frappe.get_meta(ROW).get_field(column), currency=currency)


def _whole(uom: str) -> bool:
    return bool(uom and frappe.get_cached_value("UOM", uom, "must_be_whole_number"))
