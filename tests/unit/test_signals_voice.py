"""Answers to surveys, the tone of messages, and what customers do for us: events, and scores worked out by hand."""

from __future__ import annotations

from datetime import date
from math import exp

import numpy as np
import pytest
from books import SIGNALS, Book

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration, ModelChoice, model_of
from relationship_crm.assessment.explain import by_signal, event_contributions
from relationship_crm.assessment.population import Population
from relationship_crm.config.ladders import KOTLER
from relationship_crm.engine.dimensions import DIMENSIONS, INDEX
from relationship_crm.signals.voice import LABELS, SURVEY_SIGNALS


@pytest.fixture
def book() -> Book:
    return Book()


def assessed(book: Book, as_of: str, signals=SURVEY_SIGNALS, prior: float = 0.5) -> tuple[Assessment, object]:
    """The customers of a book by these signals alone, at a given group mean."""
    configuration = Configuration(
        KOTLER, (ModelChoice(model_of(signals)),), {signal.key: signal for signal in signals}
    )
    assessment = Assessment(
        book.ledger, configuration, date.fromisoformat(as_of), population=Population.from_rows([], prior)
    )
    return assessment, next(assessment.details())


# -- survey answers


def test_an_answer_is_an_event_of_its_dimension(book):
    name = book.response("ACME", "2024-03-04 16:30:00", {"satisfaction": 0.75, "trust_company": [0.5, 1.0]})
    assert book.events("survey_satisfaction") == [("ACME", "2024-03-04", 0.75, 1, name)]
    assert book.events("survey_trust_company") == [
        ("ACME", "2024-03-04", 0.5, 1, name),
        ("ACME", "2024-03-04", 1.0, 1, name),
    ]
    silent = set(LABELS) - {"satisfaction", "trust_company"}
    assert all(book.events(f"survey_{dimension}") == [] for dimension in silent)


def test_there_is_a_signal_a_dimension_with_the_numbers_of_the_house():
    assert [s.key for s in SURVEY_SIGNALS] == [f"survey_{dimension}" for dimension in DIMENSIONS]
    assert {(s.weight, s.half_life, s.cap, s.maturing) for s in SURVEY_SIGNALS} == {(3, 365, 9, None)}


@pytest.mark.parametrize("party_type", ["Customer", "Lead", "Prospect"])
def test_everybody_can_be_asked(book, party_type):
    name = book.response("ACME", "2024-03-04 16:30:00", {"satisfaction": 0.25}, party_type=party_type)
    lists = {"Customer": "customers", "Lead": "leads", "Prospect": "prospects"}
    expected = [("ACME", "2024-03-04", 0.25, 1, name)]
    assert book.events("survey_satisfaction") == expected
    assert book.events("survey_satisfaction", only={lists[party_type]: ["ACME"]}) == expected
    others = {name: ["ACME"] for kind, name in lists.items() if kind != party_type}
    assert book.events("survey_satisfaction", only=others) == []


def test_answers_that_feed_no_score(book):
    book.response("ACME", "2024-03-04 16:30:00", {"satisfaction": 0.0}, answered=0)  # asked, not answered
    book.response("ACME", "2024-03-04 16:30:00", {"satisfaction": 0.5}, anonymous=1)
    book.response("", "2024-03-04 16:30:00", {"satisfaction": 0.5}, party_type="", customer=None, anonymous=1)
    book.response("ACME", "2024-03-04 16:30:00", {"": 0.5})  # about nothing in particular
    assert all(book.events(signal.key) == [] for signal in SURVEY_SIGNALS)


def test_as_of_and_known_on(book):
    book.response(
        "ACME", "2024-03-04 23:59:59", {"satisfaction": 0.5}, entered="2024-05-01"
    )  # an import, later
    assert book.events("survey_satisfaction", "2024-03-03") == []
    assert len(book.events("survey_satisfaction", "2024-03-04")) == 1
    assert book.events("survey_satisfaction", known_on="2024-04-30") == []
    assert len(book.events("survey_satisfaction", known_on="2024-05-01")) == 1


