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
NAME_THEIR_PARTY = (
    "Relationship",
    "Relationship Event",
    "Survey Invitation",
    "Survey Response",
    "Survey Follow Up",
    "Campaign Member",
    "Campaign Touch",
    "Campaign Response",
    "Campaign Target Entry",
)
#: Answers that were promised to stay anonymous are no rows for anybody; statistics count them.
ANONYMOUS = "`tabSurvey Response`.anonymous = 0"

#: DocTypes about a customer, with the field that names them.
OF_A_CUSTOMER = {
    "Customer Referral": "referrer",
    "Customer Idea": "customer",
    "Service Appointment": "customer",
    "Service Renewal": "customer",
    "Service Contract": "customer",
    "Service Charge": "customer",
    "Service Usage Entry": "customer",
    "Service Usage Adjustment": "customer",
    "Service Usage Warning": "customer",
}


def query_conditions(user: str | None = None, doctype: str = "Relationship") -> str:
    """Rows of one of our DocTypes that a user may see, as SQL; empty = all of them."""
    own = doctype in NAME_THEIR_PARTY
    criterion = relationship_criterion(user or frappe.session.user, doctype if own else "Relationship")
    if doctype == "Survey Response":
        return f"({criterion} and {ANONYMOUS})" if criterion else ANONYMOUS
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
        return _may_read_party(doc, user)
    if doc.doctype == "Survey Response" and doc.anonymous:
        return False
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


def _may_read_party(doc: Document, user: str | None) -> bool:
    """Of a document that is not stored yet: it is about nobody, or about somebody the user may read."""
    if not doc.get("party_type") or not doc.get("party"):
        return True
    return bool(frappe.has_permission(doc.party_type, "read", doc.party, user=user))


def customer_query_conditions(user: str | None = None, doctype: str = "") -> str:
    """Rows about customers the user may read, as SQL; empty = all of them."""
    condition = _party_condition("Customer", user or frappe.session.user)
    if not condition or condition == NOTHING:
        return condition
    return (
        f"exists (select 1 from `tabCustomer` where `tabCustomer`.name = `tab{doctype}`.{OF_A_CUSTOMER[doctype]}"
        f" and ({condition}))"
    )


def customer_has_permission(
    doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
    """Whether a document is about a customer the user may read, and was so before it was changed."""
    condition = _party_condition("Customer", user or frappe.session.user)
    if not condition:
        return True
    if condition == NOTHING:
        return False
    field = OF_A_CUSTOMER[doc.doctype]
    stored = None if doc.is_new() else frappe.db.get_value(doc.doctype, doc.name, field)
    customers = {name for name in (doc.get(field), stored) if name}
    found = [
        # as above, a percent sign in the criterion is no placeholder
        frappe.db.sql(
            f"select 1 from `tabCustomer` where name = %(name)s and ({condition.replace('%', '%%')})",
            {"name": name},
        )
        for name in customers
    ]
    return all(found)


def appointment_query_conditions(user: str | None = None, doctype: str = "Service Appointment") -> str:
    """Appointments with customers the user may read, and their own: technicians need not read customers. As SQL."""
    condition = customer_query_conditions(user, doctype)
    if not condition:
        return ""
    theirs = frappe.db.escape(user or frappe.session.user, percent=False)
    own = f"`tab{doctype}`.employee in (select name from `tabEmployee` where user_id = {theirs})"
    return f"({condition} or {own})"


def appointment_has_permission(
    doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
    """Whether an appointment is with a customer the user may read, or the user's own and stays with its customer."""
    if customer_has_permission(doc, ptype, user):
        return True
    if doc.is_new():
        return False
    stored = frappe.db.get_value(doc.doctype, doc.name, ["customer", "employee"], as_dict=True)
    if not stored or not stored.employee or doc.customer != stored.customer:
        return False
    return frappe.db.get_value("Employee", stored.employee, "user_id") == (user or frappe.session.user)


def touch_query_conditions(user: str | None = None, doctype: str = "Campaign Touch") -> str:
    """Touches of parties the user may read, and the calls given to them: callers need not read customers. As SQL."""
    condition = query_conditions(user, doctype)
    if not condition:
        return ""
    theirs = frappe.db.escape(user or frappe.session.user, percent=False)
    return f"({condition} or `tab{doctype}`.assigned_to = {theirs})"


def touch_has_permission(
    doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False
) -> bool:
    """Whether a touch is of a party the user may read, or a call that is the user's own."""
    if has_permission(doc, ptype, user):
        return True
    assigned = frappe.db.get_value(doc.doctype, doc.name, "assigned_to")
    return bool(assigned) and assigned == (user or frappe.session.user)


def relationship_criterion(user: str, table: str = "Relationship") -> str:
    """The rows whose party a user may read, as a condition on a table that names it; empty = all of them."""
    conditions = {party_type: _party_condition(party_type, user) for party_type in PARTY_TYPES}
    if not any(conditions.values()):
        return ""
    allowed = [
        _of_party_type(party_type, cond, table) for party_type, cond in conditions.items() if cond != NOTHING
    ]
    return f"({' or '.join(allowed)})" if allowed else NOTHING


def reads_every(party_type: str, user: str | None = None) -> bool:
    """Whether a user may read all parties of a type."""
    return not _party_condition(party_type, user or frappe.session.user)


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
