"""The demo company: its customers come out as they were made."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from relationship_crm.config.ladders import KOTLER
from relationship_crm.preview.demo import make_demo
from relationship_crm.preview.demo_profiles import PROFILES
from relationship_crm.preview.run import Result, assess
from relationship_crm.preview.summary import Line

AS_OF = date(2026, 10, 31)


@pytest.fixture(scope="module")
def demo() -> tuple[Result, dict[str, list[Line]]]:
    """The demo company assessed, and its customers by profile."""
    connection = sqlite3.connect(":memory:")
    as_of, profiles = make_demo(connection, AS_OF)
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
                            ("Event", "starts_on"), ("Quotation", "transaction_date")):  # fmt: skip
        last = connection.execute(f'SELECT MAX(DATE("{column}")) FROM "tab{doctype}"').fetchone()[0]
        assert last <= AS_OF.isoformat(), doctype
