"""The panel of charges on a contract's form, the buttons' functions, who may do what; price indexes."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, HOURS, entry, line, make_contract
from desk import user
from frappe.utils import getdate

from relationship_crm.contracts import billing_api, charges_panel, invoices, owing


def quarterly(name: str, **values: Any) -> Any:
    fee = line(FEE, price=300, price_per="Quarter")
    hours = line(HOURS, price=0, overage_rate=90)
    return make_contract(erp.customer(name), fee, hours, billing_period="Quarter", **values)


def panel(contract: Any, day: str) -> dict[str, Any]:
    contract.reload()
    return charges_panel.panel(contract, getdate(day))


def said(found: dict[str, Any]) -> list[tuple]:
    return [(str(row["start"]), row["kind"], row["amount"], row["status"]) for row in found["rows"]]


def test_a_draft_shows_what_it_would_charge() -> None:
    contract = quarterly("Preview Ltd", submit=False)
    found = panel(contract, "2026-01-01")
    assert [row["amount"] for row in found["rows"]] == [300] * 4
    assert {row["status"] for row in found["rows"]} == {"Planned"}


def test_what_is_billed_due_and_planned() -> None:
    contract = quarterly("Panel Ltd", overage_period="Month")
    (first,) = invoices.make(contract.name, "2026-01-15")
    entry(contract, 1, "2026-02-20", 22)
    entry(contract, 1, "2026-04-20", 21)
    frappe.get_doc("Sales Invoice", first).submit()
    (second,) = invoices.make(contract.name, "2026-04-15")
    found = panel(contract, "2026-05-01")
    assert said(found) == [
        ("2026-01-15", "Scheduled", 300, "Billed"),
        ("2026-02-20", "Overage", 180, "Drafted"),
        ("2026-04-15", "Scheduled", 300, "Drafted"),
        ("2026-04-20", "Overage", 90, "Collected Later"),
        ("2026-07-15", "Scheduled", 300, "Planned"),
        ("2026-10-15", "Scheduled", 300, "Planned"),
    ]
    assert [row["invoice"] for row in found["rows"]] == [first, second, second, None, None, None]
    assert (found["charged"], found["drafted"], found["due"], found["planned"]) == (300, 480, 0, 600)
    assert str(found["next"]) == "2026-07-15"
    assert panel(contract, "2026-05-15")["due"] == 90


def test_what_has_to_be_credited_and_a_draft_that_is_wrong() -> None:
    contract = quarterly("Credit Panel Ltd")
    (first,) = invoices.make(contract.name, "2026-01-15")
    frappe.db.set_value("Service Contract", contract.name, "terminated_per", "2026-03-14")
    found = panel(contract, "2026-02-01")
    assert found["credit"] == 0
    assert first in found["notes"][0]
    frappe.get_doc("Sales Invoice", first).submit()
    found = panel(contract, "2026-02-01")
    assert (found["credit"], found["notes"]) == (103.33, [])


def test_the_buttons() -> None:
    """Invoices and credit notes apart; a contract is charged by who may make invoices and may see it."""
    contract = quarterly("Button Ltd", start_date="2026-01-15")
    made = billing_api.make_invoices(contract.name)
    assert made
    assert billing_api.make_invoices(contract.name) == []
    assert billing_api.make_invoices(contract.name, "Credit Notes") == []
    assert not billing_api.charges(contract.name)["due"]
    with pytest.raises(frappe.ValidationError):
        billing_api.make_invoices(contract.name, "Presents")


def test_who_may() -> None:
    mine, other = quarterly("Mine Charges"), quarterly("Other Charges")
    for contract in (mine, other):
        invoices.make(contract.name, "2026-01-15")
    seller, clerk = (
        user("seller@example.com", "Sales User"),
        user("clerk@example.com", "Accounts User", "Sales User"),
    )
    for name in (seller, clerk):
        frappe.get_doc(
            {"doctype": "User Permission", "user": name, "allow": "Customer", "for_value": mine.customer}
        ).insert()
    frappe.set_user(seller)
    assert {row.customer for row in frappe.get_list("Service Charge", fields=["customer"])} == {mine.customer}
    assert billing_api.charges(mine.name)["rows"]
    assert not billing_api.charges(mine.name)["may_draft"]
    for call in (billing_api.charges, billing_api.make_invoices):
        with pytest.raises(frappe.PermissionError):
            call(other.name)
    with pytest.raises(frappe.PermissionError):
        billing_api.make_invoices(mine.name)
    for call in (billing_api.make_subscription, billing_api.make_auto_repeat):
        with pytest.raises(frappe.PermissionError):
            call(mine.name)
    with pytest.raises(frappe.PermissionError):
        frappe.get_doc({"doctype": "Service Charge", "contract": mine.name}).insert()
    frappe.set_user(clerk)
    assert billing_api.make_invoices(mine.name)
    with pytest.raises(frappe.PermissionError):
        billing_api.make_invoices(other.name)


def test_an_amendment_takes_its_charges_along() -> None:
    """What was charged stays charged under the new name; a lower price gives back the difference."""
    from contracting import amend

    contract = quarterly("Amended Contract Ltd")
    (name,) = invoices.make(contract.name, "2026-01-15")
    frappe.get_doc("Sales Invoice", name).submit()

    def cheaper(doc: Any) -> None:
        doc.lines[0].price = 270

    again = amend(contract, cheaper)
    assert invoices.make(contract.name, "2026-02-01") == [], "the cancelled one charges nothing"
    (credit,) = invoices.make(again.name, "2026-02-01")
    doc = frappe.get_doc("Sales Invoice", credit)
    assert (doc.is_return, doc.return_against, doc.net_total) == (1, name, -30)
    assert (str(doc.items[0].service_start_date), str(doc.items[0].service_end_date)) == (
        "2026-01-15",
        "2026-04-14",
    )


def test_a_contract_whose_charges_came_to_nothing_can_be_deleted() -> None:
    """What stands on an invoice keeps it."""
    contract = quarterly("Gone Ltd")
    (name,) = invoices.make(contract.name, "2026-01-15")
    contract.reload()
    contract.cancel()
    with pytest.raises(frappe.LinkExistsError):
        contract.delete()
    frappe.get_doc("Sales Invoice", name).delete()
    contract.delete()
    assert not frappe.db.exists("Service Charge", {"customer": contract.customer})
    frappe.get_doc("Customer", contract.customer).delete()


def test_reading_many_contracts_takes_as_many_queries_as_reading_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [quarterly(f"Counted {n}") for n in range(6)]
    for contract in made:
        entry(contract, 1, "2026-02-20", 22)
        invoices.make(contract.name, "2026-03-15")
    owing.read([made[0].name])
    counts = []
    for names in ([made[0].name], [contract.name for contract in made]):
        sent: list[Any] = []
        real = frappe.db.sql
        monkeypatch.setattr(
            frappe.db,
            "sql",
            lambda *args, _real=real, _sent=sent, **more: _sent.append(args) or _real(*args, **more),
        )
        owing.read(names)
        monkeypatch.setattr(frappe.db, "sql", real)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert 0 < counts[0] < 10


def test_an_index_has_each_month_once() -> None:
    index = frappe.get_doc(
        {
            "doctype": "Service Price Index",
            "index_name": "Twice",
            "values": [{"month": "2026-02-20", "value": 101}, {"month": "2026-01-10", "value": 100}],
        }
    ).insert()
    assert [(str(row.month), row.value) for row in index.values] == [("2026-01-01", 100), ("2026-02-01", 101)]
    index.append("values", {"month": "2026-02-03", "value": 102})
    with pytest.raises(frappe.ValidationError, match="twice"):
        index.save()
    index.reload()
    index.append("values", {"month": "2026-03-03", "value": 0})
    with pytest.raises(frappe.ValidationError, match="above zero"):
        index.save()
