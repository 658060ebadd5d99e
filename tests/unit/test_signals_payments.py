"""Payments against the terms and in advance. Invoices are over 100, due on 31 January 2024."""

from __future__ import annotations

from datetime import date

import pytest
from books import Book, day_after

from relationship_crm.engine.grid import day_number, month_index

DUE = "2024-01-31"
GIVEN_UP = "2024-04-30"  # 90 days after
WORST = round(1 / (1 + 90 / 15), 9)


@pytest.fixture
def book() -> Book:
    book = Book()
    book.customer("ACME", group="Retail")
    return book


def invoice(book: Book, **values):
    return book.sales_invoice("ACME", "2024-01-01", 100, due=DUE, **values)


@pytest.mark.parametrize(("late", "value"), [(-20, 1), (0, 1), (15, 0.5), (30, 1 / 3), (90, 1 / 7)])
def test_a_payment_by_its_days_late(book, late, value):
    paid = book.payment(invoice(book), day_after(DUE, late))
    assert book.events("payment_terms") == [("ACME", day_after(DUE, late), round(value, 9), 1, paid.name)]


def test_what_comes_after_ninety_days_came_too_late(book):
    unpaid = invoice(book)
    book.payment(unpaid, day_after(DUE, 91))
    assert book.events("payment_terms", "2024-04-29") == []
    assert book.events("payment_terms") == [("ACME", GIVEN_UP, WORST, 1, unpaid.name)]


def test_parts_weigh_what_they_pay_and_the_open_part_what_it_leaves(book):
    bill = invoice(book)
    first = book.payment(bill, DUE, 30)
    second = book.payment(bill, "2024-02-15", 50, journal="Bank Entry")
    assert book.events("payment_terms") == [
        ("ACME", DUE, 1, 0.3, first.name),
        ("ACME", "2024-02-15", 0.5, 0.5, second.name),
        ("ACME", GIVEN_UP, WORST, 0.2, bill.name),
    ]


def test_half_a_cent_is_nothing_and_more_than_all_counts_as_all(book):
    book.payment(invoice(book), DUE, 99.995)
    book.payment(invoice(book), DUE, 120)
    assert [(e.date, e.weight) for e in book.events("payment_terms")] == [(DUE, 0.99995), (DUE, 1)]


def test_a_credit_note_settles_without_being_a_payment(book):
    bill = invoice(book)
    book.credit_note(bill, "2024-03-01", 100)
    assert book.events("payment_terms") == []


def test_a_credit_note_after_the_ninety_days_does_not_undo_the_verdict(book):
    bill = invoice(book)
    book.credit_note(bill, "2024-06-01", 100)
    assert book.events("payment_terms") == [("ACME", GIVEN_UP, WORST, 1, bill.name)]


@pytest.mark.parametrize("kind", ["Journal Entry", "Bank Entry", "Cash Entry", "Credit Card Entry"])
def test_journals_by_which_customers_pay(book, kind):
    paid = book.payment(invoice(book), DUE, journal=kind)
    assert book.events("payment_terms") == [("ACME", DUE, 1, 1, paid.name)]


def test_a_debt_written_off_is_not_paid(book):
    bill = invoice(book)
    book.payment(bill, DUE, journal="Write Off Entry")
    assert book.events("payment_terms") == [("ACME", GIVEN_UP, WORST, 1, bill.name)]


@pytest.mark.parametrize(
    ("kind", "more"),
    [("Credit Note", {}), ("Exchange Gain Or Loss", {}), ("Journal Entry", {"is_system_generated": 1})],
)
def test_journals_that_settle_without_a_payment(book, kind, more):
    book.payment(invoice(book), DUE, journal=kind, **more)
    assert book.events("payment_terms") == []


@pytest.mark.parametrize("journal", [None, "Bank Entry"])
def test_a_cancelled_payment_paid_nothing(book, journal):
    bill = invoice(book)
    book.payment(bill, DUE, journal=journal, docstatus=2)
    assert book.events("payment_terms") == [("ACME", GIVEN_UP, WORST, 1, bill.name)]


