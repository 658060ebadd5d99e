"""Who may do what, and who sees whom."""

from __future__ import annotations

import json
from typing import Any

import contact
import erp
import frappe
import pytest
from desk import assess, buyer, override, relationship, scoring_weights_off, user
from erp import ADVICE, NORTH, SOUTH
from frappe.utils import getdate

from relationship_crm import api

MANAGER, USER, ANALYST = "Relationship Manager", "Relationship User", "Relationship Analyst"
SALES = ("Sales User", "Sales Manager", "Sales Master Manager")
READ = {"read"}
EDIT = {"read", "write", "create", "delete"}
#: What each role may do with each DocType.
MATRIX: dict[str, dict[str, set[str]]] = {
    "Relationship": {MANAGER: READ, USER: READ, ANALYST: READ, "": set()},
    "Relationship Assessment": {MANAGER: READ, USER: READ, ANALYST: READ, "": set()},
    "Relationship Stage Change": {MANAGER: READ, USER: READ, ANALYST: READ, "": set()},
    "Relationship Override": {MANAGER: EDIT, USER: {"read", "create"}, ANALYST: READ, "": set()},
    "Relationship Stage Model": {MANAGER: EDIT, USER: READ, ANALYST: READ, "": set()},
    "Relationship Stage": {MANAGER: EDIT, USER: READ, ANALYST: READ, "": set()},
    "Relationship Scoring Model": {MANAGER: EDIT, USER: set(), ANALYST: READ, "": set()},
    "Relationship Signal": {MANAGER: EDIT, USER: set(), ANALYST: READ, "": set()},
    "Relationship Policy": {MANAGER: EDIT, USER: set(), ANALYST: READ, "": set()},
    "Relationship CRM Settings": {
        MANAGER: {"read", "write", "create"},
        USER: set(),
        ANALYST: READ,
        "": set(),
    },
    "Relationship Event": {MANAGER: READ, USER: set(), ANALYST: READ, "": set()},
    "Relationship Yardstick": {MANAGER: READ, USER: set(), ANALYST: READ, "": set()},
    "Process Relationship Assessment": {MANAGER: EDIT, USER: set(), ANALYST: READ, "": set()},
}
#: What sales staff work with, a role of ours or none; see test_contract_access.
OF_CONTRACTS = (
    *("Service Contract", "Service Contract Template", "Service Usage Entry", "Service Usage Adjustment"),
    *(
        "Service Charge",
        "Service Billing Run",
        "Service Price Index",
        "Service Renewal",
        "Service Appointment",
    ),
    *("Service Usage Warning", "Contract Ending Reason"),
)
CASES = [(doctype, role) for doctype, roles in MATRIX.items() for role in roles]


@pytest.fixture(scope="module")
def everyone() -> dict[str, str]:
    return {
        MANAGER: "rcrm.manager@example.com",
        USER: "rcrm.user@example.com",
        ANALYST: "rcrm.analyst@example.com",
        "": "rcrm.nobody@example.com",
    }


@pytest.mark.parametrize(("doctype", "role"), CASES, ids=[f"{d}-{r or 'none'}" for d, r in CASES])
def test_role_matrix(house, everyone, doctype, role) -> None:
    name = user(everyone[role], *SALES, *([role] if role else []))
    allowed = {
        p
        for p in ("read", "write", "create", "delete", "submit", "cancel")
        if frappe.has_permission(doctype, p, user=name)
    }
    assert allowed == MATRIX[doctype][role]


def test_the_matrix_is_complete(house) -> None:
    ours = frappe.get_all(
        "DocType", filters={"module": "Relationship CRM", "istable": 0}, pluck="name", order_by="name"
    )
    assert set(MATRIX) <= set(ours)
    # whatever comes later is closed to those without a role of ours
    for doctype in set(ours) - set(OF_CONTRACTS):
        assert not frappe.has_permission(
            doctype, "read", user=user(f"nobody.{frappe.scrub(doctype)}@example.com", *SALES)
        )


