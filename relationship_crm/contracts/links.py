"""A contract never stands in the way of other documents: what points to it, and what it points to.

ERPNext refuses to save a document that links a cancelled contract, to cancel one that a submitted contract links, and to
delete one that any contract links.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from pypika.terms import ExistsCriterion

from relationship_crm.contracts.fields import CONTRACT, LINE, ROWS, WHOLE, WITH_ROWS
from relationship_crm.contracts.numbering import keys_of
from relationship_crm.contracts.sources import SOURCES

HEAD = "Service Contract"
#: Links of a contract that may be gone without the contract losing its meaning, by the DocType they lead to.
OPTIONAL = {
    "Contract": "contract",
    "Blanket Order": "blanket_order",
    "Project": "project",
    "Subscription": "subscription",
    "Auto Repeat": "auto_repeat",
    "Contact": "contact",
}
#: Links that speak of that very contract, not of the agreement.
OF_ITSELF = ("amended_from",)


def unhand(contract: str) -> None:
    """A contract is cancelled: documents keep its lines' keys, and its name no longer."""
    for doctype in (*WHOLE, *WITH_ROWS, *ROWS):
        table = frappe.qb.DocType(doctype)
        frappe.qb.update(table).set(table[CONTRACT], None).where(table[CONTRACT] == contract).run()


def take_over(before: str, after: str) -> None:
    """An amendment is submitted: whatever linked the contract before links this one, as after renaming it."""
    from frappe.model.rename_doc import get_link_fields

    for link in get_link_fields(HEAD):
        if link.issingle or link.fieldname in OF_ITSELF or link.fieldname == CONTRACT:
            continue
        table = frappe.qb.DocType(link.parent)
        frappe.qb.update(table).set(table[link.fieldname], after).where(table[link.fieldname] == before).run()
    _name_again(after)


def _name_again(contract: str) -> None:
    """Documents on the contract's lines name it again; those with rows, where no row names another."""
    keys = keys_of(contract)
    for doctype in (*WHOLE, *ROWS):
        table = frappe.qb.DocType(doctype)
        frappe.qb.update(table).set(table[CONTRACT], contract).where(table[LINE].isin(keys)).run()
    for doctype in WITH_ROWS:
        _name_head(doctype, contract, keys)


def _name_head(doctype: str, contract: str, keys: Sequence[str]) -> None:
    child = SOURCES[doctype].child
    head, row, other = (
        frappe.qb.DocType(doctype).as_("head"),
        frappe.qb.DocType(child).as_("row_"),
        frappe.qb.DocType(child).as_("other"),
    )
    others = frappe.qb.from_(other).select(other.name)
    others = others.where(
        (other.parent == head.name) & other[CONTRACT].isnotnull() & (other[CONTRACT] != contract)
    )
    mine = row[LINE].isin(keys) & (row.parenttype == doctype)
    query = frappe.qb.update(head).join(row).on(row.parent == head.name).set(head[CONTRACT], contract)
    query.where(mine & ~ExistsCriterion(others)).run()


def free(doctype: str, name: str) -> None:
    """A document is deleted that contracts link without needing it: they go on without."""
    field = OPTIONAL[doctype]
    for ours in [HEAD, *(["Service Appointment"] if doctype == "Contact" else [])]:
        table = frappe.qb.DocType(ours)
        frappe.qb.update(table).set(table[field], None).where(table[field] == name).run()


def let_cancel(doc: Any) -> None:
    """A document is cancelled that contracts link: they stand, and do not hold it."""
    ignored = doc.get("ignore_linked_doctypes") or ()
    # ERPNext writes one name as plain text here and there
    ignored = (ignored,) if isinstance(ignored, str) else tuple(ignored)
    doc.ignore_linked_doctypes = (*ignored, HEAD)
