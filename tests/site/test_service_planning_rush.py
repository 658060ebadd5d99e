"""Dispatchers at the same time: one gets the hour, the others are told who has it."""

from __future__ import annotations

from collections.abc import Iterator

import erp
import frappe
import pytest
from committed import customers_of, fresh, keep, remove_customers, remove_where
from dispatching import appointment, at, employee
from workers import at_once

from relationship_crm.contracts.conflicts import AppointmentOverlap

pytestmark = pytest.mark.committed

PREFIX = "RCRM Rush"
WORKERS = 6


def plan(customer: str, who: str, hour: float) -> str:
    """One dispatcher; what they were told."""
    try:
        name = appointment(customer, who, at(hour)).name
    except AppointmentOverlap as error:
        frappe.db.rollback()
        return str(error)
    keep()
    return name


@pytest.fixture
def bert(house) -> Iterator[str]:
    fresh()
    sweep()
    who = employee(f"{PREFIX} Bert")
    keep()
    yield who
    fresh()
    sweep()
    keep()


def sweep() -> None:
    remove_customers(customers_of(PREFIX))
    remove_where("Employee", first_name=f"{PREFIX} Bert")


def test_one_hour_is_given_once(bert) -> None:
    customers = [erp.customer(f"{PREFIX} {number}") for number in range(WORKERS)]
    keep()
    # they overlap in different ways: 9 to 11, 9:15 to 11:15, …
    told = at_once(*((plan, customer, bert, 9 + number / 4) for number, customer in enumerate(customers)))
    fresh()
    granted = frappe.get_all("Service Appointment", {"employee": bert}, pluck="name")
    assert len(granted) == 1
    assert sorted(answer == granted[0] for answer in told) == [False] * (WORKERS - 1) + [True]
    assert all(granted[0] in answer for answer in told)