def test_one_answer_by_hand(book):
    """CSAT 2 of 5 is worth .25; w 3, h 365, cap 9; 73 days later; group mean .5, k 2.

    a = 3·2^(-73/365) = 2.611652; A = 9(1 - e^(-a/9)) = 2.266864; S = (A·.25 + 2·.5)/(A + 2) = .367182;
    the contribution is A·(.25 - .5)/(A + 2) = -.132818, and the confidence A/(A + 2) = .531272.
    """
    book.customer("ACME")
    name = book.response("ACME", "2024-03-04 16:30:00", {"satisfaction": 0.25})
    assessment, detail = assessed(book, "2024-05-16")
    d = INDEX["satisfaction"]
    a = 3 * 2 ** (-73 / 365)
    amount = 9 * (1 - exp(-a / 9))
    assert (a, amount) == (pytest.approx(2.611652, abs=1e-6), pytest.approx(2.266864, abs=1e-6))
    assert detail.value[d, 0, -1] == pytest.approx((amount * 0.25 + 1) / (amount + 2), abs=1e-12)
    assert detail.value[d, 0, -1] == pytest.approx(0.367182, abs=1e-6)
    assert detail.confidence[d, 0, -1] == pytest.approx(0.531272, abs=1e-6)
    (event,) = event_contributions(assessment, detail, "satisfaction")
    assert (event.voucher_type, event.voucher_no, event.date) == ("Survey Response", name, date(2024, 3, 4))
    assert event.contribution == pytest.approx(-0.132818, abs=1e-6)
    assert event.contribution + 0.5 == pytest.approx(detail.value[d, 0, -1], abs=1e-12)
    assert [(term.signal, n) for term, _share, n in by_signal(detail, 0, np.ones((7, 1)))] == [
        ("survey_satisfaction", 1)
    ]


def test_three_answers_hold_less_than_the_cap(book):
    """Three answers of today: Σa = 9, so A = 9(1 - e^-1) = 5.689085 of at most 9."""
    book.customer("ACME")
    book.response("ACME", "2024-03-04 10:00:00", {"trust_company": [1.0, 0.5, 0.0]})
    _assessment, detail = assessed(book, "2024-03-04")
    d = INDEX["trust_company"]
    assert detail.evidence.amount[d, 0, -1] == pytest.approx(5.689085, abs=1e-6)
    assert detail.value[d, 0, -1] == pytest.approx(0.5, abs=1e-12)


# -- tone


@pytest.mark.parametrize(("tone", "value"), [("Praise", 0.9), ("Displeasure", 0.1)])
@pytest.mark.parametrize(
    ("about", "speaks", "silent"),
    [
        ("Company", "message_tone_company", "message_tone_employee"),
        ("Employee", "message_tone_employee", "message_tone_company"),
        (None, "message_tone_company", "message_tone_employee"),
        ("", "message_tone_company", "message_tone_employee"),
    ],
)
def test_a_marked_message(book, tone, value, about, speaks, silent):
    mail = book.marked("ACME", "2024-03-04 10:00:00", tone, about)
    assert book.events(speaks) == [("ACME", "2024-03-04", value, 1, mail)]
    assert book.events(silent) == []


@pytest.mark.parametrize(
    "how", [{"linked": True}, {"linked": False, "referenced": True}, {"referenced": True}]
)
@pytest.mark.parametrize("party_type", ["Customer", "Lead", "Prospect"])
def test_a_marked_message_is_found_by_link_or_reference_and_never_twice(book, how, party_type):
    mail = book.marked("ACME", "2024-03-04 10:00:00", "Praise", party_type=party_type, **how)
    assert book.events("message_tone_company") == [("ACME", "2024-03-04", 0.9, 1, mail)]


def test_a_mark_is_known_from_the_day_it_was_set(book):
    book.marked("ACME", "2024-03-04 10:00:00", "Praise", on="2024-04-10 09:00:00")
    assert len(book.events("message_tone_company", "2024-03-04")) == 1  # the ledger as corrected since
    assert book.events("message_tone_company", known_on="2024-04-09") == []
    assert len(book.events("message_tone_company", known_on="2024-04-10")) == 1


def test_other_messages_have_no_tone(book):
    book.message("ACME", "2024-03-04 10:00:00", ours=False)
    book.marked("ACME", "2024-03-04 10:00:00", "")
    book.marked("ACME", "2024-03-04 10:00:00", "Praise", party_type="Supplier")
    assert book.events("message_tone_company") == book.events("message_tone_employee") == []


def test_where_nobody_can_mark_messages_tone_is_silent():
    book = Book()
    book.message("ACME", "2024-03-04 10:00:00")
    book.connection.execute('ALTER TABLE "tabCommunication" DROP COLUMN relationship_tone')
    before = book.ledger.count
    assert book.events("message_tone_company") == []
    assert book.ledger.count == before  # not even asked


