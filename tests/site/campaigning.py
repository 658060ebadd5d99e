"""Campaigns, target lists and their people, as the tests of lists and freezing need them. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import erp
import frappe
from frappe.utils import add_days, today

from relationship_crm.campaigns import listing, selection
from relationship_crm.surveys.recipients import Key


def target_list(name: str = "", *rules: dict[str, Any], **values: Any) -> Any:
    """A dynamic list of customers, by rules given as dictionaries; static with `kind`."""
    doc = {
        "doctype": "Campaign Target List",
        "list_name": name or frappe.generate_hash(length=8),
        "kind": "Dynamic",
        "customers": 1,
    }
    return frappe.get_doc({**doc, "rules": list(rules), **values}).insert()


def rule(criterion: str, operator: str = "is", reference: str | None = None, **values: Any) -> dict[str, Any]:
    """A rule of a list; it includes unless told otherwise."""
    return {
        "effect": "Include",
        "criterion": criterion,
        "operator": operator,
        "reference": reference,
        **values,
    }


def entry(target: Any, party: str, party_type: str = "Customer", **values: Any) -> Any:
    """Somebody on a static list."""
    doc = {"doctype": "Campaign Target Entry", "target_list": target.name}
    return frappe.get_doc({**doc, "party_type": party_type, "party": party, **values}).insert()


def campaign(*lists: Any, without: Sequence[Any] = (), **values: Any) -> Any:
    """A campaign over some lists, running from today for a month, without a control group unless told otherwise."""
    rows = [{"target_list": doc.name, "effect": "Include"} for doc in lists]
    rows += [{"target_list": doc.name, "effect": "Exclude"} for doc in without]
    doc = {
        "doctype": "Relationship Campaign",
        "title": "RCRM Campaign",
        "kind": "Retention",
        "company": erp.COMPANY,
        "start_date": today(),
        "end_date": add_days(today(), 30),
        "with_control_group": 0,
        "lists": rows,
    }
    return frappe.get_doc({**doc, **values}).insert()


def on(doc: Any) -> set[str]:
    """Names of the parties on a list, of all types."""
    return {party for _kind, party in selection.of_list(doc)}


def keys(doc: Any) -> set[Key]:
    """The parties on a list."""
    return set(selection.of_list(doc))


def persons(doc: Any) -> list[tuple[str, str, str]]:
    """Party, address and reason of everybody a campaign would have."""
    found, _standing = listing.members(doc)
    return [(p.key[1], p.recipient.email or p.recipient.mobile_no, p.reason) for p in found]


def members(name: str, **filters: Any) -> list[Any]:
    """Members of a campaign as they stand, in the order of their parties."""
    return frappe.get_all(
        "Campaign Member", {"campaign": name, **filters}, ["*"], order_by="party, email, name"
    )
