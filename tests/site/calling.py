"""Calls and events of campaigns, as their tests need them. Nothing here commits."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import erp
import frappe
import waves
from asking import contact
from desk import user
from frappe.utils import add_days, get_datetime, now_datetime, today
from responding import member

from relationship_crm.campaigns import calls, touches

ANNA, BORIS, CLARA = "rcrm-anna@example.com", "rcrm-boris@example.com", "rcrm-clara@example.com"
TOUCH = "Campaign Touch"


def caller(email: str, *roles: str) -> str:
    """Somebody who can log in, and calls."""
    return user(email, *(roles or ("Relationship User",)))


def somebody(of: str, name: str, number: str = "", manager: str = "", **values: Any) -> str:
    """A customer with one contact who has a phone, on the list of a campaign; the customer's name."""
    party = erp.customer(f"RCRM {name}", account_manager=manager or None)
    person(of, party, name, number, **values)
    return party


def person(of: str, party: str, name: str, number: str = "", **values: Any) -> str:
    """One more person of a customer on the list; the member's name."""
    address = f"{name.lower()}@example.com"
    row = {
        "email": address,
        "mobile_no": number or f"+49 30 {crc32(name.encode()) % 10**7:07}",
        "person_key": address,
        "recipient_name": name,
        "contact": contact(party, address),
        **values,
    }
    return member(of, party, **row)


def call_wave(of: str, *callers: str, **values: Any) -> Any:
    """Calls that begin today."""
    rows = [{"user": name} for name in callers]
    doc = waves.wave(of, channel="Call", callers=rows, **values)
    frappe.db.set_value(doc.doctype, doc.name, {"status": "Running", "made": 1})
    return doc


def given_out(of: str, *callers: str, **values: Any) -> Any:
    """Calls that were made and given to callers; none is told."""
    doc = call_wave(of, *callers, **values)
    touches.create(doc)
    calls.assign(doc.name)
    return doc


def touch(doc: Any, name: str) -> Any:
    """The touch of a person, as it is now."""
    [row] = frappe.get_all(TOUCH, {"activity": doc.name, "recipient_name": name}, ["*"], order_by="name")
    return row


def holders(doc: Any) -> dict[str, str]:
    """Who has the call of each person."""
    return {row.recipient_name: row.assigned_to or "" for row in waves.rows(doc)}


def at(clock: str, day: Any = None) -> Any:
    """A moment of a day, today where none is given."""
    return get_datetime(f"{day or today()} {clock}")


def ago(**spans: int) -> Any:
    return frappe.utils.add_to_date(now_datetime(), **{name: -span for name, span in spans.items()})


def later(days: int) -> str:
    return f"{add_days(today(), days)} 10:00:00"
