"""What install leaves behind is complete, ours, and safe to repeat. (Uninstalling commits; scripts test it.)"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frappe
import pytest

from relationship_crm import hooks, install
from relationship_crm.custom_fields import MODULE, get_custom_fields

APP = Path(inspect.getfile(hooks)).parent


def paths(value: Any) -> Iterator[str]:
    """Every dotted path into this app in a hook's value."""
    if isinstance(value, dict):
        for item in value.values():
            yield from paths(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from paths(item)
    elif (
        isinstance(value, str)
        and value.startswith("relationship_crm.")
        and "/" not in value
        and not value.endswith((".js", ".css"))
    ):
        yield value


DOTTED = sorted(
    {path for name, value in vars(hooks).items() if not name.startswith("_") for path in paths(value)}
)


@pytest.mark.parametrize("path", DOTTED)
def test_every_path_in_hooks_leads_to_a_function(house, path) -> None:
    assert callable(frappe.get_attr(path))


def test_there_are_paths() -> None:
    assert len(DOTTED) > 40


def test_every_handler_is_registered_and_every_registered_event_exists(house) -> None:
    """Functions of overrides/ named as an event are in hooks.py, and nothing of another module is."""
    events = {
        "before_insert",
        "before_validate",
        "validate",
        "before_submit",
        "on_submit",
        "on_cancel",
        "on_update",
        "on_trash",
        "after_insert",
        "before_rename",
        "after_rename",
        "on_update_after_submit",
        "on_change",
        "before_save",
        "before_update_after_submit",
        "on_discard",
    }
    for doctype, handlers in hooks.doc_events.items():
        if not any(".overrides." in path for path in handlers.values()):
            continue  # what the configuration is read from
        shared = all(".linked." in path for path in handlers.values())  # one module for several DocTypes
        name = "linked" if shared else frappe.scrub(doctype)
        module = importlib.import_module(f"relationship_crm.overrides.{name}")
        defined = {name for name in vars(module) if name in events}
        assert set(handlers) <= defined if shared else defined == set(handlers), doctype
        assert all(path == f"{module.__name__}.{event}" for event, path in handlers.items())


def doctypes() -> list[str]:
    return frappe.get_all("DocType", filters={"module": MODULE}, pluck="name", order_by="name")


def test_every_doctype_is_of_our_module_and_has_its_table_and_controller(house) -> None:
    folders = {p.parent.name for p in (APP / "relationship_crm" / "doctype").glob("*/*.json")}
    assert {frappe.scrub(name) for name in doctypes()} == folders
    for name in doctypes():
        meta = frappe.get_meta(name)
        assert meta.sort_field and meta.sort_order
        assert frappe.get_doc({"doctype": name}).__class__.__module__.startswith("relationship_crm.")
        assert meta.issingle or frappe.db.table_exists(name)


#: ERPNext has Campaign and Campaign Email Schedule.
CAMPAIGN_NAMES = {
    f"Campaign {name}"
    for name in (
        *("Activity", "Caller", "Call Outcome", "Member", "Message", "Response"),
        *("Target Entry", "Target List", "Target Rule", "Touch"),
    )
}


def test_no_name_of_ours_is_taken_elsewhere(house) -> None:
    """Names that begin otherwise were looked for in Frappe, ERPNext, HRMS, CRM, Helpdesk, Lending, Healthcare, Education."""
    for name in doctypes():
        own = ("Relationship", "Process Relationship", "Survey ", "Customer ", "Service ", "Contract Ending ")
        assert name.startswith(own) or name in CAMPAIGN_NAMES


def test_every_custom_field_carries_our_module(house) -> None:
    wanted = {(doctype, row["fieldname"]) for doctype, rows in get_custom_fields().items() for row in rows}
    fields = frappe.get_all(
        "Custom Field",
        filters={"module": MODULE},
        fields=["dt", "fieldname", "insert_after"],
        order_by="name",
    )
    assert {(f.dt, f.fieldname) for f in fields} == wanted
    others = {"fieldname": ["like", "relationship\\_%"], "module": ["!=", MODULE]}
    assert not frappe.get_all("Custom Field", filters=others, order_by="name")
    for field in fields:
        meta = frappe.get_meta(field.dt)
        assert meta.has_field(field.fieldname) and meta.has_field(field.insert_after), field
        if meta.get_field(field.fieldname).fieldtype not in frappe.model.no_value_fields:
            assert frappe.db.has_column(field.dt, field.fieldname)


def test_property_setters_of_ours_carry_the_module(house) -> None:
    setters = frappe.get_all(
        "Property Setter",
        filters={"field_name": ["like", "relationship\\_%"]},
        fields=["module"],
        order_by="name",
    )
    assert all(row.module == MODULE for row in setters)


def test_patches_can_be_imported() -> None:
    lines = (APP / "patches.txt").read_text().splitlines()
    for line in (part.strip() for part in lines):
        if line and not line.startswith(("#", "[", "execute:", "finally:")):
            assert callable(importlib.import_module(line.split()[0]).execute)


def test_every_column_the_ledger_reads_exists(house) -> None:
    from relationship_crm.ledger.schema import COLUMNS

    missing = []
    for doctype, columns in COLUMNS.items():
        there = set(frappe.db.get_table_columns(doctype))
        missing += [f"{doctype}.{column}" for column in columns if column not in there]
    assert missing == []


def snapshot() -> dict[str, Any]:
    counted = (
        "DocType",
        "Custom Field",
        "Role",
        "Workspace",
        "Report",
        "Number Card",
        "Dashboard Chart",
        "Relationship Stage Model",
        "Relationship Stage",
        "Relationship Scoring Model",
        "Relationship Scoring Model Signal",
        "Relationship Stage Criterion",
    )
    found: dict[str, Any] = {doctype: frappe.db.count(doctype) for doctype in counted}
    for doctype in ("Relationship Stage Model", "Relationship Stage", "Relationship Scoring Model"):
        found[f"{doctype} modified"] = frappe.get_all(doctype, fields=["name", "modified"], order_by="name")
    found["settings"] = frappe.db.get_singles_dict("Relationship CRM Settings")
    return found


def test_migrating_again_changes_nothing(house) -> None:
    install.after_migrate()
    before = snapshot()
    install.after_migrate()
    install.after_install()
    assert snapshot() == before


def test_what_users_made_of_the_defaults_stays(house) -> None:
    stage = frappe.get_doc("Relationship Stage", "Kotler-Client")
    stage.criteria[0].threshold = 5
    stage.save()
    frappe.delete_doc("Relationship Stage", "Kotler-Partner")
    model = frappe.get_doc("Relationship Scoring Model", "Standard")
    model.signals[0].weight = 0.75
    model.save()
    settings = frappe.get_single("Relationship CRM Settings")
    settings.update({"stage_model": "Payne", "history_months": 36, "include_leads": 0})
    settings.save()
    install.after_migrate()
    assert frappe.get_doc("Relationship Stage", "Kotler-Client").criteria[0].threshold == 5
    assert not frappe.db.exists("Relationship Stage", "Kotler-Partner")
    assert frappe.get_doc("Relationship Scoring Model", "Standard").signals[0].weight == 0.75
    settings = frappe.get_single("Relationship CRM Settings")
    assert (settings.stage_model, settings.history_months, settings.include_leads) == ("Payne", 36, 0)


def test_what_is_missing_comes_back(house) -> None:
    for name in frappe.get_all(
        "Relationship Stage", filters={"stage_model": "Payne"}, pluck="name", order_by="name"
    ):
        frappe.delete_doc("Relationship Stage", name)
    frappe.delete_doc("Relationship Stage Model", "Payne")
    install.after_migrate()
    assert frappe.db.count("Relationship Stage", {"stage_model": "Payne"}) == 6


def test_restoring_the_defaults_is_a_button(house) -> None:
    from relationship_crm import api

    stage = frappe.get_doc("Relationship Stage", "Kotler-Client")
    stage.criteria[0].threshold = 5
    stage.save()
    assert "Kotler" in api.restore_defaults()
    assert frappe.get_doc("Relationship Stage", "Kotler-Client").criteria[0].threshold == 4


@pytest.mark.parametrize(
    ("doctype", "least"), [("Report", 4), ("Workspace", 1), ("Number Card", 4), ("Dashboard Chart", 3)]
)
def test_the_desk_has_what_was_promised(house, doctype, least) -> None:
    assert frappe.db.count(doctype, {"module": MODULE}) >= least


def test_roles(house) -> None:
    for role in install.ROLES:
        assert frappe.db.get_value("Role", role, "desk_access") == 1


def test_defaults_of_a_new_site(house) -> None:
    """The ladders of the literature, each from its first rung without a gap; every standard signal weighed."""
    from relationship_crm.signals import standard_signals

    expected = {"Kotler": 8, "Payne": 6, "Dwyer-Schurr-Oh": 4}
    for ladder, rungs in expected.items():
        found = frappe.get_all(
            "Relationship Stage", filters={"stage_model": ladder}, pluck="rung", order_by="rung"
        )
        assert found == list(range(1, rungs + 1))
    weighed = {
        (row.signal, row.dimension)
        for row in frappe.get_doc("Relationship Scoring Model", "Standard").signals
    }
    assert weighed == {(s.key, d) for s in standard_signals() for d in s.dimensions}


def test_scheduled_jobs_exist(house) -> None:
    """Named by their last two parts, so these must be nobody else's."""
    for method in ("drain_relationship_events", "nightly_relationship_assessment"):
        assert frappe.db.exists("Scheduled Job Type", {"method": ["like", f"relationship_crm.%{method}"]})
