"""Returns, issues, their outcome, and warranty claims."""

from __future__ import annotations

import pytest
from books import Book


@pytest.fixture
def book() -> Book:
    return Book()


# -- returned share of a month's sales


def test_a_month_without_returns_is_good_and_dated_at_its_end(book):
    book.sales_invoice("ACME", "2024-02-03", 100)
    last = book.sales_invoice("ACME", "2024-02-20", 300)
    assert book.events("returned_share", "2024-02-28") == []
    assert book.events("returned_share", "2024-02-29") == [("ACME", "2024-02-29", 1, 1, last.name)]


@pytest.mark.parametrize(("credited", "value"), [(15, 0.9), (75, 0.5), (150, 0), (900, 0)])
def test_the_share_that_came_back_counts_against_fifteen_per_cent(book, credited, value):
    invoice = book.sales_invoice("ACME", "2024-02-03", 1000)
    book.credit_note(invoice, "2024-02-10", credited)
    assert book.events("returned_share") == [("ACME", "2024-02-29", value, 1, "CN-1")]


def test_a_return_counts_in_its_own_month_if_there_were_sales(book):
    first = book.sales_invoice("ACME", "2024-02-03", 1000)
    second = book.sales_invoice("ACME", "2024-03-03", 1000)
    book.credit_note(first, "2024-03-10", 75)
    book.credit_note(second, "2024-04-10", 500)  # nothing sold in April
    assert book.events("returned_share") == [
        ("ACME", "2024-02-29", 1, 1, first.name),
        ("ACME", "2024-03-31", 0.5, 1, "CN-1"),
    ]


def test_the_counter_counts_and_each_company_for_itself(book):
    """Companies may keep books in different currencies, so their amounts are never added up."""
    book.sales_invoice("ACME", "2024-02-03", 600)
    book.sales_invoice("ACME", "2024-02-03", 300, company="Probe EU")
    sale = book.pos_invoice("ACME", "2024-02-04", 100)
    book.pos_invoice("ACME", "2024-02-05", -75, is_return=1, return_against=sale.name)
    assert book.events("returned_share") == [
        ("ACME", "2024-02-29", round(1 - 75 / 700 / 0.15, 9), 1, "POS-2"),
        ("ACME", "2024-02-29", 1, 1, "SI-2"),
    ]


@pytest.mark.parametrize(
    "column",
    [
        {"docstatus": 0},
        {"docstatus": 2},
        {"is_opening": "Yes"},
        {"is_consolidated": 1},
        {"is_internal_customer": 1},
    ],
)
def test_invoices_that_are_no_sales(book, column):
    book.sales_invoice("ACME", "2024-02-03", 100, **column)
    assert book.events("returned_share") == []


# -- issues


def test_every_issue_with_a_customer(book):
    issue = book.issue("ACME", "2024-02-03")
    book.issue("", "2024-02-03")
    assert book.events("issue_opened", "2024-02-02") == []
    assert book.events("issue_opened") == [("ACME", "2024-02-03", 0.30, 1, issue)]


SLA = {
    "service_level_agreement": "Standard",
    "response_by": "2024-02-03 14:00:00",
    "sla_resolution_by": "2024-02-05 10:00:00",
}


@pytest.mark.parametrize(
    ("responded", "resolved", "event"),
    [
        ("2024-02-03 11:00:00", "2024-02-04 10:00:00", ("2024-02-04", 0.60, 1)),
        ("2024-02-03 14:00:00", "2024-02-05 10:00:00", ("2024-02-05", 0.60, 1)),  # to the minute
        ("2024-02-03 15:00:00", "2024-02-04 10:00:00", ("2024-02-03", 0.15, 2)),  # answered too late
        (None, "2024-02-04 10:00:00", ("2024-02-03", 0.15, 2)),
        ("2024-02-03 11:00:00", "2024-02-09 10:00:00", ("2024-02-05", 0.15, 2)),  # solved too late
        ("2024-02-03 11:00:00", None, ("2024-02-05", 0.15, 2)),
        (None, None, ("2024-02-03", 0.15, 2)),  # the deadline that passed first
    ],
)
def test_an_issue_under_a_service_level(book, responded, resolved, event):
    issue = book.issue(
        "ACME", "2024-02-03", first_responded_on=responded, sla_resolution_date=resolved, **SLA
    )
    date, value, weight = event
    assert book.events("issue_outcome") == [("ACME", date, value, weight, issue)]


def test_no_verdict_before_the_deadline(book):
    book.issue("ACME", "2024-02-03", first_responded_on="2024-02-03 11:00:00", **SLA)
    assert book.events("issue_outcome", "2024-02-04") == []
    assert len(book.events("issue_outcome", "2024-02-05")) == 1


def test_without_a_service_level_there_is_no_verdict(book):
    book.issue("ACME", "2024-02-03", sla_resolution_by="2024-02-05 10:00:00")
    assert book.events("issue_outcome") == []


def test_deadlines_that_are_not_set_cannot_pass(book):
    book.issue("ACME", "2024-02-03", service_level_agreement="Standard")
    assert book.events("issue_outcome") == []


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ("Closed", "Open", True),
        ("Resolved", "Open", True),
        ("Open", "Closed", False),
        ("Open", "Replied", False),
    ],
)
def test_an_issue_that_came_back(book, before, after, counts):
    issue = book.issue("ACME", "2024-02-03")
    book.reopened(issue, "2024-02-20 10:00:00", before, after)
    assert book.events("issue_outcome") == ([("ACME", "2024-02-20", 0.10, 2, issue)] if counts else [])


def test_without_versions_the_rest_still_speaks():
    book = Book(["Issue"])
    issue = book.issue("ACME", "2024-02-03", **SLA)
    assert [e.voucher for e in book.events("issue_outcome")] == [issue]


def test_warranty_claims_unless_withdrawn(book):
    def claim(status: str) -> str:
        return book.add(
            "Warranty Claim",
            "WC",
            customer="ACME",
            complaint_date="2024-02-03",
            status=status,
            creation="2024-02-03 09:00:00",
        )

    first = claim("Open")
    claim("Cancelled")
    assert book.events("warranty_claim") == [("ACME", "2024-02-03", 0.25, 1, first)]
