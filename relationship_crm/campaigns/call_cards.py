"""Number cards about calls and how often customers hear from us: each counts what the user may see, and opens what is behind it."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import now_datetime

from relationship_crm.campaigns import calls, dialling, frequency
from relationship_crm.campaigns.pressure import Pressure

Card = dict[str, Any]


@frappe.whitelist()
def my_calls_due(filters: str | dict | list | None = None) -> Card:
    """Calls of the user whose time has come."""
    frappe.has_permission(calls.TOUCH, "read", throw=True)
    user = frappe.session.user
    options = {
        "channel": calls.CALL,
        "assigned_to": user,
        "status": ["in", [calls.WAITING, calls.REACHED]],
        "next_contact_on": ["<=", str(now_datetime())],
    }
    return _card(dialling.count_due(user), ["List", calls.TOUCH], options)


@frappe.whitelist()
def nobody_hears_from_us(filters: str | dict | list | None = None) -> Card:
    """Relationships that should hear from us, and did not within a year."""
    return _pressure(Pressure.SILENCE, "silence")


@frappe.whitelist()
def we_pester_them(filters: str | dict | list | None = None) -> Card:
    """Relationships that heard from us more often within a year than their stage allows."""
    return _pressure(Pressure.PESTERED, "pestered")


def _pressure(one: Pressure, key: str) -> Card:
    count = len(frequency.of_class(frequency.read({}), one))
    return _card(count, ["query-report", "Contact Frequency"], {"view": "Customers", "pressure": key})


def _card(value: int, route: list[str], route_options: dict[str, Any]) -> Card:
    return {"value": value, "fieldtype": "Int", "route": route, "route_options": route_options}
