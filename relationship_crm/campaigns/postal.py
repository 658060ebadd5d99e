"""Where letters go: the address of a contact, else of the party. A fixed number of queries, however many people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe.contacts.doctype.address.address import render_address

from relationship_crm.assessment.bulk import read_rows

ADDRESS = "Address"
COLUMNS = (
    *("name", "address_title", "address_line1", "address_line2", "city", "county", "state", "pincode"),
    *("country", "address_type", "is_primary_address", "disabled"),
)
#: What an Address Template may print and a letter's window should not show.
NOT_PRINTED = {"phone": "", "fax": "", "email_id": ""}


def addresses_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The postal address of each of these touches, by name; those that have none are missing.

    The contact's own address; else the customer's primary one; else of the party's addresses the one marked as primary, a billing
    address, the oldest. Disabled ones are none.
    """
    contacts = dict(
        read_rows("Contact", ("name", "address"), "name", {r["contact"] for r in rows if r["contact"]})
    )
    customers = {r["customer"] for r in rows if r["customer"]}
    primary = dict(read_rows("Customer", ("name", "customer_primary_address"), "name", customers))
    parties = {(r["party_type"], r["party"]) for r in rows} | {("Customer", name) for name in customers}
    linked = _linked(parties)
    named = _named({name for name in (*contacts.values(), *primary.values()) if name})
    found = {}
    for row in rows:
        party = (row["party_type"], row["party"])
        address = (
            named.get(contacts.get(row["contact"]) or "")
            or named.get(primary.get(row["customer"]) or "")
            or linked.get(party)
            or linked.get(("Customer", row["customer"]))
        )
        if address:
            found[row["name"]] = address
    return found


def order_of(address: Mapping[str, Any]) -> tuple[str, ...]:
    """How letters are sorted for the post: country, postal code, city, street."""
    return tuple(
        (address[column] or "").strip().lower() for column in ("country", "pincode", "city", "address_line1")
    )


def in_lines(address: Mapping[str, Any]) -> str:
    """An address as HTML, in the way of its country (Address Template)."""
    return render_address({**address, **NOT_PRINTED}, check_permissions=False) or ""


def _named(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in read_rows(ADDRESS, COLUMNS, "name", names))
    return {row["name"]: row for row in rows if not row["disabled"]}


def _linked(parties: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """The best address of each party, of those linked to it."""
    a, link = frappe.qb.DocType(ADDRESS), frappe.qb.DocType("Dynamic Link")
    by_type: dict[str, list[str]] = {}
    for party_type, party in parties:
        by_type.setdefault(party_type, []).append(party)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for party_type in sorted(filter(None, by_type)):
        rows = (
            frappe.qb.from_(link)
            .join(a)
            .on((a.name == link.parent) & (a.disabled == 0))
            .select(link.link_name.as_("party"), *(a[column] for column in COLUMNS))
            .where((link.parenttype == ADDRESS) & (link.link_doctype == party_type))
            .where(link.link_name.isin(sorted(by_type[party_type])))
            .orderby(a.is_primary_address, order=frappe.qb.desc)
            .orderby(a.creation)
            .orderby(a.name)
        ).run(as_dict=True)
        for row in sorted(rows, key=lambda r: (not r["is_primary_address"], r["address_type"] != "Billing")):
            found.setdefault((party_type, row["party"]), row)
    return found
