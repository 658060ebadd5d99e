"""Scores against numbers worked out by hand, and the laws they must keep whatever the ledger says."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.engine import scores
from relationship_crm.engine.decay import NEVER, MonthlySums
from relationship_crm.engine.dimensions import DIMENSIONS, INDEX
from relationship_crm.engine.grid import Grid, day_number, month_end, month_index
from relationship_crm.engine.scores import Model, Term

GRID = Grid.until(date(2026, 3, 10), date(2026, 1, 5))


def sums(events: list[tuple[int, date, float, float]], half_life: float) -> MonthlySums:
    """Monthly sums of (party, date, weight, value), as the ledger's query makes them."""
    months = [month_index(day) for _p, day, _w, _v in events]
    faint = [
        w * 2 ** (-(day_number(month_end(month_index(day))) - day_number(day)) / half_life)
        for _p, day, w, _v in events
    ]
    return MonthlySums(
        np.array([e[0] for e in events], dtype=np.int64),
        np.array(months, dtype=np.int64),
        np.array(faint),
        np.array([f * e[3] for f, e in zip(faint, events, strict=True)]),
        np.ones(len(events), dtype=np.int64),
    )


def test_one_event_by_hand() -> None:
    """w .5, h 180, cap 4, value .75, 40 days old; m .5, k 2.

    a = .5·2^(-40/180) = .4286245... ; A = 4(1 - e^(-a/4)) ; S = (A·.75 + 2·.5)/(A + 2).
    """
    model = Model("m", (Term("s", "satisfaction", 0.5, 180, 4),))
    evidence = scores.gather(model, {("s", 180): sums([(0, date(2026, 1, 29), 1, 0.75)], 180)}, 1, GRID)
    a = 0.5 * 2 ** (-40 / 180)
    amount = 4 * (1 - math.exp(-a / 4))
    assert a == pytest.approx(0.42862, abs=1e-5)
    assert amount == pytest.approx(0.40646, abs=1e-5)
    d = INDEX["satisfaction"]
    assert evidence.amount[d, 0, -1] == pytest.approx(amount, abs=1e-12)
    prior = np.full((7, 1, GRID.size), 0.5)
    value = scores.score(evidence, prior, 2)
    assert value[d, 0, -1] == pytest.approx((amount * 0.75 + 1.0) / (amount + 2), abs=1e-12)
    assert value[d, 0, -1] == pytest.approx(0.54223, abs=1e-5)
    assert scores.confidence(evidence.amount, 2)[d, 0, -1] == pytest.approx(0.16890, abs=1e-5)


def test_the_cap_holds_five_hundred_deliveries() -> None:
    """500 punctual deliveries of today weigh less than the cap; half the cap already needs many."""
    events = [(0, date(2026, 3, 10), 1.0, 0.75)] * 500
    model = Model("m", (Term("s", "satisfaction", 0.5, 180, 4),))
    evidence = scores.gather(model, {("s", 180): sums(events, 180)}, 1, GRID)
    assert 3.99 < evidence.amount[0, 0, -1] <= 4
    one_answer = scores.saturate(np.array(3.0), 9)
    assert one_answer == pytest.approx(9 * (1 - math.exp(-1 / 3)), abs=1e-12)


def test_no_event_is_no_term_and_no_grade() -> None:
    """A party without events has no score in any dimension, and confidence 0."""
    model = Model("m", (Term("s", "satisfaction", 1, 180, 4),))
    evidence = scores.gather(model, {("s", 180): sums([(0, date(2026, 2, 1), 1, 0.2)], 180)}, 2, GRID)
    value = scores.score(evidence, np.full((7, 2, GRID.size), 0.5), 2)
    assert np.isnan(value[:, 1]).all()
    assert not np.isnan(value[0, 0, -1])
    assert np.isnan(value[0, 0, 0])  # before its first event
    composites = scores.compose(value, evidence.amount, 2)
    assert np.isnan(composites.early[1]).all()
    assert (composites.composite_confidence[1] == 0).all()


