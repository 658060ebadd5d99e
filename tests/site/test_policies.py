"""Relationship policies: conditions, actions, and what they would have done."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from desk import buyer, relationship, user
from erp import ADVICE, ANNA, BORIS, COMPANY, COMPANY_EUR, PREPAID
from frappe.utils import add_days, getdate

from relationship_crm import api
from relationship_crm.policies.apply import RelationshipPolicyError

SALE = [(ADVICE, 1, 100)]
FIRST = ("Relationship", "stage_name", "=", "First-time Buyer")


def policy(
    title: str, action: str, *conditions: tuple[str, str, str, str], on: str = "Sales Order", **values: Any
) -> Any:
    if action in ("Message", "Stop"):
        values.setdefault("message", f"{title}!")
    return frappe.get_doc(
        {
            "doctype": "Relationship Policy",
            "title": title,
            "document_type": on,
            "action": action,
            "enabled": 1,
            "conditions": [
                dict(zip(("subject", "field", "operator", "value"), c, strict=True)) for c in conditions
            ],
            **values,
        }
    ).insert()


@pytest.fixture
def customer(house) -> str:
    """A first-time buyer."""
    return buyer("RCRM Policed")


def order(customer: str, submit: bool = True, **values: Any) -> Any:
    return erp.order(customer, getdate(), SALE, add_days(getdate(), 5), submit=submit, **values)


def messages() -> list[str]:
    return [str(m.get("message") if isinstance(m, dict) else m) for m in frappe.local.message_log]


# actions


def test_message(customer) -> None:
    policy("Be kind", "Message", FIRST, message="They are <new> here.")
    frappe.local.message_log = []
    order(customer, submit=False)
    shown = [m for m in messages() if "They are" in m]
    assert len(shown) == 1 and "<new>" not in shown[0]  # text, no markup


def test_stop(customer) -> None:
    policy("No credit", "Stop", FIRST, message="Ask for an advance first.")
    draft = order(customer, submit=False)  # a draft is free
    with pytest.raises(RelationshipPolicyError, match="Ask for an advance first"):
        draft.submit()
    assert frappe.db.get_value("Sales Order", draft.name, "docstatus") == 0 or draft.docstatus == 1


def test_stop_leaves_others_alone(customer) -> None:
    policy("No credit", "Stop", FIRST)
    assert order(buyer("RCRM Faithful", purchases=2)).docstatus == 1
    assert order(erp.customer("RCRM Stranger")).docstatus == 1  # no relationship, no condition on it holds


@pytest.mark.parametrize("on", ["Quotation", "Sales Order", "Delivery Note", "Sales Invoice"])
def test_every_document_type(customer, on) -> None:
    base = erp.order(customer, getdate(), [(erp.WIDGET, 1, 10)], getdate())
    policy("Stop it", "Stop", FIRST, on=on)
    make = {
        "Quotation": lambda: erp.quotation("Customer", customer, getdate(), SALE),
        "Sales Order": lambda: order(customer),
        "Delivery Note": lambda: erp.delivery(base, getdate(), [(0, 1)]),
        "Sales Invoice": lambda: erp.invoice(customer, getdate(), SALE),
    }
    for doctype, create in make.items():
        frappe.db.savepoint("document")
        if doctype == on:
            with pytest.raises(RelationshipPolicyError):
                create()
        else:
            assert create().docstatus == 1
        frappe.db.rollback(save_point="document")


def test_require_a_role(customer) -> None:
    policy("Chiefs only", "Require a role", FIRST, role="Relationship Manager")
    clerk = user("clerk@example.com", "Sales User", "Sales Manager", "Accounts User", "Stock User")
    chief = user(
        "chief@example.com",
        "Sales User",
        "Sales Manager",
        "Accounts User",
        "Stock User",
        "Relationship Manager",
    )
    draft = order(customer, submit=False)
    frappe.set_user(clerk)
    with pytest.raises(RelationshipPolicyError, match="Relationship Manager"):
        frappe.get_doc("Sales Order", draft.name).submit()
    frappe.set_user(chief)
    doc = frappe.get_doc("Sales Order", draft.name)
    doc.submit()
    assert doc.docstatus == 1


@pytest.mark.parametrize("due", [0, 30], ids=["due before", "due after"])
def test_fill_payment_terms(customer, due) -> None:
    """The terms filled in make schedule and due date: three days after the invoice, whatever the form had before."""
    policy(
        "Prepaid",
        "Fill a field",
        FIRST,
        on="Sales Invoice",
        target_field="payment_terms_template",
        target_value=PREPAID,
    )
    doc = erp.invoice(customer, getdate(), SALE, due=add_days(getdate(), due))
    assert doc.payment_terms_template == PREPAID
    assert [getdate(row.due_date) for row in doc.payment_schedule] == [getdate(add_days(getdate(), 3))]
    assert getdate(doc.due_date) == getdate(add_days(getdate(), 3))


def test_fill_payment_terms_of_an_order(customer) -> None:
    policy("Prepaid", "Fill a field", FIRST, target_field="payment_terms_template", target_value=PREPAID)
    doc = order(customer)
    assert [getdate(row.due_date) for row in doc.payment_schedule] == [getdate(add_days(getdate(), 3))]


def test_fill_sales_person(customer) -> None:
    policy("Anna's", "Fill a field", FIRST, target_field="sales_person", target_value=ANNA)
    doc = order(customer)
    assert [(row.sales_person, row.allocated_percentage) for row in doc.sales_team] == [(ANNA, 100)]
    own = order(customer, sales_team=[{"sales_person": BORIS, "allocated_percentage": 100}])
    assert [row.sales_person for row in own.sales_team] == [BORIS]


def test_fill_only_if_empty(customer) -> None:
    policy("Reference", "Fill a field", FIRST, target_field="po_no", target_value="ASK", only_if_empty=1)
    assert order(customer, submit=False).po_no == "ASK"
    assert order(customer, submit=False, po_no="4711").po_no == "4711"


def test_fill_over(customer) -> None:
    policy("Reference", "Fill a field", FIRST, target_field="po_no", target_value="ASK", only_if_empty=0)
    assert order(customer, submit=False, po_no="4711").po_no == "ASK"


def test_priority(customer) -> None:
    """The most important policy fills first, and what it filled stays."""
    policy(
        "Low", "Fill a field", FIRST, target_field="po_no", target_value="LOW", only_if_empty=0, priority=1
    )
    policy(
        "High", "Fill a field", FIRST, target_field="po_no", target_value="HIGH", only_if_empty=0, priority=9
    )
    assert order(customer, submit=False).po_no == "HIGH"


def test_priority_of_stops(customer) -> None:
    policy("Small reason", "Stop", FIRST, priority=1)
    policy("Great reason", "Stop", FIRST, priority=2)
    with pytest.raises(RelationshipPolicyError, match="Great reason!"):
        order(customer)


# where it applies


def test_company(customer) -> None:
    policy("Only in euros", "Stop", FIRST, company=COMPANY_EUR)
    assert order(customer).company == COMPANY
    with pytest.raises(RelationshipPolicyError):
        order(customer, company=COMPANY_EUR)


@pytest.mark.parametrize(
    ("from_day", "to_day", "stops"),
    [(None, None, True), (-5, 5, True), (0, 0, True), (1, None, False), (None, -1, False)],
)
def test_dates(customer, from_day, to_day, stops) -> None:
    dates = {"from_date": from_day, "to_date": to_day}
    dates = {k: add_days(getdate(), v) for k, v in dates.items() if v is not None}
    policy("For a time", "Stop", FIRST, **dates)
    if stops:
        with pytest.raises(RelationshipPolicyError):
            order(customer)
    else:
        assert order(customer).docstatus == 1


def test_a_new_policy_does_nothing_until_it_is_switched_on(customer) -> None:
    assert frappe.get_meta("Relationship Policy").get_field("enabled").default == "0"
    made = policy("Off", "Stop", FIRST, enabled=0)
    assert order(customer).docstatus == 1
    made.enabled = 1
    made.save()
    with pytest.raises(RelationshipPolicyError):
        order(customer)
    made.delete()
    assert order(customer).docstatus == 1


# conditions


def set_scores(customer: str, **values: float) -> None:
    frappe.db.set_value("Relationship", relationship("Customer", customer).name, values)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (("Relationship", "rung", ">=", "3"), True),
        (("Relationship", "rung", ">", "3"), False),
        (("Relationship", "stage_name", "in", "Suspect, First-time Buyer"), True),
        (("Relationship", "stage_name", "not in", "Suspect, Prospect"), True),
        (("Relationship", "stage_name", "!=", "First-time Buyer"), False),
        (("Relationship", "dissolution", "=", "1"), False),
        (("Relationship", "satisfaction", "<", "40"), True),
        (("Relationship", "satisfaction", ">=", "40"), False),
        (("Relationship", "trust_company_confidence", ">=", "20"), True),
        (("Relationship", "customer_group", "=", erp.TRADE), True),
        (("Relationship", "account_manager", "is not set", ""), True),
        (("Relationship", "last_purchase", "is set", ""), True),
        (("Document", "base_grand_total", ">=", "100"), True),
        (("Document", "base_grand_total", ">", "100"), False),
        (("Document", "territory", "=", erp.NORTH), True),
        (("Document", "po_no", "is set", ""), False),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, tuple) else None,
)
def test_conditions(customer, condition, holds) -> None:
    set_scores(
        customer, satisfaction=35, satisfaction_confidence=50, trust_company=90, trust_company_confidence=20
    )
    policy("Maybe", "Stop", condition)
    if holds:
        with pytest.raises(RelationshipPolicyError):
            order(customer)
    else:
        assert order(customer).docstatus == 1


def test_all_conditions_must_hold(customer) -> None:
    policy("Large orders of new ones", "Stop", FIRST, ("Document", "base_grand_total", ">", "1000"))
    assert order(customer).docstatus == 1
    with pytest.raises(RelationshipPolicyError):
        erp.order(customer, getdate(), [(ADVICE, 1, 5000)], getdate())


@pytest.mark.parametrize(
    "condition", [("<", "60"), (">", "10"), ("!=", "77"), ("not in", "1, 2")], ids=" ".join
)
def test_an_unknown_score_matches_nothing(customer, condition) -> None:
    """A score of 50 with a confidence of 20 is not known: neither good nor bad."""
    set_scores(customer, satisfaction=50, satisfaction_confidence=20)
    policy("Unknown", "Stop", ("Relationship", "satisfaction", *condition))
    assert order(customer).docstatus == 1


def test_an_unknown_score_is_not_set(customer) -> None:
    set_scores(customer, satisfaction=50, satisfaction_confidence=20)
    policy("Ask them", "Stop", ("Relationship", "satisfaction", "is not set", ""))
    with pytest.raises(RelationshipPolicyError):
        order(customer)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        (("Relationship", "no_such_field", "=", "1"), {}),
        (("Document", "no_such_field", "=", "1"), {}),
        (("Relationship", "trust_employee", "<", "40"), {}),  # no basis for anything about a colleague
        (("Relationship", "rung", ">=", "three"), {}),
        (("Relationship", "rung", ">=", ""), {}),
        (FIRST, {"from_date": "2024-02-01", "to_date": "2024-01-01"}),
    ],
)
def test_what_is_refused(house, condition, values) -> None:
    with pytest.raises(frappe.ValidationError):
        policy("Nonsense", "Stop", condition, **values)


@pytest.mark.parametrize(
    "target",
    [("no_such_field", "1"), ("payment_terms_template", "No Such Terms"), ("items", "1"), ("po_no", "")],
)
def test_targets_that_are_refused(house, target) -> None:
    with pytest.raises(frappe.ValidationError):
        policy("Nonsense", "Fill a field", FIRST, target_field=target[0], target_value=target[1])


# looking back


def test_dry_run(customer) -> None:
    """Two orders were made as a first-time buyer, one by somebody else, one too long ago."""
    first, second = order(customer), order(customer)
    order(buyer("RCRM Faithful", purchases=2))
    erp.order(customer, "2024-05-02", SALE, "2024-05-10")
    order(customer, submit=False)
    made = policy("No credit", "Stop", FIRST, enabled=0)
    found = api.policy_dry_run(made.name, add_days(getdate(), -30), getdate())
    assert {row["document"] for row in found["rows"]} == {first.name, second.name}
    assert (found["checked"], found["touched"]) == (3, 2)
    assert {row["stage"] for row in found["rows"]} == {"First-time Buyer"}
    assert frappe.db.get_value("Sales Order", first.name, "docstatus") == 1