def test_displeasure_by_hand(book):
    """One mark of today: a = .7, A = 4(1 - e^(-.175)) = .642172; at a mean of .5 S = (A·.1 + 1)/(A + 2) = .402781."""
    book.customer("ACME")
    book.marked("ACME", "2024-03-04 10:00:00", "Displeasure")
    _assessment, detail = assessed(book, "2024-03-04", [SIGNALS["message_tone_company"]])
    d = INDEX["engagement_company_emotional"]
    assert detail.evidence.amount[d, 0, -1] == pytest.approx(0.642172, abs=1e-6)
    assert detail.value[d, 0, -1] == pytest.approx(0.402781, abs=1e-6)


# -- referrals, testimonials, ideas


def test_a_recorded_referral(book):
    name = book.referral("ACME", "2024-03-04", customer="Won")
    assert book.events("referral_given") == [("ACME", "2024-03-04", 1, 1, name)]
    assert book.events("referral_given", "2024-03-03") == []
    assert book.events("referral_given", only={"customers": ["Won"]}) == []


def test_a_referral_that_only_the_customer_or_lead_names(book):
    book.customer("Won", entered="2024-03-04", relationship_referred_by="ACME")
    book.lead("Lea", entered="2024-03-05", relationship_referred_by="ACME")
    book.customer("Self", relationship_referred_by="Self")
    assert book.events("referral_given") == [
        ("ACME", "2024-03-04", 1, 1, "Won"),
        ("ACME", "2024-03-05", 1, 1, "Lea"),
    ]


def test_a_referral_counts_once_however_many_records_tell_of_it(book):
    book.lead("Lea", entered="2024-03-01", relationship_referred_by="ACME")
    book.customer("Won", entered="2024-03-02", lead_name="Lea", relationship_referred_by="ACME")
    assert [e.voucher for e in book.events("referral_given")] == ["Lea"]
    by_lead = book.referral("ACME", "2024-03-04", lead="Lea")
    assert [e.voucher for e in book.events("referral_given")] == [by_lead]


def test_a_referral_of_the_customer_covers_its_lead(book):
    book.lead("Lea", entered="2024-03-01", relationship_referred_by="ACME")
    book.customer("Won", entered="2024-03-02", lead_name="Lea", relationship_referred_by="ACME")
    name = book.referral("ACME", "2024-03-04", customer="Won")
    assert [e.voucher for e in book.events("referral_given")] == [name]


def test_somebody_else_s_record_covers_nothing(book):
    book.customer("Won", entered="2024-03-02", relationship_referred_by="ACME")
    name = book.referral("Beta", "2024-03-04", customer="Won")
    assert [(e.party, e.voucher) for e in book.events("referral_given")] == [("ACME", "Won"), ("Beta", name)]


def test_a_ledger_without_our_tables_still_knows_who_was_referred():
    book = Book(["Customer"])
    book.customer("Won", entered="2024-03-04", relationship_referred_by="ACME")
    assert book.events("referral_given") == [("ACME", "2024-03-04", 1, 1, "Won")]


def test_a_testimonial_counts_from_the_consent_on_and_while_it_stands(book):
    name = book.response(
        "ACME", "2024-03-04 16:30:00", testimonial_consent=1, testimonial_consent_on="2024-03-10 09:00:00"
    )
    book.response("ACME", "2024-03-05 16:30:00")  # praise perhaps, but nobody may show it
    assert book.events("testimonial_given") == [("ACME", "2024-03-10", 1, 1, name)]
    assert book.events("testimonial_given", "2024-03-09") == []
    book.change(name, "Survey Response", testimonial_consent=0)
    assert book.events("testimonial_given") == []


def test_an_idea_counts_whatever_we_made_of_it(book):
    name = book.idea("ACME", "2024-03-04", status="Declined")
    assert book.events("idea_submitted") == [("ACME", "2024-03-04", 1, 1, name)]


def test_a_referral_by_hand(book):
    """Given today: a = 2, A = 6(1 - e^(-1/3)) = 1.700812; at a mean of .5 S = (A + 1)/(A + 2) = .729789."""
    book.customer("ACME")
    book.referral("ACME", "2024-03-04", customer="Won")
    _assessment, detail = assessed(book, "2024-03-04", [SIGNALS["referral_given"]])
    d = INDEX["engagement_company_emotional"]
    assert detail.evidence.amount[d, 0, -1] == pytest.approx(1.700812, abs=1e-6)
    assert detail.value[d, 0, -1] == pytest.approx(0.729789, abs=1e-6)
