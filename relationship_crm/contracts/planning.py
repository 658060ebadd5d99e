"""Service appointments: what is filled in and checked when one is saved, how calendars show and move them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

import frappe
from frappe import _
from frappe.utils import cint, formatdate, get_datetime, get_link_to_form, getdate, now_datetime

from relationship_crm.contracts import completion, conflicts
from relationship_crm.contracts.conflicts import (
    APPOINTMENT,
    CANCELLED,
    DONE,
    PLANNED,
    TIMESHEET,
    VISIT,
    changed,
)
from relationship_crm.contracts.terms import HOURS, VISITS, Promise, of_lines

if TYPE_CHECKING:
    from frappe.model.document import Document

CONTRACT = "Service Contract"
#: The voucher that a promise is counted by.
VOUCHER = {VISITS: VISIT, HOURS: TIMESHEET}
#: Longer ones hide how many hours they mean.
LONGEST = timedelta(hours=24)
#: Light enough for dark letters, far enough apart for people who see few colours.
COLOURS = (
    *("#cfe2ff", "#ffe5b4", "#d8f0d0", "#f7d1e3", "#e3d7f7"),
    *("#c8eef0", "#f9d8cc", "#e9ecb8", "#dbe3ea", "#f2dfb8"),
)
NOBODY, OVER = "#ffffff", "#ebebeb"
#: What decides whether a promise is in force at the appointment.
DATED_BY = ("contract", "line_key", "starts_on")
SHOWN = (
    "name",
    "subject",
    "starts_on",
    "ends_on",
    "status",
    "employee",
    "employee_name",
    "customer_name",
    "color",
)


def validate(doc: Document) -> None:
    """Before an appointment is stored."""
    _times(doc)
    _under_contract(doc)
    _place(doc)
    completion.stay(doc)
    if _moved(doc):
        conflicts.check(doc)


def on_update(doc: Document) -> None:
    """Done, it makes its voucher."""
    completion.follow(doc)


def _times(doc: Document) -> None:
    starts, ends = get_datetime(doc.starts_on), get_datetime(doc.ends_on)
    if ends <= starts:
        frappe.throw(_("The appointment ends before it begins."))
    if ends - starts > LONGEST:
        frappe.throw(
            _("An appointment lasts 24 hours at most. Plan one for each day, so that its hours count.")
        )
    doc.hours = (ends - starts).total_seconds() / 3600


def _moved(doc: Document) -> bool:
    """Whether it has to be looked at again if the employee can come."""
    if changed(doc, "employee", "starts_on", "ends_on", "works_on_holiday"):
        return True
    return doc.get_doc_before_save().status == CANCELLED


def _under_contract(doc: Document) -> None:
    """What belongs to the contract comes from it."""
    if not doc.contract:
        doc.line_key = doc.line_title = None
        return
    contract = frappe.db.get_value(
        CONTRACT, doc.contract, ["customer", "company", "contact", "docstatus"], as_dict=True
    )
    if doc.customer and doc.customer != contract.customer:
        frappe.throw(
            _("{0} is a contract of another customer.").format(get_link_to_form(CONTRACT, doc.contract))
        )
    if changed(doc, "contract") and contract.docstatus != 1:
        frappe.throw(_("{0} is not submitted.").format(get_link_to_form(CONTRACT, doc.contract)))
    doc.customer, doc.company = contract.customer, contract.company
    doc.contact = doc.contact or contract.contact
    if doc.line_key:
        _of_promise(doc, of_lines([doc.line_key]).get(doc.line_key), contract.docstatus == 1)
    else:
        doc.line_title = None


def _of_promise(doc: Document, promise: Promise | None, in_force: bool) -> None:
    """The promise is one of the contract's, lives on that day, and counts what the appointment makes."""
    if promise is None or promise.contract != doc.contract:
        if in_force:
            frappe.throw(_("{0} has no such promise.").format(get_link_to_form(CONTRACT, doc.contract)))
        return  # cancelled, its lines are out of force: what was planned stays as it is
    doc.line_title = promise.title
    last = promise.line.last or promise.line.end
    day = getdate(doc.starts_on)
    if doc.status == PLANNED and changed(doc, *DATED_BY) and not promise.line.start <= day <= last:
        frappe.throw(
            _("{0} is promised from {1} to {2}, not on {3}.").format(
                frappe.bold(frappe.utils.escape_html(promise.title)),
                *(formatdate(each) for each in (promise.line.start, last, day)),
            )
        )
    counted_by = VOUCHER.get(promise.counts)
    if counted_by and doc.makes not in (counted_by, "Nothing"):
        frappe.throw(
            _("{0} is counted by a {1}, not by a {2}.").format(
                frappe.bold(frappe.utils.escape_html(promise.title)), _(counted_by), _(doc.makes)
            )
        )


