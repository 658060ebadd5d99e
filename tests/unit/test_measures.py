"""Purchases, pipeline, referrals, losses, and the list of measures."""

from __future__ import annotations

from datetime import date

import pytest
from books import SIGNALS, Book

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration, ModelChoice
from relationship_crm.config.ladders import DEFAULT_LADDER
from relationship_crm.engine.dimensions import COMPOSED, DIMENSIONS
from relationship_crm.engine.grid import day_number
from relationship_crm.engine.scores import Model
from relationship_crm.measures.losses import losses_query
from relationship_crm.measures.pipeline import engaged_query
from relationship_crm.measures.purchases import purchase_rows_query
from relationship_crm.measures.registry import MEASURES


@pytest.fixture
def book() -> Book:
    return Book()


def bought(book: Book, basis: str = "Sales Invoice", **scope) -> list[tuple]:
    return sorted(book.ask(lambda s: purchase_rows_query(s, basis), **scope))


# -- purchases


def test_invoices_and_sales_at_the_counter(book):
    book.sales_invoice("ACME", "2024-01-05", 100)
    book.pos_invoice("ACME", "2024-01-06", 30)
    book.sales_invoice("ACME", "2024-01-07", 30, is_consolidated=1)
    assert bought(book) == [
        ("ACME", "Probe", "2024-01-05", "2024-01-05", 100, 100),
        ("ACME", "Probe", "2024-01-06", "2024-01-06", 30, 30),
    ]


def test_a_return_counts_against_the_day_of_its_invoice(book):
    first = book.sales_invoice("ACME", "2024-01-05", 100)
    book.credit_note(first, "2024-02-01", 40)
    sale = book.pos_invoice("ACME", "2024-01-06", 30)
    book.pos_invoice("ACME", "2024-02-02", -30, is_return=1, return_against=sale.name)
    assert [row[2:5] for row in bought(book)] == [
        ("2024-01-05", "2024-01-05", 100),
        ("2024-01-05", "2024-02-01", -40),
        ("2024-01-06", "2024-01-06", 30),
        ("2024-01-06", "2024-02-02", -30),
    ]
    assert [row[2:5] for row in bought(book, as_of="2024-01-31")] == [
        ("2024-01-05", "2024-01-05", 100),
        ("2024-01-06", "2024-01-06", 30),
    ]


def test_a_return_of_nothing_in_particular_has_its_own_day(book):
    book.sales_invoice("ACME", "2024-02-01", -40, is_return=1)
    gone = book.sales_invoice("ACME", "2024-01-05", 100, docstatus=2)
    book.credit_note(gone, "2024-03-01", 10)
    assert [row[2:5] for row in bought(book)] == [
        ("2024-02-01", "2024-02-01", -40),
        ("2024-03-01", "2024-03-01", -10),
    ]


def test_a_debit_note_is_revenue_and_no_purchase(book):
    note = book.sales_invoice("ACME", "2024-01-05", 25, is_debit_note=1)
    book.credit_note(note, "2024-01-09", 25)
    assert [row[4:] for row in bought(book)] == [(0, 25), (0, -25)]


@pytest.mark.parametrize(
    "column", [{"docstatus": 0}, {"docstatus": 2}, {"is_opening": "Yes"}, {"is_internal_customer": 1}]
)
def test_invoices_that_are_no_purchases(book, column):
    book.sales_invoice("ACME", "2024-01-05", 100, **column)
    assert bought(book) == []


def test_orders_as_purchases(book):
    book.sales_order("ACME", "2024-01-05", net=70)
    book.sales_order("ACME", "2024-01-06", docstatus=2)
    book.sales_order("ACME", "2024-01-06", is_internal_customer=1)
    book.sales_invoice("ACME", "2024-01-09", 70)
    assert bought(book, "Sales Order") == [("ACME", "Probe", "2024-01-05", "2024-01-05", 70, 70)]


def test_purchases_of_some_and_of_what_was_known(book):
    book.sales_invoice("ACME", "2024-01-05", 100, entered="2024-03-01")
    book.sales_invoice("Beta", "2024-01-05", 50)
    assert [row[0] for row in bought(book, only={"customers": ["ACME"]})] == ["ACME"]
    assert [row[0] for row in bought(book, known_on="2024-02-01")] == ["Beta"]