def test_ledger_rows_that_were_taken_back_do_not_count(book):
    bill = invoice(book)
    book.payment(bill, DUE)
    book.connection.execute('UPDATE "tabPayment Ledger Entry" SET delinked = 1 WHERE amount < 0')
    assert [e.voucher for e in book.events("payment_terms")] == [bill.name]


def test_what_was_paid_at_the_counter_is_not_open(book):
    invoice(book, paid_at_counter=100)
    assert book.events("payment_terms") == []
    part = invoice(book, paid_at_counter=60)
    assert book.events("payment_terms") == [("ACME", GIVEN_UP, WORST, 0.4, part.name)]


@pytest.mark.parametrize(
    "column",
    [
        {"docstatus": 2},
        {"docstatus": 0},
        {"is_opening": "Yes"},
        {"is_consolidated": 1},
        {"is_internal_customer": 1},
    ],
)
def test_invoices_that_do_not_count(book, column):
    book.payment(invoice(book, **column), DUE, 50)
    assert book.events("payment_terms") == []


def test_what_is_usual_in_the_group_is_no_delay(book):
    month = month_index(date(2024, 2, 1))
    book.yardstick("payment_delay", "Retail", month - 1, 10)
    book.yardstick("payment_delay", "Retail", month, 99)
    book.yardstick("payment_delay", "Wholesale", month - 1, 99)
    paid = book.payment(invoice(book), day_after(DUE, 25))
    assert book.events("payment_terms") == [("ACME", "2024-02-25", 0.5, 1, paid.name)]


def test_a_group_that_pays_early_does_not_make_punctual_payers_late(book):
    month = month_index(date(2024, 2, 1))
    book.yardstick("payment_delay", "Retail", month - 1, -12)
    book.payment(invoice(book), day_after(DUE, 15))
    assert [e.value for e in book.events("payment_terms")] == [0.5]


def test_the_unpaid_part_is_held_against_the_group_too(book):
    month = month_index(date(2024, 4, 30))
    book.yardstick("payment_delay", "Retail", month - 1, 60)
    invoice(book)
    assert [e.value for e in book.events("payment_terms")] == [round(1 / 3, 9)]


def test_an_advance_counts_from_the_invoice_on(book):
    bill = invoice(book)
    paid = book.payment(bill, "2023-12-20", booked="2024-01-01")
    assert book.events("payment_terms", "2023-12-31") == []
    assert book.events("payment_terms") == [("ACME", "2024-01-01", 1, 1, paid.name)]


# -- in advance


@pytest.mark.parametrize(("amount", "value"), [(100, 1), (40, 0.7), (150, 1)])
def test_the_prepaid_share(book, amount, value):
    bill = invoice(book)
    book.payment(bill, "2023-12-31", amount)
    assert book.events("advance_payment", "2023-12-31") == []
    assert book.events("advance_payment") == [("ACME", "2024-01-01", value, 1, bill.name)]


def test_several_advances_add_up_and_what_comes_on_the_day_is_none(book):
    bill = invoice(book)
    book.payment(bill, "2023-12-01", 20)
    book.payment(bill, "2023-12-02", 20, journal="Bank Entry")
    book.payment(bill, "2024-01-01", 60)
    assert book.events("advance_payment") == [("ACME", "2024-01-01", 0.7, 1, bill.name)]


def test_a_payment_after_the_invoice_is_no_advance(book):
    book.payment(invoice(book), "2024-01-02")
    assert book.events("advance_payment") == []


def test_raw_material_of_the_usual_delay(book):
    book.customer("Other", group="Wholesale")
    book.payment(invoice(book), day_after(DUE, 10), 60)
    book.payment(invoice(book), day_after(DUE, 200), 100)  # by then it had been given up
    book.payment(book.sales_invoice("Other", "2024-01-01", due=DUE), "2024-01-30")
    due = day_number(date.fromisoformat(DUE))
    assert [row[1:6] for row in book.observed("payment_terms")] == [
        ("ACME", due + 10, 10, 0.6, "Retail"),
        ("ACME", due + 90, 90, 0.4, "Retail"),
        ("ACME", due + 90, 90, 1, "Retail"),
        ("Other", due - 1, -1, 1, "Wholesale"),
    ]
