"""Breadth, tenure, and what a change of account manager shows."""

from __future__ import annotations

from datetime import date

import pytest
from books import Book, day_after

from relationship_crm.engine.grid import day_number, month_index
from relationship_crm.signals.tenure import MATURING

JUNE = month_index(date(2024, 6, 1))


@pytest.fixture
def book() -> Book:
    return Book()


def yardsticks(book: Book) -> None:
    """A value for every month and segment from which both can be read back: month offset, bucket, groups."""
    for offset in range(0, 24, 6):
        for bucket in (1, 2, 3, 4, 6, 9, 13, 21):
            for groups in (1, 2, 3, 4):
                value = offset / 100 + bucket / 1000 + groups / 10000
                book.yardstick("breadth", f"{bucket}|{groups}", JUNE + offset, value)


# -- breadth


def test_an_invoice_counts_at_two_half_year_ends(book):
    yardsticks(book)
    book.sales_invoice("ACME", "2024-02-10", groups=["Pumps", "Valves", "Pumps"])
    assert book.events("breadth", "2024-06-30") == []
    assert book.events("breadth") == [
        ("ACME", day, value, 1, "SI-1") for day, value in [("2024-07-01", 0.0012), ("2025-01-01", 0.0612)]
    ]


def test_the_window_counts_distinct_groups_and_invoices(book):
    yardsticks(book)
    book.sales_invoice("ACME", "2024-01-01", groups=["Pumps", "Valves"])
    book.sales_invoice("ACME", "2024-06-30", groups=["Pumps"])
    book.sales_invoice("ACME", "2024-07-01", groups=["Hoses"])
    found = {e.date: (e.value, e.voucher) for e in book.events("breadth", "2025-07-01")}
    assert found["2024-07-01"] == (0.0022, "SI-2")  # two invoices, two groups
    assert found["2025-01-01"] == (0.0633, "SI-3")  # three and three
    assert found["2025-07-01"] == (0.1211, "SI-3")  # only the one of July is left


@pytest.mark.parametrize(
    ("invoices", "bucket"),
    [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 6), (8, 6), (9, 9), (13, 13), (21, 21), (30, 21)],
)
def test_buckets(book, invoices, bucket):
    yardsticks(book)
    for _ in range(invoices):
        book.sales_invoice("ACME", "2024-02-10", groups=["Pumps"])
    assert book.events("breadth", "2024-07-01")[0].value == round(bucket / 1000 + 0.0001, 9)


def test_without_a_figure_of_the_peers_there_is_no_event(book):
    book.sales_invoice("ACME", "2024-02-10", groups=["Pumps"])
    assert book.events("breadth") == []


@pytest.mark.parametrize(
    "column",
    [
        {"is_return": 1},
        {"is_opening": "Yes"},
        {"is_internal_customer": 1},
        {"is_debit_note": 1},
        {"docstatus": 2},
    ],
)
def test_invoices_that_show_no_breadth(book, column):
    yardsticks(book)
    book.sales_invoice("ACME", "2024-02-10", groups=["Pumps"], **column)
    assert book.events("breadth") == []


def test_sales_at_the_counter_count_by_the_invoice_of_their_closing(book):
    yardsticks(book)
    book.sales_invoice("ACME", "2024-02-10", groups=["Pumps"], is_consolidated=1)
    assert book.events("breadth", "2024-07-01") == [("ACME", "2024-07-01", 0.0011, 1, "SI-1")]


def test_raw_material_of_the_percentiles(book):
    book.sales_invoice("ACME", "2024-05-31", groups=["Pumps", "Valves"])
    book.sales_invoice("Other", "2024-02-01", groups=["Pumps", "Hoses"])
    book.sales_invoice("Third", "2024-07-01", groups=["Pumps"])
    july, january = day_number(date(2024, 7, 1)), day_number(date(2025, 1, 1))
    rows = [row[1:6] for row in book.observed("breadth", "2025-01-01")]
    assert rows == [
        ("ACME", july, 2, 1, "1|2"),
        ("ACME", january, 2, 1, "1|2"),
        ("Other", july, 2, 1, "1|2"),
        ("Other", january, 2, 1, "1|2"),
        ("Third", january, 1, 1, "1|1"),
    ]
    assert len(book.observed("breadth", "2024-12-31")) == 2  # December has not closed


# -- tenure


