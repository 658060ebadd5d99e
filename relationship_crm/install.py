"""What install and migrate make sure of. Both may run any number of times."""

from __future__ import annotations

import frappe

from relationship_crm import defaults
from relationship_crm.campaigns import upgrade
from relationship_crm.custom_fields import ensure_custom_fields

#: The follow-ups of surveys as a board.
BOARD = "Survey Follow Ups"
ROLES = ("Relationship Manager", "Relationship User", "Relationship Analyst")


def after_install() -> None:
    """Roles, custom fields, defaults."""
    ensure()


def after_migrate() -> None:
    """The same again: a new version of ERPNext or of this app may miss some, or name campaigns in another way."""
    ensure()
    upgrade.carry_over()


def ensure() -> None:
    """Adds what is missing and writes over nothing."""
    ensure_roles()
    ensure_custom_fields()
    defaults.insert_missing()
    ensure_board()


def ensure_roles() -> None:
    """The roles, should somebody have deleted one before the fixtures come."""
    for role in ROLES:
        if not frappe.db.exists("Role", role):
            doc = frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1})
            doc.insert(ignore_permissions=True)  # install runs as Administrator, migrate may not


def ensure_board() -> None:
    """A board on which follow-ups move from open to closed, for everybody."""
    if frappe.db.exists("Kanban Board", BOARD):
        return
    columns = (("Open", "Orange"), ("Contacted", "Blue"), ("Closed", "Green"))
    frappe.get_doc(
        {
            "doctype": "Kanban Board",
            "kanban_board_name": BOARD,
            "reference_doctype": "Survey Follow Up",
            "field_name": "status",
            "fields": '["due_date", "comment"]',
            "columns": [
                {"column_name": name, "status": "Active", "indicator": color} for name, color in columns
            ],
        }
    ).insert(ignore_permissions=True)  # install runs as Administrator, migrate may not
