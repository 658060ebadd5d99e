"""Who does not want to be asked any more. Said once, it holds for every survey; other messages are not affected."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import now_datetime

from relationship_crm.surveys.recipients import address_of

RECIPIENT, UNSUBSCRIBE = "Survey Recipient", "Email Unsubscribe"


def stop(invitation: Any) -> None:
    """No more surveys to the address of an invitation.

    Kept with the address itself, where sending looks while it holds the row, and for the survey at hand where Frappe's
    mailer looks.
    """
    address = address_of(invitation)
    if not address:
        return
    name = frappe.db.get_value(RECIPIENT, {"address": address}, "name")
    doc = frappe.get_doc(RECIPIENT, name, for_update=True) if name else frappe.new_doc(RECIPIENT)
    doc.update({"address": address, "do_not_ask": 1, "do_not_ask_on": now_datetime()})
    doc.flags.ignore_permissions = True  # who holds the link may speak for its address
    doc.save()
    if invitation.email:
        _unsubscribe(address, invitation.survey)


def is_stopped(address: str) -> bool:
    """Whether an address wants no surveys."""
    return bool(frappe.db.get_value(RECIPIENT, {"address": address}, "do_not_ask"))


def _unsubscribe(email: str, survey: str) -> None:
    of = {"email": email, "reference_doctype": "Relationship Survey", "reference_name": survey}
    if not frappe.db.exists(UNSUBSCRIBE, of):
        doc = frappe.get_doc({"doctype": UNSUBSCRIBE, **of})
        doc.insert(ignore_permissions=True)  # as above
