"""The tone of a message: whoever reads praise or displeasure in it marks it with one click.

The mark is four fields on the Communication. A signal reads them at the message's own date; here they are only set and
taken back, and the parties are told to the outbox.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import now

from relationship_crm.assessment.outbox import mark
from relationship_crm.overrides.communication import parties_of
from relationship_crm.permissions import PARTY_TYPES

PRAISE, DISPLEASURE = "Praise", "Displeasure"
TONES = (PRAISE, DISPLEASURE)
COMPANY, EMPLOYEE = "Company", "Employee"
ABOUT = (COMPANY, EMPLOYEE)
FIELDS = ("relationship_tone", "relationship_tone_about", "relationship_tone_by", "relationship_tone_on")
#: What can be marked: what a customer wrote or said to us.
MESSAGE = {"communication_type": "Communication", "sent_or_received": "Received"}
#: Messages of a timeline asked about at once.
MOST_MESSAGES = 200


@frappe.whitelist(methods=["POST"])
def mark_tone(communication: str, tone: str, about: str = COMPANY) -> dict[str, Any]:
    """Note that a message praises or complains, and whom: the company, or one of its employees."""
    doc = _readable(communication)
    if tone not in TONES:
        frappe.throw(_("A message is marked as praise or as displeasure."))
    if about not in ABOUT:
        frappe.throw(_("Praise and displeasure are about the company or about an employee."))
    _check_message(doc)
    return _write(doc, tone, about)


@frappe.whitelist(methods=["POST"])
def clear_tone(communication: str) -> dict[str, Any]:
    """Take the mark back."""
    return _write(_readable(communication), "", "")


@frappe.whitelist()
def tones(party_type: str, party: str, communications: str | list[str]) -> dict[str, dict[str, Any]]:
    """The marks of those of these messages that came from a party, by name; for its timeline."""
    frappe.has_permission("Relationship", "read", throw=True)
    if party_type not in PARTY_TYPES or not frappe.has_permission(party_type, "read", doc=party):
        raise frappe.PermissionError(_("You may not read messages of {0}.").format(party))
    names = frappe.parse_json(communications)
    if not isinstance(names, list):
        frappe.throw(_("A list of messages was expected."))
    names = [str(name) for name in names[:MOST_MESSAGES]]
    found = frappe.get_all(
        "Communication",
        filters={"name": ("in", names), **MESSAGE},
        fields=["name", "reference_doctype", "reference_name", *FIELDS],
        order_by="communication_date desc",
    )
    link = {"parent": ("in", names), "link_doctype": party_type, "link_name": party}
    linked = set(frappe.get_all("Communication Link", link, pluck="parent", order_by="parent"))
    theirs = (party_type, party)
    return {
        row.name: _shown(row)
        for row in found
        if row.name in linked or (row.reference_doctype, row.reference_name) == theirs
    }


def parties(doc: Any) -> list[tuple[str, str]]:
    """The customers, leads and prospects a message is linked to."""
    found = dict.fromkeys(parties_of(doc))
    return [(kind, name) for kind, name in found if kind in PARTY_TYPES and name]


def _readable(communication: str) -> Any:
    """The message, for those who may read it or the party it came from. Raises frappe.PermissionError."""
    frappe.has_permission("Relationship", "read", throw=True)
    doc = frappe.get_doc("Communication", communication)
    if not _may_read(doc):
        raise frappe.PermissionError(_("You may not read this message."))
    return doc


def _may_read(doc: Any) -> bool:
    """A message shows in the timeline of its party: who may read that, reads it."""
    return any(
        frappe.db.exists(kind, name) and frappe.has_permission(kind, "read", doc=name)
        for kind, name in parties(doc)
    )


def _check_message(doc: Any) -> None:
    if any(doc.get(field) != value for field, value in MESSAGE.items()):
        frappe.throw(_("Only messages that were received from a customer can be marked."))


def _write(doc: Any, tone: str, about: str) -> dict[str, Any]:
    """Writes the mark beside the message's own state: `modified` stays, so that an open form can still be saved."""
    values = (tone, about, frappe.session.user if tone else None, now() if tone else None)
    doc.db_set(dict(zip(FIELDS, values, strict=True)), update_modified=False)
    for party_type, party in parties(doc):
        mark(doc, party_type, party, doc.communication_date, f"tone {tone}".strip())
    return _shown(doc)


def _shown(doc: Any) -> dict[str, Any]:
    return {
        "name": doc.name,
        "tone": doc.get("relationship_tone") or "",
        "about": doc.get("relationship_tone_about") or "",
        "by": frappe.utils.get_fullname(doc.get("relationship_tone_by"))
        if doc.get("relationship_tone_by")
        else "",
        "on": doc.get("relationship_tone_on"),
    }
