"""Who sees contracts and their ledger, who may agree to overage, and what the forms are told."""

from __future__ import annotations

import json
from typing import Any

import contracting
import erp
import frappe
import pytest
from contracting import HOURS, INCIDENTS, PIECES, VISITS, line, refused
from desk import user
from erp import NORTH, SOUTH

from relationship_crm.contracts import api
from relationship_crm.contracts.fields import AGREED, AGREED_BY, CHOICE, CONTRACT, FOUND, LINE, NOTE

DATES = {"start_date": "2024-01-15", "end_date": "2025-01-14"}
DAY = "2024-03-01"
PEOPLE = ("Sales User", "Sales Manager", "Projects User", "Support Team", "Maintenance User", "Stock User")


@pytest.fixture
def acme() -> str:
    return erp.customer("Acme Access")


@pytest.fixture
def two() -> dict[str, Any]:
    """A contract in the north, where something was used, and one in the south."""
    made = {}
    for territory in (NORTH, SOUTH):
        name = erp.customer(f"Acme {territory}", territory=territory)
        made[territory] = contracting.make_contract(name, line(HOURS), line(INCIDENTS), **DATES)
        contracting.timesheet(name, (DAY, 2))
        contracting.adjustment(made[territory], 0, DAY, 1)
    return made


# roles

SHUT: set[str] = set()
READ, EDIT = {"read"}, {"read", "write", "create", "delete"}
DRAFT, SUBMIT = {"read", "write", "create"}, {*EDIT, "submit", "cancel", "amend"}
MATRIX: dict[str, dict[str, set[str]]] = {
    "Service Contract": {
        **{
            "Relationship Manager": SUBMIT,
            "Sales Manager": SUBMIT,
            "Relationship User": DRAFT,
            "Sales User": DRAFT,
        },
        **dict.fromkeys(
            ("Relationship Analyst", "Accounts User", "Support Team", "Maintenance Manager"), READ
        ),
        **dict.fromkeys(("Projects User", "Maintenance User", "Stock User", "HR User"), SHUT),
    },
    "Service Usage Entry": {
        **dict.fromkeys(("Relationship Manager", "Sales Manager", "Relationship User", "Sales User"), READ),
        **dict.fromkeys(("Relationship Analyst", "Accounts User", "Support Team"), READ),
        **dict.fromkeys(("Projects User", "Stock User"), SHUT),
    },
    "Service Usage Adjustment": {
        **{"Relationship Manager": SUBMIT, "Sales Manager": SUBMIT, "Relationship User": READ},
        **{"Relationship Analyst": READ, "Sales User": SHUT, "Projects User": SHUT},
    },
    "Service Contract Template": {
        **{
            "Relationship Manager": EDIT,
            "Sales Manager": EDIT,
            "Relationship User": READ,
            "Sales User": READ,
        },
        **{"Relationship Analyst": READ, "Projects User": SHUT},
    },
}


@pytest.mark.parametrize("doctype", MATRIX)
def test_roles(doctype: str, house: Any) -> None:
    for role, allowed in MATRIX[doctype].items():
        name = user(f"{frappe.scrub(role)}@example.com", role)
        asked = ("read", "write", "create", "delete", "submit", "cancel", "amend")
        found = {act for act in asked if frappe.has_permission(doctype, act, user=name)}
        assert found == allowed, role


# rows


def test_lists_show_the_own_customers_only(two: dict[str, Any]) -> None:
    frappe.set_user(user("north@example.com", "Sales User", "Relationship Manager", territory=NORTH))
    for doctype in ("Service Contract", "Service Usage Entry", "Service Usage Adjustment"):
        found = frappe.get_list(doctype, pluck="customer", order_by="name")
        assert f"Acme {NORTH}" in found and f"Acme {SOUTH}" not in found, doctype
        theirs = frappe.get_all(doctype, {"customer": f"Acme {SOUTH}"}, pluck="name")[0]
        ours = frappe.get_all(doctype, {"customer": f"Acme {NORTH}"}, pluck="name")[0]
        assert frappe.has_permission(doctype, "read", ours)
        assert not frappe.has_permission(doctype, "read", theirs)


@pytest.mark.parametrize(
    ("call", "more"),
    [
        (api.contract_balance, {}),
        (api.contract_entries, {"line_key": "", "first": DAY, "last": DAY}),
        (api.promise_choices, {}),
        (api.terminate, {"per": DAY, "reason": "Price"}),
        (api.withdraw_termination, {}),
        (api.repost, {}),
    ],
)
def test_the_forms_are_told_of_the_own_customers_only(
    two: dict[str, Any], call: Any, more: dict[str, str]
) -> None:
    frappe.set_user(user("north@example.com", "Sales User", "Relationship Manager", territory=NORTH))
    with pytest.raises(frappe.PermissionError):
        call(two[SOUTH].name, **more)
    frappe.set_user(user_of("nobody@example.com"))
    with pytest.raises(frappe.PermissionError):
        call(two[NORTH].name, **more)


