"""What the forms of contracts and of ERPNext's documents ask for. Each function checks its permission first."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from relationship_crm.contracts import acts, entitlement, recompute, sheet, sources, templates, terms
from relationship_crm.contracts.explaining import remains
from relationship_crm.contracts.fields import AGREED, CHOICE, CONTRACT, LINE, NOTE, WHOLE
from relationship_crm.contracts.finding import Stand, promises_for
from relationship_crm.contracts.lifecycle import CONTRACT as HEAD
from relationship_crm.contracts.matching import in_force, of_company
from relationship_crm.contracts.templates import TEMPLATE


@frappe.whitelist()
def contract_balance(contract: str) -> list[dict[str, Any]]:
    """Where the lines of a contract stand today, with their periods."""
    frappe.has_permission(HEAD, "read", contract, throw=True)
    return sheet.balance(contract, getdate())


@frappe.whitelist()
def contract_entries(contract: str, line_key: str, first: str, last: str) -> list[dict[str, Any]]:
    """The entries behind the figures of a line in a period."""
    frappe.has_permission(HEAD, "read", contract, throw=True)
    return sheet.entries(contract, line_key, getdate(first), getdate(last))


@frappe.whitelist()
def promise_choices(contract: str) -> list[dict[str, str]]:
    """Lines of a contract that count something, to choose from."""
    frappe.has_permission(HEAD, "read", contract, throw=True)
    promises = [promise for promise in terms.of_contracts([contract]) if promise.counts != terms.NOTHING]
    return _choices(promises, Stand(promises))


@frappe.whitelist()
def preview(doc: str) -> dict[str, Any]:
    """Which lines a document that is not saved yet would be under, and what else could be chosen.

    Names `choices` (value, label, description) and, of the document, contract, line, how it was found and what is said.
    """
    document = _document(doc)
    document.set(AGREED, 0)  # consent is checked when it is saved
    try:
        entitlement.match.__wrapped__(document)
    except (entitlement.NotTheirs, frappe.PermissionError) as told:
        frappe.clear_last_message()
        document.set(NOTE, str(told))
    works = sources.of(document)
    promises = [p for p in promises_for(works) if any(_could(p, work) for work in works)]
    columns = (CONTRACT, CHOICE, NOTE, *([LINE] if document.doctype in WHOLE else []))
    return {
        **{column: document.get(column) for column in columns},
        "choices": _choices(promises, Stand(promises), works),
    }


def _document(doc: str) -> Any:
    """A document as it stands on a form, of somebody who may write it. Raises frappe.PermissionError."""
    values = json.loads(doc)
    if values.get("doctype") not in sources.SOURCES:
        frappe.throw(_("Not a document that uses contracts."), frappe.PermissionError)
    name = values.get("name")
    if name and frappe.db.exists(values["doctype"], name):
        frappe.has_permission(values["doctype"], "write", name, throw=True)
    document = frappe.get_doc(values)
    # as it stands too: it may name a customer who is not for this user
    document.check_permission("create" if values.get("__islocal") else "write")
    return document


def _could(promise: terms.Promise, work: sources.Work) -> bool:
    """Whether a line may be chosen for something done, if not the first to be thought of."""
    return work.counts == promise.counts and in_force(promise, work.day) and of_company(promise, work)


def _choices(
    promises: list[terms.Promise], stand: Stand, works: list[sources.Work] | None = None
) -> list[dict[str, str]]:
    day = min((work.day for work in works or ()), default=getdate())
    return [
        {
            "value": promise.key,
            # a list of Frappe finds values by their labels, and shows both as HTML
            "label": f"{promise.title} ({promise.contract})".translate({ord(sign): " " for sign in "<>&"}),
            "description": remains(promise, stand.of(promise.key, day)),
            "contract": promise.contract,
        }
        for promise in promises
    ]


@frappe.whitelist()
def template_values(template: str, start: str | None = None, currency: str | None = None) -> dict[str, Any]:
    """What a template gives a contract."""
    frappe.has_permission(TEMPLATE, "read", template, throw=True)
    return templates.values(template, start, currency)


@frappe.whitelist(methods=["POST"])
def terminate(contract: str, per: str, reason: str, note: str | None = None) -> str:
    """End a contract before its time."""
    _may_submit(contract)
    return acts.terminate(contract, getdate(per), reason, note)


@frappe.whitelist(methods=["POST"])
def withdraw_termination(contract: str) -> str:
    """Let a contract go on that was terminated."""
    _may_submit(contract)
    return acts.withdraw_termination(contract)


@frappe.whitelist(methods=["POST"])
def repost(contract: str) -> int:
    """Make the ledger of a contract say what its documents say; how many entries that took."""
    _may_submit(contract)
    return recompute.repost(contract)


def _may_submit(contract: str) -> None:
    frappe.has_permission(HEAD, "submit", contract, throw=True)
