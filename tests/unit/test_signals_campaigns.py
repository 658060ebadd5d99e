"""Campaigns answered, against what is usual in the campaign, and events attended: events and scores worked out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from books import SIGNALS, Book
from hypothesis import given
from hypothesis import strategies as st

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration, ModelChoice, model_of
from relationship_crm.assessment.everybody import assess_everybody
from relationship_crm.assessment.yardsticks import answer_rates
from relationship_crm.config.ladders import KOTLER
from relationship_crm.engine.dimensions import INDEX
from relationship_crm.engine.grid import month_index
from relationship_crm.signals.campaigns import CAMPAIGN_ANSWERED, EVENT_ATTENDED, against_usual_answer

ANSWERED, ATTENDED = "campaign_answered", "event_attended"
MARCH = month_index(date(2024, 3, 1))


@pytest.fixture
def book() -> Book:
    """A campaign of which 20 of 100 are known to have answered by the end of March."""
    book = Book()
    book.yardstick("campaign_answer", "Spring", MARCH, 0.2)
    return book


# when, and what


def test_an_answer_counts_from_the_month_after_the_two_weeks(book):
    book.touch("Spring", "ACME", "2024-03-04")
    name = book.campaign_response("Spring", "ACME", "2024-03-05")
    assert book.events(ANSWERED) == [("ACME", "2024-04-01", 0.9, 1, name)]
    assert book.events(ANSWERED, "2024-03-31") == []


def test_silence_is_half_the_share_of_those_who_were_silent_too(book):
    name = book.touch("Spring", "ACME", "2024-03-04")
    assert book.events(ANSWERED) == [("ACME", "2024-04-01", 0.4, 1, name)]


@pytest.mark.parametrize(
    ("touched", "judged"),
    [("2024-03-17", "2024-04-01"), ("2024-03-18", "2024-05-01"), ("2024-02-16", "2024-04-01")],
)
def test_two_weeks_and_the_rest_of_their_month(touched, judged):
    """The 17th and 14 days are the 31st; the 18th and 14 days are the 1st of April; 2024 has a 29th of February."""
    book = Book()
    book.yardstick("campaign_answer", "Spring", month_index(date.fromisoformat(judged)) - 1, 0.5)
    book.touch("Spring", "ACME", touched)
    assert [event[1] for event in book.events(ANSWERED)] == [judged]


def test_an_answer_counts_until_the_close_and_not_after(book):
    book.touch("Spring", "ACME", "2024-03-04"), book.touch("Spring", "Late", "2024-03-04")
    book.campaign_response("Spring", "ACME", "2024-03-31")
    book.campaign_response("Spring", "Late", "2024-04-01", responded_on="2024-04-01 00:00:00")
    assert [(event[0], event[2]) for event in book.events(ANSWERED)] == [("ACME", 0.9), ("Late", 0.4)]


def test_once_a_campaign_however_many_waves_people_and_answers(book):
    first = book.touch("Spring", "ACME", "2024-03-04")
    for day in ("2024-03-10", "2024-03-20"):
        book.touch("Spring", "ACME", day)
    assert book.events(ANSWERED) == [("ACME", "2024-04-01", 0.4, 1, first)]
    answers = [
        book.campaign_response("Spring", "ACME", "2024-03-11", response=r) for r in ("Question", "Ordered")
    ]
    assert book.events(ANSWERED) == [("ACME", "2024-04-01", 0.9, 1, min(answers))]


def test_what_reached_nobody_is_no_invitation(book):
    for status in ("Waiting", "Failed", "Left Out", "Withdrawn", "Not Reached"):
        book.touch("Spring", "ACME", "2024-03-04", status=status)
    book.touch("Spring", "ACME", "2024-03-04", touched_on=None)
    assert book.events(ANSWERED) == []


def test_an_answer_without_an_invitation_is_none(book):
    book.campaign_response("Spring", "ACME", "2024-03-05")
    assert book.events(ANSWERED) == []


def test_another_campaigns_answer_and_another_partys(book):
    book.touch("Spring", "ACME", "2024-03-04")
    book.campaign_response("Autumn", "ACME", "2024-03-05")
    book.campaign_response("Spring", "Other", "2024-03-05")
    book.campaign_response("Spring", "ACME", "2024-03-05", party_type="Lead")
    assert [event[2] for event in book.events(ANSWERED)] == [0.4]


def test_a_lead_that_became_a_customer_may_answer_as_one(book):
    book.touch("Spring", "LEAD-1", "2024-03-04", party_type="Lead", customer="ACME")
    name = book.campaign_response("Spring", "ACME", "2024-03-05")
    assert book.events(ANSWERED) == [("LEAD-1", "2024-04-01", 0.9, 1, name)]
    assert book.events(ANSWERED, only={"leads": ["LEAD-1"]}) == book.events(ANSWERED)
    assert book.events(ANSWERED, only={"customers": ["LEAD-1"]}) == []


def test_known_on_hides_what_was_entered_later(book):
    touch = book.touch("Spring", "ACME", "2024-03-04")
    book.campaign_response("Spring", "ACME", "2024-03-05", entered="2024-06-01 09:00:00")
    assert book.events(ANSWERED, known_on="2024-05-31") == [("ACME", "2024-04-01", 0.4, 1, touch)]
    assert [event[2] for event in book.events(ANSWERED, known_on="2024-06-01")] == [0.9]
    book.touch("Spring", "Later", "2024-03-04", entered="2024-07-01 09:00:00")
    assert [event[0] for event in book.events(ANSWERED, known_on="2024-06-30")] == ["ACME"]


def test_without_a_figure_it_says_nothing(book):
    book.touch("Autumn", "ACME", "2024-03-04")
    assert book.events(ANSWERED) == []


# what is usual


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_campaign_as_a_whole_says_nothing(answered, silent):
    usual = np.full(answered + silent, answered / (answered + silent))
    values = against_usual_answer(np.array([1.0] * answered + [0.0] * silent), usual, ())
    assert values.mean() == pytest.approx(0.5)
    assert ((values >= 0) & (values <= 1)).all()


def test_silence_where_hardly_anybody_answers_is_next_to_nothing():
    assert against_usual_answer(np.array([1.0, 0.0]), np.array([0.02, 0.02]), ()).tolist() == [0.99, 0.49]
    # where nearly all answered it is worth remarking, and an answer is not
    assert against_usual_answer(np.array([1.0, 0.0]), np.array([0.9, 0.9]), ()) == pytest.approx([0.55, 0.05])


def test_shares_by_campaign_and_month():
    spring = [("Spring", 100, 1)] * 4 + [("Spring", 100, 0)] * 16 + [("Spring", 101, 0)] * 20
    small = [("Small", 101, 1)] * 2 + [("Small", 101, 0)] * 2
    assert answer_rates(spring + small) == [
        ("Spring", 100, 0.2, 20),
        ("Small", 101, 6 / 44, 44),  # four are too few: all of the year
        ("Spring", 101, 0.1, 40),  # the campaign's own, since it began
    ]
    assert answer_rates([("Small", 101, 1)] * 9) == []
    assert answer_rates([*[("Old", 88, 1)] * 10, *[("New", 100, 0)] * 9]) == [("Old", 88, 1.0, 10)]
    assert answer_rates([]) == []


def test_a_pass_makes_the_figures_that_it_judges_by():
    """Ten are invited and two answer: p = .2. Alone, one of them is worth what it is worth in the pass."""
    book = Book()
    for number in range(10):
        book.customer(f"C{number}")
        book.touch("Spring", f"C{number}", "2024-03-04")
    for number in (3, 7):
        book.campaign_response("Spring", f"C{number}", "2024-03-08")
    configuration = Configuration(
        KOTLER, (ModelChoice(model_of([CAMPAIGN_ANSWERED])),), {CAMPAIGN_ANSWERED.key: CAMPAIGN_ANSWERED}
    )

    class Keeping:
        def __getattr__(self, name):
            return getattr(book.ledger, name)

        def replace_yardsticks(self, rows):
            for row in rows:
                if row[0] == "campaign_answer":
                    book.yardstick(*row)

    assessment = assess_everybody(Keeping(), configuration, date(2024, 4, 30))
    rows = {row[:3]: row[3] for row in assessment.population_rows if row[0] == "campaign_answer"}
    assert rows == {("campaign_answer", "Spring", MARCH): 0.2}
    d, place = INDEX["engagement_company_rational"], assessment.parties.find("Customer", "C3")
    in_pass = next(assessment.details()).value[d, place, -1]
    alone = Assessment(
        book.ledger,
        configuration,
        date(2024, 4, 30),
        population=assessment.population,
        only=[("Customer", "C3")],
    )
    assert next(alone.details()).value[d, 0, -1] == in_pass > 0.5
    assert sorted({event[2] for event in book.events(ANSWERED)}) == [0.4, 0.9]


def test_an_answer_by_hand():
    """On the day it counts: a = .7, A = 4(1 - e^(-.175)) = .642171; S = (.9 A + 1)/(A + 2) = .597219."""
    book = Book()
    book.customer("ACME")
    book.yardstick("campaign_answer", "Spring", MARCH, 0.2)
    book.touch("Spring", "ACME", "2024-03-04")
    book.campaign_response("Spring", "ACME", "2024-03-05")
    detail = scored(book, CAMPAIGN_ANSWERED, only=[("Customer", "ACME")])
    d = INDEX["engagement_company_rational"]
    assert detail.evidence.amount[d, 0, -1] == pytest.approx(0.642171, abs=1e-6)
    assert detail.value[d, 0, -1] == pytest.approx(0.597219, abs=1e-6)


# events


def test_an_event_attended_counts_once_however_many_came():
    book = Book()
    names = [
        book.campaign_response("Fair", "ACME", f"2024-03-0{day}", response="Attended", activity="Hall 5")
        for day in (5, 4)
    ]
    other = book.campaign_response("Fair", "ACME", "2024-03-06", response="Attended", activity="Dinner")
    book.campaign_response("Fair", "ACME", "2024-03-07", response="Registered", activity="Hall 5")
    assert book.events(ATTENDED) == [
        ("ACME", "2024-03-04", 1, 1, names[1]),  # of the first day
        ("ACME", "2024-03-06", 1, 1, other),
    ]
    assert book.events(ATTENDED, "2024-03-03") == []
    assert len(book.events(ATTENDED, "2024-03-04")) == 1


@pytest.mark.parametrize("party_type", ["Customer", "Lead", "Prospect"])
def test_everybody_can_come_to_an_event(party_type):
    book = Book()
    book.campaign_response("Fair", "ACME", "2024-03-04", party_type=party_type, response="Attended")
    lists = {"Customer": "customers", "Lead": "leads", "Prospect": "prospects"}
    assert len(book.events(ATTENDED, only={lists[party_type]: ["ACME"]})) == 1
    others = {name: ["ACME"] for kind, name in lists.items() if kind != party_type}
    assert book.events(ATTENDED, only=others) == []


def test_an_event_by_hand():
    """Today: a = 2, A = 6(1 - e^(-1/3)) = 1.700812; at a mean of .5 S = (A + 1)/(A + 2) = .729789, as for a referral."""
    book = Book()
    book.customer("ACME")
    book.campaign_response("Fair", "ACME", "2024-04-01", response="Attended")
    detail = scored(book, EVENT_ATTENDED)
    d = INDEX["engagement_company_emotional"]
    assert detail.value[d, 0, -1] == pytest.approx(0.729789, abs=1e-6)


def test_the_numbers_of_the_house():
    found = [(s.key, s.dimensions, s.weight, s.half_life, s.cap) for s in (CAMPAIGN_ANSWERED, EVENT_ATTENDED)]
    assert found == [
        (ANSWERED, ("engagement_company_rational",), 0.7, 365, 4),
        (ATTENDED, ("engagement_company_emotional",), 2, 730, 6),
    ]
    assert SIGNALS[ANSWERED] is CAMPAIGN_ANSWERED and SIGNALS[ATTENDED] is EVENT_ATTENDED


def test_a_ledger_without_campaigns_is_silent():
    book = Book(["Customer"])
    assert not CAMPAIGN_ANSWERED.speaks(book.ledger.has) and not EVENT_ATTENDED.speaks(book.ledger.has)


def scored(book: Book, signal, only=None):
    """The only customer of a book by one signal, at a mean of .5, on the first of April."""
    from relationship_crm.assessment.population import Population

    configuration = Configuration(KOTLER, (ModelChoice(model_of([signal])),), {signal.key: signal})
    assessment = Assessment(
        book.ledger, configuration, date(2024, 4, 1), population=Population.from_rows([], 0.5), only=only
    )
    return next(assessment.details())