def test_a_maturing_signal_grows_with_age() -> None:
    """Tenure: value 1 - exp(-years/3) on one event that never fades."""
    growth = 3 * 365.25 * math.log(2)
    term = Term("tenure", "trust_company", 0.3, None, 1, maturing=growth)
    event = [(0, date(2026, 1, 5), 1, 1.0)]
    model = Model("m", (term,))
    found = scores.gather(model, {("tenure", h): sums(event, h) for h in term.half_lives}, 1, GRID)
    years = (date(2026, 3, 10) - date(2026, 1, 5)).days / 365.25
    s = found.term_mean[0, 0, -1]
    assert s == pytest.approx(1 - math.exp(-years / 3), abs=1e-12)


def test_the_group_mean_is_shrunk_by_twenty() -> None:
    """Two groups of one: overall = (Σ conf·x + 20·.5)/(Σ conf + 20), a group's likewise to the overall."""
    mean, conf = np.array([[[0.9], [0.3]]]), np.array([[[0.5], [0.25]]])
    found, everybody = scores.group_means(mean, conf, np.array([0, 1]), 2, 20, 0.5)
    overall = (0.45 + 0.075 + 10) / 20.75
    assert found[0, 0, 0] == pytest.approx((0.45 + 20 * overall) / 20.5, abs=1e-12)
    assert found[0, 1, 0] == pytest.approx((0.075 + 20 * overall) / 20.25, abs=1e-12)
    assert everybody[0, 0] == pytest.approx((0.525 + 20 * overall) / 20.75, abs=1e-12)


def test_composites_by_hand() -> None:
    """Trust .6 (n 2) and .8 (n 4): weighted by confidence .5 and 2/3. Engagement .4 rational + .6 emotional."""
    value, amount = np.full((7, 1, 1), np.nan), np.zeros((7, 1, 1))

    def put(dimension: str, v: float, n: float) -> None:
        value[INDEX[dimension]], amount[INDEX[dimension]] = v, n

    put("satisfaction", 0.7, 2)
    put("trust_company", 0.6, 2)
    put("trust_employee", 0.8, 4)
    put("engagement_company_rational", 0.5, 2)
    put("engagement_company_emotional", 1.0, 2)
    put("engagement_employee_rational", 0.1, 0.5)  # confidence .2: takes no part
    found = scores.compose(value, amount, 2)
    trust = (0.6 * 0.5 + 0.8 * 2 / 3) / (0.5 + 2 / 3)
    assert found.trust[0, 0] == pytest.approx(trust, abs=1e-12)
    assert found.trust_confidence[0, 0] == pytest.approx(6 / 8, abs=1e-12)
    assert found.engagement[0, 0] == pytest.approx(0.4 * 0.5 + 0.6 * 1.0, abs=1e-12)
    shares = {"early": (1 / 3, 1 / 3, 1 / 3), "established": (0.25, 0.40, 0.35)}
    for name, (s, t, e) in shares.items():
        top = s * 0.5 * 0.7 + t * 0.75 * trust + e * (4 / 6) * 0.8
        assert getattr(found, name)[0, 0] == pytest.approx(top / (s * 0.5 + t * 0.75 + e * 4 / 6), abs=1e-12)


def test_the_band_is_eighty_per_cent_wide() -> None:
    """S .5, n 6, k 2: sd = sqrt(.25/9) = 1/6, band .5 ± 1.28/6; clipped at the ends."""
    low, high = scores.band(np.array([0.5, 0.99]), np.array([6.0, 0.5]), 2)
    assert low[0] == pytest.approx(0.5 - 1.28 / 6, abs=1e-12)
    assert high[0] == pytest.approx(0.5 + 1.28 / 6, abs=1e-12)
    assert high[1] == 1


MODEL = Model(
    "m",
    (
        Term("a", "satisfaction", 0.5, 180, 4),
        Term("b", "satisfaction", 1.5, 90, 3),
        Term("c", "satisfaction", 1.0, None, 6),
        Term("a", "trust_company", 2.0, 365, 2),
    ),
)
KEYS = (("a", 180.0), ("b", 90.0), ("c", NEVER), ("a", 365.0))
EVENT = st.tuples(
    st.integers(0, 4),
    st.dates(date(2026, 1, 5), date(2026, 3, 10)),
    st.floats(0.01, 3),
    st.floats(0, 1),
)
BOOK = st.fixed_dictionaries({key: st.lists(EVENT, max_size=12) for key in ("a", "b", "c")})


