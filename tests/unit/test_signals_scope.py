"""What holds for every signal: replay, what was known, restriction, sums, and SQL that carries no values."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest
from books import FAR, SIGNALS, Book

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration, ModelChoice
from relationship_crm.assessment.population import Population
from relationship_crm.config.ladders import DEFAULT_LADDER
from relationship_crm.engine.dimensions import DIMENSIONS, SATISFACTION
from relationship_crm.engine.grid import month_end, month_index
from relationship_crm.engine.scores import Model, Term
from relationship_crm.ledger.dialect import Dialect, render
from relationship_crm.signals import Scope, standard_signals
from relationship_crm.signals.base import events_query, observations_query

KEYS = sorted(SIGNALS)
#: Every signal in one dimension, with one half-life.
CONFIGURATION = Configuration(
    DEFAULT_LADDER,
    (ModelChoice(Model("Test", tuple(Term(key, SATISFACTION, 1, 90.0, 3) for key in KEYS))),),
    SIGNALS,
)
PARTIES = ("ACME", "Beta", "Gone", 'Gamma\'s "Ltd" \\ Co')


@pytest.fixture(scope="module")
def full() -> Book:
    """Four parties with a bit of everything; what a second party's documents say must not touch the first."""
    book = Book()
    for shift, party in enumerate(p for p in PARTIES if p != "Gone"):
        _history(book, party, shift)
    book.customer("Gone")
    for person, day in (
        ("Anna", "2023-01-01"),
        ("Anna", "2023-02-01"),
        ("Anna", "2023-03-01"),
        ("Boris", "2023-04-01"),
    ):
        book.sales_order("Gone", day, persons=[person])
    for month in range(month_index(date(2023, 1, 1)), month_index(date(2025, 12, 1))):
        book.yardstick("payment_delay", "Retail", month, month % 7)
        for bucket in (1, 2, 3, 4, 6):
            for groups in (1, 2, 3):
                book.yardstick("breadth", f"{bucket}|{groups}", month, groups / 4)
        for number in range(3):
            book.yardstick("campaign_answer", f"Campaign {number}", month, number / 10 + 0.1)
    return book


def _history(book: Book, party: str, shift: int) -> None:
    book.customer(party)
    for number in range(14):
        month, day = 1 + number % 12, f"{5 + shift:02d}"
        ordered = f"{2023 + number // 12}-{month:02d}-{day}"
        promise = f"{ordered[:8]}{15 + shift}"
        order = book.sales_order(
            party, ordered, promise=promise, qty=[2, 3], persons=["Anna"] if number < 6 else ["Boris"],
            quotation=book.quotation(party, f"{ordered[:8]}01", valid_till=promise) if number % 3 == 0 else None,
        )  # fmt: skip
        if number % 5 == 4:
            book.cancel(order, promise)
            continue
        if number % 5 != 3:
            book.delivery_note(
                order, f"{ordered[:8]}{14 + shift + number}", qty=[2, 3] if number % 2 else [2, 1]
            )
        bill = book.sales_invoice(
            party, f"{ordered[:8]}20", 100, due=f"{ordered[:8]}28", groups=["A", "B", "C"][: 1 + number % 3]
        )
        if number % 4 == 0:
            book.credit_note(bill, f"{ordered[:8]}25", 10)
        if number % 4 == 1:
            book.payment(bill, ordered, 40)
        if number % 4 != 2:
            book.payment(
                bill, f"{ordered[:8]}{22 + shift}", 50, entered="2024-06-01" if number == 7 else None
            )
        book.message(party, f"{ordered} 10:00:00")
        if number % 2:
            book.message(party, f"{ordered[:8]}{6 + shift:02d} 09:00:00", ours=False, referenced=True)
        book.meeting(party, f"{ordered} 15:00:00", attending="No" if number % 4 == 3 else None)
        issue = book.issue(
            party, ordered, service_level_agreement="S", response_by=f"{ordered} 12:00:00", sla_resolution_by=f"{promise} 12:00:00",
            first_responded_on=f"{ordered} 11:00:00", sla_resolution_date=f"{ordered[:8]}{13 + number} 10:00:00",
        )  # fmt: skip
        if number % 6 == 5:
            book.reopened(issue, f"{ordered[:8]}27 10:00:00")
        if number % 6 == 1:
            book.add(
                "Warranty Claim",
                "WC",
                customer=party,
                complaint_date=ordered,
                status="Open",
                creation=f"{ordered} 09:00:00",
            )
        book.response(party, f"{ordered} 16:00:00", dict.fromkeys(DIMENSIONS, (number + shift) % 11 / 10))
        if number % 3 == 0:
            for about in ("Company", "Employee"):
                book.marked(party, f"{ordered} 17:00:00", "Praise" if number % 2 else "Displeasure", about)
        if number % 7 == 2:
            book.referral(party, ordered, customer=f"Friend {number} of {party}")
            book.response(
                party,
                f"{ordered} 16:00:00",
                testimonial_consent=1,
                testimonial_consent_on=f"{ordered} 18:00:00",
            )
            book.idea(party, ordered)
        _campaign(book, party, f"Campaign {number % 3}", ordered, number + shift)
    book.pos_invoice(party, "2023-08-08")
    first = book.contract(party, "2022-06-01", f"2023-05-{20 + shift}")
    second = book.contract(
        party, f"2023-05-{21 + shift}", "2024-02-15", renews=first, agreed=f"2023-04-{10 + shift}"
    )
    book.change(
        second,
        "Service Contract",
        decided_on=f"2024-01-{10 + shift}",
        ending_entered_on=f"2024-01-{12 + shift} 08:00:00",
    )
    subscription = book.subscription(party, "2022-11-01", cancelation_date=f"2024-11-{10 + shift}")
    for day in ("2023-06-01", "2023-11-05", "2024-02-05"):
        book.sales_invoice(party, day, 30, groups=["A"], subscription=subscription)


