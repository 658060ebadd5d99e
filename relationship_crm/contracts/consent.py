"""Who may agree to use beyond what a contract includes, and who did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _

ROLES = ("System Manager", "Relationship Manager", "Sales Manager")


def may_agree(managers: Iterable[str | None], user: str | None = None) -> bool:
    """Whether a user may agree: a manager, or the account manager of all the contracts concerned."""
    user = user or frappe.session.user
    if set(ROLES) & set(frappe.get_roles(user)):
        return True
    named = set(managers)
    return bool(named) and named == {user}


def check(
    doc: Any, agreed: str, agreed_by: str | None, managers: Iterable[str | None], same_as_before: bool
) -> None:
    """Note who agreed, and refuse those who may not. Raises frappe.PermissionError.

    Consent is to what the document asked for then: if that changes, somebody who may has to agree again.
    """
    before = _before(doc)
    by_before = before.get(agreed_by) if before and agreed_by and before.get(agreed) else None
    if not doc.get(agreed):
        if agreed_by:
            doc.set(agreed_by, None)
        return
    if by_before and same_as_before:
        doc.set(agreed_by, by_before)
    elif may_agree(managers):
        if agreed_by:
            doc.set(agreed_by, frappe.session.user)
    elif by_before:
        doc.update({agreed: 0, agreed_by: None})
        frappe.msgprint(
            _("The document asks for something else now: somebody has to agree again."), alert=True
        )
    else:
        frappe.throw(
            _("Only a manager or the contract's account manager may agree to use beyond the contract."),
            frappe.PermissionError,
        )


def _before(doc: Any) -> Any:
    """The document as it was stored, or the one it amends."""
    if doc.get("amended_from") and doc.is_new():
        return frappe.get_doc(doc.doctype, doc.amended_from)
    return doc.get_doc_before_save()
