"""Many contracts charged by a run: in batches, resumable, by several workers at once. These tests commit, and clean up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import erp
import frappe
import pytest
from committed import customers_of, fresh, keep, remove_customers, remove_where
from contracting import FEE, line, make_contract
from workers import at_once

from relationship_crm.contracts import billing_run, invoices, tasks

PREFIX = "Billing Rush"
DAY = "2026-01-15"

pytestmark = pytest.mark.committed


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Nothing of these customers is left behind."""
    yield
    fresh()
    remove_customers(customers_of(PREFIX))
    remove_where("Service Billing Run")
    remove_where("Error Log", method=("like", "%was not charged%"))
    keep()


def contracts(count: int) -> list[Any]:
    made = [make_contract(erp.customer(f"{PREFIX} {n}"), line(FEE)) for n in range(count)]
    keep()
    return made


def drafts() -> list[tuple[str, float]]:
    """The customers and totals of all invoices."""
    fresh()
    filters = {"customer": ("like", f"{PREFIX}%")}
    rows = frappe.get_all("Sales Invoice", filters, ["customer", "net_total"], order_by="customer, name")
    return [(row.customer, row.net_total) for row in rows]


def charge(contract: str) -> int:
    """What a worker does; it has looked at the charges before, so ordinary reads go on showing what was then."""
    frappe.db.count("Service Charge")
    made = invoices.make(contract, DAY)
    frappe.db.commit()
    return len(made)


def test_two_workers_at_once_charge_once() -> None:
    (contract,) = contracts(1)
    made = at_once(*[(charge, contract.name)] * 4)
    assert sorted(made) == [0, 0, 0, 1]
    assert drafts() == [(f"{PREFIX} 0", 100)]
    assert frappe.db.count("Service Charge", {"contract": contract.name}) == 1


def test_a_run_charges_all_and_again_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In batches of two; one contract fails and keeps no other. The next run makes up for it, and only for it."""
    monkeypatch.setattr(billing_run, "BATCH", 2)
    made = contracts(5)
    frappe.db.set_value("Customer", f"{PREFIX} 2", "disabled", 1)
    keep()
    first = run()
    assert (first.status, first.progress) == ("Completed", 100)
    assert first.failed >= 1
    assert made[2].name in first.errors
    assert drafts() == [(f"{PREFIX} {n}", 100) for n in (0, 1, 3, 4)]
    frappe.db.set_value("Customer", f"{PREFIX} 2", "disabled", 0)
    keep()
    second = run()
    assert made[2].name not in (second.errors or "")
    assert len(drafts()) == 5


def test_a_stopped_run_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(billing_run, "BATCH", 1)
    made = contracts(3)
    real, calls = invoices.make, []

    def make_then_stop(contract: str, *args: Any) -> list[str]:
        calls.append(contract)
        found = real(contract, *args)
        if contract == made[0].name:
            billing_run.stop(name)
        return found

    name = new_run()
    monkeypatch.setattr(invoices, "make", make_then_stop)
    billing_run.execute(name)
    assert (frappe.db.get_value("Service Billing Run", name, "status"), len(drafts())) == ("Stopped", 1)
    billing_run.execute(name)
    doc = frappe.get_doc("Service Billing Run", name)
    assert (doc.status, len(drafts())) == ("Completed", 3)
    names = [contract.name for contract in made]
    assert [name for name in calls if name in names] == names


def test_the_night_keeps_no_run_that_found_nothing() -> None:
    contracts(1)
    tasks.draft_due_service_invoices()
    assert drafts()
    before = frappe.db.count("Service Billing Run")
    tasks.draft_due_service_invoices()
    assert frappe.db.count("Service Billing Run") == before


def new_run() -> str:
    name = frappe.get_doc({"doctype": "Service Billing Run", "day": DAY}).insert().name
    keep()
    return name


def run() -> Any:
    name = new_run()
    billing_run.execute(name)
    return frappe.get_doc("Service Billing Run", name)
