"""Who looks after a customer that gave a low answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import frappe

#: Who may be asked where nobody else is responsible.
ROLE = "Relationship Manager"
#: Whose lead or prospect it is.
OWNERS = {"Lead": "lead_owner", "Prospect": "prospect_owner"}


def caretaker(party_type: str, party: str, survey: Any, sales_person: str = "") -> str:
    """The user who looks after a party, '' where there is none.

    The first who can log in of: the account manager (for a lead or prospect its owner), the user of the sales person who
    sold to them, the user the survey escalates to, a holder of the role Relationship Manager who may read the party.
    """
    return _first_working(_candidates(party_type, party, survey, sales_person)) or manager(party_type, party)


def manager(party_type: str, party: str, but: Iterable[str] = ()) -> str:
    """A holder of the role Relationship Manager who may read the party, by name; '' where there is none."""
    link = {"role": ROLE, "parenttype": "User", "parent": ("not in", ["Administrator", "Guest", *but])}
    holders = frappe.get_all("Has Role", link, pluck="parent", order_by="parent")
    for user in _working(holders):
        if frappe.has_permission(party_type, "read", doc=party, user=user):
            return user
    return ""


def _candidates(party_type: str, party: str, survey: Any, sales_person: str) -> Iterator[str | None]:
    if party_type == "Customer":
        yield frappe.db.get_value("Customer", party, "account_manager")
        yield _user_of(sales_person)
        team = {"parenttype": "Customer", "parent": party}
        order = "allocated_percentage desc, idx asc"
        for person in frappe.get_all("Sales Team", team, pluck="sales_person", order_by=order):
            yield _user_of(person)
    else:
        yield frappe.db.get_value(party_type, party, OWNERS[party_type])
        yield _user_of(sales_person)
    yield survey.escalate_to


def _user_of(sales_person: str | None) -> str | None:
    """The user of the employee that a sales person is."""
    employee = frappe.db.get_value("Sales Person", sales_person, "employee") if sales_person else None
    return frappe.db.get_value("Employee", employee, "user_id") if employee else None


def _first_working(candidates: Iterable[str | None]) -> str:
    return next((user for user in candidates if user and _working([user])), "")


def _working(users: list[str]) -> list[str]:
    """Those of the users who can log in to the desk, in the same order."""
    wanted = {"name": ("in", users), "enabled": 1, "user_type": "System User"}
    found = set(frappe.get_all("User", wanted, pluck="name", order_by="name"))
    return [user for user in users if user in found]