def _place(doc: Document) -> None:
    """Address and subject where nobody entered any."""
    from frappe.contacts.doctype.address.address import get_address_display, get_default_address

    if not doc.address and doc.is_new():
        doc.address = get_default_address("Customer", doc.customer, "is_shipping_address")
    if changed(doc, "address"):
        row = frappe.db.get_value("Address", doc.address, "*", as_dict=True) if doc.address else None
        doc.address_display = get_address_display(dict(row)) if row else None
    if not doc.subject:
        what = doc.line_title or _("Appointment")
        doc.subject = f"{what} – {doc.customer_name or doc.customer}"[:140]


# calendars


@frappe.whitelist()
def get_events(
    doctype: str,
    start: str,
    end: str,
    field_map: str | dict | None = None,
    filters: str | list | None = None,
    fields: str | list | None = None,
) -> list[dict[str, Any]]:
    """Appointments that touch a time, for Frappe's Calendar; cancelled ones only where they are asked for."""
    wanted = frappe.parse_json(filters) or []
    if not any("status" in row for row in wanted):
        wanted.append([APPOINTMENT, "status", "!=", CANCELLED])
    wanted += [[APPOINTMENT, "starts_on", "<", end], [APPOINTMENT, "ends_on", ">", start]]
    found = frappe.get_list(
        APPOINTMENT,
        fields=list(SHOWN),
        filters=wanted,
        order_by="starts_on asc, name asc",
        limit_page_length=0,
    )
    return [_event(row) for row in found]


def _event(row: Any) -> dict[str, Any]:
    who = row.employee_name or row.employee or _("nobody yet")
    done = row.status == DONE
    late = row.status == PLANNED and get_datetime(row.ends_on) < now_datetime()
    mark = "✓ " if done else "! " if late else ""
    told = [row.subject, who, row.customer_name, _(row.status)]
    return {
        **row,
        "doctype": APPOINTMENT,
        "title": f"{mark}{who}: {row.subject}",
        "tooltip": "\n".join(filter(None, [*told, _("should have taken place") if late else ""])),
        "color": colour(row),
        # Frappe lets submitted documents not be moved, and one that was done is as good as that
        "docstatus": 0 if row.status == PLANNED else 1,
    }


def colour(row: Any) -> str:
    """Of an appointment in calendars: its own, grey once it is over, white while nobody has it, else the employee's."""
    if row.status != PLANNED:
        return OVER
    if row.color:
        return row.color
    return COLOURS[crc32(row.employee.encode()) % len(COLOURS)] if row.employee else NOBODY


@frappe.whitelist()
def colours(names: str | list) -> dict[str, str]:
    """The colours of appointments, for the Gantt view."""
    found = frappe.get_list(
        APPOINTMENT,
        fields=["name", "status", "employee", "color"],
        filters=[["name", "in", frappe.parse_json(names) or [""]]],
        limit_page_length=0,
        order_by="name asc",
    )
    return {row.name: colour(row) for row in found}


@frappe.whitelist(methods=["POST"])
def move_event(args: str | dict, field_map: str | dict | None = None) -> None:
    """An appointment was dragged in the Calendar."""
    values = frappe._dict(frappe.parse_json(args))
    move(values.name, values.starts_on, values.ends_on)


@frappe.whitelist(methods=["POST"])
def move(
    name: str, starts_on: str, ends_on: str, employee: str | None = None, works_on_holiday: int = 0
) -> None:
    """Another time, or another employee. A holiday that was confirmed for one day is not for another."""
    doc = frappe.get_doc(APPOINTMENT, name)
    doc.check_permission("write")
    kept = getdate(starts_on) == getdate(doc.starts_on) and employee in (None, doc.employee)
    doc.update({"starts_on": starts_on, "ends_on": ends_on, "employee": employee or doc.employee})
    doc.works_on_holiday = doc.works_on_holiday if kept else cint(works_on_holiday)
    doc.save()


# customers and employees come and go


def customer_deleted(customer: str) -> None:
    """What was only planned goes with the customer. What was done has a voucher, which keeps them."""
    row = frappe.qb.DocType(APPOINTMENT)
    frappe.qb.from_(row).delete().where((row.customer == customer) & (row.status != DONE)).run()


def employee_deleted(employee: str) -> None:
    """What was called off keeps nobody. What is planned or done does, as a timesheet would."""
    row = frappe.qb.DocType(APPOINTMENT)
    gone = (row.employee == employee) & (row.status == CANCELLED)
    frappe.qb.update(row).set(row.employee, None).where(gone).run()
