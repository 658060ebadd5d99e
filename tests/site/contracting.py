"""Service contracts for the tests: the one of the documentation, or any other by parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import erp
import frappe
import pytest

from relationship_crm.contracts.deciding import Refused

#: The contract of docs/service-contracts.md: 20 hours a quarter, up to 10 of them carried over.
START, END = date(2026, 1, 15), date(2027, 1, 14)
HOURS = {
    "line_title": "Support hours",
    "counts": "Hours",
    "included_qty": 20,
    "period": "Quarter",
    "carry_over": "Up To",
    "carry_limit": 10,
    "overage": "Bill",
    "overage_rate": 90,
    "price": 1200,
    "price_per": "Quarter",
}
VISITS = {"line_title": "Visits", "counts": "Visits", "included_qty": 4, "period": "Year", "overage": "Stop"}
INCIDENTS = {"line_title": "Incidents", "counts": "Incidents", "included_qty": 6, "period": "Year"}
PIECES = {
    "line_title": "Filters",
    "counts": "Quantity",
    "item_code": erp.WIDGET,
    "included_qty": 100,
    "period": "Contract",
    "overage": "Bill",
    "overage_rate": 12,
}
FEE = {"line_title": "Hosting", "counts": "Nothing", "price": 100, "price_per": "Month"}


def line(base: dict[str, Any], **values: Any) -> dict[str, Any]:
    """One of the lines above with other terms."""
    return {**base, "billing_item": erp.ADVICE, **values}


def make_contract(customer: str, *lines: dict[str, Any], submit: bool = True, **values: Any) -> Any:
    """A contract of a customer with lines (without any: hours, visits and pieces)."""
    doc = frappe.get_doc(
        {
            "doctype": "Service Contract",
            "customer": customer,
            "company": erp.COMPANY,
            "currency": "USD",
            "start_date": START,
            "end_date": END,
            "lines": [dict(row) for row in lines or (line(HOURS), line(VISITS), line(PIECES))],
            **values,
        }
    ).insert()
    return doc.submit() or doc if submit else doc


def entry(contract: Any, line: int, day: date | str, qty: float, **values: Any) -> Any:
    """A usage entry of a contract's line (by position), written without a voucher."""
    row = contract.lines[line]
    return frappe.get_doc(
        {
            "doctype": "Service Usage Entry",
            "contract": contract.name,
            "line_key": row.line_key,
            "line_title": row.line_title,
            "customer": contract.customer,
            "company": contract.company,
            "posting_date": day,
            "qty": qty,
            "uom": row.uom,
            "kind": "Use",
            "voucher_type": "Test",
            "voucher_no": frappe.generate_hash(length=10),
            **values,
        }
    ).insert(ignore_permissions=True)  # nobody may write the ledger by hand


def amend(doc: Any, change: Any = None, **values: Any) -> Any:
    """Cancel a contract and submit its amendment; `change(doc)` edits it before."""
    doc = frappe.get_doc(doc.doctype, doc.name)
    doc.cancel()
    again = frappe.copy_doc(doc, ignore_no_copy=True)
    again.update({"amended_from": doc.name, "docstatus": 0, **values})
    if change:
        change(again)
    again.insert()
    again.submit()
    return again


@contextmanager
def refused(told: str) -> Iterator[None]:
    """The rule of a line stops a document; nothing of it stays, as after a request."""
    frappe.db.savepoint("refused")
    with pytest.raises(Refused, match=told):
        yield
    frappe.db.rollback(save_point="refused")
    frappe.clear_messages()


# documents that use a contract; a day is a date or its text


