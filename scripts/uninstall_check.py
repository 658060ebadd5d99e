"""Steps of scripts/uninstall_test.sh on its scratch site: customise, use, snapshot FILE, same FILE, absent."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import frappe

MODULE, APP = "Relationship CRM", "relationship_crm"
ROLES = ("Relationship Manager", "Relationship User", "Relationship Analyst")
#: Tables that every command writes into, whatever it does.
RESTLESS = {
    *("tabActivity Log", "tabDeleted Document", "tabError Log", "tabInstalled Application", "tabSessions"),
    *("tabVersion", "tabScheduled Job Log", "tabRoute History", "tabAccess Log", "tabPatch Log"),
    *("__global_search", "__UserSettings", "__Auth", "tabRQ Job", "tabComment", "tabSeries"),
}
#: Records that are compared by name, not only counted.
NAMED = (
    *(
        "DocType",
        "Module Def",
        "Custom Field",
        "Property Setter",
        "Role",
        "Workspace",
        "Report",
        "Number Card",
    ),
    *(
        "Dashboard Chart",
        "Print Format",
        "Page",
        "Scheduled Job Type",
        "Notification",
        "Web Form",
        "Email Template",
    ),
    *("Custom DocPerm", "Client Script", "Workspace Sidebar", "Desktop Icon"),
)
#: Customisations of somebody else; one of them leans on a role's permissions, one on a field of ERPNext.
FOREIGN_FIELD = {
    "dt": "Customer",
    "fieldname": "fleet_size",
    "label": "Fleet Size",
    "fieldtype": "Int",
    "insert_after": "customer_name",
}


def customise() -> None:
    """A custom field, a property setter and a permission that are none of ours."""
    if not frappe.db.exists("Custom Field", {"dt": "Customer", "fieldname": "fleet_size"}):
        frappe.get_doc({"doctype": "Custom Field", **FOREIGN_FIELD}).insert()
    frappe.make_property_setter(
        {
            "doctype": "Sales Order",
            "fieldname": "po_no",
            "property": "bold",
            "value": "1",
            "property_type": "Check",
        }
    )
    frappe.permissions.add_permission("Customer", "Sales Manager", 1)
    list_logs()


def use() -> None:
    """Assess everybody, so that our tables and our fields on customers hold something."""
    from relationship_crm.assessment.process import create_run, execute

    if not frappe.db.exists("Customer", "RCRM Uninstall"):
        frappe.get_doc({"doctype": "Customer", "customer_name": "RCRM Uninstall"}).insert()
    run = create_run()
    frappe.db.commit()  # a script of its own: `execute` rolls back where it fails, and must find the run
    execute(run.name)
    status, parties = frappe.db.get_value(
        "Process Relationship Assessment", run.name, ["status", "done_parties"]
    )
    if status != "Completed" or not parties:
        sys.exit(f"the assessment did not complete: {status}, {parties} parties")
    frappe.delete_doc("Customer", "RCRM Uninstall")
    list_logs()


def list_logs() -> None:
    """Log Settings as the daily clearing saves them: with lines of every app, ours too."""
    doc = frappe.get_doc("Log Settings")
    doc.add_default_logtypes()
    doc.save()


def remaining() -> Iterator[str]:
    """What still speaks of this app."""
    if APP in frappe.get_installed_apps():
        yield "the app is still installed"
    for doctype, filters in (
        ("Module Def", {"app_name": APP}),
        ("Custom Field", {"module": MODULE}),
        ("Custom Field", {"fieldname": ["like", "relationship\\_%"]}),
        ("Property Setter", {"module": MODULE}),
        ("Property Setter", {"field_name": ["like", "relationship\\_%"]}),
        ("Role", {"name": ["in", ROLES]}),
        ("Scheduled Job Type", {"method": ["like", f"{APP}.%"]}),
        ("Logs To Clear", {"ref_doctype": ["like", "%Relationship%"]}),
    ):
        for name in frappe.get_all(doctype, filters=filters, pluck="name", order_by="name"):
            yield f"{doctype} {name}"
    for doctype in frappe.get_all(
        "DocField",
        filters={"fieldname": "module", "options": "Module Def"},
        pluck="parent",
        order_by="parent",
    ):
        if frappe.db.table_exists(doctype):
            for name in frappe.get_all(doctype, filters={"module": MODULE}, pluck="name", order_by="name"):
                yield f"{doctype} {name}"
    for table, column, index in structure():
        text = f"{table}.{column}.{index}".lower()
        # ERPNext has no table or column of these names; `rcrm` begins the names of our indexes
        if "tabrelationship" in text or ".relationship_" in text or "rcrm" in text:
            yield f"in the database: {text}"


def structure() -> Iterator[tuple[str, str, str]]:
    """Tables with their columns and their indexes."""
    for table, column, kind in frappe.db.sql(
        "select table_name, column_name, column_type from information_schema.columns where table_schema = database()"
    ):
        yield table, column, kind
    for table, index, column in frappe.db.sql(
        "select table_name, index_name, column_name from information_schema.statistics where table_schema = database()"
    ):
        yield table, f"index {index}", column


def state() -> dict[str, Any]:
    """The whole database in outline: its structure, its counts, the names of what configures it."""
    tables = sorted({table for table, *_rest in structure()} - RESTLESS)
    named = {d: frappe.get_all(d, pluck="name", order_by="name") for d in NAMED if frappe.db.table_exists(d)}
    return {
        "structure": sorted(" ".join(row) for row in structure()),
        "rows": {table: frappe.db.sql(f"select count(*) from `{table}`")[0][0] for table in tables},
        **named,
    }


def different(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Where two states differ."""
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key) or [], after.get(key) or []
        if isinstance(old, dict):
            old, new = ([f"{k}: {v}" for k, v in rows.items()] for rows in (old, new))
        yield from (f"gone: {key}: {row}" for row in sorted(set(old) - set(new)))
        yield from (f"new: {key}: {row}" for row in sorted(set(new) - set(old)))


def fail(found: list[str]) -> None:
    """End with an error where there is something to tell."""
    for line in found:
        print(line)
    if found:
        sys.exit(f"{len(found)} differences")


def snapshot(path: str) -> None:
    """Keep the state."""
    Path(path).write_text(json.dumps(state(), default=str))


def same(path: str) -> None:
    """The state is the kept one."""
    now = json.loads(json.dumps(state(), default=str))
    fail(list(different(json.loads(Path(path).read_text()), now)))


def absent() -> None:
    """Nothing speaks of this app any more, and what others made is there."""
    found = list(remaining())
    if not frappe.db.has_column("Customer", "fleet_size"):
        found.append("somebody else's custom field is gone")
    if not frappe.db.exists(
        "Property Setter", {"doc_type": "Sales Order", "field_name": "po_no", "property": "bold"}
    ):
        found.append("somebody else's property setter is gone")
    if not frappe.db.exists(
        "Custom DocPerm", {"parent": "Customer", "role": "Sales Manager", "permlevel": 1}
    ):
        found.append("somebody else's permission is gone")
    fail(found)


STEPS: dict[str, Callable[..., None]] = {f.__name__: f for f in (customise, use, snapshot, same, absent)}


if __name__ == "__main__":
    os.chdir(Path(os.environ["BENCH_DIR"]) / "sites")
    frappe.init(site=os.environ["RCRM_SITE"])
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True
    STEPS[sys.argv[1]](*sys.argv[2:])
    frappe.db.commit()  # a script of its own: the next step is another process
    frappe.destroy()
