"""Renewals are opened before the notice date, and propose what the next term would cost."""

from __future__ import annotations

from datetime import timedelta

import erp
import frappe
import pytest
from contracting import FEE, HOURS, line, timesheet
from frappe.utils import add_days, add_months, getdate
from renewals import (
    ACME,
    contract,
    count,
    of,
    opened,
    proposed,
    today,
)

from relationship_crm.contracts import renewal, renewal_api, renewing
from relationship_crm.contracts.renewal import CONTRACT, OPEN, PROPOSED, RENEWAL

pytestmark = pytest.mark.usefixtures("about_to_renew")


# -- opening


def test_it_opens_so_many_days_before_the_notice_date():
    near, at, far = contract(5), contract(30), contract(31)
    late = contract(-20)  # in force, its notice date missed
    assert {near.name, at.name, late.name} <= set(renewal.due(today()))
    assert far.name not in renewal.due(today())
    assert far.name in renewal.due(add_days(today(), 1))
    assert late.name not in renewal.due(add_days(getdate(late.end_date), 1))  # over


def test_days_ahead_are_a_setting():
    frappe.db.set_single_value("Relationship CRM Settings", "renewal_lead_days", 7)
    near, far = contract(7), contract(8)
    assert near.name in renewal.due(today()) and far.name not in renewal.due(today())


@pytest.mark.parametrize(
    "values", [{"renewal": "Ends"}, {"renewal": "Renews Automatically"}, {"submit": False}]
)
def test_only_what_is_renewed_by_proposal(values):
    assert contract(**values).name not in renewal.due(today())


def test_it_opens_once():
    doc = contract()
    opened(doc)
    assert doc.name not in renewal.due(today())
    with pytest.raises(frappe.ValidationError, match="open already"):
        frappe.get_doc({"doctype": RENEWAL, "contract": doc.name}).insert()


def test_the_night_opens_renews_and_forgets(monkeypatch):
    from relationship_crm.contracts import tasks

    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    monkeypatch.setattr(frappe.db, "rollback", lambda **_: None)
    by_proposal, automatic = contract(), contract(-1, renewal="Renews Automatically")
    other = opened(contract())
    frappe.db.set_value(CONTRACT, other.contract, "renewal", "Ends")
    tasks.renew_service_contracts()
    assert [one.status for one in renewal.of_contract(by_proposal.name)] == [OPEN]
    assert of(automatic, "renewed_into")
    assert not renewal.of_contract(other.contract)  # there is nothing to decide about
    tasks.renew_service_contracts()
    assert len(renewal.of_contract(by_proposal.name)) == 1


def test_what_it_says():
    """4 · 1,200 and 12 · 100 are 6,000 a year; with 3 % 6,180. Twenty hours at 50 so far."""
    doc = contract()
    day = add_days(getdate(doc.start_date), 10)
    timesheet(ACME, (day, 20, {"costing_rate": 50}))
    one = opened(doc)
    assert (one.customer, one.company, one.currency) == (ACME, erp.COMPANY, "USD")
    assert (one.notice_date, one.end_date) == (getdate(doc.notice_date), getdate(doc.end_date))
    assert (one.current_price, one.indexed_price, one.proposed_price) == (6000, 6180, 6180)
    days = (today() - getdate(doc.start_date)).days + 1
    assert one.costs == pytest.approx(1000 * 365 / days, abs=0.01)
    assert one.price_from_use == pytest.approx(1000 * 365 / days / 0.6, abs=0.01)
    assert "Nothing was invoiced yet." in one.use_note
    assert one.probability == 0 and one.probability_note.startswith("Unknown: 0 contracts have ended")


def test_opening_many_takes_no_more_queries_for_their_figures():
    names = [contract(i).name for i in range(1, 7)]
    renewal.figures(names)  # reads what is kept
    assert count(lambda: renewal.figures(names[:1])) == count(lambda: renewal.figures(names))


def test_refreshed_figures_keep_what_somebody_proposed():
    doc = contract()
    one = opened(doc)
    timesheet(ACME, (today(), 10, {"costing_rate": 50}))
    renewal.refresh([one.name])
    one.reload()
    assert one.price_from_use > 0 and one.proposed_price == 6180
    one.proposed_price = 6500
    one.save()
    timesheet(ACME, (today(), 10, {"costing_rate": 50, "hours": 3}))
    renewal.refresh([one.name])
    one.reload()
    assert one.proposed_price == 6500


