"""What contracts charged: rows of Service Charge. They are written with a draft invoice and follow what becomes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt, getdate

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.contracts.claims import Claim, Open
from relationship_crm.contracts.terms import Promise

CHARGE, CONTRACT = "Service Charge", "Service Contract"
DRAFTED, BILLED, CANCELLED = "Drafted", "Billed", "Cancelled"
COLUMNS = (
    *("charge_key", "line_key", "kind", "period_start", "period_end", "due_on", "qty", "rate", "amount"),
    *("sales_invoice", "row_key", "status", "usage_entry"),
)
WRITTEN = (
    *("name", "contract", "line_title", "customer", "company", "currency", "status"),
    *("charge_key", "line_key", "kind", "period_start", "period_end", "due_on", "qty", "rate", "amount"),
    *("sales_invoice", "row_key", "usage_entry"),
)


def lock(contract: str) -> None:
    """Nobody else charges this contract until the transaction ends."""
    table = frappe.qb.DocType(CONTRACT)
    frappe.qb.from_(table).select(table.name).where(table.name == contract).for_update().run()


def claims_of(contracts: Sequence[str], locked: bool = False) -> dict[str, list[Claim]]:
    """Charges that stand, by contract, in the order in which they were made; one query.

    `locked`: as they are committed now. After waiting for a lock an ordinary read would show what was there before.
    """
    if not contracts:
        return {}
    t = frappe.qb.DocType(CHARGE)
    query = (
        frappe.qb.from_(t)
        .select(t.contract, *(t[column] for column in COLUMNS))
        .where(t.contract.isin(list(contracts)) & (t.status != CANCELLED))
        .orderby(t.creation, t.name)
    )
    found: dict[str, list[Claim]] = defaultdict(list)
    for row in (query.for_update() if locked else query).run(as_dict=True):
        found[row.contract].append(_claim(row))
    return found


def _claim(row: frappe._dict) -> Claim:
    return Claim(
        key=row.charge_key,
        line=row.line_key,
        kind=row.kind,
        start=getdate(row.period_start),
        end=getdate(row.period_end),
        due_on=getdate(row.due_on),
        qty=flt(row.qty),
        rate=flt(row.rate),
        amount=Decimal(repr(flt(row.amount))),
        invoice=row.sales_invoice or "",
        row=row.row_key or "",
        drafted=row.status == DRAFTED,
        entry=row.usage_entry or "",
    )


def record(promises: Mapping[str, Promise], rows: Mapping[str, Sequence[Open]], invoice: Any) -> None:
    """Write what a new draft charges: open things by the key of the invoice's row. Lines that are gone are named by key."""
    written = []
    for row_key, charged in rows.items():
        for one in charged:
            promise = promises.get(one.line)
            written.append(
                (
                    frappe.generate_hash(length=10),
                    invoice.relationship_contract,
                    promise.title if promise else one.line,
                    invoice.customer,
                    invoice.company,
                    invoice.currency,
                    DRAFTED,
                    *(one.key, one.line, one.kind, one.start, one.end, one.due_on),
                    *(float(one.qty), float(one.rate), float(one.amount)),
                    *(invoice.name, row_key, one.entry or None),
                )
            )
    write_rows(CHARGE, WRITTEN, written)


def set_status(status: str, invoice: str, rows: Iterable[str] = ()) -> None:
    """Set the status of what an invoice, or some of its rows, charge; what was cancelled stays so."""
    t = frappe.qb.DocType(CHARGE)
    query = frappe.qb.update(t).set(t.status, status).set(t.modified, frappe.utils.now())
    query = query.where((t.sales_invoice == invoice) & (t.status != CANCELLED))
    keys = sorted(rows)
    (query.where(t.row_key.isin(keys)) if keys else query).run()


def cancelled_rows(invoice: str, rows: Iterable[str]) -> list[frappe._dict]:
    """What rows of a cancelled invoice charged."""
    t = frappe.qb.DocType(CHARGE)
    query = frappe.qb.from_(t).select(*(t[column] for column in WRITTEN))
    query = query.where((t.sales_invoice == invoice) & (t.status == CANCELLED) & t.row_key.isin(sorted(rows)))
    return query.orderby(t.creation, t.name).run(as_dict=True)


def copy(rows: Iterable[frappe._dict], invoice: str) -> None:
    """Charge the same again on another draft."""
    own = {"status": DRAFTED, "sales_invoice": invoice}
    made = [{**row, **own, "name": frappe.generate_hash(length=10)} for row in rows]
    write_rows(CHARGE, WRITTEN, [[row[column] for column in WRITTEN] for row in made])


def forget(contract: str) -> None:
    """A contract is deleted: what it never charged in the end goes with it. What stands on invoices keeps it from going."""
    frappe.db.delete(CHARGE, {"contract": contract, "status": CANCELLED})