@pytest.fixture
def two(house) -> dict[str, str]:
    """A customer in the north and one in the south, each with a move, an override and an assessment."""
    found = {}
    for territory in (NORTH, SOUTH):
        customer = buyer(f"RCRM of {territory}", purchases=2, territory=territory)
        override(relationship("Customer", customer).name, stage="Kotler-Client")
        found[territory] = customer
    return found


def limited(*roles: str) -> str:
    return user("rcrm.north@example.com", *SALES, *roles, territory=NORTH)


def parties(rows: list[Any], field: str = "party") -> set[str]:
    return {row[field] for row in rows}


@pytest.mark.parametrize("role", [MANAGER, USER, ANALYST])
def test_lists_show_the_own_territory_only(two, role) -> None:
    frappe.set_user(limited(role))
    for doctype in ("Relationship", "Relationship Assessment", "Relationship Stage Change"):
        rows = frappe.get_list(doctype, fields=["party"], order_by="creation", limit=0)
        assert parties(rows) == {two[NORTH]}, doctype
    own = relationship("Customer", two[NORTH]).name
    overrides = frappe.get_list(
        "Relationship Override", fields=["relationship"], order_by="creation", limit=0
    )
    assert parties(overrides, "relationship") == {own}


@pytest.mark.parametrize("role", [MANAGER, ANALYST])
def test_the_outbox_shows_the_own_territory_only(two, role) -> None:
    for customer in two.values():
        erp.invoice(customer, getdate(), [(ADVICE, 1, 100)])
    frappe.set_user(limited(role))
    rows = frappe.get_list("Relationship Event", fields=["party"], order_by="creation", limit=0)
    assert parties(rows) == {two[NORTH]}


def test_without_limits_everybody_is_seen(two) -> None:
    frappe.set_user(user("rcrm.all@example.com", *SALES, USER))
    assert set(two.values()) <= parties(
        frappe.get_list("Relationship", fields=["party"], order_by="creation", limit=0)
    )


def test_documents_of_others_cannot_be_opened(two) -> None:
    theirs = {
        "Relationship": relationship("Customer", two[SOUTH]).name,
        "Relationship Assessment": frappe.get_all(
            "Relationship Assessment", {"party": two[SOUTH]}, pluck="name", order_by="name"
        )[0],
        "Relationship Stage Change": frappe.get_all(
            "Relationship Stage Change", {"party": two[SOUTH]}, pluck="name", order_by="name"
        )[0],
        "Relationship Override": frappe.get_all(
            "Relationship Override",
            {"relationship": relationship("Customer", two[SOUTH]).name},
            pluck="name",
            order_by="name",
        )[0],
    }
    frappe.set_user(limited(MANAGER))
    for doctype, name in theirs.items():
        assert not frappe.has_permission(doctype, "read", doc=name), doctype
        with pytest.raises(frappe.PermissionError):
            frappe.get_doc(doctype, name).check_permission("read")


def test_nobody_overrides_a_stage_of_somebody_elses_customer(two) -> None:
    frappe.set_user(limited(USER))
    with pytest.raises(frappe.PermissionError):
        override(relationship("Customer", two[SOUTH]).name, kind="Loss")
    assert override(relationship("Customer", two[NORTH]).name, kind="Loss")


CALLS = [
    ("relationship_panel", ()),
    ("assess_party", ()),
    ("relationship_trend", ()),
    ("relationship_events", ("satisfaction",)),
    ("relationship_changes", ()),
]


@pytest.mark.parametrize(("call", "more"), CALLS, ids=[c for c, _m in CALLS])
def test_the_api_answers_for_the_own_territory_only(two, call, more) -> None:
    frappe.set_user(limited(USER))
    assert getattr(api, call)("Customer", two[NORTH], *more)
    with pytest.raises(frappe.PermissionError):
        getattr(api, call)("Customer", two[SOUTH], *more)


@pytest.mark.parametrize(("call", "more"), CALLS, ids=[c for c, _m in CALLS])
def test_the_api_answers_nobody_without_a_role_of_ours(two, call, more) -> None:
    frappe.set_user(user("rcrm.sales@example.com", *SALES))
    with pytest.raises(frappe.PermissionError):
        getattr(api, call)("Customer", two[NORTH], *more)


