"""What was sold cost, counter sales, foreign currency, and first purchases."""

from __future__ import annotations

from datetime import date

import frappe
import pytest
from crediting import booked, campaign, touch
from erp import (
    ADVICE,
    COMPANY,
    PRICES,
    WIDGET,
    credit_note,
    customer,
    delivery,
    ensure,
    invoice,
    invoice_of,
    merge_pos,
    order,
    pos_invoice,
    warehouse,
)
from frappe.utils import flt

from relationship_crm.campaigns.credits import (
    Money,
    Purchase,
    by_campaign,
    first_purchases,
    load,
    not_attributed,
)

SPRING, FAIR = "RC-T-Spring", "RC-T-Fair"
COST = 5  # of a widget


@pytest.fixture
def eva(clean):
    """A customer whom Spring reached on 1 March."""
    name = customer("RCRM Eva")
    campaign("Spring")
    campaign("Fair")
    touch(SPRING, name, "2024-03-01")
    return name


def credit() -> Money:
    return by_campaign(load(COMPANY))[SPRING]


def valued() -> float:
    """What the warehouse values a widget at."""
    where = {"item_code": WIDGET, "warehouse": warehouse(COMPANY)}
    return flt(frappe.db.get_value("Bin", where, "valuation_rate"))


def test_margin_of_what_leaves_the_stock(eva):
    first = invoice(eva, "2024-03-02", [(WIDGET, 4, 20), (ADVICE, 1, 7)], update_stock=1)
    assert credit() == Money(87, 0, 87 - 4 * COST)
    credit_note(first, "2024-03-03", 1)
    assert credit() == Money(67, 0, 67 - 3 * COST)


def test_margin_of_what_was_delivered(eva):
    """Ten are ordered and delivered, four of them invoiced."""
    wanted = order(eva, "2024-03-02", [(WIDGET, 10, 20)], "2024-03-09")
    sent = delivery(wanted, "2024-03-05", [(0, 10)])
    row = {"sales_order": wanted.name, "so_detail": wanted.items[0].name}
    row.update(delivery_note=sent.name, dn_detail=sent.items[0].name)
    frappe.db.set_value("Sales Invoice Item", {"sales_order": wanted.name}, "incoming_rate", 99)
    invoice(eva, "2024-03-06", [(WIDGET, 4, 20, row)])
    assert credit() == Money(80, 0, 80 - 4 * COST)


def test_margin_of_what_is_not_delivered_yet(eva):
    wanted = order(eva, "2024-03-02", [(WIDGET, 3, 20)], "2024-03-09")
    billed = invoice_of(wanted, "2024-03-06", [(0, 3)])
    rate = flt(billed.items[0].incoming_rate) or valued()  # version 16 values what moves the stock only
    assert rate
    assert credit() == Money(60, 0, 60 - 3 * rate)


def test_counter_sales_count_once(eva):
    one, other = (
        pos_invoice(eva, "2024-03-04", [(WIDGET, 2, 10)]),
        pos_invoice(eva, "2024-03-04", [(WIDGET, 1, 11)]),
    )
    assert credit() == Money(31, 31, 31 - 3 * valued())
    merge_pos([one, other], "2024-03-05")
    assert credit() == Money(31, 31, 31 - 3 * COST)
    book = load(COMPANY)
    assert sum(m.amount for m in by_campaign(book).values()) + not_attributed(book) == pytest.approx(booked())


def test_foreign_currency_is_paid_whole(eva):
    """100 EUR at 1.10, paid at another rate: 110.00 in the company's currency, all of it paid."""
    debtors = f"Debtors EUR - {frappe.get_cached_value('Company', COMPANY, 'abbr')}"
    parent = frappe.db.get_value("Company", COMPANY, "default_receivable_account")
    ensure(
        "Account",
        debtors,
        account_name="Debtors EUR",
        company=COMPANY,
        parent_account=frappe.db.get_value("Account", parent, "parent_account"),
        account_type="Receivable",
        account_currency="EUR",
    )
    prices = PRICES["RCRM Haus"][0]
    sold = invoice(
        eva,
        "2024-03-02",
        [(ADVICE, 1, 100)],
        currency="EUR",
        conversion_rate=1.10,
        selling_price_list=prices,
        price_list_currency="EUR",
        plc_conversion_rate=1.10,
        debit_to=debtors,
    )
    assert credit() == Money(110, 0, 110)
    paid = payment_in(sold, "2024-03-20", 40, 1.20)
    assert paid.docstatus == 1
    assert credit() == Money(110, 44, 110)
    payment_in(sold, "2024-03-21", 60, 1.05)
    assert credit() == Money(110, 110, 110)
    assert by_campaign(load(COMPANY, date(2024, 3, 20)))[SPRING].paid == 44


def payment_in(sold, day, amount, rate):
    """A payment in euros at a rate of its own, into the cash in dollars."""
    from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

    doc = get_payment_entry(sold.doctype, sold.name)
    doc.update({"posting_date": day, "reference_no": "R", "reference_date": day})
    doc.update({"paid_amount": amount, "source_exchange_rate": rate, "target_exchange_rate": 1})
    doc.received_amount = amount * rate
    doc.references[0].allocated_amount = amount
    doc.set_amounts()
    if doc.difference_amount:
        doc.append(
            "deductions",
            {
                "account": frappe.db.get_value("Company", COMPANY, "exchange_gain_loss_account"),
                "cost_center": frappe.db.get_value("Company", COMPANY, "cost_center"),
                "amount": doc.difference_amount,
            },
        )
    doc.insert()
    doc.submit()
    return doc


def test_first_purchases(eva):
    """Net of returns, by day; the campaign with the largest credit; who bought before the books begin is not new."""
    touch(FAIR, eva, "2024-03-03")
    touch(FAIR, eva, "2024-03-04")
    back = invoice(eva, "2024-03-02", [(ADVICE, 1, 100)])
    assert first_purchases(COMPANY) == {eva: Purchase(date(2024, 3, 2), 100, SPRING)}
    credit_note(back, "2024-03-10")
    assert first_purchases(COMPANY) == {}
    invoice(eva, "2024-03-05", [(ADVICE, 1, 60)])
    invoice(eva, "2024-03-05", [(ADVICE, 1, 30)])
    invoice(eva, "2024-03-07", [(ADVICE, 1, 500)])
    assert first_purchases(COMPANY) == {eva: Purchase(date(2024, 3, 5), 90, FAIR)}
    early = customer("RCRM Fay")
    invoice(early, "2024-02-01", [(ADVICE, 1, 10)])
    touch(SPRING, early, "2024-03-01")
    assert first_purchases(COMPANY)[early] == Purchase(date(2024, 2, 1), 10, "")
    old = customer("RCRM Old")
    touch(SPRING, old, "2024-03-01")
    invoice(old, "2024-03-05", [(ADVICE, 1, 10)])
    assert old in first_purchases(COMPANY)
    income = frappe.db.get_value("Account", {"company": COMPANY, "account_type": "Temporary", "is_group": 0})
    invoice(old, "2024-01-05", [(ADVICE, 1, 10, {"income_account": income})], is_opening="Yes")
    assert old not in first_purchases(COMPANY)
