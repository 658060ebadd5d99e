"""A campaign whose links are open, committed: what visitors of its public page find. Taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import erp
import frappe
import pytest
from committed import fresh, keep, remove_customers, remove_where
from responding import activity, campaign, member, touch

from relationship_crm.campaigns.token import token_of

TITLE, CUSTOMER, EMAIL = "RCRM Click", "RCRM Click Customer", "rcrm-click@example.com"
SHOP = "https://shop.example.com/spring?from=mail"


@pytest.fixture(scope="module")
def clickable(house: Any) -> Iterator[str]:
    """The campaign, for a file of tests."""
    unmade()
    erp.customer(CUSTOMER)
    name = campaign(TITLE)
    keep()
    yield name
    unmade()


def reached(of: str, channel: str = "Email", email: str = EMAIL, **values: Any) -> tuple[str, str]:
    """A touch in a wave of its own, committed: its name and its token."""
    about = {
        key: values.pop(key)
        for key in ("button_url", "event_on", "event_until", "event_place", "event_seats", "subject")
        if key in values
    }
    subject = about.pop("subject", None)
    wave = activity(of, channel, **about)
    if subject:
        frappe.db.set_value("Campaign Message", wave.messages[0].name, "subject", subject)
    name = touch(wave, member(of, CUSTOMER, email=email), company=erp.COMPANY, **values)
    keep()
    return name, token_of(name)


def again(activity_of: str, of: str, email: str) -> tuple[str, str]:
    """Somebody else in the wave of a touch."""
    fresh()
    wave = frappe.get_doc("Campaign Activity", frappe.db.get_value("Campaign Touch", activity_of, "activity"))
    name = touch(wave, member(of, CUSTOMER, email=email), company=erp.COMPANY)
    keep()
    return name, token_of(name)


def said(name: str) -> list[tuple[str, str]]:
    """Responses to a touch, and their notes."""
    fresh()
    rows = frappe.get_all(
        "Campaign Response", {"touch": name}, ["response", "note"], order_by="responded_on, response"
    )
    return [(row.response, row.note or "") for row in rows]


def unmade() -> None:
    """Everything gone again, whatever a test left."""
    fresh()
    names = frappe.get_all("Relationship Campaign", {"title": TITLE}, pluck="name", order_by="name")
    of_these = ("in", [*names, ""])
    for doctype in ("Campaign Response", "Campaign Touch", "Campaign Member"):
        frappe.db.delete(doctype, {"campaign": of_these})
    waves = frappe.get_all("Campaign Activity", {"campaign": of_these}, pluck="name", order_by="name")
    frappe.db.delete("Campaign Message", {"parent": ("in", [*waves, ""])})
    frappe.db.delete("Campaign Activity", {"campaign": of_these})
    frappe.db.delete("Version", {"docname": ("in", [*waves, *names, ""])})
    frappe.db.delete("Relationship Campaign", {"name": of_these})
    frappe.db.delete("Email Unsubscribe", {"reference_doctype": "Relationship Campaign"})
    frappe.db.delete("Survey Recipient", {"address": ("like", "rcrm-click%")})
    remove_customers([CUSTOMER])
    remove_where("Contact", email_id=EMAIL)
    keep()
