"""Contracts billed by ERPNext's Subscription and Auto Repeat: made or linked, their invoices are the contract's."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, HOURS, entry, line, make_contract
from frappe.utils import getdate

from relationship_crm.contracts import invoices, linked_billing


def monthly(name: str, **values: Any) -> Any:
    return make_contract(erp.customer(name), line(FEE), line(HOURS, price=0), **values)


def process(subscription: str, day: str) -> None:
    frappe.get_doc("Subscription", subscription).process(getdate(day))


def invoices_of(**filters: Any) -> list[Any]:
    names = frappe.get_all("Sales Invoice", filters, pluck="name", order_by="posting_date, name")
    return [frappe.get_doc("Sales Invoice", name) for name in names]


def said(doc: Any) -> tuple:
    row = doc.items[0]
    return (
        doc.relationship_contract,
        row.relationship_contract_line,
        str(row.service_start_date),
        str(row.service_end_date),
        row.amount,
    )


def test_a_subscription_from_the_contract() -> None:
    contract = monthly("Subscribed Ltd")
    name = linked_billing.make_subscription(contract)
    assert (contract.billing, contract.subscription) == ("Subscription", name)
    subscription = frappe.get_doc("Subscription", name)
    plan = frappe.get_doc("Subscription Plan", subscription.plans[0].plan)
    assert (plan.cost, plan.billing_interval, plan.billing_interval_count) == (100, "Month", 1)
    assert (str(subscription.start_date), str(subscription.end_date)) == ("2026-01-15", "2027-01-14")
    process(name, "2026-01-15")
    (made,) = invoices_of(subscription=name)
    assert said(made) == (contract.name, contract.lines[0].line_key, "2026-01-15", "2026-02-14", 100)
    assert made.docstatus == 0


def test_it_gets_no_double_charge_and_overage_is_still_collected() -> None:
    contract = monthly("Single Ltd")
    linked_billing.make_subscription(contract)
    process(contract.subscription, "2026-01-15")
    entry(contract, 1, "2026-01-20", 22)
    (overage,) = invoices.make(contract.name, "2026-03-20")
    doc = frappe.get_doc("Sales Invoice", overage)
    assert [(row.qty * row.rate, str(row.relationship_contract_line)) for row in doc.items] == [
        (180, contract.lines[1].line_key)
    ]


def test_back_to_the_schedule_charges_only_what_the_subscription_did_not() -> None:
    contract = monthly("Back Ltd")
    linked_billing.make_subscription(contract)
    process(contract.subscription, "2026-01-15")
    contract.billing = "Contract Schedule"
    contract.save()
    (name,) = invoices.make(contract.name, "2026-03-20")
    doc = frappe.get_doc("Sales Invoice", name)
    assert [str(row.service_start_date) for row in doc.items] == ["2026-02-15", "2026-03-15"]


def test_a_subscription_begins_after_what_was_charged() -> None:
    contract = monthly("Later Ltd")
    invoices.make(contract.name, "2026-02-15")
    name = linked_billing.make_subscription(contract)
    assert str(frappe.db.get_value("Subscription", name, "start_date")) == "2026-03-15"


def test_a_subscription_of_one_year_ends_with_its_only_period() -> None:
    contract = monthly("Yearly Ltd", billing_period="Year")
    subscription = frappe.get_doc("Subscription", linked_billing.make_subscription(contract))
    assert (subscription.end_date, subscription.cancel_at_period_end) == (None, 1)
    assert frappe.db.get_value("Subscription Plan", subscription.plans[0].plan, "cost") == 1200


def test_linking_a_subscription_names_its_earlier_invoices() -> None:
    contract = monthly("Linked Ltd")
    other = monthly("Linked Ltd Helper")
    name = linked_billing.make_subscription(other)
    frappe.db.set_value("Subscription", name, "party", contract.customer)
    process(name, "2026-01-15")
    frappe.db.set_value("Service Contract", other.name, {"subscription": None, "billing": "Not Billed"})
    (made,) = invoices_of(subscription=name)
    frappe.db.set_value("Sales Invoice", made.name, "relationship_contract", None)
    frappe.db.set_value(
        "Sales Invoice Item",
        made.items[0].name,
        {"relationship_contract_line": None, "service_start_date": None},
    )
    contract.update({"billing": "Subscription", "subscription": name})
    contract.save()
    made.reload()
    assert said(made)[:3] == (contract.name, contract.lines[0].line_key, "2026-01-15")


def test_another_customers_subscription_cannot_be_linked() -> None:
    name = linked_billing.make_subscription(monthly("Owner Ltd"))
    contract = monthly("Thief Ltd")
    contract.update({"billing": "Subscription", "subscription": name})
    with pytest.raises(frappe.ValidationError, match="another customer"):
        contract.save()


def test_an_auto_repeat_from_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    contract = monthly("Repeated Ltd")
    with pytest.raises(frappe.ValidationError, match="Customize Form"):
        linked_billing.make_auto_repeat(contract)
    monkeypatch.setattr(linked_billing, "may_be_repeated", lambda: True)
    name = linked_billing.make_auto_repeat(contract)
    assert (contract.billing, contract.auto_repeat) == ("Auto Repeat", name)
    repeat = frappe.get_doc("Auto Repeat", name)
    assert (repeat.frequency, repeat.repeat_on_day, str(repeat.end_date)) == ("Monthly", 15, "2027-01-14")
    first = frappe.get_doc("Sales Invoice", repeat.reference_document)
    assert said(first) == (contract.name, contract.lines[0].line_key, "2026-01-15", "2026-02-14", 100)
    repeat.next_schedule_date = getdate("2026-02-15")
    copy = repeat.make_new_document()
    copy.reload()
    assert str(copy.posting_date) == "2026-02-15"
    assert said(copy) == (contract.name, contract.lines[0].line_key, "2026-02-15", "2026-03-14", 100)
    assert invoices.make(contract.name, "2026-03-20") == []


def test_what_is_billed_once_is_not_repeated() -> None:
    contract = monthly("Once Ltd", billing_period="Once")
    with pytest.raises(frappe.ValidationError, match="once"):
        linked_billing.make_subscription(contract)