def _campaign(book: Book, party: str, name: str, day: str, number: int) -> None:
    """A wave, and now and then an answer; an event that two people came to on two days."""
    book.touch(name, party, day, entered="2024-06-01" if number % 5 == 4 else None)
    if number % 2:
        book.campaign_response(name, party, f"{day[:8]}27", entered="2024-07-01" if number % 5 == 0 else None)
    if number % 4 == 0:
        for later in (28, 26):
            book.campaign_response(name, party, f"{day[:8]}{later}", response="Attended", activity=day)


def test_the_book_lets_every_signal_speak(full):
    assert [key for key in KEYS if not full.events(key)] == []


@pytest.mark.parametrize("key", KEYS)
def test_a_replay_sees_the_events_up_to_its_day_and_sees_them_as_they_are(full, key):
    everything = full.events(key)
    days = {e.date for e in everything} | {"2023-01-01", "2023-06-15", "2024-02-29"}
    for day in sorted(days)[::3]:
        assert full.events(key, day) == [e for e in everything if e.date <= day], day


@pytest.mark.parametrize("key", KEYS)
def test_one_party_s_events_are_its_part_of_all(full, key):
    everything = full.events(key)
    for party in PARTIES:
        only = full.events(key, only={"customers": [party]})
        assert only == [e for e in everything if e.party == party]
    assert full.events(key, only={}) == []


@pytest.mark.parametrize("key", KEYS)
def test_scoring_sees_the_events_and_fades_them_to_the_end_of_their_month(full, key):
    expected: dict[tuple, np.ndarray] = {}
    for e in full.events(key):
        day = date.fromisoformat(e.date)
        faint = e.weight * 2 ** (-(month_end(month_index(day)) - day).days / 90)
        at = expected.setdefault((e.party, month_index(day)), np.zeros(3))
        at += [faint, faint * e.value, 1]
    assessment = Assessment(full.ledger, CONFIGURATION, date(2026, 6, 1), population=Population())
    sums = assessment.sums[(key, 90.0)]
    found = {
        (assessment.parties.keys[p][1], m): np.array(rest)
        for p, m, *rest in zip(sums.party, sums.month, sums.weight, sums.value, sums.events, strict=True)
    }
    assert found.keys() == expected.keys()
    for at, total in expected.items():
        np.testing.assert_allclose(found[at], total, atol=1e-7)


@pytest.mark.parametrize("key", KEYS)
def test_values_and_vouchers_are_in_order(full, key):
    for e in full.events(key):
        assert 0 <= e.value <= 1 and 0 < e.weight <= 2 and e.voucher


@pytest.mark.parametrize("key", KEYS)
def test_nothing_was_known_before_anything_was_entered(full, key):
    assert full.events(key, known_on="2022-12-31") == []
    assert full.events(key, known_on=FAR) == full.events(key)


def test_what_was_entered_later_is_not_known():
    book = Book()
    book.customer("ACME")
    order = book.sales_order("ACME", "2024-01-02", promise="2024-01-10")
    note = book.delivery_note(order, "2024-01-10", entered="2024-03-01")
    bill = book.sales_invoice("ACME", "2024-01-11", due="2024-01-20")
    book.payment(bill, "2024-01-15", entered="2024-03-01")
    assert [e.voucher for e in book.events("delivery_promise")] == [note.name]
    assert [e.voucher for e in book.events("delivery_promise", known_on="2024-02-29")] == [order.name]
    assert book.events("payment_terms", known_on="2024-02-29", as_of="2024-02-29") == []
    assert len(book.events("payment_terms", known_on="2024-03-01")) == 1


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("key", KEYS)
def test_no_value_stands_in_the_sql(full, key, restricted):
    scope = Scope(full.ledger.has, restricted=restricted, known=True)
    for statement in (observations_query([SIGNALS[key]], scope), events_query(SIGNALS[key], scope)):
        rendered = render(statement, Dialect.MARIADB)
        assert set(re.findall(r"'[^']*'", rendered.sql)) <= {"'1900-01-01'"}  # the dialect's own day zero
        assert '"' not in rendered.sql and ";" not in rendered.sql
        assert rendered.lists >= {"customers"} if restricted else not rendered.lists


def test_every_signal_says_what_it_is():
    signals = standard_signals()
    assert len({s.key for s in signals}) == len(signals) == 31
    for s in signals:
        assert re.fullmatch(r"[a-z_]+", s.key) and s.label and s.description.endswith(".")
        assert s.dimensions and set(s.dimensions) <= set(DIMENSIONS)
        assert s.weight > 0 and s.cap > 0 and (s.half_life is None or s.half_life > 0)
