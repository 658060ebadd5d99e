"""Deliveries against the promise, and orders that never came."""

from __future__ import annotations

import pytest
from books import Book, day_after

PROMISE = "2024-01-10"
BROKEN = "2024-01-18"  # eight days after the promise


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.mark.parametrize(
    ("late", "value"),
    [
        (-20, 0.83), (-15, 0.83), (-14, 0.82), (-8, 0.82), (-7, 0.80), (-4, 0.80), (-3, 0.76), (-1, 0.76),
        (0, 0.75), (1, 0.58), (3, 0.58), (4, 0.24), (7, 0.24),
    ],
)  # fmt: skip
def test_a_delivery_is_worth_what_its_days_say(book, late, value):
    order = book.sales_order("ACME", "2023-12-01", promise=PROMISE)
    note = book.delivery_note(order, day_after(PROMISE, late))
    assert book.events("delivery_promise") == [("ACME", day_after(PROMISE, late), value, 1, note.name)]


@pytest.mark.parametrize("late", [8, 30])
def test_a_delivery_after_the_week_counts_once_as_a_broken_promise(book, late):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    book.delivery_note(order, day_after(PROMISE, late))
    assert book.events("delivery_promise") == [("ACME", BROKEN, 0.15, 1, order.name)]


def test_what_never_comes_is_broken_on_the_eighth_day_and_not_before(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    assert book.events("delivery_promise", "2024-01-17") == []
    assert book.events("delivery_promise", BROKEN) == [("ACME", BROKEN, 0.15, 1, order.name)]


def test_a_part_in_time_and_a_rest_too_late_give_both_events(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, qty=10)
    first = book.delivery_note(order, PROMISE, qty=4)
    book.delivery_note(order, "2024-02-01", qty=6)
    assert book.events("delivery_promise") == [
        ("ACME", PROMISE, 0.75, 1, first.name),
        ("ACME", BROKEN, 0.15, 1, order.name),
    ]


def test_two_parts_within_the_week_are_two_deliveries(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, qty=10)
    first = book.delivery_note(order, PROMISE, qty=4)
    second = book.delivery_note(order, "2024-01-12", qty=6)
    assert book.events("delivery_promise") == [
        ("ACME", PROMISE, 0.75, 1, first.name),
        ("ACME", "2024-01-12", 0.58, 1, second.name),
    ]


def test_a_note_is_the_mean_of_its_lines(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, qty=[1, 1])
    book.change(order.lines[1], "Sales Order Item", delivery_date="2024-01-08")
    note = book.delivery_note(order, PROMISE)
    assert book.events("delivery_promise") == [("ACME", PROMISE, (0.75 + 0.58) / 2, 1, note.name)]


def test_lines_over_a_week_late_do_not_count_in_the_mean(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, qty=[1, 1])
    book.change(order.lines[1], "Sales Order Item", delivery_date="2024-01-02")
    note = book.delivery_note(order, "2024-01-11")
    assert book.events("delivery_promise") == [
        ("ACME", "2024-01-10", 0.15, 1, order.name),  # the line promised for the 2nd
        ("ACME", "2024-01-11", 0.58, 1, note.name),
    ]


def test_broken_promises_of_one_day_are_one_event_of_the_order(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, qty=[1, 1, 1])
    book.change(order.lines[2], "Sales Order Item", delivery_date="2024-01-20")
    assert book.events("delivery_promise") == [
        ("ACME", BROKEN, 0.15, 1, order.name),
        ("ACME", "2024-01-28", 0.15, 1, order.name),
    ]


def test_the_first_promise_counts_though_the_line_was_edited(book):
    order = book.sales_order(
        "ACME", "2024-01-02", promise="2024-01-20", line={"relationship_promised_date": PROMISE}
    )
    note = book.delivery_note(order, "2024-01-12")
    assert book.events("delivery_promise") == [("ACME", "2024-01-12", 0.58, 1, note.name)]


def test_a_line_without_a_day_has_the_order_s(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, line={"delivery_date": None})
    note = book.delivery_note(order, PROMISE)
    assert book.events("delivery_promise") == [("ACME", PROMISE, 0.75, 1, note.name)]


def test_an_order_entered_for_a_day_long_past_is_late_from_its_own_date(book):
    order = book.sales_order("ACME", "2024-03-01", promise=PROMISE)
    assert book.events("delivery_promise") == [("ACME", "2024-03-01", 0.15, 1, order.name)]


def test_an_invoice_that_moves_the_stock_delivers(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    invoice = book.delivery_note(order, PROMISE, doctype="Sales Invoice")
    assert book.events("delivery_promise") == [("ACME", PROMISE, 0.75, 1, invoice.name)]


@pytest.mark.parametrize(
    "column", [{"update_stock": 0}, {"docstatus": 2}, {"is_consolidated": 1}, {"is_opening": "Yes"}]
)
def test_an_invoice_that_moves_nothing_does_not(book, column):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    book.delivery_note(order, PROMISE, doctype="Sales Invoice", **column)
    assert book.events("delivery_promise") == [("ACME", BROKEN, 0.15, 1, order.name)]


@pytest.mark.parametrize("column", [{"docstatus": 0}, {"docstatus": 2}, {"is_return": 1}])
def test_drafts_cancelled_notes_and_returns_are_no_deliveries(book, column):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    book.delivery_note(order, PROMISE, **column)
    assert book.events("delivery_promise") == [("ACME", BROKEN, 0.15, 1, order.name)]


def test_goods_given_back_were_delivered_all_the_same(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    note = book.delivery_note(order, PROMISE)
    book.delivery_note(order, "2024-01-12", is_return=1)
    assert [e.voucher for e in book.events("delivery_promise")] == [note.name]


@pytest.mark.parametrize(
    "left_out",
    [
        {"skip_delivery_note": 1}, {"status": "Closed"}, {"docstatus": 0}, {"docstatus": 2},
        {"is_internal_customer": 1}, {"line": {"delivered_by_supplier": 1}}, {"line": {"is_stock_item": 0}},
    ],
)  # fmt: skip
def test_orders_and_lines_that_promise_no_delivery(book, left_out):
    book.sales_order("ACME", "2024-01-02", promise=PROMISE, **left_out)
    assert book.events("delivery_promise") == []


def test_a_non_stock_line_that_was_delivered_counts(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, line={"is_stock_item": 0})
    note = book.delivery_note(order, PROMISE)
    assert book.events("delivery_promise") == [("ACME", PROMISE, 0.75, 1, note.name)]


def test_internal_deliveries_do_not_count(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, is_internal_customer=1)
    book.delivery_note(order, PROMISE, is_internal_customer=1)
    assert book.events("delivery_promise") == []


# -- orders that were never delivered


def test_an_order_closed_short_is_dated_at_its_promise_or_its_end(book):
    late = book.sales_order(
        "ACME",
        "2024-01-02",
        promise=PROMISE,
        status="Closed",
        modified="2024-03-01 10:00:00",
        per_delivered=40,
    )
    early = book.sales_order(
        "ACME", "2024-01-02", promise=PROMISE, status="Closed", modified="2024-01-05 10:00:00"
    )
    assert book.events("order_undelivered") == [
        ("ACME", "2024-01-05", 0.15, 1, early.name),
        ("ACME", PROMISE, 0.15, 1, late.name),
    ]


def test_without_a_promise_the_order_s_own_day_counts(book):
    order = book.sales_order("ACME", "2024-01-02", status="Closed", modified="2024-03-01 10:00:00")
    assert book.events("order_undelivered") == [("ACME", "2024-01-02", 0.15, 1, order.name)]


def test_a_cancelled_order_counts_unless_it_was_amended(book):
    lost = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    book.cancel(lost, "2024-01-04")
    mended = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    book.cancel(mended, "2024-01-05")
    book.sales_order("ACME", "2024-01-05", promise=PROMISE, amended_from=mended.name)
    assert book.events("order_undelivered") == [("ACME", "2024-01-04", 0.15, 1, lost.name)]


def test_an_order_handed_to_another_customer_is_lost_to_the_first(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    book.cancel(order, "2024-01-04")
    book.sales_order("Other", "2024-01-04", promise="2030-01-01", amended_from=order.name)
    assert [(e.party, e.voucher) for e in book.events("order_undelivered")] == [("ACME", order.name)]


def test_an_amended_order_that_is_cancelled_too_counts_once(book):
    first = book.sales_order("ACME", "2024-01-02", promise=PROMISE)
    book.cancel(first, "2024-01-04")
    second = book.sales_order("ACME", "2024-01-04", promise=PROMISE, amended_from=first.name)
    book.cancel(second, "2024-01-06")
    assert [e.voucher for e in book.events("order_undelivered")] == [second.name]


def test_a_discarded_draft_was_never_an_order(book):
    draft = book.sales_order("ACME", "2024-01-02", promise=PROMISE, docstatus=0)
    book.change(draft, docstatus=2)  # v16 leaves the lines as drafts
    assert book.events("order_undelivered") == []


@pytest.mark.parametrize(
    "kept",
    [
        {"per_delivered": 100}, {"skip_delivery_note": 1}, {"is_internal_customer": 1}, {"status": "To Bill"},
        {"per_billed": 100, "line": {"is_stock_item": 0}},  # a service that was rendered, billed and closed
    ],
)  # fmt: skip
def test_orders_that_ended_well(book, kept):
    book.sales_order("ACME", "2024-01-02", promise=PROMISE, **{"status": "Closed", **kept})
    assert book.events("order_undelivered") == []


def test_goods_paid_and_never_delivered_count(book):
    order = book.sales_order("ACME", "2024-01-02", promise=PROMISE, status="Closed", per_billed=100)
    assert [e.voucher for e in book.events("order_undelivered")] == [order.name]
