"""The invoice that a credit note of a contract gives back from, where ERPNext can link the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import frappe
from frappe.query_builder.functions import Abs, Sum
from frappe.utils import flt, getdate

from relationship_crm.contracts.fields import CHARGE
from relationship_crm.contracts.figures import figures

if TYPE_CHECKING:
    from relationship_crm.contracts.invoice_plan import Row
    from relationship_crm.contracts.owing import Standing

INVOICE = "Sales Invoice"


@dataclass(frozen=True)
class Original:
    """An invoice, and its rows by the key of the credit note's."""

    invoice: frappe._dict
    rows: Mapping[str, frappe._dict]

    def head(self, day: date) -> dict[str, Any]:
        """What the credit note takes over: ERPNext asks for the same rate and account, and for a later moment."""
        posted = getdate(self.invoice.posting_date)
        found = {
            "return_against": self.invoice.name,
            "conversion_rate": self.invoice.conversion_rate,
            "debit_to": self.invoice.debit_to,
            "posting_date": max(day, posted),
        }
        return {**found, "posting_time": self.invoice.posting_time} if day <= posted else found


def original_of(name: str, rows: Sequence[Row], standing: Standing) -> Original | None:
    """The invoice, where each row gives back of one of its rows no more than is left there; None: the note stands alone."""
    columns = (
        "name",
        "docstatus",
        "is_return",
        "currency",
        "conversion_rate",
        "debit_to",
        "posting_date",
        "posting_time",
    )
    invoice = frappe.db.get_value(INVOICE, name, columns, as_dict=True)
    if (
        not invoice
        or invoice.docstatus != 1
        or invoice.is_return
        or invoice.currency != standing.head.currency
    ):
        return None
    charged_by = {(claim.key, claim.invoice): claim.row for claim in standing.claims}
    items, returned = _items(name), _returned(name)
    found: dict[str, frappe._dict] = {}
    for row in rows:
        own = {charged_by.get((one.key, name), "") for one in row.charges if one.amount < 0}
        item = items.get(own.pop()) if len(own) == 1 else None
        if not item or item in found.values():
            return None
        wanted = figures(row, standing.promises.get(row.line), item.item_code, invoice.currency)
        if not _fits(item, wanted, returned.get(item.name, 0.0)):
            return None
        found[row.key] = item
    return Original(invoice, found)


def _fits(item: frappe._dict, wanted: Mapping[str, Any], returned: float) -> bool:
    """ERPNext counts returns by quantity: a part of the amount is one piece at a lower rate, so that fits once."""
    return flt(item.qty) - returned >= -wanted["qty"] and flt(item.rate) >= wanted["rate"]


def _items(invoice: str) -> dict[str, frappe._dict]:
    item = frappe.qb.DocType("Sales Invoice Item")
    query = frappe.qb.from_(item).select(item.name, item.item_code, item.qty, item.rate, item[CHARGE])
    return {row[CHARGE]: row for row in query.where(item.parent == invoice).run(as_dict=True) if row[CHARGE]}


def _returned(invoice: str) -> dict[str, float]:
    """How much of each row was returned already."""
    head, item = frappe.qb.DocType(INVOICE), frappe.qb.DocType("Sales Invoice Item")
    query = (
        frappe.qb.from_(item)
        .join(head)
        .on(head.name == item.parent)
        .select(item.sales_invoice_item, Sum(Abs(item.qty)))
        .where((head.return_against == invoice) & (head.docstatus == 1))
        .groupby(item.sales_invoice_item)
    )
    return {name: flt(qty) for name, qty in query.run() if name}
