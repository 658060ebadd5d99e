"""Uses that no document tells of, entered by hand with a reason."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt

from relationship_crm.contracts import consent, ledger, sources, terms
from relationship_crm.contracts.terms import NOTHING
from relationship_crm.contracts.uses import uses


def validate(doc: Any) -> None:
    """The line is one of the contract's that counts something; the quantity is not zero; who agrees to overage may."""
    promise = terms.of_lines([doc.line_key]).get(doc.line_key)
    if not promise or promise.contract != doc.contract or promise.counts == NOTHING:
        frappe.throw(_("Choose one of the promises of {0}.").format(doc.contract))
    if not flt(doc.qty, 6):
        frappe.throw(_("Enter a quantity."))
    doc.update(
        {"customer": promise.head.customer, "company": promise.head.company, "line_title": promise.title}
    )
    before = doc.get_doc_before_save()
    same = bool(before) and (before.line_key, before.qty) == (doc.line_key, doc.qty)
    consent.check(doc, "overage_agreed", "agreed_by", [promise.head.account_manager], same)


def on_submit(doc: Any) -> None:
    """Write the entry. Raises Refused."""
    promises = terms.of_lines([doc.line_key])
    ledger.sync(doc.doctype, doc.name, uses(sources.of(doc), promises), doc.agreed_by, promises)


def on_cancel(doc: Any) -> None:
    """Reverse it. Raises Refused where something given back was used again."""
    ledger.sync(doc.doctype, doc.name, [], doc.agreed_by)
