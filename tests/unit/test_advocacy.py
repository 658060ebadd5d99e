"""What customers do for us as facts for the ladder: referrals that paid, testimonials, realised ideas; worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from books import FAR, Book, Document
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.assessment.advocacy import COUNTS_FOR, standing
from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration, ModelChoice, model_of
from relationship_crm.assessment.population import Population
from relationship_crm.config.ladders import DWYER, KOTLER
from relationship_crm.engine import stages
from relationship_crm.measures.advocacy import ADVOCACY, advocacy_query
from relationship_crm.measures.referrals import paid_query

KINDS = {key: stages.Kind(estimate=False) for key in ADVOCACY}


@pytest.fixture
def book() -> Book:
    book = Book()
    book.customer("ACME")
    book.customer("Won", lead_name="Lea", entered="2024-01-01")
    return book


def counts(
    book: Book,
    as_of: str,
    measure: str = "paid_referrals",
    *,
    known_on: str | None = None,
    party: str = "ACME",
    alone: bool = True,
) -> int:
    """A customer's measure as of a day, read for that customer alone or among all."""
    configuration = Configuration(KOTLER, (ModelChoice(model_of([])),), {})
    assessment = Assessment(
        book.ledger,
        configuration,
        date.fromisoformat(as_of),
        known_on=date.fromisoformat(known_on) if known_on else None,
        only=[("Customer", party)] if alone else None,
        population=Population.from_rows([], 0.5),
    )
    place = assessment.parties.find("Customer", party)
    found = [d for d in assessment.details() if d.start <= place < d.stop]
    return int(found[0].measures[measure][place - found[0].start, -1])


def over_time(book: Book, *days: str, **more) -> list[int]:
    return [counts(book, day, **more) for day in days]


def paid(book: Book, **scope) -> list[tuple]:
    return sorted(book.ask(paid_query, **scope), key=str)


# -- who recommended whom


@pytest.mark.parametrize("source", ["customer", "lead", "record of a customer", "record of a lead"])
def test_each_source_tells_of_a_referral(book, source):
    if source == "customer":
        book.change("Won", "Customer", relationship_referred_by="ACME")
    elif source == "lead":
        book.lead("Lea", relationship_referred_by="ACME")
    elif source == "record of a customer":
        book.referral("ACME", "2024-01-02", customer="Won")
    else:
        book.referral("ACME", "2024-01-02", lead="Lea")
    book.pos_invoice("Won", "2024-02-01")
    for alone in (True, False):
        assert over_time(book, "2024-01-31", "2024-02-01", alone=alone) == [0, 1]
        assert counts(book, FAR, party="Won", alone=alone) == 0


def test_however_many_records_tell_of_it_a_referral_is_one(book):
    book.change("Won", "Customer", relationship_referred_by="ACME")
    book.lead("Lea", relationship_referred_by="ACME")
    book.referral("ACME", "2024-01-02", customer="Won")
    book.referral("ACME", "2024-01-03", lead="Lea")
    book.pos_invoice("Won", "2024-02-01")
    assert counts(book, "2024-02-01") == 1


def test_two_may_have_recommended_us(book):
    book.customer("Beta")
    book.referral("ACME", "2024-01-02", customer="Won")
    book.referral("Beta", "2024-01-02", customer="Won")
    book.pos_invoice("Won", "2024-02-01")
    assert [counts(book, "2024-02-01", party=party) for party in ("ACME", "Beta")] == [1, 1]


def test_nobody_refers_themselves(book):
    book.change("ACME", "Customer", relationship_referred_by="ACME")
    book.referral("ACME", "2024-01-02", customer="ACME")
    book.pos_invoice("ACME", "2024-02-01")
    assert counts(book, FAR) == 0


def test_a_referral_does_not_count_before_it_was_given(book):
    """Recorded in May for somebody who had paid in February: nothing before May, whatever day the replay looks back from."""
    book.referral("ACME", "2024-05-10", customer="Won")
    book.pos_invoice("Won", "2024-02-01")
    assert over_time(book, "2024-02-01", "2024-05-09", "2024-05-10") == [0, 0, 1]


# -- an invoice is paid


def bill(book: Book, day: str = "2024-01-05", net: float = 100.0, **values) -> Document:
    return book.sales_invoice("Won", day, net, due="2024-12-31", **values)


def test_an_invoice_is_paid_when_nothing_is_owed_any_more(book):
    invoice = bill(book)
    assert paid(book) == []
    book.payment(invoice, "2024-02-01", 60)
    assert paid(book) == []
    book.payment(invoice, "2024-03-01", 40, journal="Bank Entry")
    assert paid(book) == [("Won", "2024-03-01", None)]
    assert paid(book, as_of="2024-02-29") == []
    assert paid(book, only={"customers": ["ACME"]}) == []