def test_a_ledger_without_invoices_has_nothing_to_ask():
    assert bought(Book(["Customer"])) == [] and bought(Book(["Customer"]), "Sales Order") == []


# -- pipeline


def test_the_first_sign_of_talks(book):
    book.add(
        "Opportunity",
        "OPP",
        opportunity_from="Lead",
        party_name="Lea",
        transaction_date="2024-02-01",
        creation="2024-02-01 09:00:00",
    )
    book.quotation("Lea", "2024-01-20", party_type="Lead")
    book.quotation("ACME", "2024-03-01")
    book.quotation("ACME", "2024-01-01", docstatus=0)
    assert sorted(book.ask(engaged_query)) == [
        ("Customer", "ACME", "2024-03-01"), ("Lead", "Lea", "2024-01-20"),
    ]  # fmt: skip
    assert book.ask(engaged_query, only={"leads": ["Lea"]}) == [("Lead", "Lea", "2024-01-20")]
    assert book.ask(engaged_query, "2024-01-31") == [("Lead", "Lea", "2024-01-20")]


def test_an_answer_is_the_first_sign_of_talks_too_whatever_the_model_weighs(book):
    book.lead("Lea")
    book.lead("Silent")
    book.quotation("Lea", "2024-01-20", party_type="Lead")
    for moment in ("2024-01-15", "2024-01-10"):
        book.message("Lea", f"{moment} 10:00:00", party_type="Lead")
        book.message("Lea", f"{moment} 11:00:00", party_type="Lead", ours=False)
    book.message("Silent", "2024-01-10 10:00:00", party_type="Lead")
    configuration = Configuration(DEFAULT_LADDER, (ModelChoice(Model("Nothing", ())),), SIGNALS)
    assessment = Assessment(book.ledger, configuration, date(2024, 6, 1))
    assert assessment.engaged == {assessment.parties.find("Lead", "Lea"): day_number(date(2024, 1, 10))}


# -- losses


def recorded(book: Book, **values) -> None:
    book.add(
        "Relationship Override", "OVR",
        **{"relationship": "REL", "kind": "Loss", "from_date": "2024-01-10", "until_date": "2024-06-30", "creation": "2024-01-10 09:00:00", **values},
    )  # fmt: skip


def test_recorded_losses(book):
    book.add("Relationship", name="REL", customer="ACME", lead="Lea")
    recorded(book)
    recorded(book, kind="Stage")
    assert book.ask(losses_query, "2024-01-09") == []
    assert book.ask(losses_query) == [("ACME", "Lea", None, "2024-01-10", "2024-06-30")]
    for lists in ({"customers": ["ACME"]}, {"leads": ["Lea"]}):
        assert len(book.ask(losses_query, only=lists)) == 1
    assert book.ask(losses_query, only={"prospects": ["ACME"]}) == []


def test_a_loss_that_was_taken_back_ends_the_day_before(book):
    book.add("Relationship", name="REL", customer="ACME")
    recorded(book, revoked=1, revoked_on="2024-03-01")
    assert [row[4] for row in book.ask(losses_query)] == ["2024-02-29"]
    assert [row[4] for row in book.ask(losses_query, "2024-02-29")] == ["2024-06-30"]  # not known yet


# -- the list


def test_measures():
    assert set(MEASURES) >= {*DIMENSIONS, *COMPOSED}
    assert all(
        key == measure.key and measure.label and measure.description for key, measure in MEASURES.items()
    )
    assert MEASURES["rhythm"].kind.estimate and not MEASURES["rhythm"].kind.points
    assert MEASURES["satisfaction"].kind.estimate and MEASURES["satisfaction"].kind.points
    facts = {key for key, measure in MEASURES.items() if not measure.kind.estimate}
    assert facts == {
        "engaged", "purchases", "purchases_12m", "days_since_first_purchase", "days_since_last_purchase",
        "revenue_12m", "revenue_total", "paid_referrals", "testimonials", "realised_ideas", "recorded_loss",
    }  # fmt: skip
