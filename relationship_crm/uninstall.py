"""Takes away what install brought. Frappe removes our DocTypes, with everything that names our module."""

from __future__ import annotations

import frappe

from relationship_crm.custom_fields import MODULE, get_custom_fields, remove_custom_fields
from relationship_crm.install import BOARD, ROLES

DIMENSION = "Accounting Dimension"
#: Kept from before our DocTypes go until after: the columns of dimensions over them.
LEFT = "relationship_crm_dimensions"


def before_uninstall() -> None:
    """What must go while our DocTypes still exist. Nothing here commits: a dry run comes here too."""
    remove_custom_fields()
    remove_dimensions()
    remove_property_setters()
    remove_roles()
    remove_scheduled_jobs()
    remove_log_settings()


def after_uninstall() -> None:
    """The columns of the custom fields: left in place, they would show old stages after a new installation."""
    if "relationship_crm" in frappe.get_installed_apps():  # a dry run
        return
    drop_columns()
    drop_dimension_columns()


def remove_dimensions() -> None:
    """Accounting Dimensions over our DocTypes: their fields on ERPNext's documents would link to what is gone.

    By ERPNext's own function, at once: deleting the record would leave it to a job that runs when we are gone.
    """
    from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import delete_accounting_dimension

    ours = frappe.get_all("DocType", filters={"module": MODULE}, pluck="name", order_by="name")
    names = frappe.get_all(DIMENSION, {"document_type": ("in", ours or [""])}, pluck="name", order_by="name")
    left = frappe.flags.setdefault(LEFT, [])
    for name in names:
        doc = frappe.get_doc(DIMENSION, name)
        delete_accounting_dimension(doc)
        frappe.db.delete("Accounting Dimension Detail", {"parent": name})
        frappe.db.delete(DIMENSION, {"name": name})
        left.append(doc.fieldname)
    if names:
        frappe.clear_cache()


def drop_dimension_columns() -> None:
    """The columns of those dimensions, which ERPNext leaves in some fifty tables."""
    from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
        get_doctypes_with_dimensions,
    )

    for fieldname in frappe.flags.pop(LEFT, None) or []:
        for doctype in filter(frappe.db.table_exists, get_doctypes_with_dimensions()):  # not Singles
            _drop(doctype, [fieldname])


def remove_property_setters() -> None:
    """Property setters of our module, on whatever DocType they stand."""
    for name in frappe.get_all("Property Setter", filters={"module": MODULE}, pluck="name", order_by="name"):
        # uninstall: no user to ask
        frappe.delete_doc("Property Setter", name, force=True, ignore_permissions=True)


def remove_roles() -> None:
    """Permissions on our DocTypes, and our roles, unless somebody gave one of them a meaning outside this app."""
    ours = set(frappe.get_all("DocType", filters={"module": MODULE}, pluck="name", order_by="name"))
    if ours:
        frappe.db.delete("Custom DocPerm", {"parent": ("in", sorted(ours))})
    for role in ROLES:
        if frappe.db.exists("Role", role) and not used_elsewhere(role, ours):
            frappe.db.delete("Has Role", {"role": role})
            frappe.delete_doc("Role", role, force=True, ignore_permissions=True)  # uninstall: no user to ask


def used_elsewhere(role: str, ours: set[str]) -> bool:
    """Whether a link to the role stands anywhere but on our DocTypes and on users."""
    ours_or_users = ours | {"User"}
    for doctype, field in _links_to_roles():
        if doctype in ours:
            continue
        meta = frappe.get_meta(doctype)
        if meta.issingle:
            if frappe.db.get_single_value(doctype, field) == role:
                return True
        elif doctype in (
            "DocPerm",
            "Custom DocPerm",
        ):  # the latter names its DocType without being a child table
            if set(frappe.get_all(doctype, {field: role}, pluck="parent", order_by="name")) - ours:
                return True
        elif meta.istable:
            rows = frappe.get_all(doctype, {field: role}, ["parent", "parenttype"], order_by="name")
            if any(not _is_ours(row, ours_or_users) for row in rows):
                return True
        elif frappe.db.exists(doctype, {field: role}):
            return True
    return False


def _is_ours(row: dict, ours: set[str]) -> bool:
    """Whether a child row belongs to one of our documents, or to a report, page or workspace of our module."""
    if row.parenttype in ours:
        return True
    if not row.parenttype or not frappe.get_meta(row.parenttype).has_field("module"):
        return False
    return frappe.db.get_value(row.parenttype, row.parent, "module") == MODULE


def _links_to_roles() -> list[tuple[str, str]]:
    link = {"fieldtype": "Link", "options": "Role"}
    found = frappe.get_all("DocField", link, ["parent", "fieldname"], as_list=True, order_by="name")
    found += frappe.get_all("Custom Field", link, ["dt", "fieldname"], as_list=True, order_by="name")
    return [
        (doctype, field) for doctype, field in found if frappe.db.table_exists(doctype) or _is_single(doctype)
    ]


def _is_single(doctype: str) -> bool:
    return bool(frappe.db.get_value("DocType", doctype, "issingle"))


def remove_scheduled_jobs() -> None:
    """Our entries in the scheduler; Frappe would keep them until the next migrate."""
    jobs = frappe.get_all(
        "Scheduled Job Type", {"method": ("like", "relationship_crm.%")}, pluck="name", order_by="name"
    )
    for name in jobs:
        # uninstall: no user to ask
        frappe.delete_doc("Scheduled Job Type", name, force=True, ignore_permissions=True)


def remove_log_settings() -> None:
    """Our lines in Frappe's Log Settings, which would name DocTypes that are gone."""
    ours = frappe.get_all("DocType", filters={"module": MODULE}, pluck="name", order_by="name")
    if ours:
        frappe.db.delete("Logs To Clear", {"ref_doctype": ("in", ours)})


def remove_board() -> None:
    """The board of follow-ups."""
    if frappe.db.exists("Kanban Board", BOARD):
        # uninstall: no user to ask
        frappe.delete_doc("Kanban Board", BOARD, force=True, ignore_permissions=True)


def remove_portal_item() -> None:
    """Our page in the portal's menu; it leads nowhere any more."""
    item = frappe.qb.DocType("Portal Menu Item")
    frappe.qb.from_(item).delete().where(item.reference_doctype == "Customer Idea").run()


def drop_columns() -> None:
    """Drops the columns of our custom fields, where no field stands on them any more."""
    for doctype, fields in get_custom_fields().items():
        _drop(doctype, [field["fieldname"] for field in fields])


def _drop(doctype: str, fieldnames: list[str]) -> None:
    """Drop those of these columns that no field stands on."""
    columns = set(frappe.db.get_table_columns(doctype))
    meta = frappe.get_meta(doctype, cached=False)
    orphans = [name for name in fieldnames if name in columns and not meta.has_field(name)]
    if orphans:
        drops = ", ".join(f"DROP COLUMN `{column}`" for column in orphans)
        frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` {drops}")
        frappe.cache.hdel("table_columns", f"tab{doctype}")
        if newer := getattr(frappe, "client_cache", None):  # where Frappe 16 keeps them
            newer.delete_value(f"table_columns::tab{doctype}")
