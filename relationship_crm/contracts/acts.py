"""What people do with a contract in force: end it early, think better of it."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.utils import add_days, formatdate, getdate, now_datetime

from relationship_crm.assessment.outbox import mark
from relationship_crm.contracts import renewal
from relationship_crm.contracts.lifecycle import CONTRACT, refresh_state


def terminate(contract: str, per: date, reason: str, note: str | None = None) -> str:
    """End a contract before its time; `per` is the last day in force. The new state.

    What is used after that day is no longer included. A schedule that was billed further is credited.
    """
    doc = _in_force(contract)
    if not getdate(doc.start_date) <= per <= getdate(doc.end_date):
        days = formatdate(doc.start_date), formatdate(doc.end_date)
        frappe.throw(_("The contract can end on a day from {0} to {1}.").format(*days))
    if not reason:
        frappe.throw(_("Say why the contract ends."))
    values = {
        "terminated_on": getdate(),
        "terminated_per": per,
        "termination_reason": reason,
        "ending_note": note,
    }
    frappe.db.set_value(CONTRACT, contract, {**values, "ending_entered_on": now_datetime()})
    frappe.clear_document_cache(CONTRACT, contract)
    told = _("Terminated per {0}: {1}.").format(formatdate(per), _(reason))
    doc.add_comment("Info", f"{told} {note}" if note else told)
    renewal.contract_terminated(contract, reason, getdate())
    mark(doc, "Customer", doc.customer, getdate(), "terminated")
    return refresh_state(contract)


def withdraw_termination(contract: str) -> str:
    """The contract goes on as agreed. The new state."""
    doc = _in_force(contract)
    if not doc.terminated_per:
        frappe.throw(_("The contract is not terminated."))
    fields = ("terminated_on", "terminated_per", "termination_reason", "ending_note", "ending_entered_on")
    cleared = dict.fromkeys(fields)
    frappe.db.set_value(CONTRACT, contract, cleared)
    frappe.clear_document_cache(CONTRACT, contract)
    doc.add_comment("Info", _("The termination was withdrawn."))
    renewal.termination_withdrawn(contract)
    mark(doc, "Customer", doc.customer, None, "termination withdrawn")
    return refresh_state(contract)


def notice_day(contract: str) -> date:
    """The first day to which a notice given today can end the contract, by its notice period."""
    days = frappe.db.get_value(CONTRACT, contract, "notice_days")
    return getdate(add_days(getdate(), days or 0))


def _in_force(contract: str) -> frappe.model.document.Document:
    doc = frappe.get_doc(CONTRACT, contract, for_update=True)
    if doc.docstatus != 1:
        frappe.throw(_("{0} is not submitted.").format(contract))
    return doc
