"""Who sees which relationship: whoever may read the customer, lead or prospect it is with.

One condition per party type, taken from ERPNext's own permissions (roles, user permissions, shared documents), serves
both of Frappe's hooks: in lists as SQL, for a single document asked of the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe
from frappe.desk.reportview import build_match_conditions

if TYPE_CHECKING:
    from frappe.model.document import Document

PARTY_TYPES = ("Customer", "Lead", "Prospect")
APP_ROLES = ("System Manager", "Relationship Manager", "Relationship User", "Relationship Analyst")
NOTHING = "1=0"
#: DocTypes that name the party themselves; the others link to its relationship.
NAME_THEIR_PARTY = ("Relationship", "Relationship Event")


def query_conditions(user: str | None = None, doctype: str = "Relationship") -> str:
    """Rows of one of our DocTypes that a user may see, as SQL; empty = all of them."""
    own = doctype in NAME_THEIR_PARTY
    criterion = relationship_criterion(user or frappe.session.user, doctype if own else "Relationship")
    if not criterion or criterion == NOTHING or own:
        return criterion
    return (
        f"exists (select 1 from `tabRelationship` where `tabRelationship`.name = `tab{doctype}`.relationship"
        f" and {criterion})"
    )


def has_permission(doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False) -> bool:
    """Whether a user may do anything at all with one of our documents; roles decide what."""
    own = doc.doctype in NAME_THEIR_PARTY
    name = doc.name if own else doc.get("relationship")
    if not name or (own and doc.is_new()):
        return True  # about nobody yet
    table = doc.doctype if own else "Relationship"
    criterion = relationship_criterion(user or frappe.session.user, table)
    if not criterion:
        return True
    if criterion == NOTHING:
        return False
    # The criterion is finished SQL: a percent sign in it is no placeholder.
    found = frappe.db.sql(
        f"select 1 from `tab{table}` where name = %(name)s and {criterion.replace('%', '%%')}",
        {"name": name},
    )
    return bool(found)


def relationship_criterion(user: str, table: str = "Relationship") -> str:
    """The rows whose party a user may read, as a condition on a table that names it; empty = all of them."""
    conditions = {party_type: _party_condition(party_type, user) for party_type in PARTY_TYPES}
    if not any(conditions.values()):
        return ""
    allowed = [
        _of_party_type(party_type, cond, table) for party_type, cond in conditions.items() if cond != NOTHING
    ]
    return f"({' or '.join(allowed)})" if allowed else NOTHING


def _of_party_type(party_type: str, condition: str, table: str) -> str:
    own = f"`tab{table}`.party_type = {frappe.db.escape(party_type)}"
    if not condition:
        return own
    return (
        f"({own} and exists (select 1 from `tab{party_type}` where `tab{party_type}`.name = `tab{table}`.party"
        f" and ({condition})))"
    )


def _party_condition(party_type: str, user: str) -> str:
    """Which parties of a type a user may read: empty = all, `1=0` = none."""
    roles = frappe.permissions.get_role_permissions(frappe.get_meta(party_type), user=user)
    if not roles.get("read"):
        # Without a role only what was shared; match conditions would say nothing here, which means everything.
        shared = frappe.share.get_shared(party_type, user)
        names = ", ".join(frappe.db.escape(name, percent=False) for name in shared)
        return f"`tab{party_type}`.name in ({names})" if shared else NOTHING
    # Frappe doubles percent signs here for a query with values; a hook's condition goes without.
    return build_match_conditions(party_type, user=user).replace("%%", "%")


def has_app_permission() -> bool:
    """Whether the app's tile is shown."""
    return frappe.session.user == "Administrator" or bool(set(APP_ROLES) & set(frappe.get_roles()))