def test_a_payment_in_advance_pays_on_the_day_of_the_invoice(book):
    book.payment(bill(book), "2023-12-01", booked="2024-01-05")
    assert paid(book) == [("Won", "2024-01-05", None)]


def test_what_was_paid_at_the_counter(book):
    bill(book, paid_at_counter=100.0)
    assert paid(book) == [("Won", "2024-01-05", None)]


@pytest.mark.parametrize("column", [{"docstatus": 2}, {"is_opening": "Yes"}, {"is_internal_customer": 1},
                                    {"is_consolidated": 1}, {"is_debit_note": 1}])  # fmt: skip
def test_invoices_that_are_no_sales(book, column):
    invoice = bill(book, **column)
    book.payment(invoice, "2024-02-01")
    assert paid(book) == []


def test_what_is_no_payment(book):
    book.payment(bill(book), "2024-02-01", docstatus=2)
    book.payment(bill(book), "2024-02-01", journal="Write Off Entry")
    book.payment(bill(book), "2024-02-01", docstatus=0)
    book.payment(bill(book), "2024-02-01", journal="Journal Entry", is_system_generated=1)
    book.credit_note(bill(book), "2024-02-01", 100)
    assert paid(book) == []


def test_a_credit_note_on_a_part_leaves_less_to_pay(book):
    """100 less 30 given back: with 70 paid nothing is owed, and 70 worth of goods stay."""
    invoice = bill(book)
    book.payment(invoice, "2024-02-01", 70)
    book.credit_note(invoice, "2024-03-01", 30)
    assert paid(book) == [("Won", "2024-03-01", None)]


# -- and given back


def test_a_referral_counts_from_the_payment_until_the_return(book):
    book.referral("ACME", "2024-01-01", customer="Won")
    invoice = bill(book)
    book.payment(invoice, "2024-02-01")
    book.credit_note(invoice, "2024-04-10", 40)
    assert counts(book, "2024-04-10") == 1  # a part came back, a paid part stays
    book.credit_note(invoice, "2024-05-10", 60)
    assert over_time(book, "2024-01-31", "2024-02-01", "2024-05-09", "2024-05-10", FAR) == [0, 1, 1, 0, 0]


def test_another_paid_invoice_keeps_it_from_its_own_day_on(book):
    book.referral("ACME", "2024-01-01", customer="Won")
    first, second = bill(book), bill(book, "2024-03-01")
    book.payment(first, "2024-02-01")
    book.payment(second, "2024-06-01")
    book.credit_note(first, "2024-04-10", 100)
    days = ("2024-02-01", "2024-04-09", "2024-04-10", "2024-05-31", "2024-06-01")
    assert over_time(book, *days) == [1, 1, 0, 0, 1]
    # 24 months: from the second invoice's payment, the first is gone
    last = date(2024, 6, 1) + timedelta(days=COUNTS_FOR - 1)
    assert over_time(book, last.isoformat(), (last + timedelta(days=1)).isoformat()) == [1, 0]


def test_a_second_invoice_that_was_never_paid_does_not_save_it(book):
    """Day by day the customer still has a purchase; what counts is a paid one."""
    book.referral("ACME", "2024-01-01", customer="Won")
    first = bill(book)
    bill(book)  # of the same day, open
    book.payment(first, "2024-02-01")
    book.credit_note(first, "2024-04-10", 100)
    assert over_time(book, "2024-04-09", "2024-04-10") == [1, 0]


def test_a_counter_sale_is_given_back_too(book):
    book.referral("ACME", "2024-01-01", customer="Won")
    sale = book.pos_invoice("Won", "2024-02-01", 80)
    book.pos_invoice("Won", "2024-03-01", -80, is_return=1, return_against=sale.name)
    assert over_time(book, "2024-02-01", "2024-02-29", "2024-03-01") == [1, 1, 0]


def test_a_cancelled_return_never_was(book):
    book.referral("ACME", "2024-01-01", customer="Won")
    invoice = bill(book)
    book.payment(invoice, "2024-02-01")
    back = book.credit_note(invoice, "2024-04-10", 100)
    assert counts(book, "2025-01-01") == 0
    book.cancel(back, "2024-05-01")
    assert counts(book, "2025-01-01") == 1


def test_what_was_known(book):
    """Paid in February, entered in May; given back in April, entered in June."""
    book.referral("ACME", "2024-01-01", customer="Won", entered="2024-01-20")
    invoice = bill(book)
    book.payment(invoice, "2024-02-01", entered="2024-05-05")
    book.credit_note(invoice, "2024-04-10", 100, entered="2024-06-06")
    assert counts(book, "2024-04-30", known_on="2024-05-04", alone=False) == 0
    assert counts(book, "2024-04-30", known_on="2024-05-05", alone=False) == 1
    assert counts(book, "2024-04-30", known_on="2024-06-06", alone=False) == 0
    assert counts(book, "2024-03-31", known_on="2024-06-06", alone=False) == 1  # before the return
    assert paid(book, known_on="2024-05-04") == []


