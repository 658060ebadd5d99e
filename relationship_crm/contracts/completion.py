"""An appointment that took place makes the voucher that counts; where that is cancelled, the appointment is open again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import format_datetime, get_datetime, get_link_to_form, get_time, getdate

from relationship_crm.contracts.conflicts import APPOINTMENT, DONE, PLANNED, TIMESHEET, VISIT, changed
from relationship_crm.contracts.terms import of_lines
from relationship_crm.guard import never_in_the_way

if TYPE_CHECKING:
    from frappe.model.document import Document

#: What a voucher was made from; it does not change under it.
KEPT = ("status", "starts_on", "ends_on", "employee", "customer", "contract", "line_key", "makes")


@frappe.whitelist()
def done(
    appointment: str,
    work_done: str = "",
    starts_on: str | None = None,
    ends_on: str | None = None,
    completion_status: str = "Fully Completed",
    service_person: str | None = None,
    activity_type: str | None = None,
) -> dict[str, str | None]:
    """The appointment took place, at another time than planned where one is given; the voucher it made."""
    doc = frappe.get_doc(APPOINTMENT, appointment)
    doc.check_permission("write")
    doc.status = DONE
    doc.starts_on, doc.ends_on = starts_on or doc.starts_on, ends_on or doc.ends_on
    doc.flags.work = frappe._dict(
        work_done=work_done,
        completion_status=completion_status,
        service_person=service_person,
        activity_type=activity_type,
    )
    doc.save()
    return {"voucher_type": doc.voucher_type, "voucher_no": doc.voucher_no}


def stay(doc: Document) -> None:
    """What a voucher stands for does not change, and nothing is done before it begins."""
    before = doc.get_doc_before_save()
    if before and before.status == DONE and changed(doc, *KEPT):
        voucher = standing(before)
        if voucher:
            frappe.throw(
                _(
                    "{0} {1} was made from this appointment. Cancel it, or delete its draft, to plan anew."
                ).format(_(before.voucher_type), get_link_to_form(before.voucher_type, voucher))
            )
    if doc.status != DONE or (before and before.status == DONE):
        return
    if getdate(doc.starts_on) > getdate():
        frappe.throw(
            _("The appointment begins on {0}. If it took place already, enter when.").format(
                format_datetime(doc.starts_on, "short")
            )
        )
    if doc.makes == TIMESHEET and not doc.employee:
        frappe.throw(_("Enter the employee whose hours these are."))


def standing(doc: Any) -> str | None:
    """The voucher made from an appointment, while there is one that is not cancelled."""
    if not doc.voucher_no or not doc.voucher_type:
        return None
    docstatus = frappe.db.get_value(doc.voucher_type, doc.voucher_no, "docstatus")
    return doc.voucher_no if docstatus in (0, 1) else None


def follow(doc: Document) -> None:
    """Just done: make the voucher, as a draft that whoever was there looks at before it counts."""
    before = doc.get_doc_before_save()
    if doc.status != DONE or (before and before.status == DONE) or doc.makes == "Nothing" or standing(doc):
        return
    work = doc.flags.work or frappe._dict()
    make = {VISIT: _visit, TIMESHEET: _timesheet}[doc.makes]
    voucher = make(doc, work)
    # a draft: who was there fills in what is missing before submitting it
    voucher.flags.ignore_mandatory = True
    voucher.insert()
    doc.db_set({"voucher_type": voucher.doctype, "voucher_no": voucher.name}, update_modified=False)


def _visit(doc: Document, work: Any) -> Any:
    contact = frappe._dict()
    if doc.contact:
        columns = ["full_name", "mobile_no", "email_id"]
        contact = frappe.db.get_value("Contact", doc.contact, columns, as_dict=True) or contact
    visit = frappe.get_doc(
        {
            "doctype": VISIT,
            "company": doc.company,
            "customer": doc.customer,
            "customer_address": doc.address,
            "address_display": doc.address_display,
            "contact_person": doc.contact,
            "contact_display": contact.full_name,
            "contact_mobile": contact.mobile_no,
            "contact_email": contact.email_id,
            "mntc_date": getdate(doc.starts_on),
            "mntc_time": get_time(doc.starts_on),
            "maintenance_type": "Scheduled" if doc.contract else "Unscheduled",
            "completion_status": work.completion_status or "Fully Completed",
            "purposes": [
                {
                    "item_code": _item(doc),
                    "service_person": work.service_person or sales_person(doc.employee),
                    "description": doc.subject,
                    "work_done": work.work_done or doc.notes or doc.subject,
                }
            ],
        }
    )
    return _under(visit, visit, doc)


def _timesheet(doc: Document, work: Any) -> Any:
    project = frappe.db.get_value("Service Contract", doc.contract, "project") if doc.contract else None
    sheet = frappe.get_doc(
        {
            "doctype": TIMESHEET,
            "company": doc.company,
            "employee": doc.employee,
            "customer": doc.customer,
            "note": doc.notes,
            "time_logs": [
                {
                    "activity_type": work.activity_type,
                    "from_time": get_datetime(doc.starts_on),
                    "to_time": get_datetime(doc.ends_on),
                    "hours": doc.hours,
                    "project": project,
                    "description": work.work_done or doc.notes or doc.subject,
                }
            ],
        }
    )
    return _under(sheet, sheet.time_logs[0], doc)


def _under(voucher: Any, place: Any, doc: Document) -> Any:
    """The promise of the appointment is chosen for its voucher; without one the voucher finds its own."""
    if doc.contract and doc.line_key and doc.line_key in of_lines([doc.line_key]):
        voucher.update({"relationship_contract": doc.contract, "relationship_contract_choice": "Chosen"})
        place.update({"relationship_contract": doc.contract, "relationship_contract_line": doc.line_key})
    return voucher


def _item(doc: Document) -> str | None:
    promise = of_lines([doc.line_key]).get(doc.line_key) if doc.line_key else None
    return promise.row.item_code if promise else None


def sales_person(employee: str | None) -> str | None:
    """The service person that ERPNext's visits ask for: who the employee is among the sales persons."""
    if not employee:
        return None
    return frappe.db.get_value("Sales Person", {"employee": employee, "enabled": 1}, order_by="name asc")


# the voucher's own life


@never_in_the_way
def voucher_inserted(doc: Any) -> None:
    """An amendment takes the place of the voucher that was cancelled."""
    if doc.get("amended_from"):
        _update(doc.doctype, doc.amended_from, PLANNED, {"status": DONE, "voucher_no": doc.name})


@never_in_the_way
def voucher_cancelled(doc: Any) -> None:
    """The appointment is open again."""
    _update(doc.doctype, doc.name, DONE, {"status": PLANNED})


@never_in_the_way
def voucher_deleted(doc: Any) -> None:
    """The appointment is open again, and knows nothing of it."""
    _update(doc.doctype, doc.name, DONE, {"status": PLANNED})
    _update(doc.doctype, doc.name, None, {"voucher_type": None, "voucher_no": None})


def _update(voucher_type: str, voucher_no: str, status: str | None, values: dict[str, Any]) -> None:
    """Write to the appointments that made a voucher; with a status, only to those in it."""
    row = frappe.qb.DocType(APPOINTMENT)
    query = frappe.qb.update(row).where((row.voucher_type == voucher_type) & (row.voucher_no == voucher_no))
    if status:
        query = query.where(row.status == status)
    for field, value in values.items():
        query = query.set(row[field], value)
    query.run()
