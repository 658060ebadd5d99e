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
from relationship_crm.campaigns.attribution import Model
from relationship_crm.config.ladders import KOTLER
from relationship_crm.measures.advocacy import ADVOCACY
from relationship_crm.preview.campaigns import campaigns
from relationship_crm.preview.contracts import contracts
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


def test_contracts_are_in_the_book(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    """Counted once more from the rows, one at a time."""
    ledger = demo[0].ledger
    ledger.connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in ledger.connection.execute('SELECT * FROM "tabService Contract"')]
    ledger.connection.row_factory = None
    day, year_ago = AS_OF.isoformat(), "2025-10-31"
    in_force = [r for r in rows if r["start_date"] <= day <= r["end_date"]]
    told = contracts(ledger, AS_OF)
    assert told is not None and told.currencies == 1
    assert (told.in_force, told.value) == (118, pytest.approx(140823.70))
    assert told.in_force == len(in_force)
    assert told.value == pytest.approx(sum(r["yearly_value"] for r in in_force))
    assert told.renewed == sum(year_ago < (r["renewed_on"] or "") <= day for r in rows) == 100
    assert (
        told.refused
        == 18
        == sum(
            year_ago < (r["decided_on"] or r["terminated_on"] or "") <= day and not r["renewed_into"]
            for r in rows
        )
    )
    assert [(t.renewals, t.asked, t.renewed) for t in told.tenures] == [
        (0, 147, 118),
        (1, 103, 85),
        (2, 2, 2),
    ]
    first = [r for r in rows if not r["renewed_from"]]
    assert sum(bool(r["renewed_into"]) for r in first) == 118
    rates = [t.chance.value for t in told.tenures]
    assert rates == sorted(rates) and rates[0] == pytest.approx(0.8013, abs=5e-4)
    due = {r["customer"] for r in rows if day <= r["notice_date"] <= "2027-01-29"}
    assert len(told.due) == 18 and {line.title for line in told.due} <= due
    assert told.expected == pytest.approx(sum(d.value * d.chance.value for d in told.due))


def test_contracts_are_renewed_as_their_profile_would(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    rows = demo[0].ledger.connection.execute(
        'SELECT customer, renewed_into IS NOT NULL FROM "tabService Contract" WHERE decided_on IS NOT NULL'
    )
    by_kind: dict[str, list[int]] = defaultdict(list)
    for customer, renewed in rows:
        by_kind[PROFILE_OF[customer]].append(renewed)
    share = {kind: float(np.mean(found)) for kind, found in by_kind.items()}
    assert min(share["champion"], share["loyal"]) > share["regular"] > share["complaining"]


def test_a_contract_follows_another_without_a_gap(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    gaps = (
        demo[0]
        .ledger.connection.execute(
            "SELECT JULIANDAY(n.start_date) - JULIANDAY(c.end_date), n.customer = c.customer, c.renewed_into = n.name, "
            'n.renewed_on <= n.start_date FROM "tabService Contract" n JOIN "tabService Contract" c ON c.name = n.renewed_from'
        )
        .fetchall()
    )
    assert len(gaps) > 200 and set(gaps) == {(1.0, 1, 1, 1)}


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
                            ("Customer Idea", "realised_on"), ("Service Contract", "creation"),
                            ("Service Contract", "decided_on"), ("Service Contract", "terminated_on")):  # fmt: skip
        last = connection.execute(f'SELECT MAX(DATE("{column}")) FROM "tab{doctype}"').fetchone()[0]
        assert last <= AS_OF.isoformat(), doctype


def test_campaigns_are_in_the_book(demo: tuple[Result, dict[str, list[Line]]]) -> None:
    """Counted once more by the database: nobody of a control group was contacted, and no cent is lost."""
    ledger = demo[0].ledger
    told = campaigns(ledger, AS_OF)
    assert told is not None and [one.title for one in told.told] == [
        "Barista Evening",
        "We Miss You",
        "Autumn Catalogue",
    ]

    def one(statement: str) -> float:
        return ledger.connection.execute(statement).fetchone()[0]

    assert not one(
        'SELECT COUNT(*) FROM "tabCampaign Touch" t JOIN "tabCampaign Member" m '
        "ON m.campaign = t.campaign AND m.party = t.party WHERE m.arm = 'Control'"
    )
    assert sum(c.control for c in told.told) == one(
        "SELECT COUNT(*) FROM \"tabCampaign Member\" WHERE arm = 'Control'"
    )
    assert sum(c.actual for c in told.told) == pytest.approx(
        one('SELECT SUM(debit - credit) FROM "tabGL Entry"')
    )
    assert told.invoiced == pytest.approx(one('SELECT SUM(base_net_total) FROM "tabSales Invoice"'))
    for model in Model:
        credited = sum(c.credits[model] for c in told.told)
        assert credited + told.not_attributed[model] == pytest.approx(told.invoiced, abs=1e-6)
    assert all(0 < c.rate < 1 and 0 < c.credits[Model.LINEAR] < told.invoiced for c in told.told)
