"""Contracts renewed and not renewed, subscriptions continued and cancelled."""

from __future__ import annotations

import pytest
from books import SIGNALS, Book

RENEWED, REFUSED = "contract_renewed", "contract_not_renewed"


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def first(book: Book) -> str:
    return book.contract("ACME", "2023-04-01", "2024-03-31")


@pytest.mark.parametrize("key", [RENEWED, REFUSED])
def test_weights_are_those_of_the_list(key):
    signal = SIGNALS[key]
    assert (signal.weight, signal.half_life, signal.cap) == (3, 730, 6)
    assert signal.dimensions == ("trust_company", "engagement_company_rational")


# -- renewed


def test_a_contract_in_its_first_term_says_nothing(book, first):
    assert book.events(RENEWED) == book.events(REFUSED) == []


def test_a_renewal_counts_on_the_day_it_was_agreed(book, first):
    second = book.contract("ACME", "2024-04-01", "2025-03-31", renews=first, agreed="2024-02-10")
    assert book.events(RENEWED, "2024-02-09") == []
    assert book.events(RENEWED, "2024-02-10") == [("ACME", "2024-02-10", 0.95, 1, second)]
    assert book.events(REFUSED) == []


def test_every_renewal_counts(book, first):
    second = book.contract("ACME", "2024-04-01", "2025-03-31", renews=first, agreed="2024-02-10")
    third = book.contract("ACME", "2025-04-01", "2026-03-31", renews=second, agreed="2025-02-01")
    assert [(e.date, e.voucher) for e in book.events(RENEWED)] == [
        ("2024-02-10", second),
        ("2025-02-01", third),
    ]


def test_without_a_day_of_agreement_the_start_counts(book, first):
    book.contract("ACME", "2024-04-01", "2025-03-31", renews=first)
    assert [e.date for e in book.events(RENEWED)] == ["2024-04-01"]


@pytest.mark.parametrize("docstatus", [0, 2])
def test_drafts_and_cancelled_successors_are_none(book, first, docstatus):
    book.contract("ACME", "2024-04-01", "2025-03-31", renews=first, agreed="2024-02-10", docstatus=docstatus)
    assert book.events(RENEWED) == []


def test_a_back_test_knows_a_renewal_once_it_was_entered(book, first):
    book.contract("ACME", "2024-04-01", "2025-03-31", renews=first, agreed="2024-02-10",
                  renewal_entered_on="2024-03-05 10:00:00", entered="2024-06-01")  # amended in June  # fmt: skip
    assert book.events(RENEWED, known_on="2024-03-04") == []
    assert len(book.events(RENEWED, known_on="2024-03-05")) == 1


# -- not renewed


def test_a_decision_against_counts_on_its_day(book, first):
    book.change(first, "Service Contract", decided_on="2024-02-10", not_renewed_reason="Price")
    assert book.events(REFUSED, "2024-02-09") == []
    assert book.events(REFUSED, "2024-02-10") == [("ACME", "2024-02-10", 0.10, 1, first)]
    assert book.events(RENEWED) == []


def test_notice_counts_when_it_is_given(book, first):
    book.change(first, "Service Contract", terminated_on="2023-09-01", terminated_per="2023-12-31")
    assert book.events(REFUSED) == [("ACME", "2023-09-01", 0.10, 1, first)]


def test_who_did_both_left_once_on_the_earlier_day(book, first):
    book.change(first, "Service Contract", decided_on="2024-02-10", terminated_on="2024-01-05")
    assert book.events(REFUSED) == [("ACME", "2024-01-05", 0.10, 1, first)]


def test_who_gave_notice_and_renewed_all_the_same_stayed(book, first):
    book.change(first, "Service Contract", terminated_on="2024-01-05", terminated_per="2024-03-31")
    book.contract("ACME", "2024-04-01", "2025-03-31", renews=first, agreed="2024-02-10")
    assert book.events(REFUSED) == []


