"""What the desk asks for: send a survey to customers, look at one before it is sent, withdraw. Permission first."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from relationship_crm.surveys import bulk, invitations, sending
from relationship_crm.surveys.recipients import address_of

SURVEY = invitations.SURVEY


@frappe.whitelist(methods=["POST"])
def send_to_customers(
    survey: str, customers: str | list[str] | None = None, filters: str | list | None = None
) -> str:
    """Start a run for chosen customers, or for those that filters of the Customer list find; the run's name."""
    frappe.has_permission(bulk.DOCTYPE, "create", throw=True)
    frappe.has_permission("Customer", "read", throw=True)
    chosen, conditions = _parsed(customers), _parsed(filters)
    if not chosen and conditions is None:
        frappe.throw(_("Choose the customers."))
    doc = bulk.create_run(survey, chosen or (), None if chosen else conditions)
    bulk.start(doc.name)
    return doc.name


@frappe.whitelist(methods=["POST"])
def send_to_party(survey: str, party_type: str, party: str, contact: str | None = None) -> str:
    """Invite one customer, lead or prospect; sent with the next round, a few minutes from now. The invitation's name."""
    frappe.has_permission(invitations.DOCTYPE, "create", throw=True)
    if party_type not in ("Customer", "Lead", "Prospect"):
        frappe.throw(_("Only customers, leads and prospects can be asked."))
    frappe.has_permission(party_type, "read", party, throw=True)
    if not frappe.db.get_value(SURVEY, survey, "enabled"):
        frappe.throw(_("Survey {0} is disabled.").format(frappe.bold(survey)))
    if contact:
        frappe.has_permission("Contact", "read", contact, throw=True)
    name = invitations.invite(survey, party_type, party, contact=contact)
    if not name:
        frappe.throw(_("Nobody at {0} can be asked today.").format(frappe.bold(party)))
    _say_if_resting(name)
    return name


def _say_if_resting(invitation: str) -> None:
    """Better said now than found out from the invitation afterwards."""
    row = frappe.db.get_value(
        invitations.DOCTYPE,
        invitation,
        ["channel", "email", "mobile_no", "trigger_event", "status"],
        as_dict=True,
    )
    last = frappe.db.get_value("Survey Recipient", {"address": address_of(row)}, "last_sent_on")
    days = sending.Rules.read().rest_days
    if row.status == invitations.WAITING and sending.is_resting(row, last, now_datetime(), days):
        text = _("This contact was asked on {0}, and nobody is asked twice within {1} days.")
        frappe.throw(text.format(frappe.format(last, "Datetime"), days))


@frappe.whitelist(methods=["POST"])
def withdraw_invitation(invitation: str) -> None:
    """Withdraw an invitation; its link ends."""
    doc = frappe.get_doc(invitations.DOCTYPE, invitation)
    doc.check_permission("create")
    if doc.status not in (invitations.WAITING, invitations.SENT, invitations.FAILED):
        frappe.throw(_("It cannot be withdrawn any more."))
    doc.db_set({"status": invitations.WITHDRAWN, "withdrawn_reason": invitations.BY_HAND_REASON}, notify=True)


@frappe.whitelist()
def count_customers(filters: str | list | None = None) -> int:
    """How many customers the filters of a run find, of those the user may read."""
    frappe.has_permission(bulk.DOCTYPE, "read", throw=True)
    doc = frappe._dict(scope="Filtered Customers", filters_json=json.dumps(_parsed(filters) or []))
    return len(bulk.matching(doc))


@frappe.whitelist()
def preview(survey: str, language: str | None = None) -> dict[str, Any]:
    """Mail and page of a survey as a contact will see them, with nothing behind their links."""
    from relationship_crm.surveys.preview import preview as show

    doc = frappe.get_doc(SURVEY, survey)
    doc.check_permission("read")
    return show(doc, language or doc.default_language)


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