def user_of(email: str, *roles: str) -> str:
    """A new user, made by Administrator."""
    frappe.set_user("Administrator")
    return user(email, *roles)


@pytest.mark.parametrize("call", [api.terminate, api.withdraw_termination, api.repost])
def test_what_managers_do_users_do_not(two: dict[str, Any], call: Any) -> None:
    frappe.set_user(user("some@example.com", "Sales User", "Relationship User"))
    more = {"per": DAY, "reason": "Price"} if call is api.terminate else {}
    with pytest.raises(frappe.PermissionError):
        call(two[NORTH].name, **more)
    assert api.contract_balance(two[NORTH].name)


def test_nobody_writes_the_ledger_by_hand(two: dict[str, Any]) -> None:
    name = frappe.get_all("Service Usage Entry", pluck="name", order_by="name")[0]
    for act in (lambda doc: doc.save(), lambda doc: doc.delete()):
        with pytest.raises(frappe.ValidationError, match="Entries of the ledger are never"):
            act(frappe.get_doc("Service Usage Entry", name))
    frappe.set_user(user("manager@example.com", "Sales User", "Relationship Manager", "Sales Manager"))
    entry = frappe.copy_doc(frappe.get_doc("Service Usage Entry", name))
    with pytest.raises(frappe.PermissionError):
        entry.insert()


# people who work find the contract, though they may not open it


@pytest.mark.parametrize(
    ("role", "make"),
    [
        ("Projects User", lambda name: contracting.timesheet(name, (DAY, 2), submit=False)),
        ("Maintenance User", lambda name: contracting.visit(name, DAY, submit=False)),
        ("Support Team", lambda name: contracting.issue(name, DAY)),
        ("Maintenance User", lambda name: contracting.claim(name, DAY)),
        ("Stock User", lambda name: contracting.goods(name, DAY, (erp.WIDGET, 2, 5), submit=False)),
    ],
    ids=["hours", "visit", "issue", "claim", "goods"],
)
def test_whoever_does_the_work_uses_the_contract(acme: str, role: str, make: Any) -> None:
    rows = (line(HOURS), line(VISITS), line(PIECES), line(INCIDENTS))
    contract = contracting.make_contract(acme, *rows, **DATES)
    contracting.work()
    frappe.set_user(user("worker@example.com", role))
    doc = make(acme)
    if doc.meta.is_submittable:
        doc.submit()
    assert doc.get(CONTRACT) == contract.name
    told = api.preview(json.dumps({**doc.as_dict(convert_dates_to_str=True), "docstatus": 0}, default=str))
    assert told[NOTE] and told["choices"]
    assert frappe.db.count("Service Usage Entry", {"voucher_no": doc.name}) == 1


# consent


@pytest.fixture
def asked(acme: str) -> Any:
    """A contract that asks for consent beyond 10 hours."""
    manager = user("account@example.com", "Projects User")
    hours = line(HOURS, included_qty=10, period="Contract", overage="Ask")
    return contracting.make_contract(acme, hours, account_manager=manager, **DATES)


def agree(doc: Any, name: str) -> Any:
    """Somebody ticks the box on a stored document."""
    frappe.set_user(name)
    again = frappe.get_doc(doc.doctype, doc.name)
    again.set(AGREED, 1)
    again.save()
    return again


def test_use_beyond_the_contract_needs_consent(asked: Any) -> None:
    worker = user("worker@example.com", "Projects User")
    boss = user("boss@example.com", "Projects User", "Sales Manager")
    frappe.set_user(worker)
    sheet = contracting.timesheet(asked.customer, (DAY, 12), submit=False)
    assert "Only 10 Hour are left; 2 Hour beyond that need somebody's consent." in sheet.get(NOTE)
    with refused("A manager or the contract's account manager can agree to it on the document"):
        frappe.get_doc("Timesheet", sheet.name).submit()
    with pytest.raises(frappe.PermissionError):
        agree(sheet, worker)
    sheet = agree(sheet, boss)
    assert sheet.get(AGREED_BY) == boss
    frappe.set_user(worker)
    sheet = frappe.get_doc("Timesheet", sheet.name)
    sheet.submit()
    entry = frappe.get_all("Service Usage Entry", {"voucher_no": sheet.name}, ["qty", "agreed_by"])
    assert [(row.qty, row.agreed_by) for row in entry] == [(12, boss)]
    assert contracting.table(asked) == [(10, 12, 2)]


def test_the_account_manager_may_agree(asked: Any) -> None:
    sheet = contracting.timesheet(asked.customer, (DAY, 12), submit=False)
    sheet = agree(sheet, asked.account_manager)
    sheet.submit()
    assert sheet.get(AGREED_BY) == asked.account_manager