def test_running_out_is_no_decision(book):
    book.contract("ACME", "2020-04-01", "2021-03-31")
    assert book.events(REFUSED) == []


def test_what_the_customer_did_not_choose_is_held_against_nobody(book, first):
    book.reason("Closed", not_customers_choice=1)
    book.reason("Price")
    other = book.contract(
        "BETA", "2023-04-01", "2024-03-31", terminated_on="2024-01-05", termination_reason="Price"
    )
    book.change(first, "Service Contract", decided_on="2024-02-10", not_renewed_reason="Closed")
    assert [e.voucher for e in book.events(REFUSED)] == [other]


def test_a_back_test_knows_an_ending_once_it_was_entered(book, first):
    book.change(
        first, "Service Contract", terminated_on="2024-01-05", ending_entered_on="2024-02-20 09:00:00"
    )
    assert book.events(REFUSED, known_on="2024-02-19") == []
    assert len(book.events(REFUSED, known_on="2024-02-20")) == 1
    assert len(book.events(REFUSED, "2024-01-05")) == 1  # the ledger as corrected since


def test_an_ending_without_a_moment_of_entry_was_known_on_its_day(book, first):
    book.change(first, "Service Contract", decided_on="2024-02-10")
    assert book.events(REFUSED, known_on="2024-02-09") == []
    assert len(book.events(REFUSED, known_on="2024-02-10")) == 1


# -- subscriptions


def test_a_subscription_is_renewed_by_the_first_invoice_of_a_further_year(book):
    subscription = book.subscription("ACME", "2022-01-15")
    for day in ("2022-01-15", "2022-12-15", "2023-01-15", "2023-02-15", "2024-01-20"):
        book.sales_invoice("ACME", day, 50, subscription=subscription)
    assert book.events(RENEWED) == [
        ("ACME", "2023-01-15", 0.95, 1, subscription),
        ("ACME", "2024-01-20", 0.95, 1, subscription),
    ]
    assert len(book.events(RENEWED, "2023-12-31")) == 1


def test_credit_notes_and_other_invoices_renew_nothing(book):
    subscription = book.subscription("ACME", "2022-01-15")
    invoice = book.sales_invoice("ACME", "2022-02-15", 50, subscription=subscription)
    book.credit_note(invoice, "2023-02-15", 50, subscription=subscription)
    book.sales_invoice("ACME", "2023-03-15", 50)
    book.sales_invoice("ACME", "2023-03-16", 50, subscription=subscription, docstatus=2)
    assert book.events(RENEWED) == []


def test_a_cancelled_subscription_was_not_renewed(book):
    subscription = book.subscription("ACME", "2022-01-15", cancelation_date="2022-09-01")
    assert book.events(REFUSED) == [("ACME", "2022-09-01", 0.10, 1, subscription)]


def test_a_subscription_that_bills_a_contract_is_not_told_twice(book):
    subscription = book.subscription("ACME", "2022-01-15", cancelation_date="2024-09-01")
    for day in ("2022-01-15", "2023-01-15"):
        book.sales_invoice("ACME", day, 50, subscription=subscription)
    book.contract("ACME", "2022-01-15", "2023-01-14", subscription=subscription)
    assert book.events(RENEWED) == book.events(REFUSED) == []


# -- scope


def test_one_customer_at_a_time(book, first):
    book.change(first, "Service Contract", decided_on="2024-02-10")
    other = book.contract("BETA", "2023-04-01", "2024-03-31", decided_on="2024-02-11")
    found = book.events(REFUSED, only={"customers": ["BETA"]})
    assert [e.voucher for e in found] == [other]


@pytest.mark.parametrize(
    "doctypes", [[], ["Subscription"], ["Service Contract"], ["Subscription", "Sales Invoice"]]
)
def test_books_without_a_table_are_read_all_the_same(doctypes):
    book = Book(doctypes)
    for key in (RENEWED, REFUSED):
        assert book.events(key) == []