def test_tenure_begins_with_the_first_document(book):
    book.sales_invoice("ACME", "2021-05-01", is_opening="Yes")
    book.sales_order("ACME", "2021-06-01")
    book.sales_order("Beta", "2022-02-02")
    book.sales_invoice("Beta", "2022-02-02")
    book.pos_invoice("Gamma", "2022-03-03")
    assert book.events("tenure") == [
        ("ACME", "2021-05-01", 1, 1, "SI-1"),
        ("Beta", "2022-02-02", 1, 1, "SO-2"),
        ("Gamma", "2022-03-03", 1, 1, "POS-1"),
    ]


def test_tenure_matures_as_documented():
    for years in (1, 3, 10):
        assert 1 - 2 ** (-years * 365.25 / MATURING) == pytest.approx(1 - 2.718281828459045 ** (-years / 3))


@pytest.mark.parametrize("column", [{"docstatus": 2}, {"is_internal_customer": 1}, {"is_consolidated": 1}])
def test_documents_that_begin_no_tenure(book, column):
    book.sales_invoice("ACME", "2021-05-01", **column)
    assert book.events("tenure") == []


def test_tenure_needs_only_one_kind_of_document():
    book = Book(["Sales Order", "Sales Order Item"])
    book.sales_order("ACME", "2021-06-01")
    assert [e.date for e in book.events("tenure")] == ["2021-06-01"]
    assert Book(["Customer"]).events("tenure") == []


# -- change of account manager

CHANGE = "2023-06-01"
JUDGED = "2024-05-31"  # 365 days on, in a leap year


def ordered(book: Book, person: str, *days: int) -> str:
    """Orders so many days from the change; returns the first one's name."""
    names = [book.sales_order("ACME", day_after(CHANGE, day), persons=[person]).name for day in days]
    return names[0]


def test_who_orders_as_before_trusts_the_company(book):
    ordered(book, "Anna", -300, -200, -100)
    first = ordered(book, "Boris", 0, 100, 200, 300)
    assert book.events("manager_change_company", "2024-05-30") == []
    assert book.events("manager_change_company") == [("ACME", JUDGED, 1, 1, first)]
    assert book.events("manager_change_employee") == []


def test_who_orders_less_trusts_it_less(book):
    ordered(book, "Anna", -300, -200, -100, -50)
    first = ordered(book, "Boris", 0, 100)
    assert book.events("manager_change_company") == [("ACME", JUDGED, 0.5, 1, first)]
    assert book.events("manager_change_employee") == []  # half is not less than half


def test_who_hardly_orders_any_more_left_with_the_person(book):
    ordered(book, "Anna", -300, -200, -100, -50)
    first = ordered(book, "Boris", 0)
    assert book.events("manager_change_company") == [("ACME", JUDGED, 0.25, 1, first)]
    assert book.events("manager_change_employee") == [("ACME", JUDGED, 0.75, 1, first)]


def test_the_year_before_begins_365_days_before_and_the_year_after_ends_before_the_verdict(book):
    ordered(book, "Anna", -366, -365, -1)
    first = ordered(book, "Boris", 0, 364, 365)
    assert book.events("manager_change_company", JUDGED) == [("ACME", JUDGED, 1, 1, first)]
    ordered(book, "Anna", -10, -9)
    assert book.events("manager_change_company", JUDGED) == [("ACME", JUDGED, 0.5, 1, first)]


@pytest.mark.parametrize("before", [(), (-100,), (-800, -700)])
def test_too_little_before_says_nothing(book, before):
    for day in before:
        ordered(book, "Anna", day)
    ordered(book, "Boris", 0, 100)
    assert book.events("manager_change_company") == []


def test_persons_on_the_first_order_are_no_change_and_cancelled_orders_do_not_count(book):
    book.sales_order("ACME", day_after(CHANGE, -200), persons=["Anna", "Boris"])
    ordered(book, "Boris", -100)
    book.sales_order("ACME", CHANGE, persons=["Clara"], docstatus=2)
    book.sales_order("ACME", CHANGE, persons=["Dora"], is_internal_customer=1)
    assert book.events("manager_change_company") == []


def test_a_sales_team_of_another_doctype_is_none(book):
    ordered(book, "Anna", -300, -200)
    order = book.sales_order("ACME", CHANGE)
    book.add("Sales Team", "TEAM", parent=order.name, parenttype="Customer", sales_person="Boris")
    assert book.events("manager_change_company") == []