def test_an_index_as_agreed():
    """119.3 in the base month and 122.0 in the month of the anniversary: 1,200 become 1,227.16."""
    start = getdate(contract().end_date) + timedelta(days=1)
    values = [
        {"month": add_months(start, -12).replace(day=1), "value": 119.3},
        {"month": start.replace(day=1), "value": 122.0},
    ]
    index = frappe.get_doc(
        {"doctype": "Service Price Index", "index_name": "RCRM Index", "values": values}
    ).insert()
    doc = contract(10, line(HOURS), price_adjustment="Index", price_index=index.name)
    one = opened(doc)
    assert (one.current_price, one.indexed_price) == (4800, 4908.64)
    new = frappe.get_doc(CONTRACT, renewal_api.accept(one.name)["successor"])
    assert new.lines[0].price == 1227.16
    assert getdate(new.index_base_month) == start.replace(day=1)  # from now on counted from here


def test_an_index_that_is_not_published_yet():
    start = getdate(contract().end_date) + timedelta(days=1)
    months = [add_months(start, -12).replace(day=1), add_months(start, -3).replace(day=1)]
    values = [{"month": month, "value": value} for month, value in zip(months, (100, 101), strict=True)]
    index = frappe.get_doc(
        {"doctype": "Service Price Index", "index_name": "RCRM Index", "values": values}
    ).insert()
    doc = contract(10, line(HOURS), price_adjustment="Index", price_index=index.name)
    one = opened(doc)
    assert one.indexed_price == 4848
    assert "not published yet" in one.use_note
    new = frappe.get_doc(CONTRACT, renewal_api.accept(one.name)["successor"])
    assert getdate(new.index_base_month) == months[1]


# -- proposing


def test_the_quotation():
    doc = contract()
    one = opened(doc)
    quotation = frappe.get_doc("Quotation", renewal_api.make_quotation(one.name))
    assert [(row.item_code, row.qty, row.rate, row.relationship_renewed_line) for row in quotation.items] == [
        (erp.ADVICE, 4, 1236, doc.lines[0].line_key),
        (erp.ADVICE, 12, 103, doc.lines[2].line_key),
    ]
    assert quotation.net_total == 6180
    assert (quotation.party_name, quotation.currency, quotation.docstatus) == (ACME, "USD", 0)
    assert getdate(quotation.valid_till) == getdate(doc.notice_date)
    words = quotation.items[0].description
    assert "Support hours. 20 Hour a quarter" in words and "up to 10 goes over" in words
    assert "Visits. 4 Visits a year" in words  # has no price of its own
    one.reload()
    assert (one.status, one.quotation) == (OPEN, quotation.name)
    quotation.submit()
    assert of(one, "status") == (PROPOSED,)
    with pytest.raises(frappe.ValidationError, match="proposes it already"):
        renewal_api.make_quotation(one.name)


def test_another_price_is_shared_over_the_lines():
    """6,600 in place of 6,000: ten per cent more on each."""
    one = opened(contract())
    one.proposed_price = 6600
    one.save()
    assert [row["proposed"] for row in renewal_api.lines(one.name)] == [1320, 110]
    quotation = frappe.get_doc("Quotation", renewal_api.make_quotation(one.name))
    assert [(row.qty, row.rate) for row in quotation.items] == [(4, 1320), (12, 110)]


def test_a_term_that_is_no_whole_number_of_periods():
    """A price of a year, renewed for 18 months, is offered as one."""
    doc = contract(10, line(FEE, price=1000, price_per="Year"), renewal_months=18, price_adjustment="None")
    quotation = frappe.get_doc("Quotation", renewal_api.make_quotation(opened(doc).name))
    assert [(row.qty, row.rate) for row in quotation.items] == [(1, 1500)]
    quotation.submit()
    new = frappe.get_doc(CONTRACT, renewing.accept(renewal.of_contract(doc.name)[0], submit=True).name)
    assert new.lines[0].price == 1000
    assert getdate(new.end_date) == getdate(add_days(add_months(new.start_date, 18), -1))


def test_a_quotation_follows_its_way():
    one = proposed(contract())
    quotation = frappe.get_doc("Quotation", one.quotation)
    quotation.cancel()
    assert of(one, "status", "quotation") == (OPEN, quotation.name)
    again = erp.amend(quotation)
    assert of(one, "status", "quotation") == (PROPOSED, again.name)
    again.cancel()
    frappe.delete_doc("Quotation", again.name)
    assert of(one, "status", "quotation") == (OPEN, None)
    renewal_api.make_quotation(one.name)
    frappe.delete_doc("Quotation", of(one, "quotation")[0])  # a draft
    assert of(one, "quotation") == (None,)