def test_a_referral_that_was_entered_later_was_not_known(book):
    book.referral("ACME", "2024-01-01", customer="Won", entered="2024-03-03")
    book.pos_invoice("Won", "2024-02-01")
    assert counts(book, "2024-02-28", known_on="2024-03-02", alone=False) == 0
    assert counts(book, "2024-02-28", known_on="2024-03-03", alone=False) == 1


def test_it_counts_for_24_months_from_the_first_payment(book):
    book.referral("ACME", "2024-01-01", customer="Won")
    book.payment(bill(book), "2024-02-01")
    book.payment(bill(book, "2025-01-05"), "2025-02-01")  # a loyal customer by then, no new referral
    last = date(2024, 2, 1) + timedelta(days=COUNTS_FOR - 1)
    assert over_time(book, last.isoformat(), (last + timedelta(days=1)).isoformat()) == [1, 0]


# -- testimonials and ideas


def test_a_testimonial_counts_for_24_months_from_its_consent(book):
    name = book.response(
        "ACME", "2024-03-04 16:30:00", testimonial_consent=1, testimonial_consent_on="2024-03-10 23:00:00"
    )
    last = date(2024, 3, 10) + timedelta(days=COUNTS_FOR - 1)
    days = ("2024-03-09", "2024-03-10", last.isoformat(), (last + timedelta(days=1)).isoformat())
    assert over_time(book, *days, measure="testimonials") == [0, 1, 1, 0]
    book.change(name, "Survey Response", testimonial_consent=0)
    assert counts(book, "2024-03-10", "testimonials") == 0


def test_an_idea_counts_when_it_is_realised(book):
    book.idea("ACME", "2024-03-04", status="Planned", realised_on="2024-04-01")
    book.idea("ACME", "2024-03-04", status="Realised", realised_on="2024-05-01")
    assert over_time(book, "2024-04-30", "2024-05-01", measure="realised_ideas") == [0, 1]
    assert counts(book, "2024-05-01", "realised_ideas", known_on="2024-03-03", alone=False) == 0


def test_a_ledger_that_keeps_nothing_of_the_kind_is_not_asked():
    book = Book(["Sales Invoice"])
    assert book.ask(advocacy_query) == [] and book.ask(paid_query) == []
    assert book.ledger.count == 0


# -- cost


def test_one_statement_and_a_second_where_somebody_was_recommended(book):
    def asked() -> int:
        before = book.ledger.count
        counts(book, "2024-03-01")
        return book.ledger.count - before

    without = asked()
    book.referral("ACME", "2024-01-01", customer="Won")
    assert asked() == without + 1
    for number in range(5):
        book.customer(f"Friend {number}", relationship_referred_by="ACME")
        book.pos_invoice(f"Friend {number}", "2024-02-02")
    assert asked() == without + 1
    assert counts(book, "2024-03-01") == 5


# -- the ladder


@pytest.mark.parametrize(
    ("referrals", "testimonials", "ideas", "advocate", "partner"),
    [
        (0, 0, 0, False, False),
        (1, 0, 0, True, False),
        (0, 1, 0, True, False),
        (2, 0, 0, True, True),
        (1, 0, 1, True, True),
        (0, 1, 1, True, True),
        (0, 0, 1, False, False),  # rungs are cumulative: a partner is an advocate too
    ],
)
def test_one_of_the_alternatives_is_enough(referrals, testimonials, ideas, advocate, partner):
    values = dict(zip(ADVOCACY, (referrals, testimonials, ideas), strict=True))
    rungs = [
        stages.Rung(r.name, r.rung, tuple(c for c in r.criteria if c.measure in KINDS))
        for r in KOTLER.rungs
        if r.rung >= 6
    ]
    fold = stages.fold(
        stages.Ladder("top", tuple(rungs)),
        {k: np.full((1, 1), float(v)) for k, v in values.items()},
        KINDS,
        (1, 1),
    )
    assert int(fold.rung[0, 0]) == 6 + advocate + partner


def test_the_other_ladders_say_what_they_said():
    assert not any(c.measure in KINDS for rung in DWYER.rungs for c in rung.criteria)


# -- laws


DAY = st.integers(0, 3000)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(DAY, DAY), max_size=6), DAY)
def test_a_deed_stands_while_something_of_it_does(spans, day):
    """By definition, one day at a time."""
    alive = [start for start, end in spans if start <= day < end]
    expected = bool(alive) and day < min(alive) + COUNTS_FOR
    assert bool(standing(spans, np.array([day]))[0]) == expected
