"""Stamps, frozen promises, and the ERP that never fails because of us."""

from __future__ import annotations

import json
from datetime import date

import contact
import erp
import frappe
import pytest
from desk import assess, buyer, drained, empty_outbox, events, relationship
from erp import ADVICE, WIDGET
from frappe.utils import getdate

from relationship_crm import api

# stamps


def test_quotation_order_and_invoice_carry_the_stage_of_their_day(house) -> None:
    customer = buyer("RCRM Stamped", purchases=2)
    stored = relationship("Customer", customer)
    assert stored.stage_name == "Repeat Buyer"
    frappe.db.set_value("Relationship", stored.name, {"composite": 61.5, "composite_confidence": 50})
    sale = [(ADVICE, 1, 100)]
    for doc in (
        erp.quotation("Customer", customer, getdate(), sale, submit=False),
        erp.order(customer, getdate(), sale, getdate(), submit=False),
        erp.invoice(customer, getdate(), sale, submit=False),
    ):
        doc.reload()
        assert (doc.relationship_stage, doc.relationship_rung, doc.relationship_composite) == (
            "Repeat Buyer",
            4,
            61.5,
        )


def test_a_stamp_stays_as_it_was(house) -> None:
    customer = buyer("RCRM Stamped")
    sold = erp.invoice(customer, getdate(), [(ADVICE, 1, 100)])
    assess(("Customer", customer))
    assert relationship("Customer", customer).stage_name == "Repeat Buyer"
    assert frappe.db.get_value("Sales Invoice", sold.name, "relationship_stage") == "First-time Buyer"


def test_a_draft_is_stamped_anew_and_a_stranger_not_at_all(house) -> None:
    customer = erp.customer("RCRM Stranger")
    draft = erp.quotation("Customer", customer, getdate(), [(ADVICE, 1, 100)], submit=False)
    assert (draft.relationship_stage, draft.relationship_rung) == (None, 0)
    assess(("Customer", customer))
    draft.save()
    assert draft.relationship_stage == "Suspect"


def test_a_lead_is_stamped_on_its_quotation(house) -> None:
    lead = erp.lead("RCRM Stamped Lead")
    erp.opportunity("Lead", lead, getdate())
    assess(("Lead", lead))
    draft = erp.quotation("Lead", lead, getdate(), [(ADVICE, 1, 100)], submit=False)
    assert draft.relationship_stage == "Prospect"


def test_the_customers_own_fields_follow(house) -> None:
    customer = buyer("RCRM Mirror")
    assert frappe.db.get_value("Customer", customer, ["relationship_stage", "relationship_rung"]) == (
        "First-time Buyer",
        3,
    )


# the first promise


def promised(order: str) -> list[date | None]:
    return frappe.get_all(
        "Sales Order Item", filters={"parent": order}, pluck="relationship_promised_date", order_by="idx"
    )


def test_the_first_promise_is_frozen_at_submit(house) -> None:
    customer = erp.customer("RCRM Promise")
    items = [(WIDGET, 1, 30), (WIDGET, 1, 30, {"delivery_date": "2024-05-20"})]
    draft = erp.order(customer, "2024-05-02", items, "2024-05-10", submit=False)
    assert promised(draft.name) == [None, None]
    draft.submit()
    assert promised(draft.name) == [date(2024, 5, 10), date(2024, 5, 20)]


def test_later_edits_do_not_move_it(house) -> None:
    from erpnext.controllers.accounts_controller import update_child_qty_rate

    customer = erp.customer("RCRM Promise")
    order = erp.order(customer, "2024-05-02", [(WIDGET, 1, 30)], "2024-05-10")
    order.items[0].delivery_date = order.delivery_date = "2024-06-30"
    order.save()  # the delivery date may be changed after submit
    assert frappe.db.get_value("Sales Order Item", order.items[0].name, "delivery_date") == date(2024, 6, 30)
    assert promised(order.name) == [date(2024, 5, 10)]
    rows = [
        {
            "docname": order.items[0].name,
            "item_code": WIDGET,
            "qty": 2,
            "rate": 30,
            "delivery_date": "2024-07-31",
        },
        {"item_code": ADVICE, "qty": 1, "rate": 30, "delivery_date": "2024-07-15"},
    ]
    frappe.db.set_single_value("Stock Settings", "default_warehouse", erp.warehouse(erp.COMPANY))
    update_child_qty_rate("Sales Order", json.dumps(rows), order.name)
    assert promised(order.name) == [
        date(2024, 5, 10),
        date(2024, 7, 15),
    ]  # what is new was promised when it came


