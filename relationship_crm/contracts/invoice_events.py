"""What becomes of a contract's invoice becomes of its charges. Unguarded: they must follow, or the same is charged twice.

Only invoices with rows of ours are touched: others cost a look at their rows in memory, and import nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, flt, formatdate, getdate

from relationship_crm.contracts.fields import CHARGE
from relationship_crm.guard import never_in_the_way

BILLED, CANCELLED = "Billed", "Cancelled"
ROW = "Sales Invoice Item"


def row_keys(invoice: Any) -> set[str]:
    """The charges that an invoice's rows bill."""
    return {row.get(CHARGE) for row in invoice.get("items") or () if row.get(CHARGE)}


@never_in_the_way
def before_validate(invoice: Any) -> None:
    """What a subscription or an auto repeat makes for a contract names it."""
    if invoice.get("subscription") or invoice.get("auto_repeat"):
        from relationship_crm.contracts import linked_billing

        linked_billing.name_contract(invoice)


def on_update(invoice: Any) -> None:
    """A draft is saved: what its rows bill no longer is open again; the amendment of a cancelled one takes over."""
    before = invoice.get_doc_before_save()
    kept, had = row_keys(invoice), row_keys(before) if before else set()
    if had - kept:
        _follow(invoice, CANCELLED, had - kept)
    if kept and not before and invoice.amended_from:
        _take_over(invoice, kept)


def on_submit(invoice: Any) -> None:
    """What the draft charged is billed."""
    if row_keys(invoice):
        _follow(invoice, BILLED)
        _stop_spreading(invoice)


def on_cancel(invoice: Any) -> None:
    """Exactly what the invoice charged is open again; a deleted or discarded draft's too."""
    if row_keys(invoice):
        _follow(invoice, CANCELLED)
        _stop_spreading(invoice, stop=False)


def _stop_spreading(invoice: Any, stop: bool = True) -> None:
    """What a credit note gives back for days to come is spread no further: ERPNext books the rest by its stop date."""
    for row in invoice.items if invoice.is_return else ():
        if not row.get(CHARGE) or not row.get("sales_invoice_item") or not row.service_start_date:
            continue
        columns = ("enable_deferred_revenue", "service_start_date", "service_end_date")
        original = frappe.db.get_value(ROW, row.sales_invoice_item, columns, as_dict=True)
        last = getdate(add_days(row.service_start_date, -1))
        if (
            original.enable_deferred_revenue
            and original.service_start_date <= last < original.service_end_date
        ):
            frappe.db.set_value(ROW, row.sales_invoice_item, "service_stop_date", last if stop else None)


def _follow(invoice: Any, status: str, rows: Iterable[str] = ()) -> None:
    from relationship_crm.contracts import charged

    charged.set_status(status, invoice.name, rows)


def _take_over(invoice: Any, keys: Iterable[str]) -> None:
    """Charge what the cancelled invoice charged, if that is still open."""
    from relationship_crm.contracts import charged

    rows = charged.cancelled_rows(invoice.amended_from, keys)
    for contract in sorted({row.contract for row in rows}):
        _check_open(contract, [row for row in rows if row.contract == contract])
    charged.copy(rows, invoice.name)


def _check_open(contract: str, rows: list[frappe._dict]) -> None:
    """Raises where what the rows charged was charged otherwise meanwhile, or is owed no longer."""
    from relationship_crm.contracts import charged, owing

    charged.lock(contract)
    standing = owing.read([contract], locked=True).get(contract)
    left: dict[str, Decimal] = defaultdict(Decimal)
    for one in (*standing.scheduled, *standing.overage) if standing else ():
        left[one.key] += one.amount
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        wanted[row.charge_key] += Decimal(repr(flt(row.amount)))
    unit = standing.unit if standing else Decimal(0)
    for row in rows:
        amount, is_open = wanted[row.charge_key], left[row.charge_key]
        if amount * is_open < 0 or abs(amount) > abs(is_open) + unit:
            frappe.throw(
                _(
                    "{0} of {1} was charged by another invoice, or is not owed any more. Delete its row."
                ).format(frappe.bold(row.line_title), formatdate(row.period_start))
            )