def test_consent_is_to_what_was_asked_for(asked: Any) -> None:
    worker = user("worker@example.com", "Projects User")
    sheet = contracting.timesheet(asked.customer, (DAY, 12), submit=False)
    agree(sheet, asked.account_manager)
    frappe.set_user(worker)
    sheet = frappe.get_doc("Timesheet", sheet.name)
    sheet.note = "Nothing else"
    sheet.save()
    assert (sheet.get(AGREED), sheet.get(AGREED_BY)) == (1, asked.account_manager)
    sheet.time_logs[0].update({"hours": 20, "to_time": None})
    sheet.save()
    assert (sheet.get(AGREED), sheet.get(AGREED_BY)) == (0, None)
    with refused("needs|need somebody's consent"):
        sheet.submit()


def test_nobody_consents_by_writing_a_name(asked: Any) -> None:
    frappe.set_user(user("worker@example.com", "Projects User"))
    with pytest.raises(frappe.PermissionError):
        contracting.timesheet(asked.customer, (DAY, 12), **{AGREED: 1, AGREED_BY: asked.account_manager})
    sheet = contracting.timesheet(
        asked.customer, (DAY, 12), submit=False, **{AGREED_BY: asked.account_manager}
    )
    assert sheet.get(AGREED_BY) is None


def test_an_adjustment_beyond_the_contract_needs_consent_too(asked: Any) -> None:
    with refused("Only 10 Hour are left; 1 Hour beyond that need somebody's consent"):
        contracting.adjustment(asked, 0, DAY, 11)
    frappe.set_user(user("boss@example.com", "Sales User", "Sales Manager"))
    contracting.adjustment(asked, 0, DAY, 11, overage_agreed=1)
    assert contracting.table(asked) == [(10, 11, 1)]


# what the forms are told


def test_a_preview_stores_nothing(acme: str) -> None:
    contract = contracting.make_contract(
        acme, line(INCIDENTS), line(INCIDENTS, line_title="<b>Others</b> & more"), **DATES
    )
    frappe.set_user(user("support@example.com", "Support Team"))
    doc = {"doctype": "Issue", "name": "new-issue-1", "__islocal": 1, "customer": acme, "opening_date": DAY}
    told = api.preview(json.dumps({**doc, "subject": "It stopped"}))
    assert (told[CONTRACT], told[CHOICE], told[LINE]) == (contract.name, FOUND, contract.lines[0].line_key)
    labels = [choice["label"] for choice in told["choices"]]
    assert labels[0] == f"Incidents ({contract.name})"
    assert not set("<>&") & set(labels[1])  # a list of Frappe shows them as HTML
    assert told["choices"][0]["description"] == "6 of 6 Incidents are left until 01-14-2025."
    assert not frappe.db.count("Issue", {"customer": acme})
    # a line of somebody else is told, not chosen
    told = api.preview(json.dumps({**doc, LINE: "SC-0000/1"}))
    assert "is no promise" in told[NOTE]


def test_a_preview_asks_for_permission(acme: str, two: dict[str, Any]) -> None:
    frappe.set_user(user("support@example.com", "Support Team"))
    doc = {"doctype": "Delivery Note", "name": "new-delivery-note-1", "__islocal": 1, "customer": acme}
    with pytest.raises(frappe.PermissionError):
        api.preview(json.dumps(doc))
    for doctype in ("User", "Service Contract", "Quotation"):
        with pytest.raises(frappe.PermissionError):
            api.preview(json.dumps({**doc, "doctype": doctype}))
    # limited to one customer, nobody asks about another
    frappe.set_user("Administrator")
    values = {"user": "support@example.com", "allow": "Customer", "for_value": f"Acme {NORTH}"}
    frappe.get_doc({"doctype": "User Permission", **values}).insert()
    frappe.set_user("support@example.com")
    issue = {
        "doctype": "Issue",
        "name": "new-issue-1",
        "__islocal": 1,
        "subject": "It stopped",
        "opening_date": DAY,
    }
    assert api.preview(json.dumps({**issue, "customer": f"Acme {NORTH}"}))["choices"]
    with pytest.raises(frappe.PermissionError):
        api.preview(json.dumps({**issue, "customer": f"Acme {SOUTH}"}))


def test_the_balance_and_the_entries_behind_it(acme: str) -> None:
    contract = contracting.make_contract(acme, line(HOURS), line(VISITS, unlimited=1), **DATES)
    sheets = [
        contracting.timesheet(acme, (day, qty)) for day, qty in (("2024-01-20", 15), ("2024-05-02", 28))
    ]
    hours, visits = api.contract_balance(contract.name)
    assert [(p["included"], p["carried"], p["used"], p["left"], p["overage"]) for p in hours["periods"]] == [
        (20, 10, 0, 30, 0),
        (20, 0, 0, 20, 0),
        (20, 5, 28, 0, 3),
        (20, 0, 15, 5, 0),
    ]
    assert (visits["periods"][0]["left"], visits["share"]) == (None, None)
    key = contract.lines[0].line_key
    rows = api.contract_entries(contract.name, key, "2024-04-15", "2024-07-14")
    assert [(row["voucher_no"], row["qty"], row["covered"], row["overage"]) for row in rows] == [
        (sheets[1].name, 28, 25, 3)
    ]
