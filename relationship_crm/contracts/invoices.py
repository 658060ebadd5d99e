"""Draft invoices and credit notes of what contracts owe. Taxes, terms, accounts and prices lists come as ERPNext fills them.

One contract is charged by one transaction at a time: its row is locked, then its charges are read as they are committed. So
a second worker, or a second night, finds nothing left to charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from frappe.utils import cint, getdate

from relationship_crm.contracts import charged, invoice_rows, invoice_text, owing
from relationship_crm.contracts.credit import Original, original_of
from relationship_crm.contracts.invoice_plan import Draft, Row, plan
from relationship_crm.contracts.owing import Standing
from relationship_crm.guard import database_errors

INVOICE = "Sales Invoice"
#: What is to be made: invoices, credit notes, or both.
INVOICES, CREDITS, BOTH = "Invoices", "Credit Notes", "Invoices and Credit Notes"


def make(contract: str, today: date | None = None, what: str = BOTH, now: bool = False) -> list[str]:
    """Draft what a contract has to charge by a day; names of the invoices. `now`: see `Standing.due`.

    Raises what ERPNext raises, as for a missing account or rate; then nothing of the contract is charged.
    """
    day = getdate(today)
    charged.lock(contract)
    standing = owing.read([contract], locked=True).get(contract)
    if not standing:
        return []
    return [
        _make(standing, draft)
        for draft in plan(standing, day, now)
        if what == BOTH or draft.credits == (what == CREDITS)
    ]


def _make(standing: Standing, draft: Draft) -> str:
    original = original_of(draft.original, draft.rows, standing) if draft.credits and draft.original else None
    doc = _document(standing, draft, original)
    entries = invoice_text.entries_of([one for row in draft.rows if row.is_overage for one in row.charges])
    lang = frappe.get_cached_value("Customer", doc.customer, "language") or frappe.local.lang
    for row in draft.rows:
        doc.append("items", invoice_rows.values(standing, doc, row, original, entries, lang))
    invoice_rows.fill(doc)
    doc.insert()
    charged.record(standing.promises, {row.key: row.charges for row in draft.rows}, doc)
    _attach(standing, doc, [row for row in draft.rows if row.is_overage], entries, lang)
    if cint(standing.head.submit_invoices) and not draft.credits:
        _submit(doc)
    return doc.name


def _document(standing: Standing, draft: Draft, original: Original | None) -> Any:
    doc = frappe.new_doc(INVOICE)
    doc.update(invoice_rows.head(standing.head, standing.contract, draft.posting_date))
    doc.is_return = int(draft.credits)
    if original:
        doc.update(original.head(draft.posting_date))
    return doc


def _attach(
    standing: Standing, doc: Any, rows: Sequence[Row], entries: dict[str, frappe._dict], lang: str
) -> None:
    """The list of the entries behind overage."""
    if not rows:
        return
    content = invoice_text.entries_csv(
        [(standing.promises.get(row.line), row.charges) for row in rows], entries, doc.currency, lang
    )
    frappe.get_doc(
        {
            "doctype": "File",
            "file_name": f"{doc.name}-entries.csv",
            "attached_to_doctype": doc.doctype,
            "attached_to_name": doc.name,
            "is_private": 1,
            "content": content,
        }
    ).insert()


def _submit(doc: Any) -> None:
    """Submit a draft whose contract says so; where ERPNext refuses, it stays a draft and the reason is logged."""
    point = "relationship_crm_submit"
    frappe.db.savepoint(point)
    try:
        doc.submit()
    except database_errors():
        raise
    except Exception:
        frappe.db.rollback(save_point=point)  # nosemgrep: back to the draft
        frappe.clear_last_message() if frappe.message_log else None
        frappe.log_error(
            title=f"Relationship CRM: {doc.name} stays a draft",
            reference_doctype=INVOICE,
            reference_name=doc.name,
        )
