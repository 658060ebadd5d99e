"""Contracts charged night by night, for the tests of their invoices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import erp
import frappe
from contracting import FEE, line, make_contract

from relationship_crm.contracts import invoices


def nights(contract: Any, days: Iterable[date | str]) -> list[Any]:
    """What is drafted in these nights, in order."""
    made = [name for day in days for name in invoices.make(contract.name, day)]
    return [frappe.get_doc("Sales Invoice", name) for name in made]


def billed(contract: Any) -> list[Any]:
    """The invoice of the first day, submitted."""
    made = nights(contract, [contract.start_date])
    for doc in made:
        doc.submit()
    return made


def standing(contract: Any) -> set[tuple[str, float]]:
    """The charges that stand: first day and amount."""
    filters = {"contract": contract.name, "status": ("!=", "Cancelled")}
    rows = frappe.get_all("Service Charge", filters, ["period_start", "amount"], order_by="name")
    return {(str(row.period_start), row.amount) for row in rows}


def rows_of(doc: Any) -> list[tuple[float, float, float]]:
    return [(row.qty, row.rate, row.amount) for row in doc.items]


def quarterly(name: str, **values: Any) -> Any:
    """300.00 a quarter in advance."""
    fee = line(FEE, price=300, price_per="Quarter")
    return make_contract(erp.customer(name), fee, **{"billing_period": "Quarter", **values})


def terminate(contract: Any, per: str) -> None:
    frappe.db.set_value("Service Contract", contract.name, "terminated_per", per)