@pytest.mark.parametrize("call", ["start_assessment", "restore_defaults", "signals"])
def test_what_managers_do_users_do_not(two, call) -> None:
    frappe.set_user(user("rcrm.clerk@example.com", *SALES, USER))
    with pytest.raises(frappe.PermissionError):
        getattr(api, call)()


def test_connections_count_the_own_territory_only(two) -> None:
    from frappe.desk.notifications import get_open_count

    frappe.set_user(limited(USER))

    def counted(customer: str) -> dict[str, int]:
        found = get_open_count(
            "Customer", customer, items=json.dumps(["Relationship", "Relationship Stage Change"])
        )
        rows = found["count"]["external_links_found"] + found["count"].get("internal_links_found", [])
        return {row["doctype"]: row["count"] for row in rows}

    assert counted(two[NORTH])["Relationship"] == 1
    with pytest.raises(
        (frappe.PermissionError, IndexError)
    ):  # Frappe 15 stumbles over its own PermissionError
        counted(two[SOUTH])


# scores about employees


@pytest.fixture
def employee_scores(house) -> str:
    """A customer who keeps meetings, which says something about the people they meet."""
    customer = buyer("RCRM Met", purchases=2)
    for day in ("10", "12", "14", "16"):
        contact.meeting("Customer", customer, f"{getdate().year}-01-{day} 10:00:00")
    scoring_weights_off("meeting_kept", "returned_share")
    assess(("Customer", customer))
    assert relationship("Customer", customer).trust_employee > 0
    return customer


ABOUT = {"trust_employee", "engagement_employee_rational", "engagement_employee_emotional"}


@pytest.mark.parametrize(("role", "sees"), [(MANAGER, True), (USER, False), (ANALYST, False)])
def test_scores_about_employees_in_the_api(employee_scores, role, sees) -> None:
    frappe.set_user(user("rcrm.looks@example.com", *SALES, role))
    shown = api.relationship_panel("Customer", employee_scores)
    assert shown["may_see_employee_scores"] is sees
    assert bool(ABOUT & {s["key"] for s in shown["scores"]}) is sees
    assert bool(ABOUT & {c["dimension"] for c in shown["contributions"]}) is sees
    assert bool(ABOUT & set(api.relationship_trend("Customer", employee_scores)["scores"])) is sees
    assert (
        bool(ABOUT & {d["key"] for d in api.relationship_changes("Customer", employee_scores)["dimensions"]})
        is sees
    )
    if sees:
        assert len(api.relationship_events("Customer", employee_scores, "trust_employee")["events"]) == 4
    else:
        with pytest.raises(frappe.PermissionError):
            api.relationship_events("Customer", employee_scores, "trust_employee")


@pytest.mark.parametrize("doctype", ["Relationship", "Relationship Assessment"])
@pytest.mark.parametrize(("role", "sees"), [(MANAGER, True), (USER, False), (ANALYST, False)])
def test_scores_about_employees_in_lists_and_forms(employee_scores, doctype, role, sees) -> None:
    frappe.set_user(user("rcrm.looks@example.com", *SALES, role))
    filters = {"party": employee_scores, "trust_company": [">=", 0]}
    row = frappe.get_list(doctype, filters=filters, fields=["*"], order_by="creation desc", limit=1)[0]
    assert ("trust_employee" in row) is sees
    doc = frappe.get_doc(doctype, row.name)
    doc.apply_fieldlevel_read_permissions()
    assert bool(doc.as_dict().get("trust_employee")) is sees
    if doctype == "Relationship Assessment":
        assert bool(doc.get("employee_contributions")) is sees


@pytest.mark.parametrize("role", [USER, ANALYST])
def test_nobody_sorts_or_filters_by_what_they_may_not_see(employee_scores, role) -> None:
    frappe.set_user(user("rcrm.looks@example.com", *SALES, role))
    hidden = frappe.get_list(
        "Relationship",
        filters={"party": employee_scores},
        fields=["name", "trust_employee"],
        order_by="creation",
    )
    assert "trust_employee" not in hidden[0]