def timesheet(customer: str | None, *rows: tuple, submit: bool = True, **values: Any) -> Any:
    """Hours worked: rows of (day, hours, other fields of the row)."""
    doc = frappe.get_doc(
        {
            "doctype": "Timesheet",
            "company": erp.COMPANY,
            "customer": customer,
            "time_logs": [
                {
                    "from_time": f"{day} 09:00:00",
                    "hours": hours,
                    "activity_type": work(),
                    **(more[0] if more else {}),
                }
                for day, hours, *more in rows
            ],
            **values,
        }
    ).insert()
    return doc.submit() or doc if submit else doc


def work() -> str:
    """An activity type."""
    return erp.ensure("Activity Type", "RCRM Service", activity_type="RCRM Service")


def visit(customer: str, day: date | str, submit: bool = True, item: str = erp.WIDGET, **values: Any) -> Any:
    """A maintenance visit to an item."""
    person = erp.ANNA
    purpose = {
        "item_code": item,
        "service_person": person,
        "work_done": "Looked after",
        "description": "Looked after",
    }
    purpose |= {"serial_no": values.pop("serial_no", None)}
    doc = frappe.get_doc(
        {
            "doctype": "Maintenance Visit",
            "company": erp.COMPANY,
            "customer": customer,
            "mntc_date": day,
            "completion_status": "Fully Completed",
            "maintenance_type": "Unscheduled",
            "purposes": [purpose],
            **values,
        }
    ).insert()
    return doc.submit() or doc if submit else doc


def issue(customer: str | None, day: date | str, **values: Any) -> Any:
    """An issue that was opened on a day."""
    return frappe.get_doc(
        {"doctype": "Issue", "subject": "It stopped", "customer": customer, "opening_date": day, **values}
    ).insert()


def claim(customer: str, day: date | str, **values: Any) -> Any:
    """A warranty claim."""
    return frappe.get_doc(
        {
            "doctype": "Warranty Claim",
            "customer": customer,
            "complaint_date": day,
            "complaint": "It broke",
            "company": erp.COMPANY,
            **values,
        }
    ).insert()


def goods(customer: str, day: date | str, *items: tuple, submit: bool = True, **values: Any) -> Any:
    """A delivery note without an order: rows of (item, quantity, rate, other fields of the row)."""
    head = {"customer": customer, "set_posting_time": 1, "posting_date": day, "posting_time": "12:00:00"}
    return erp._sale(
        "Delivery Note", values.pop("company", erp.COMPANY), list(items), {**head, **values}, submit
    )


def goods_back(delivery: Any, day: date | str, qty: float) -> Any:
    """Some of the first row of a delivery note comes back."""
    from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

    doc = make_sales_return(delivery.name)
    doc.update({"set_posting_time": 1, "posting_date": day, "posting_time": "13:00:00"})
    doc.set("items", doc.items[:1])
    doc.items[0].qty = -qty
    doc.insert()
    doc.submit()
    return doc


def adjustment(
    contract: Any, line: int, day: date | str, qty: float, submit: bool = True, **values: Any
) -> Any:
    """A use by hand."""
    doc = frappe.get_doc(
        {
            "doctype": "Service Usage Adjustment",
            "contract": contract.name,
            "line_key": contract.lines[line].line_key,
            "posting_date": day,
            "qty": qty,
            "reason": "Agreed on the phone",
            **values,
        }
    ).insert()
    return doc.submit() or doc if submit else doc


def table(contract: Any, line: int = 0, documents: bool = False) -> list[tuple[float, float, float]]:
    """Available, used and overage of a line in each of its periods, from the ledger or from the documents alone."""
    from relationship_crm.contracts.periods import quantities
    from relationship_crm.contracts.recompute import book_from_documents
    from relationship_crm.contracts.terms import of_contracts
    from relationship_crm.contracts.usage import book

    promises = of_contracts([getattr(contract, "name", contract)])
    found = book_from_documents(promises) if documents else book(promises)
    start, stop = found.periods.bounds[line : line + 2]
    columns = (found.folded.available, found.folded.used, found.folded.over)
    return [tuple(round(float(quantities(column[at])), 6) for column in columns) for at in range(start, stop)]
