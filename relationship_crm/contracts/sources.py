"""What ERPNext's documents say was done for a customer, read from the document at hand or from the database alike.

| document | is | on |
|---|---|---|
| Timesheet, by row | hours | the day it begins |
| Maintenance Visit | a visit | its date |
| Issue, Warranty Claim | an incident | the day it was opened |
| Delivery Note, Sales Invoice that delivers, by row | a quantity | its date; what is returned, the day it was delivered |
| Service Usage Adjustment | what it says | its date |
| Sales Order | nothing yet; it shows what its delivery would use | the day of delivery |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from frappe.utils import flt, getdate

from relationship_crm.contracts.fields import CHARGE, CONTRACT, LINE, RENEWED_LINE
from relationship_crm.contracts.terms import HOURS, INCIDENTS, QUANTITY, VISITS
from relationship_crm.contracts.units import HOUR

ADJUSTMENT = "Service Usage Adjustment"


@dataclass(frozen=True)
class Work:
    """Something done, as a document or one of its rows says, and the line it is counted on (if any)."""

    voucher_type: str
    voucher_no: str
    detail: str  # the row's name
    counts: str  # empty: in the line's own unit
    day: date
    qty: float
    uom: str = ""
    billable: float = 0.0  # hours charged, beside those worked
    customer: str = ""
    company: str = ""
    item_code: str = ""
    items: tuple[str, ...] = ()  # equipment worked on
    serials: tuple[str, ...] = ()
    project: str = ""
    employee: str = ""
    note: str = ""
    contract: str = ""
    line_key: str = ""
    origin: str = ""  # the row that is returned

    @property
    def facts(self) -> tuple[Any, ...]:
        """What a match depends on."""
        return (
            *(self.counts, self.day, round(self.qty, 6), round(self.billable, 6), self.uom, self.customer),
            *(self.company, self.item_code, self.items, self.serials, self.project, self.origin),
        )


@dataclass(frozen=True)
class Source:
    """How a document is read. `work` takes the document and one of its rows (the document itself where it has none)."""

    doctype: str
    work: Callable[[Any, Any], Work | None]
    columns: tuple[str, ...]
    table: str = ""
    child: str = ""
    child_columns: tuple[str, ...] = ()
    day: str = ""  # the column of the head that dates it
    submittable: bool = True
    counted: bool = True  # False: shown only

    def live(self, head: Any) -> bool:
        """Whether the document stands."""
        return int(head.get("docstatus") or 0) == (1 if self.submittable else 0)


def of(doc: Any) -> list[Work]:
    """What a document says was done, whether it stands or not."""
    return [work for _row, work in by_row(doc)]


def by_row(doc: Any) -> list[tuple[Any, Work]]:
    """The same with the rows that say it (the document itself where it has none)."""
    source = SOURCES[doc.doctype]
    found = [(row, source.work(doc, row)) for row in rows_of(doc)]
    return [(row, work) for row, work in found if work]


def rows_of(doc: Any) -> list[Any]:
    """The rows that name lines, or the document itself."""
    source = SOURCES[doc.doctype]
    return list(doc.get(source.table) or ()) if source.table else [doc]


def _base(head: Any, row: Any, doctype: str) -> dict[str, Any]:
    return {
        "voucher_type": doctype,
        "voucher_no": head.get("name") or "",
        "detail": "" if row is head else row.get("name") or "",
        "customer": head.get("customer") or "",
        "company": head.get("company") or "",
        "contract": row.get(CONTRACT) or "",
        "line_key": row.get(LINE) or "",
    }


def _some(*values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _issue(head: Any, row: Any) -> Work | None:
    day = head.get("opening_date") or head.get("creation")
    return Work(
        **_base(head, row, "Issue"),
        counts=INCIDENTS,
        day=getdate(day),
        qty=1.0,
        project=head.get("project") or "",
    )


def _claim(head: Any, row: Any) -> Work | None:
    if head.get("status") == "Cancelled":
        return None
    return Work(
        **_base(head, row, "Warranty Claim"),
        counts=INCIDENTS,
        day=getdate(head.get("complaint_date")),
        qty=1.0,
        items=_some(head.get("item_code")),
        serials=_some(head.get("serial_no")),
    )


def _visit(head: Any, row: Any) -> Work | None:
    purposes = head.get("purposes") or ()
    return Work(
        **_base(head, row, "Maintenance Visit"),
        counts=VISITS,
        day=getdate(head.get("mntc_date")),
        qty=1.0,
        items=_some(*(purpose.item_code for purpose in purposes)),
        serials=_some(*(purpose.serial_no for purpose in purposes)),
    )


def _hours(head: Any, row: Any) -> Work | None:
    if not row.get("from_time"):
        return None
    return Work(
        **_base(head, row, "Timesheet"),
        counts=HOURS,
        day=getdate(row.get("from_time")),
        qty=flt(row.get("hours")),
        billable=flt(row.get("billing_hours")) if row.get("is_billable") else 0.0,
        uom=HOUR,
        project=row.get("project") or head.get("parent_project") or "",
        employee=head.get("employee") or "",
    )


def _delivered(doctype: str, day: str, origin: str) -> Callable[[Any, Any], Work | None]:
    def work(head: Any, row: Any) -> Work | None:
        if doctype == "Sales Invoice" and not head.get("update_stock"):
            return None
        # a contract's charge is no delivery, nor is what renews it
        if not row.get("item_code") or row.get(CHARGE) or row.get(RENEWED_LINE):
            return None
        when = row.get("delivery_date") if doctype == "Sales Order" else None
        return Work(
            **_base(head, row, doctype),
            counts=QUANTITY,
            day=getdate(when or head.get(day)),
            qty=flt(row.get("stock_qty")),
            uom=row.get("stock_uom") or "",
            item_code=row.get("item_code"),
            project=row.get("project") or head.get("project") or "",
            origin=(row.get(origin) or "") if origin and head.get("is_return") else "",
        )

    return work


def _adjusted(head: Any, row: Any) -> Work | None:
    base = _base(head, row, ADJUSTMENT) | {
        "contract": head.get("contract") or "",
        "line_key": head.get("line_key") or "",
    }
    return Work(
        **base,
        counts="",
        day=getdate(head.get("posting_date")),
        qty=flt(head.get("qty")),
        note=head.get("reason") or "",
    )


_GOODS = ("item_code", "stock_qty", "stock_uom", "project")
SOURCES = {
    source.doctype: source
    for source in (
        Source(
            "Issue", _issue, ("customer", "company", "opening_date", "creation", "project"), submittable=False
        ),
        Source(
            "Warranty Claim",
            _claim,
            ("customer", "company", "complaint_date", "status", "item_code", "serial_no"),
            submittable=False,
        ),
        Source("Maintenance Visit", _visit, ("customer", "company", "mntc_date")),
        Source(
            "Timesheet",
            _hours,
            ("customer", "company", "employee", "parent_project"),
            table="time_logs",
            child="Timesheet Detail",
            child_columns=("from_time", "hours", "billing_hours", "is_billable", "project"),
        ),
        Source(
            "Delivery Note",
            _delivered("Delivery Note", "posting_date", "dn_detail"),
            ("customer", "company", "posting_date", "is_return", "project"),
            table="items",
            child="Delivery Note Item",
            child_columns=(*_GOODS, "dn_detail"),
            day="posting_date",
        ),
        Source(
            "Sales Invoice",
            _delivered("Sales Invoice", "posting_date", "sales_invoice_item"),
            ("customer", "company", "posting_date", "is_return", "update_stock", "project"),
            table="items",
            child="Sales Invoice Item",
            child_columns=(*_GOODS, "sales_invoice_item", CHARGE),
            day="posting_date",
        ),
        Source(
            "Sales Order",
            _delivered("Sales Order", "delivery_date", ""),
            ("customer", "company", "delivery_date", "project"),
            table="items",
            child="Sales Order Item",
            child_columns=(*_GOODS, "delivery_date"),
            counted=False,
        ),
        Source(
            ADJUSTMENT,
            _adjusted,
            ("customer", "company", "contract", "line_key", "posting_date", "qty", "reason"),
        ),
    )
}
