"""What the preview's report tells of campaigns, on a small book by hand."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

import pytest

from relationship_crm.campaigns.attribution import Model
from relationship_crm.campaigns.effect import Finding
from relationship_crm.ledger.database import SqliteLedger
from relationship_crm.preview.book import Book
from relationship_crm.preview.campaigns import Campaigns, campaigns

AS_OF = date(2026, 6, 30)


def campaign(book: Book, name: str, start: date, project: str = "") -> None:
    book.add(
        "Relationship Campaign", name=name, title=f"Campaign {name}", kind="Retention", company="House", start_date=start,
        end_date=date(2026, 3, 31), outcome_days=30, project=project,
    )  # fmt: skip


def touch(book: Book, of: str, customer: str, day: date) -> None:
    name = f"T{book.count('Campaign Touch')}"
    book.add(
        "Campaign Touch",
        name=name,
        campaign=of,
        customer=customer,
        touched_on=datetime(*day.timetuple()[:3], 9),
    )


def invoice(book: Book, name: str, customer: str, day: date, net: float, **more: object) -> None:
    book.add("Sales Invoice", name=name, customer=customer, posting_date=day, base_net_total=net, **more)


def told(book: Book) -> Campaigns:
    connection = sqlite3.connect(":memory:")
    book.open("Campaign Member", "Campaign Response", "Campaign Touch", "Sales Order", "Sales Invoice Item")
    book.write(connection)
    found = campaigns(SqliteLedger(connection), AS_OF)
    assert found is not None
    return found


def test_a_book_without_campaigns_tells_nothing() -> None:
    connection = sqlite3.connect(":memory:")
    book = Book()
    book.open("Sales Invoice")
    book.write(connection)
    assert campaigns(SqliteLedger(connection), AS_OF) is None


def test_cost_is_what_was_booked_on_the_project() -> None:
    """800.00 planned for print. Booked: 612.40, of which 20.00 came back; a taxi of 75.25 nobody planned.

    Other projects, other companies, cancelled entries and what lies ahead do not count.
    """
    book = Book()
    campaign(book, "A", date(2026, 3, 1), "Spring")
    book.add(
        "Relationship Campaign Cost",
        name="L1",
        parent="A",
        account="Print",
        cost_date=date(2026, 3, 1),
        amount=800,
    )
    common = {"company": "House", "project": "Spring", "account": "Print", "posting_date": date(2026, 3, 12)}
    for i, change in enumerate(
        (
            {"debit": 612.40},
            {"credit": 20.0},
            {"debit": 75.25, "account": "Travel"},
            {"debit": 1000, "project": "Autumn"},
            {"debit": 1000, "company": "Other"},
            {"debit": 1000, "is_cancelled": 1},
            {"debit": 1000, "posting_date": date(2026, 7, 1)},
        )
    ):
        book.add("GL Entry", name=f"G{i}", **{**common, **change})
    (one,) = told(book).told
    assert (one.planned, one.actual) == (800.0, 667.65)
    assert [(line.name, float(line.actual)) for line in one.cost.lines] == [("L1", 592.40)]
    assert float(one.cost.unplanned.actual) == 75.25


def test_credits_and_what_nobody_gets_add_up_to_what_was_invoiced() -> None:
    """One invoice of 100.00 after a message of each campaign, half of it returned; one of 70.00 without a message.

    The order of the first is older than the second campaign's later message, which therefore counts for nothing.
    """
    book = Book()
    campaign(book, "A", date(2026, 3, 1))
    campaign(book, "B", date(2026, 3, 5))
    touch(book, "A", "Ada", date(2026, 3, 1))
    touch(book, "B", "Ada", date(2026, 3, 5))
    touch(book, "B", "Ada", date(2026, 3, 20))
    book.add("Sales Order", name="O1", customer="Ada", transaction_date=date(2026, 3, 10))
    invoice(book, "I1", "Ada", date(2026, 3, 25), 100.0)
    book.add("Sales Invoice Item", name="I1-1", parent="I1", sales_order="O1")
    invoice(book, "R1", "Ada", date(2026, 4, 2), -50.0, is_return=1, return_against="I1")
    invoice(book, "I2", "Bea", date(2026, 3, 25), 70.0)
    invoice(book, "D1", "Ada", date(2026, 3, 26), 999.0, docstatus=0)
    invoice(book, "F1", "Ada", date(2026, 7, 2), 999.0)
    found = told(book)
    assert found.invoiced == 120.0
    by_title = {one.title: one.credits for one in found.told}
    assert {m: by_title["Campaign A"][m] for m in (Model.FIRST, Model.LINEAR, Model.LAST)} == {
        Model.FIRST: 50.0,
        Model.LINEAR: 25.0,
        Model.LAST: 0.0,
    }
    for model in Model:
        assert sum(c[model] for c in by_title.values()) + found.not_attributed[model] == pytest.approx(
            120.0, abs=1e-9
        )
        assert found.not_attributed[model] == 70.0


def test_the_effect_counts_everybody_as_drawn() -> None:
    """40 contacted of whom 30 buy for 50.00, 20 left out of whom 2 do; what comes 30 days after the end is too late."""
    book = Book()
    campaign(book, "A", date(2026, 3, 1))
    for i in range(60):
        arm = "Contacted" if i < 40 else "Control"
        book.add("Campaign Member", name=f"M{i}", campaign="A", arm=arm, party_type="Customer", party=f"C{i}")
        if i < 30 or i in (40, 41):
            invoice(book, f"I{i}", f"C{i}", date(2026, 4, 30), 50.0 + i % 2)
        else:
            invoice(book, f"I{i}", f"C{i}", date(2026, 5, 1), 50.0)
    (one,) = told(book).told
    assert (one.contacted, one.control) == (40, 20)
    assert one.buyers.finding is Finding.MORE
    assert one.buyers.value == pytest.approx(30 / 40 - 2 / 20)
    # means: 30 of 40 at 50.50 on average, 2 of 20 at 50.50
    assert one.revenue.value == pytest.approx(30 * 50.5 / 40 - 2 * 50.5 / 20)
