"""What signals compare a party with."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from books import SIGNALS, Book, day_after
from hypothesis import given
from hypothesis import strategies as st

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration, ModelChoice, model_of
from relationship_crm.assessment.yardsticks import (
    FIGURES,
    breadth_percentiles,
    payment_delay_medians,
    weighted_median,
)
from relationship_crm.config.ladders import DEFAULT_LADDER
from relationship_crm.engine.grid import month_index


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 5)), min_size=1, max_size=12))
def test_the_median_is_numpy_s(pairs):
    counts: dict[int, int] = {}
    for value, count in pairs:
        counts[value] = counts.get(value, 0) + count
    values = sorted(counts)
    found = weighted_median(np.array([counts[v] for v in values]), np.array(values))
    assert found == np.median(np.repeat(values, [counts[v] for v in values]))


def test_medians_by_group_and_month():
    rows = [("A", 100, 5, 6), ("A", 105, 9, 4), ("B", 105, 40, 3)]
    assert payment_delay_medians(rows, [99, 100, 105, 111, 112, 117], ["A", "C"]) == [
        ("A", 100, 5, 6), ("B", 100, 5, 6), ("C", 100, 5, 6),  # A has fewer than ten, too
        ("A", 105, 5, 10), ("B", 105, 9, 13), ("C", 105, 9, 13),
        ("A", 111, 5, 10), ("B", 111, 9, 13), ("C", 111, 9, 13),
        ("A", 112, 9, 7), ("B", 112, 9, 7), ("C", 112, 9, 7),  # month 100 is out of the year
    ]  # fmt: skip
    assert payment_delay_medians([], [1, 2], ["A"]) == []


def test_percentiles_are_mid_ranks_within_the_bucket():
    rows = [(100, 1, 1, 6), (100, 1, 2, 2), (100, 1, 4, 2), (100, 6, 1, 9)]
    assert breadth_percentiles(rows) == [
        ("1|1", 100, 0.3, 10), ("1|2", 100, 0.7, 10), ("1|3", 100, 0.8, 10), ("1|4", 100, 0.9, 10), ("1|5", 100, 1.0, 10),
    ]  # fmt: skip


def test_the_four_queries_of_windows_come_together():
    assert breadth_percentiles([(100, 1, 1, 4), (100, 1, 1, 6)])[0] == ("1|1", 100, 0.5, 10)


@pytest.fixture
def book() -> Book:
    book = Book()
    for number in range(12):
        name = f"C{number}"
        book.customer(name, group="Retail")
        bill = book.sales_invoice(name, "2024-01-01", due="2024-01-31", groups=["A", "B"][: 1 + number % 2])
        book.payment(bill, day_after("2024-01-31", number), entered="2024-09-01" if number > 5 else None)
    book.customer("Quiet", group="Wholesale")
    return book


def figures(book: Book, known_on: date | None = None) -> dict[tuple, float]:
    configuration = Configuration(DEFAULT_LADDER, (ModelChoice(model_of(SIGNALS.values())),), SIGNALS)
    assessment = Assessment(book.ledger, configuration, date(2024, 7, 15), known_on=known_on)
    return {row[:3]: row[3] for row in assessment.population_rows}


def test_figures_of_a_ledger(book):
    found = figures(book)
    february = month_index(date(2024, 2, 1))
    assert found["payment_delay", "Retail", february] == 5.5
    assert found["payment_delay", "Wholesale", february + 5] == 5.5
    assert found["payment_delay", "Retail", february - 1] == 0  # only the first has paid by then
    assert ("payment_delay", "Retail", february + 6) not in found
    assert found["breadth", "1|1", february + 4] == 0.25
    assert found["breadth", "1|2", february + 4] == 0.75
    assert ("breadth", "1|2", february + 10) not in found


def test_figures_of_what_was_known(book):
    found = figures(book, known_on=date(2024, 7, 15))
    # the six not yet known to have paid count as 90 days late, at the end of April
    assert found["payment_delay", "Retail", month_index(date(2024, 2, 1))] == 2.5
    assert found["payment_delay", "Retail", month_index(date(2024, 4, 1))] == (5 + 90) / 2


def test_a_ledger_without_payments_and_invoices_has_no_figures():
    assert not any(key[0] in FIGURES for key in figures(Book(["Customer"])))
