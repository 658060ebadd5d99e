"""What the desk asks for about target lists and the members of a campaign. Permission first."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _

from relationship_crm.campaigns import audience, criteria, entries, freezing, listing
from relationship_crm.campaigns.selection import LIST
from relationship_crm.permissions import PARTY_TYPES

CAMPAIGN = freezing.CAMPAIGN
GROUP, GROUP_MEMBER = "Email Group", "Email Group Member"


@frappe.whitelist()
def list_criteria() -> list[dict[str, Any]]:
    """The criteria of rules, with their conditions and choices."""
    frappe.has_permission(LIST, "read", throw=True)
    return criteria.described()


@frappe.whitelist()
def preview(target_list: str) -> dict[str, Any]:
    """Who is on a list today, of those the user may read."""
    doc = frappe.get_doc(LIST, target_list)
    doc.check_permission("read")
    return audience.of_list(doc)


@frappe.whitelist()
def preview_campaign(campaign: str) -> dict[str, Any]:
    """Whom a campaign's lists hold together today."""
    doc = frappe.get_doc(CAMPAIGN, campaign)
    doc.check_permission("read")
    return audience.of_campaign(doc)


@frappe.whitelist()
def members(campaign: str) -> list[dict[str, Any]]:
    """The members of a frozen campaign, counted."""
    frappe.get_doc(CAMPAIGN, campaign).check_permission("read")
    return audience.of_members(campaign)


@frappe.whitelist(methods=["POST"])
def freeze(campaign: str) -> None:
    """Make the members of a campaign from its lists, in the background."""
    frappe.get_doc(CAMPAIGN, campaign).check_permission("write")
    freezing.start(campaign)


@frappe.whitelist(methods=["POST"])
def unfreeze(campaign: str) -> None:
    """Open the list of a campaign again; possible until the first touch."""
    frappe.get_doc(CAMPAIGN, campaign).check_permission("write")
    freezing.unfreeze(campaign)


@frappe.whitelist(methods=["POST"])
def add_to_list(
    target_list: str,
    party_type: str,
    parties: str | list[str] | None = None,
    filters: str | list | None = None,
) -> int:
    """Put chosen parties, or those that filters of their list find, on a static list; how many were not on it."""
    frappe.get_doc(LIST, target_list).check_permission("write")
    return entries.add(
        target_list, [(party_type, name, "") for name in _chosen(party_type, parties, filters)]
    )


@frappe.whitelist(methods=["POST"])
def remove_from_list(target_list: str, party_type: str, parties: str | list[str]) -> int:
    """Take chosen parties off a static list; how many rows went."""
    frappe.get_doc(LIST, target_list).check_permission("write")
    return entries.remove(target_list, [(party_type, name) for name in _chosen(party_type, parties, None)])


@frappe.whitelist(methods=["POST"])
def add_from_list(target_list: str, source: str) -> int:
    """Put those who are on another list today on a static list; how many were not on it."""
    frappe.get_doc(LIST, target_list).check_permission("write")
    frappe.get_doc(LIST, source).check_permission("read")
    return entries.add_list(target_list, source)


@frappe.whitelist(methods=["POST"])
def export_to_email_group(target_list: str, email_group: str) -> int:
    """Put the people of a list who have an e-mail address and may be contacted into an Email Group; how many are new there.

    Who left the group stays out of it.
    """
    doc = frappe.get_doc(LIST, target_list)
    doc.check_permission("read")
    frappe.has_permission(GROUP_MEMBER, "create", throw=True)
    frappe.get_doc(GROUP, email_group).check_permission("write")
    persons, _standing = listing.of_list(doc)
    emails = {person.recipient.email for person in persons if not person.reason} - {""}
    there = frappe.get_all(GROUP_MEMBER, {"email_group": email_group}, pluck="email", order_by="email")
    new = sorted(emails - {email.lower() for email in there})
    return _write_members(email_group, new)


def _write_members(email_group: str, emails: list[str]) -> int:
    """Rows of an Email Group, as Frappe names them; a row has no events of its own."""
    from relationship_crm.assessment.bulk import write_rows

    rows = [(frappe.generate_hash(length=10), email_group, email, 0) for email in emails]
    write_rows(GROUP_MEMBER, ("name", "email_group", "email", "unsubscribed"), rows)
    total = frappe.db.count(GROUP_MEMBER, {"email_group": email_group})
    frappe.db.set_value(GROUP, email_group, "total_subscribers", total)
    return len(rows)


def _chosen(party_type: str, parties: Any, filters: Any) -> list[str]:
    """Names given, or those that the filters of a list find, of parties the user may read."""
    if party_type not in PARTY_TYPES:
        frappe.throw(_("Only customers, leads and prospects can be put on a list."))
    frappe.has_permission(party_type, "read", throw=True)
    names, conditions = (
        json.loads(given) if isinstance(given, str) else given for given in (parties, filters)
    )
    if names:
        return [str(name) for name in names]
    if conditions is None:
        frappe.throw(_("Choose somebody first."))
    return frappe.get_list(party_type, conditions, pluck="name", order_by="name")
