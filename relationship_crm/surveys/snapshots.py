"""What was so when somebody was asked: company, group, territory, stage, people, goods.

Kept as plain text on the invitation and the response: ERPNext rewrites links when a customer moves to another group, and
a result by sales person means the one of then. A fixed number of queries, however many parties.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.query_builder.functions import Sum

from relationship_crm.assessment.bulk import read_rows

FIELDS = (
    *("customer_group", "territory", "account_manager"),
    *("sales_person", "item_group", "stage_name", "rung"),
)
#: Documents with lines that have an item group and an amount.
SALES = ("Delivery Note", "Sales Invoice", "Sales Order")


def snapshots(occasions: Sequence[tuple[str, str, str, str]]) -> list[dict[str, Any]]:
    """For each (party type, party, document type, document): the values of `FIELDS`."""
    keys = {(party_type, party) for party_type, party, *_voucher in occasions}
    parties, stages = _parties(keys), _stages(keys)
    teams = _first_sales_person({"Customer": {party for kind, party in keys if kind == "Customer"}})
    vouchers: dict[str, set[str]] = {}
    for *_key, voucher_type, voucher_no in occasions:
        vouchers.setdefault(voucher_type, set()).add(voucher_no)
    sold_by, goods = _first_sales_person({k: v for k, v in vouchers.items() if k in SALES}), {}
    for doctype in SALES:
        goods |= _main_item_group(doctype, vouchers.get(doctype, set()))
    visits = _visits(vouchers.get("Maintenance Visit", set()))
    found = []
    for party_type, party, voucher_type, voucher_no in occasions:
        key, voucher = (party_type, party), (voucher_type, voucher_no)
        person, group = visits.get(voucher_no, ("", "")) if voucher_type == "Maintenance Visit" else ("", "")
        values = parties.get(key, ("", "", ""))
        values += (
            sold_by.get(voucher) or person or teams.get(("Customer", party), ""),
            goods.get(voucher) or group,
        )
        found.append(dict(zip(FIELDS, (*values, *stages.get(key, ("", 0))), strict=True)))
    return found


def _parties(keys: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Group, territory and who looks after them."""
    columns = {
        "Customer": ("name", "customer_group", "territory", "account_manager"),
        "Lead": ("name", None, "territory", "lead_owner"),
        "Prospect": ("name", "customer_group", "territory", "prospect_owner"),
    }
    found = {}
    for party_type, (name, group, territory, owner) in columns.items():
        chosen = [c for c in (name, group, territory, owner) if c]
        for row in read_rows(
            party_type, chosen, "name", {party for kind, party in keys if kind == party_type}
        ):
            values = dict(zip(chosen, row, strict=True))
            found[party_type, values["name"]] = tuple(
                values.get(c) or "" if c else "" for c in (group, territory, owner)
            )
    return found


def _stages(keys: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, int]]:
    rows = read_rows(
        "Relationship",
        ("party_type", "party", "stage_name", "rung"),
        "party",
        {party for _kind, party in keys},
    )
    return {(kind, party): (stage or "", rung or 0) for kind, party, stage, rung in rows}


def _first_sales_person(documents: dict[str, set[str]]) -> dict[tuple[str, str], str]:
    """The first of each document's sales team."""
    names = sorted({name for group in documents.values() for name in group})
    if not names:
        return {}
    t = frappe.qb.DocType("Sales Team")
    rows = (
        frappe.qb.from_(t)
        .select(t.parenttype, t.parent, t.sales_person)
        .where(t.parenttype.isin(sorted(documents)) & t.parent.isin(names))
        .orderby(t.idx, order=frappe.qb.desc)
    ).run()
    return {(doctype, parent): person for doctype, parent, person in rows}


def _main_item_group(doctype: str, names: set[str]) -> dict[tuple[str, str], str]:
    """The item group with the largest amount on each document."""
    if not names:
        return {}
    t = frappe.qb.DocType(f"{doctype} Item")
    amount = Sum(t.base_net_amount)
    rows = (
        frappe.qb.from_(t)
        .select(t.parent, t.item_group)
        .where(t.parent.isin(sorted(names)))
        .groupby(t.parent, t.item_group)
        .orderby(amount)
        .orderby(t.item_group, order=frappe.qb.desc)
    ).run()
    return {(doctype, parent): group or "" for parent, group in rows}


def _visits(names: set[str]) -> dict[str, tuple[str, str]]:
    """Who came, and for what kind of goods, on maintenance visits."""
    if not names:
        return {}
    t, item = frappe.qb.DocType("Maintenance Visit Purpose"), frappe.qb.DocType("Item")
    rows = (
        frappe.qb.from_(t)
        .left_join(item)
        .on(item.name == t.item_code)
        .select(t.parent, t.service_person, item.item_group)
        .where(t.parent.isin(sorted(names)))
        .orderby(t.idx, order=frappe.qb.desc)
    ).run()
    return {parent: (person or "", group or "") for parent, person, group in rows}
