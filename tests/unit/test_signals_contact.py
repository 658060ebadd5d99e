"""Messages answered, meetings kept, quotations ordered: by customers, leads and prospects."""

from __future__ import annotations

import pytest
from books import Book

SENT = "2024-03-04 10:00:00"


@pytest.fixture
def book() -> Book:
    return Book()


# -- messages


@pytest.mark.parametrize("party_type", ["Customer", "Lead", "Prospect"])
def test_an_answer_counts_on_its_day(book, party_type):
    mail = book.message("ACME", SENT, party_type=party_type)
    book.message("ACME", "2024-03-05 08:00:00", ours=False, party_type=party_type)
    assert book.events("contact_answered") == [("ACME", "2024-03-05", 1, 1, mail)]


@pytest.mark.parametrize(
    ("answer", "event"),
    [
        ("2024-03-04 10:00:01", ("2024-03-04", 1)),
        ("2024-03-06 23:59:59", ("2024-03-06", 1)),
        ("2024-03-07 00:00:00", ("2024-03-06", 0)),  # the two days are over
        ("2024-03-04 09:59:00", ("2024-03-06", 0)),  # came before
    ],
)
def test_two_whole_days_to_answer(book, answer, event):
    mail = book.message("ACME", SENT)
    book.message("ACME", answer, ours=False)
    assert book.events("contact_answered", "2024-03-31") == [("ACME", *event, 1, mail)]


def test_silence_counts_when_the_two_days_are_over(book):
    mail = book.message("ACME", SENT)
    assert book.events("contact_answered", "2024-03-05") == []
    assert book.events("contact_answered", "2024-03-06") == [("ACME", "2024-03-06", 0, 1, mail)]


@pytest.mark.parametrize(
    "ours", [{"linked": True}, {"linked": False, "referenced": True}, {"referenced": True}]
)
@pytest.mark.parametrize(
    "theirs", [{"linked": True}, {"linked": False, "referenced": True}, {"referenced": True}]
)
def test_found_by_link_or_reference_and_never_twice(book, ours, theirs):
    mail = book.message("ACME", SENT, **ours)
    book.message("ACME", "2024-03-05 08:00:00", ours=False, **theirs)
    assert book.events("contact_answered") == [("ACME", "2024-03-05", 1, 1, mail)]


def test_the_first_answer_counts_whichever_way_it_was_found(book):
    book.message("ACME", SENT)
    book.message("ACME", "2024-03-06 08:00:00", ours=False)
    book.message("ACME", "2024-03-05 08:00:00", ours=False, linked=False, referenced=True)
    assert [e.date for e in book.events("contact_answered")] == ["2024-03-05"]


def test_somebody_else_s_answer_is_none(book):
    book.message("ACME", SENT)
    book.message("Other", "2024-03-05 08:00:00", ours=False)
    book.message("ACME", "2024-03-05 08:00:00", ours=False, party_type="Lead")
    assert [e.value for e in book.events("contact_answered")] == [0]


@pytest.mark.parametrize(
    "other", [{"kind": "Automated Message"}, {"medium": "Visit"}, {"ours": False}, {"party_type": "Supplier"}]
)
def test_what_asks_for_no_answer(book, other):
    book.message("ACME", SENT, **other)
    assert book.events("contact_answered") == []


def test_an_automatic_reply_is_no_answer(book):
    book.message("ACME", SENT)
    book.message("ACME", "2024-03-05 08:00:00", ours=False, kind="Automated Message")
    assert [e.value for e in book.events("contact_answered")] == [0]


# -- meetings


@pytest.mark.parametrize(
    ("status", "attending", "value"),
    [
        ("Completed", None, 1), ("Closed", "Yes", 1), ("Completed", "Maybe", 1), ("Completed", "No", 0), ("Open", "No", 0),
        ("Open", None, None), ("Cancelled", None, None),
    ],
)  # fmt: skip
def test_a_meeting(book, status, attending, value):
    meeting = book.meeting("ACME", SENT, status=status, attending=attending)
    assert book.events("meeting_kept", "2024-03-03") == []
    assert book.events("meeting_kept") == (
        [] if value is None else [("ACME", "2024-03-04", value, 1, meeting)]
    )


def test_meetings_with_others_than_parties(book):
    book.meeting("ACME", SENT, party_type="Supplier")
    assert book.events("meeting_kept") == []


# -- quotations


@pytest.mark.parametrize(
    ("valid_till", "ordered", "event"),
    [
        ("2024-03-20", "2024-03-20", ("2024-03-20", 1)),
        ("2024-03-20", "2024-03-21", ("2024-03-20", 0)),
        (None, "2024-03-31", ("2024-03-31", 1)),  # thirty days
        (None, "2024-04-01", ("2024-03-31", 0)),
        ("2024-03-20", "2024-02-01", ("2024-03-01", 1)),  # backdated: not before the quotation
        ("2024-03-20", None, ("2024-03-20", 0)),
    ],
)
def test_a_quotation_is_ordered_in_time_or_not(book, valid_till, ordered, event):
    quotation = book.quotation("ACME", "2024-03-01", valid_till=valid_till)
    if ordered:
        book.sales_order("ACME", ordered, quotation=quotation)
    assert book.events("quotation_ordered", "2024-12-31") == [("ACME", *event, 1, quotation)]


def test_no_verdict_while_the_quotation_stands(book):
    quotation = book.quotation("ACME", "2024-03-01", valid_till="2024-03-20")
    book.sales_order("ACME", "2024-03-25", quotation=quotation)
    assert book.events("quotation_ordered", "2024-03-19") == []
    assert book.events("quotation_ordered", "2024-03-20") == [("ACME", "2024-03-20", 0, 1, quotation)]


def test_the_first_submitted_order_counts(book):
    quotation = book.quotation("ACME", "2024-03-01", party_type="Lead")
    book.sales_order("ACME", "2024-03-05", quotation=quotation, docstatus=2)
    book.sales_order("ACME", "2024-03-10", quotation=quotation, qty=[1, 2])
    book.sales_order("ACME", "2024-03-08", quotation=quotation)
    assert book.events("quotation_ordered") == [("ACME", "2024-03-08", 1, 1, quotation)]


@pytest.mark.parametrize("column", [{"docstatus": 0}, {"docstatus": 2}, {"party_type": "Supplier"}])
def test_quotations_that_do_not_count(book, column):
    book.quotation("ACME", "2024-03-01", **column)
    assert book.events("quotation_ordered") == []