def test_a_copy_promises_for_itself(house) -> None:
    order = erp.order(erp.customer("RCRM Promise"), "2024-05-02", [(WIDGET, 1, 30)], "2024-05-10")
    again = erp.amend(
        erp.cancel("Sales Order", order.name),
        transaction_date="2024-05-03",
        delivery_date="2024-05-15",
        items=[{**order.items[0].as_dict(no_default_fields=True), "delivery_date": "2024-05-15"}],
    )
    assert promised(again.name) == [date(2024, 5, 15)]


def test_lateness_is_measured_against_the_first_promise(house) -> None:
    customer = erp.customer("RCRM Promise")
    order = erp.order(customer, "2024-05-02", [(WIDGET, 1, 30)], "2024-05-10")
    order.items[0].delivery_date = order.delivery_date = "2024-06-30"
    order.save()
    erp.delivery(frappe.get_doc("Sales Order", order.name), "2024-05-15", [(0, 1)])
    found = api.relationship_events("Customer", customer, "satisfaction", as_of="2024-05-16")["events"]
    assert [(e["signal"], e["date"], e["value"]) for e in found] == [
        ("delivery_promise", date(2024, 5, 15), pytest.approx(24))
    ]


# never in the way


def boom(*args, **kwargs) -> None:
    raise RuntimeError("our own mistake")


def errors() -> int:
    return frappe.db.count("Error Log", {"method": ["like", "Relationship CRM%"]})


@pytest.mark.parametrize(
    "place",
    [
        "relationship_crm.overrides.sales_invoice.mark",
        "relationship_crm.overrides.payment_ledger_entry.mark",
        "relationship_crm.stamp._stage_of",
        "relationship_crm.policies.apply.load_policies",
    ],
)
def test_our_own_mistake_does_not_stop_a_submit_and_is_logged(house, monkeypatch, place) -> None:
    customer, before = erp.customer("RCRM Unharmed"), errors()
    monkeypatch.setattr(place, boom)
    sold = erp.invoice(customer, "2024-05-02", [(ADVICE, 1, 100)])
    assert frappe.db.get_value("Sales Invoice", sold.name, "docstatus") == 1
    assert frappe.db.exists("GL Entry", {"voucher_no": sold.name})
    assert errors() > before


def test_a_mistake_while_freezing_promises_does_not_stop_an_order(house, monkeypatch) -> None:
    draft = erp.order(
        erp.customer("RCRM Unharmed"), "2024-05-02", [(WIDGET, 1, 30)], "2024-05-10", submit=False
    )
    before = errors()
    monkeypatch.setattr("relationship_crm.overrides.sales_order.mark", boom)
    draft.items[0].delivery_date = None
    monkeypatch.setattr(
        type(draft.items[0]), "relationship_promised_date", property(boom, boom), raising=False
    )
    draft.run_method("before_submit")
    assert errors() > before


def test_a_message_of_ours_does_not_reach_the_user(house, monkeypatch) -> None:
    monkeypatch.setattr("relationship_crm.overrides.sales_invoice.mark", lambda *a: frappe.throw("hidden"))
    frappe.local.message_log = []
    erp.invoice(erp.customer("RCRM Unharmed"), "2024-05-02", [(ADVICE, 1, 100)])
    assert not [m for m in frappe.local.message_log if "hidden" in str(m)]


