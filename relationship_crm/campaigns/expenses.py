"""On which account a purchase of an item is booked, as ERPNext finds it: item, item group, company."""

from __future__ import annotations

from collections.abc import Iterable

import frappe


def accounts_of(items: Iterable[str | None], company: str) -> dict[str, str]:
    """Expense accounts of items in a company; four queries however many items."""
    wanted = sorted({item for item in items if item})
    if not wanted:
        return {}
    groups = dict(
        frappe.get_all(
            "Item",
            filters={"name": ["in", wanted]},
            fields=["name", "item_group"],
            as_list=True,
            order_by="name asc",
        )
    )
    rows = frappe.get_all(
        "Item Default",
        filters={
            "parenttype": ["in", ["Item", "Item Group"]],
            "parent": ["in", [*wanted, *groups.values()]],
            "company": company,
            "expense_account": ["is", "set"],
        },
        fields=["parenttype", "parent", "expense_account"],
        order_by="parent asc, idx asc",
    )
    own = {(row.parenttype, row.parent): row.expense_account for row in rows}
    usual = frappe.get_cached_value("Company", company, "default_expense_account")
    found = {
        item: own.get(("Item", item)) or own.get(("Item Group", group)) or usual
        for item, group in groups.items()
    }
    return {item: account for item, account in found.items() if account}