def read(book: dict[str, list[tuple]], parties: int = 5) -> scores.Evidence:
    return scores.gather(MODEL, {k: sums(book[k[0]], k[1]) for k in KEYS if book[k[0]]}, parties, GRID)


@settings(max_examples=60, deadline=None)
@given(BOOK, st.floats(0.1, 0.9))
def test_contributions_add_up_to_the_score(book: dict[str, list[tuple]], mean: float) -> None:
    """m_d + Σ contributions = S_d to 1e-9, by signal and by event."""
    evidence, prior = read(book), np.full((7, 5, GRID.size), mean)
    value = scores.score(evidence, prior, MODEL.prior_weight)
    by_term = scores.contributions(evidence, MODEL, prior)
    today = day_number(date(2026, 3, 10))
    for dimension in ("satisfaction", "trust_company"):
        d = INDEX[dimension]
        terms = [s for s, t in enumerate(MODEL.terms) if t.dimension == dimension]
        for p in range(5):
            if np.isnan(value[d, p, -1]):
                assert evidence.amount[d, p, -1] == 0
                continue
            assert mean + by_term[terms, p, -1].sum() == pytest.approx(value[d, p, -1], abs=1e-9)
            total = mean
            for s in terms:
                term = MODEL.terms[s]
                mine = [e for e in book[term.signal] if e[0] == p]
                total += scores.event_contributions(
                    np.array([e[2] for e in mine]),
                    np.array([e[3] for e in mine]),
                    np.array([today - day_number(e[1]) for e in mine], dtype=float),
                    term,
                    float(evidence.amount[d, p, -1]),
                    mean,
                    MODEL.prior_weight,
                ).sum()
            assert total == pytest.approx(value[d, p, -1], abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(BOOK, st.data())
def test_order_and_batch_change_nothing(book: dict[str, list[tuple]], data: st.DataObject) -> None:
    """The same party gets the same score alone, among others, and with its rows in any order."""
    prior = np.full((7, 5, GRID.size), 0.5)
    whole = scores.score(read(book), prior, 2)
    shuffled = {key: data.draw(st.permutations(events)) for key, events in book.items()}
    np.testing.assert_allclose(scores.score(read(shuffled), prior, 2), whole, atol=1e-12)
    for p in range(5):
        alone = {key: [(0, *e[1:]) for e in events if e[0] == p] for key, events in book.items()}
        np.testing.assert_allclose(
            scores.score(read(alone, 1), prior[:, :1], 2)[:, 0], whole[:, p], atol=1e-12
        )


@settings(max_examples=40, deadline=None)
@given(BOOK)
def test_one_signals_events_leave_the_others_relative_weight(book: dict[str, list[tuple]]) -> None:
    """Without the events of c, a and b stand in the same proportion to each other."""
    with_c, without_c = read(book), read({**book, "c": []})
    a, b = 0, 1
    np.testing.assert_allclose(with_c.term_amount[[a, b]], without_c.term_amount[[a, b]], atol=1e-12)
    np.testing.assert_allclose(with_c.term_mean[[a, b]], without_c.term_mean[[a, b]], atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(BOOK, st.dates(date(2026, 1, 5), date(2026, 3, 10)))
def test_the_grid_does_not_matter(book: dict[str, list[tuple]], as_of: date) -> None:
    """The score as of a day is the same whether that day is the last point or the first: Σ w·2^(-age/h) by hand."""
    grid = Grid.until(as_of, date(2026, 1, 5))
    known = {key: [e for e in events if e[1] <= as_of] for key, events in book.items()}
    evidence = scores.gather(MODEL, {k: sums(known[k[0]], k[1]) for k in KEYS if known[k[0]]}, 5, grid)
    for p in range(5):
        total = sum(
            0.5 * w * 2 ** (-(day_number(as_of) - day_number(day)) / 180)
            for q, day, w, _v in known["a"]
            if q == p
        )
        assert evidence.term_amount[0, p, -1] == pytest.approx(4 * (1 - math.exp(-total / 4)), abs=1e-9)


def test_there_are_seven_dimensions() -> None:
    """Satisfaction, two of trust, four of engagement."""
    assert len(DIMENSIONS) == 7