@pytest.mark.parametrize("error", ["OperationalError", "InternalError", "ProgrammingError"])
def test_a_database_error_rises(house, monkeypatch, error) -> None:
    """After a deadlock the invoice's own rows are gone: going on would commit half of it."""

    def deadlock(*args, **kwargs) -> None:
        raise getattr(frappe.db, error)(1213, "Deadlock found when trying to get lock")

    monkeypatch.setattr("relationship_crm.overrides.sales_invoice.mark", deadlock)
    with pytest.raises((getattr(frappe.db, error), frappe.QueryDeadlockError)):
        erp.invoice(erp.customer("RCRM Unharmed"), "2024-05-02", [(ADVICE, 1, 100)])


def test_our_locked_table_is_a_database_error_too(house) -> None:
    from relationship_crm.guard import database_errors

    assert issubclass(frappe.QueryTimeoutError, database_errors()) and issubclass(
        frappe.QueryDeadlockError, database_errors()
    )


# drain and read-repair


def test_a_drain_assesses_whoever_has_news(house) -> None:
    one, other = erp.customer("RCRM One"), erp.customer("RCRM Other")
    erp.invoice(one, getdate(), [(ADVICE, 1, 100)])
    waiting = len(events())
    assert waiting >= 4
    assert drained() == waiting
    assert events() == []
    assert relationship("Customer", one).stage_name == "First-time Buyer"
    assert relationship("Customer", other).stage_name == "Suspect"
    assert drained() == 0


def test_one_bad_party_does_not_hold_up_the_others(house, monkeypatch) -> None:
    from relationship_crm.assessment import run

    good, bad = erp.customer("RCRM Good"), erp.customer("RCRM Bad")
    whole = run.assess_parties

    def sometimes(keys, as_of=None):
        if ("Customer", bad) in keys:
            raise ValueError("bad luck")
        return whole(keys, as_of)

    monkeypatch.setattr(run, "assess_parties", sometimes)
    before = errors()
    drained()
    assert relationship("Customer", good) and not relationship("Customer", bad)
    assert errors() == before + 1
    assert events() == []  # the nightly pass comes back to it


def test_opening_the_form_assesses_a_party_with_news(house) -> None:
    customer = erp.customer("RCRM Read")
    assert relationship("Customer", customer) is None
    shown = api.relationship_panel("Customer", customer)
    assert (shown["stage"], shown["pending"]) == ("Suspect", 0)
    erp.invoice(customer, getdate(), [(ADVICE, 1, 100)])
    bystander = erp.customer("RCRM Bystander")
    shown = api.relationship_panel("Customer", customer)
    assert (shown["stage"], shown["previous_stage"], shown["direction"]) == (
        "First-time Buyer",
        "Suspect",
        "Up",
    )
    assert [e for e in events() if e[1] == customer] == []
    assert [e for e in events() if e[1] == bystander]  # whoever was not asked for waits on


def test_a_form_without_news_is_only_read(house, monkeypatch) -> None:
    customer = buyer("RCRM Read")
    empty_outbox()
    monkeypatch.setattr(api, "assess_one", boom)
    assert api.relationship_panel("Customer", customer)["stage"] == "First-time Buyer"


def test_contributions_shown_add_up_to_the_scores_shown(house) -> None:
    customer = erp.customer("RCRM Sums")
    order = erp.order(customer, "2024-05-02", [(WIDGET, 4, 25)], "2024-05-10")
    erp.delivery(order, "2024-05-14", [(0, 4)])
    contact.issue(customer, "2024-05-20")
    assess(("Customer", customer))
    shown = api.relationship_panel("Customer", customer)
    for score in shown["scores"]:
        if not score["composed"] and score["value"] is not None:
            parts = sum(c["points"] for c in shown["contributions"] if c["dimension"] == score["key"])
            assert parts + score["group_mean"] == pytest.approx(score["value"], abs=1e-7)
            behind = api.relationship_events("Customer", customer, score["key"])
            assert sum(e["points"] for e in behind["events"]) == pytest.approx(parts, abs=1e-7)
