"""The service level that a contract promises reaches its issues through ERPNext's own engine.

ERPNext applies an agreement when an issue is saved: the first one that it finds for the customer, their group or territory.
The contract's agreement shall win, whatever else would be found. So it is entered before ERPNext looks, which is enough
where nothing else matches. Where ERPNext still took another one, the fields it wrote are put back to what they were, and
ERPNext's engine is run once more with the contract's agreement: times, holds and fulfilment are always counted by ERPNext,
and once.

Taken off the contract, an issue gets what ERPNext finds for it, or none.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from relationship_crm.contracts.fields import CONTRACT, LINE, SERVICE_LEVEL

AGREEMENT = "Service Level Agreement"
#: What ERPNext's engine writes to an issue.
WRITTEN = (
    *("service_level_agreement", "service_level_agreement_creation", "priority", "agreement_status"),
    *("response_by", "first_responded_on", "first_response_time", "on_hold_since", "total_hold_time"),
    *("sla_resolution_by", "sla_resolution_date", "resolution_time", "user_resolution_time"),
)


def prepare(doc: Any) -> None:
    """Before ERPNext's engine: enter the contract's agreement, or take it back where the contract is gone."""
    before, promised = doc.get(SERVICE_LEVEL), promised_to(doc)
    if before and not promised and doc.service_level_agreement == before:
        # left in place, ERPNext would find it again by its name
        doc.service_level_agreement = None
    doc.set(SERVICE_LEVEL, promised)
    if promised:
        doc.service_level_agreement = promised
        doc.flags.before_service_level = {field: doc.get(field) for field in WRITTEN}


def assure(doc: Any) -> None:
    """After ERPNext's engine: where it took another agreement, run it with the contract's."""
    promised, stood = doc.get(SERVICE_LEVEL), doc.flags.pop("before_service_level", None)
    if not promised or not stood or doc.service_level_agreement == promised:
        return
    from erpnext.support.doctype.service_level_agreement.service_level_agreement import process_sla

    columns = ["name", "default_priority", "apply_sla_for_resolution"]
    agreement = frappe.db.get_value(AGREEMENT, promised, columns, as_dict=True)
    doc.update(stood)
    process_sla(doc, agreement)


def promised_to(doc: Any) -> str | None:
    """The agreement that an issue's contract promises: the line's, else the contract's; None where it cannot be applied."""
    contract = doc.get(CONTRACT)
    if not contract or not cint(
        frappe.db.get_single_value("Support Settings", "track_service_level_agreement")
    ):
        return None
    name = None
    if doc.get(LINE):
        name = frappe.db.get_value(
            "Service Contract Line",
            {"parent": contract, "parenttype": "Service Contract", "line_key": doc.get(LINE)},
            "service_level_agreement",
        )
    name = name or frappe.db.get_value("Service Contract", contract, "service_level_agreement")
    return name if name and _applies(name, doc) else None


def _applies(name: str, doc: Any) -> bool:
    """Whether ERPNext could apply an agreement to an issue: for issues, enabled, of its priority, its condition fulfilled."""
    from erpnext.support.doctype.service_level_agreement.service_level_agreement import get_context

    columns = ["document_type", "enabled", "condition"]
    agreement = frappe.db.get_value(AGREEMENT, name, columns, as_dict=True)
    if not agreement or agreement.document_type != doc.doctype or not agreement.enabled:
        return False
    if agreement.condition and not frappe.safe_eval(agreement.condition, None, get_context(doc)):
        return False
    priority = doc.get("priority")
    if priority and not frappe.db.exists("Service Level Priority", {"parent": name, "priority": priority}):
        frappe.msgprint(
            _("{0} of the contract knows no priority {1}; the usual service level applies.").format(
                frappe.bold(frappe.utils.escape_html(name)), frappe.bold(_(priority))
            ),
            indicator="orange",
            alert=True,
        )
        return False
    return True
