"""The demo company: its customers come out as they were made."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.explain import by_signal, event_contributions
from relationship_crm.config.ladders import KOTLER
from relationship_crm.measures.advocacy import ADVOCACY
from relationship_crm.preview.demo import make_demo
from relationship_crm.preview.demo_profiles import PROFILES
from relationship_crm.preview.run import Result, assess
from relationship_crm.preview.summary import Line
from relationship_crm.preview.voice import WORDS, voice

AS_OF = date(2026, 10, 31)
PROFILE_OF: dict[str, str] = {}


@pytest.fixture(scope="module")
def demo() -> tuple[Result, dict[str, list[Line]]]:
    """The demo company assessed, and its customers by profile."""
    connection = sqlite3.connect(":memory:")
    as_of, profiles = make_demo(connection, AS_OF)
    PROFILE_OF.update(profiles)
    result = assess(connection, as_of, KOTLER)
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in result.summary.lines:
        lines[profiles.get(line.party, line.party_type)].append(line)
    return result, lines


def mean(lines: list[Line], score: str) -> float:
    return float(np.nanmean([line.scores[score] for line in lines]))


def rung(lines: list[Line]) -> float:
    return float(np.mean([line.rung for line in lines]))


def test_everybody_is_there(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    _, lines = demo
    assert {kind: len(found) for kind, found in lines.items()} == {
        **{kind: profile.count for kind, profile in PROFILES.items()},
        "Lead": 28,
        "Prospect": 12,
    }


def test_profiles_stand_in_their_order(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    _, lines = demo
    order = ["champion", "loyal", "regular", "lost", "one_off", "Lead"]
    rungs = [rung(lines[kind]) for kind in order]
    assert rungs == sorted(rungs, reverse=True)
    assert all(higher - lower > 0.3 for higher, lower in pairwise(rungs))
    scores = [mean(lines[kind], "composite") for kind in ("champion", "loyal", "regular", "lost")]
    assert scores == sorted(scores, reverse=True)


def test_each_profile_shows_where_it_should(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    _, lines = demo
    usual = lines["regular"]
    assert mean(lines["complaining"], "satisfaction") < mean(usual, "satisfaction") - 15
    assert mean(lines["slow_payer"], "trust_company") < mean(usual, "trust_company") - 5
    assert mean(lines["champion"], "engagement") > mean(usual, "engagement") + 10
    assert np.mean([line.dissolution for line in lines["lost"]]) > 0.7
    assert not any(line.dissolution for kind in ("champion", "loyal", "regular") for line in lines[kind])
    at_risk = {kind: np.mean([bool(line.reasons_at_risk) for line in found]) for kind, found in lines.items()}
    assert at_risk["slipping"] > 0.5 > 0.2 > at_risk["loyal"]
    assert {line.rung for line in lines["champion"]} <= {6, 7, 8}
    assert all(line.rung <= 2 for kind in ("Lead", "Prospect") for line in lines[kind])


def test_every_signal_speaks(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    result, _ = demo
    assert not result.silent
    spoken = {key for key, sums in result.assessment.sums.items() if len(sums.party)}
    assert {key for key, _half_life in spoken} == set(result.configuration.signals)


def test_moves_have_reasons(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    summary = demo[0].summary
    assert any(m.up for m in summary.moves) and any(not m.up for m in summary.moves)
    assert all(m.reasons and m.reasons != ["the criteria of the stage"] for m in summary.moves)
    for move in summary.moved(3):
        assert move.start != move.end == move.line.rung


def test_customers_say_what_their_profile_thinks(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    result, _ = demo
    rows = result.ledger.connection.execute(
        'SELECT r.customer, AVG(a.value) FROM "tabSurvey Answer" a JOIN "tabSurvey Response" r ON r.name = a.parent GROUP BY 1'
    )
    by_kind: dict[str, list[float]] = defaultdict(list)
    for customer, value in rows:
        by_kind[PROFILE_OF[customer]].append(value)
    means = {kind: float(np.mean(values)) for kind, values in by_kind.items()}
    assert means["champion"] > means["loyal"] > means["regular"] > means["complaining"] + 0.1


def test_answers_reach_the_scores_with_their_documents(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    """Of a customer who answered, surveys are among what makes up satisfaction, and name the response."""
    result, _ = demo
    (customer,) = result.ledger.connection.execute(
        'SELECT customer FROM "tabSurvey Response" GROUP BY 1 ORDER BY COUNT(*) DESC, 1 LIMIT 1'
    ).fetchone()
    small = Assessment(
        result.ledger,
        result.configuration,
        AS_OF,
        only=[("Customer", customer)],
        population=result.assessment.population,
    )
    detail = next(small.details())
    events = event_contributions(small, detail, "satisfaction", "survey_satisfaction")
    assert events and {event.voucher_type for event in events} == {"Survey Response"}
    share = next(points for term, points, _n in by_signal(detail, 0) if term.signal == "survey_satisfaction")
    assert share == pytest.approx(sum(event.contribution for event in events), abs=1e-9)


def test_some_say_otherwise_than_the_ledger(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    said = voice(demo[0])
    assert said is not None and said.compared > 100
    assert 0.8 < said.agree / said.compared < 1
    assert {told.words for told in said.told} == set(WORDS.values())
    for figure in said.figures:
        assert figure.now.low < figure.now.value < figure.now.high
        assert "before" in figure.sentence


def test_referrals_make_advocates(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    """At the top of the ladder stands who recommended somebody who paid, or said so in public; nobody else."""
    result, lines = demo
    detail = next(result.assessment.details())
    deeds = {
        result.assessment.parties.keys[p][1]: [int(detail.measures[measure][p, -1]) for measure in ADVOCACY]
        for p in range(detail.stop - detail.start)
    }
    top = [line for found in lines.values() for line in found if line.rung >= 7]
    assert len(top) > 10
    assert all(deeds[line.party][0] or deeds[line.party][1] for line in top)
    partners = [line for line in top if line.rung == 8]
    assert partners and all(deeds[line.party][0] > 1 or deeds[line.party][2] for line in partners)


def dump(seed: int, as_of: date = AS_OF) -> list[str]:
    connection = sqlite3.connect(":memory:")
    make_demo(connection, as_of, seed)
    return list(connection.iterdump())


def test_the_seed_decides() -> None:
    first = dump(1)
    assert first == dump(1)
    assert first != dump(2)


def test_nothing_lies_ahead() -> None:
    connection = sqlite3.connect(":memory:")
    make_demo(connection, AS_OF)
    for doctype, column in (("Sales Order", "transaction_date"), ("Sales Invoice", "posting_date"), ("Delivery Note", "posting_date"),
                            ("Payment Entry", "posting_date"), ("Issue", "opening_date"), ("Communication", "communication_date"),
                            ("Event", "starts_on"), ("Quotation", "transaction_date"), ("Survey Response", "answered_on"),
                            ("Survey Response", "testimonial_consent_on"), ("Communication", "relationship_tone_on"),
                            ("Customer Referral", "referral_date"), ("Customer Idea", "submitted_on"),
                            ("Customer Idea", "realised_on")):  # fmt: skip
        last = connection.execute(f'SELECT MAX(DATE("{column}")) FROM "tab{doctype}"').fetchone()[0]
        assert last <= AS_OF.isoformat(), doctype
