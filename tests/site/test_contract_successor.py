"""A renewal is accepted, or needs nobody's word: the successor, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, HOURS, VISITS, amend, line, make_contract
from frappe.utils import add_days, add_months, getdate
from renewals import (
    ACME,
    accepted,
    contract,
    of,
    opened,
    order_of,
    proposed,
    today,
)

from relationship_crm.contracts import acts, renewal, renewal_api, renewing
from relationship_crm.contracts.renewal import CONTRACT, OPEN, PROPOSED, RENEWAL, RENEWED

pytestmark = pytest.mark.usefixtures("about_to_renew")


# -- accepted


def test_accepted_it_makes_the_successor():
    doc = contract()
    one = proposed(doc)
    found = renewal_api.accept(one.name)
    assert found["submitted"]
    new = frappe.get_doc(CONTRACT, found["successor"])
    assert getdate(new.start_date) == getdate(add_days(doc.end_date, 1))
    assert getdate(new.end_date) == getdate(add_days(add_months(new.start_date, 12), -1))
    assert [(row.line_title, row.included_qty, row.price) for row in new.lines] == [
        ("Support hours", 20, 1236),
        ("Visits", 4, 0),
        ("Hosting", 0, 103),
    ]
    assert new.yearly_value == 6180
    assert {row.line_key for row in new.lines}.isdisjoint(row.line_key for row in doc.lines)
    assert (new.renewed_from, getdate(new.renewed_on), new.state) == (doc.name, today(), "Waiting")
    assert of(doc, "renewed_into", "decided_on", "state") == (new.name, today(), "Active")
    assert of(one, "status", "successor", "decided_on") == (RENEWED, new.name, today())
    with pytest.raises(frappe.ValidationError, match="Renewed"):
        renewal_api.accept(one.name)


def test_a_renewed_contract_is_renewed_once_it_is_over():
    from relationship_crm.contracts.lifecycle import state_of
    from relationship_crm.contracts.states import state

    doc = contract()
    accepted(doc)
    doc.reload()
    from relationship_crm.contracts.lifecycle import facts_of

    assert state_of(doc) == "Active"
    assert state(facts_of(doc), getdate(add_days(doc.end_date, 1))) == "Renewed"


def test_prices_are_those_of_the_quotation():
    doc = contract()
    one = opened(doc)
    quotation = frappe.get_doc("Quotation", renewal_api.make_quotation(one.name))
    quotation.items[0].rate = 1200
    quotation.remove(quotation.items[1])  # they do without
    quotation.append("items", {"item_code": erp.WIDGET, "qty": 1, "rate": 50})  # no promise
    quotation.save()
    quotation.submit()
    new = frappe.get_doc(CONTRACT, renewal_api.accept(one.name)["successor"])
    assert [(row.line_title, row.price) for row in new.lines] == [("Support hours", 1200), ("Visits", 0)]


def test_a_discount_on_the_whole_quotation_is_in_the_prices():
    doc = contract(10, line(HOURS), price_adjustment="None")
    one = opened(doc)
    quotation = frappe.get_doc("Quotation", renewal_api.make_quotation(one.name))
    quotation.update({"apply_discount_on": "Net Total", "additional_discount_percentage": 10})
    quotation.save()
    quotation.submit()
    new = frappe.get_doc(CONTRACT, renewal_api.accept(one.name)["successor"])
    assert new.lines[0].price == 1080


def test_a_draft_of_a_quotation_is_no_proposal():
    one = opened(contract())
    renewal_api.make_quotation(one.name)
    with pytest.raises(frappe.ValidationError, match="Submit"):
        renewal_api.accept(one.name)


def test_without_a_quotation_the_proposed_price_counts():
    one = opened(contract())
    new = frappe.get_doc(CONTRACT, renewal_api.accept(one.name)["successor"])
    assert new.yearly_value == 6180


def test_an_order_accepts():
    doc = contract()
    one = proposed(doc)
    order = order_of(one.quotation)
    assert of(one, "status") == (PROPOSED,)
    order.submit()
    (into,) = of(doc, "renewed_into")
    assert of(one, "status", "successor") == (RENEWED, into)
    assert frappe.db.get_value(CONTRACT, into, ["renewed_from", "yearly_value", "docstatus"]) == (
        doc.name,
        6180,
        1,
    )
    order.cancel()  # the contract stands until somebody cancels it
    assert of(doc, "renewed_into") == (into,)


def test_prices_are_those_of_the_order():
    doc = contract(10, line(HOURS), price_adjustment="None")
    order = order_of(proposed(doc).quotation)
    order.items[0].rate = 1150
    order.save()
    order.submit()
    assert frappe.get_doc(CONTRACT, of(doc, "renewed_into")[0]).lines[0].price == 1150


def test_an_order_stands_whatever_becomes_of_the_renewal(monkeypatch):
    doc = contract()
    one = proposed(doc)
    order = order_of(one.quotation)

    def broken(*_: Any) -> None:
        raise frappe.ValidationError("no account")

    monkeypatch.setattr("relationship_crm.contracts.successor.submitted", broken)
    order.submit()
    assert of(order, "docstatus") == (1,)
    assert of(doc, "renewed_into") == (None,)
    assert of(one, "status", "successor") == (PROPOSED, None)
    assert not frappe.db.exists(CONTRACT, {"renewed_from": doc.name})
    assert any("no account" in str(message) for message in frappe.local.message_log)


def test_other_orders_renew_nothing():
    doc = contract()
    opened(doc)
    erp.order(ACME, today(), [(erp.WIDGET, 1, 10)], today())
    assert of(doc, "renewed_into") == (None,)


def test_an_order_that_renews_uses_nothing_of_the_contract():
    """Of goods with nothing left, too."""
    pieces = line({"line_title": "Filters", "counts": "Quantity", "included_qty": 1, "overage": "Stop"})
    doc = contract(
        10, {**pieces, "item_code": erp.WIDGET, "billing_item": erp.WIDGET, "price": 100, "price_per": "Year"}
    )
    order = order_of(proposed(doc).quotation)
    assert not order.items[0].get("relationship_contract_line")
    order.submit()
    assert of(doc, "renewed_into")[0]


def test_a_subscription_goes_on_under_the_successor():
    columns = ("name", "party_type", "party", "company", "start_date")
    frappe.db.bulk_insert("Subscription", columns, [("RCRM-SUB-2", "Customer", ACME, erp.COMPANY, today())])
    doc = contract(10, line(FEE), billing="Subscription", subscription="RCRM-SUB-2")
    new = accepted(doc)
    assert new.subscription == "RCRM-SUB-2"
    for first, named in ((today(), doc.name), (new.start_date, new.name)):
        bill = erp.invoice(ACME, today(), [(erp.ADVICE, 1, 100)], submit=False)
        bill.update({"subscription": "RCRM-SUB-2", "from_date": first, "to_date": add_days(first, 30)})
        bill.save()
        assert bill.items[0].relationship_contract == named


# -- undone


def test_a_cancelled_successor_undoes_it():
    doc = contract()
    new = accepted(doc)
    (one,) = renewal.of_contract(doc.name, (RENEWED,))
    new.cancel()
    assert of(doc, "renewed_into", "decided_on", "state") == (None, None, "Active")
    assert of(one, "status", "successor", "decided_on") == (PROPOSED, None, None)
    again = frappe.get_doc(CONTRACT, renewal_api.accept(one.name)["successor"])
    assert of(doc, "renewed_into") == (again.name,)


def test_an_amended_successor_stays_the_successor():
    doc = contract()
    first = accepted(doc)
    frappe.db.set_value(CONTRACT, first.name, {"renewed_on": add_days(today(), -3)})
    frappe.db.set_value(CONTRACT, doc.name, {"decided_on": add_days(today(), -3)})
    again = amend(first)
    assert of(doc, "renewed_into", "decided_on") == (again.name, today() - timedelta(days=3))
    (one,) = renewal.of_contract(doc.name, (RENEWED,))
    assert one.successor == again.name


def test_an_amended_contract_keeps_its_renewal_and_successor():
    doc = contract()
    new = accepted(doc)
    again = amend(doc)
    assert of(new, "renewed_from") == (again.name,)
    assert of(again, "renewed_into") == (new.name,)
    (one,) = renewal.of_contract(again.name, (RENEWED,))
    assert one.successor == new.name


def test_two_successors_are_one_too_many():
    doc = contract()
    accepted(doc)
    again = make_contract(ACME, line(FEE), submit=False, start_date=add_days(doc.end_date, 1),
                          end_date=add_days(doc.end_date, 300), renewed_from=doc.name)  # fmt: skip
    with pytest.raises(frappe.ValidationError, match="renewed into"):
        again.submit()


def test_a_successor_is_of_the_same_customer():
    doc = contract()
    other = erp.customer("RCRM Renewal Beta")
    with pytest.raises(frappe.ValidationError, match="contract of"):
        make_contract(other, line(FEE), start_date=add_days(doc.end_date, 1), end_date=add_days(doc.end_date, 300),
                      renewed_from=doc.name)  # fmt: skip


def test_a_draft_successor_waits_and_may_go():
    doc = contract()
    one = opened(doc)
    new = renewing.accept(one, submit=False)
    assert new.docstatus == 0 and of(doc, "renewed_into") == (None,)
    one.reload()
    assert (one.status, one.successor) == (OPEN, new.name)
    frappe.delete_doc(CONTRACT, new.name)
    assert of(one, "successor") == (None,)
    new = renewing.accept(frappe.get_doc(RENEWAL, one.name), submit=False)
    renewing.accept(frappe.get_doc(RENEWAL, one.name), submit=True)
    assert of(new, "docstatus") == (1,) and of(doc, "renewed_into") == (new.name,)


# -- by itself


def test_it_renews_itself_the_night_after_the_notice_date():
    doc = contract(0, renewal="Renews Automatically")
    assert doc.name not in renewing.due(today())  # notice may be given today
    assert doc.name in renewing.due(add_days(today(), 1))
    new = frappe.get_doc(CONTRACT, renewing.renew(doc.name))
    assert (new.docstatus, new.renewal, new.yearly_value) == (1, "Renews Automatically", 6180)
    assert getdate(new.renewed_on) == today() + timedelta(days=1)
    assert getdate(new.start_date) == getdate(doc.end_date) + timedelta(days=1)
    assert of(doc, "renewed_into") == (new.name,)
    (one,) = renewal.of_contract(doc.name, (RENEWED,))
    assert (one.successor, one.indexed_price) == (new.name, 6180)
    assert doc.name not in renewing.due(add_days(today(), 1))


@pytest.mark.parametrize("decide", ["terminate", "decide against", "draft", "history"])
def test_it_does_not_renew_itself(decide):
    doc = contract(-1, renewal="Renews Automatically")
    assert doc.name in renewing.due(today())
    day = today()
    if decide == "terminate":
        acts.terminate(doc.name, getdate(doc.end_date), "Price")
    elif decide == "decide against":
        one = frappe.get_doc({"doctype": RENEWAL, "contract": doc.name}).insert()
        renewal_api.not_renewed(one.name, "Price")
    elif decide == "draft":
        one = frappe.get_doc({"doctype": RENEWAL, "contract": doc.name}).insert()
        renewing.accept(one, submit=False)
    else:
        day = getdate(add_days(doc.end_date, 40))
    assert doc.name not in renewing.due(day)


def test_promises_that_ended_are_not_renewed():
    doc = contract(10, line(FEE), line(HOURS, end_date=add_days(today(), 2)))
    new = accepted(doc)
    assert [row.line_title for row in new.lines] == ["Hosting"]


def test_a_promise_that_came_later_is_for_the_whole_term():
    doc = contract(10, line(FEE), line(VISITS, start_date=add_days(today(), -30)))
    assert [row.start_date for row in accepted(doc).lines] == [None, None]


def test_changed_quantities_go_on():
    doc = contract(10, line(HOURS))

    def more(again: Any) -> None:
        again.changes_from = today()
        again.lines[0].included_qty = 30

    new = accepted(amend(doc, more))
    assert new.lines[0].included_qty == 30 and not new.changes
