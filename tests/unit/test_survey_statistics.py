"""Statistics of surveys: published values, values worked out by hand, laws, and how often an interval is right."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from relationship_crm.surveys import statistics
from relationship_crm.surveys.statistics import (
    ERROR,
    Difference,
    Kind,
    Tally,
    against_the_rest,
    change_in_words,
    difference,
    estimate,
    figure,
    nps,
    rate,
    share_difference,
    spread_in_words,
    summary_sentence,
    tally,
    tally_of_people,
    wilson,
)

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks/nps_coverage.py"
SCORES = {Kind.NPS: (0, 10), Kind.CSAT: (1, 5), Kind.CES: (1, 7), Kind.SCALE: (1, 7)}


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("nps_coverage", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# -- CSAT: Wilson's interval


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (4, 5, 0.3755, 0.9638),
        (80, 100, 0.7112, 0.8666),
        # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_wilson_intervals(hits, n, low, high):
    assert wilson(hits, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_csat_is_the_share_of_fours_and_fives():
    of = estimate(Kind.CSAT, tally(Kind.CSAT, [5, 4, 4, 5, 3]))
    assert (of.value, of.n) == (80, 5)
    assert (of.low, of.high) == (pytest.approx(37.55, abs=5e-3), pytest.approx(96.38, abs=5e-3))


def test_a_response_rate_is_a_share():
    of = rate(80, 100)
    assert (of.value, of.low, of.high) == (80, pytest.approx(71.12, abs=5e-3), pytest.approx(86.66, abs=5e-3))
    assert not rate(0, 0).known


# -- NPS


def test_nps_by_hand():
    """5 promoters, 3 passives, 2 detractors of 10: score 30.

    With ¾, 1½, ¾ added N = 13, p = 5.75/13 = .442308, d = 2.75/13 = .211538; p - d = 3/13 = .230769;
    variance = .442308 + .211538 - .230769² = .600592; z·sqrt(.600592/13) = 1.959964·.214939 = .421272.
    """
    of = nps(2, 3, 5)
    assert of.value == 30
    assert of.low == pytest.approx(23.0769 - 42.1272, abs=1e-3)
    assert of.high == pytest.approx(23.0769 + 42.1272, abs=1e-3)


def test_zeros_to_sixes_are_detractors_nines_and_tens_promoters():
    of = tally(Kind.NPS, range(11))
    assert (of.n, of.total, of.squares) == (11, 2 - 7, 2 + 7)
    assert estimate(Kind.NPS, of).value == pytest.approx(-100 * 5 / 11)
    assert estimate(Kind.NPS, of) == nps(7, 2, 2)


def test_all_promoters_are_no_certainty():
    """Three tens: Wald's interval would be 100 to 100. N = 6, p = 3.75/6, d = .125; .5 ± 1.96·sqrt((.75 - .25)/6)."""
    of = nps(0, 0, 3)
    assert (of.value, of.high) == (100, 100)
    assert of.low == pytest.approx(100 * (0.5 - 1.959964 * math.sqrt(0.5 / 6)), abs=1e-3)


def test_coverage_at_ten_answers(benchmark):
    """The point of it: at n = 10 more than 93 % of the intervals hold the true score; Wald's do not."""
    found = benchmark.coverage(benchmark.ours, 10, samples=20_000)
    assert found.mean > 0.945 and found.random.mean() > 0.945
    for (detractors, _passives, promoters), held in zip(benchmark.COMPANIES, found.companies, strict=True):
        least = 0.925 if promoters - detractors > 0.8 else 0.93  # nine promoters of ten: .930 exactly
        assert held > least, (detractors, promoters)
    plain = benchmark.coverage(benchmark.wald, 10, samples=2_000)
    assert plain.mean < 0.90


def test_the_benchmark_is_seeded_and_draws_our_interval(benchmark):
    rng = np.random.default_rng(1)
    counts = rng.multinomial(12, (0.2, 0.3, 0.5), 200)
    low, high = benchmark.ours(counts, 1.959964)
    other = benchmark.wald(counts, statistics.quantile(), statistics.PSEUDO)
    assert np.allclose(low, other[0]) and np.allclose(high, other[1])
    one, two = (benchmark.coverage(benchmark.ours, 10, samples=500) for _ in range(2))
    assert one.companies == two.companies


# -- CES


def test_ces_is_a_mean_with_students_interval():
    """5, 6, 7, 4, 6: mean 5.6, s² = 1.3, t(4, .975) = 2.776445; 5.6 ± 2.776445·sqrt(1.3/5) = 4.184287 .. 7.015713, at most 7."""
    of = estimate(Kind.CES, tally(Kind.CES, [5, 6, 7, 4, 6]))
    assert of.value == pytest.approx(5.6)
    assert of.low == pytest.approx(4.184287, abs=1e-5)
    assert of.high == 7.0


def test_equal_answers_are_no_certainty():
    """Three sixes: nobody knows the opinions finer than a step, so s² is not below 1/12: 6 ± 4.302653·sqrt(1/36)."""
    of = estimate(Kind.CES, tally(Kind.CES, [6, 6, 6]))
    assert of.low == pytest.approx(6 - 4.302653 / 6, abs=1e-5)
    assert of.high == pytest.approx(6 + 4.302653 / 6, abs=1e-5)


def test_one_answer_has_no_interval():
    of = estimate(Kind.CES, tally(Kind.CES, [6]))
    assert of.value == 6 and math.isnan(of.low) and math.isnan(of.high)


# -- answers of the same people


def people(kind: Kind, *given: list[int]) -> Tally:
    scores = [score for own in given for score in own]
    return tally_of_people(kind, scores, [person for person, own in enumerate(given) for _score in own])


def test_two_who_answer_twice_by_hand():
    """Answers (1, 2) and (5, 5) on a scale: n 4, mean 3.25, s² = 4.25 (deviations 2.25, 1.25, 1.75, 1.75).

    Between the two: t - m·n is -3.5 and 3.5, so C/(C-1)·Σ/N² = 2·24.5/16 = 3.0625 against s²/N = 1.0625: they are worth
    4/(3.0625/1.0625) = 1.39 answers, but not less than the 2 they are if each always says the same.
    """
    of = people(Kind.SCALE, [1, 2], [5, 5])
    assert (of.n, of.people, of.mean) == (4, 2, 3.25)
    assert of.variance == pytest.approx(4.25)
    assert of.worth == 2


def test_who_answers_once_counts_in_full():
    scores = [9, 3, 10, 7, 8]
    once = people(Kind.NPS, *([score] for score in scores))
    assert once == tally(Kind.NPS, scores) and once.worth == 5
    assert estimate(Kind.NPS, once).people is None


def test_ten_answers_of_one_are_one_opinion():
    """One customer's ten praises: worth one answer, so the interval is that of one, and there is nothing to compare."""
    of = people(Kind.NPS, [10] * 10)
    one = estimate(Kind.NPS, tally(Kind.NPS, [10]))
    found = estimate(Kind.NPS, of)
    assert of.worth == 1
    assert (found.value, found.low, found.high, found.n, found.people) == (100, one.low, one.high, 10, 1)
    assert math.isnan(difference(Kind.NPS, of, people(Kind.NPS, [0] * 10)).error)


def test_people_who_differ_with_themselves_are_worth_more():
    rng = np.random.default_rng(5)
    fickle = people(Kind.CSAT, *(rng.integers(1, 6, 6).tolist() for _person in range(60)))
    steady = people(Kind.CSAT, *([int(score)] * 6 for score in rng.integers(1, 6, 60)))
    assert fickle.worth > 300 and steady.worth == 60


def test_coverage_where_the_same_people_answer_again():
    """40 customers with 1 to 8 answers each, each of an own mind: naive intervals hold the truth far too seldom."""
    rng = np.random.default_rng(11)
    held = naive = 0
    rounds = 400
    for _round in range(rounds):
        groups, everything = [], []
        for _person in range(40):
            share = rng.beta(1.2, 0.8)
            scores = np.where(rng.random(rng.integers(1, 9)) < share, 5, 2).tolist()
            groups.append(scores)
            everything += scores
        for of, count in ((people(Kind.CSAT, *groups), 1), (tally(Kind.CSAT, everything), 0)):
            found = estimate(Kind.CSAT, of)
            inside = found.low <= 100 * 1.2 / 2.0 <= found.high
            held += inside and count
            naive += inside and not count
    assert held / rounds > 0.92
    assert naive / rounds < 0.85


# -- differences


def test_published_difference_of_shares():
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10."""
    for hits, n, others, m, low, high in (
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (10, 10, 0, 20, 0.6791, 1.0000),
    ):
        found = share_difference(hits, n, others, m)
        assert (found.low / 100, found.high / 100) == (
            pytest.approx(low, abs=5e-5),
            pytest.approx(high, abs=5e-5),
        )


def test_welch_against_scipy():
    now, before = [5, 6, 7, 4, 6, 5, 7], [3, 4, 5, 5, 2, 6]
    found = difference(Kind.CES, tally(Kind.CES, now), tally(Kind.CES, before))
    test = stats.ttest_ind(now, before, equal_var=False)
    interval = test.confidence_interval()
    assert found.error == pytest.approx(test.pvalue, abs=1e-12)
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_difference_of_net_scores_by_hand():
    """60 promoters, 20 detractors of 100 against 40 and 40 of 100.

    Adjusted: p - d = 40/103 and 0; variances (81.5/103 - (40/103)²)/103 = .00621793 and (81.5/103)/103 = .00768216;
    z = .388350/sqrt(.01390009) = 3.293927, two-sided error .000988.
    """
    now, before = Tally(100, 40, 80), Tally(100, 0, 80)
    found = difference(Kind.NPS, now, before)
    assert found.value == 40
    assert found.error == pytest.approx(0.000988, abs=1e-6)
    assert found.told


def test_the_error_is_where_the_interval_meets_zero():
    found = share_difference(80, 100, 60, 100)
    edge = share_difference(80, 100, 60, 100, 1 - found.error)
    assert edge.low == pytest.approx(0, abs=1e-9)


def test_false_alarms_are_rare():
    """Two samples of the same population: a difference is called in at most 5 % and a bit, also of small samples."""
    rng = np.random.default_rng(7)
    for n, m in ((5, 5), (10, 10), (10, 40), (50, 50)):
        for shares in ((0.15, 0.3, 0.55), (0.25, 0.35, 0.4), (0.05, 0.15, 0.8)):
            ours, theirs = rng.multinomial(n, shares, 1500), rng.multinomial(m, shares, 1500)
            called = 0
            for one, other in zip(ours, theirs, strict=True):
                tallies = [Tally(int(c.sum()), int(c[2] - c[0]), int(c[2] + c[0])) for c in (one, other)]
                called += difference(Kind.NPS, *tallies).told
            assert called / 1500 < 0.07, (n, m, shares)


def test_holm_by_hand():
    """Three groups, errors e1 < e2 < e3: 3·e1, then the larger of that and 2·e2, then of that and e3."""
    groups = {"a": Tally(100, 90, 90), "b": Tally(100, 70, 70), "c": Tally(100, 75, 75)}
    whole = Tally(300, 235, 235)
    raw = {name: difference(Kind.CSAT, of, whole - of).error for name, of in groups.items()}
    found = against_the_rest(Kind.CSAT, groups)
    first, second, third = sorted(raw, key=raw.get)
    assert found[first].error == pytest.approx(3 * raw[first])
    assert found[second].error == pytest.approx(max(3 * raw[first], 2 * raw[second]))
    assert found[third].error == pytest.approx(max(found[second].error, raw[third]))


def test_of_twenty_groups_that_are_alike_none_stands_out():
    rng = np.random.default_rng(3)
    alarms = 0
    for _round in range(100):
        groups = {str(i): Tally(30, hits, hits) for i, hits in enumerate(rng.binomial(30, 0.7, 20).tolist())}
        alarms += any(d.told for d in against_the_rest(Kind.CSAT, groups).values())
    assert alarms <= 10


# -- words


def test_a_result_in_words():
    now, before = Tally(120, 38, 70), Tally(110, 31, 65)
    found = difference(Kind.NPS, now, before)
    assert summary_sentence(Kind.NPS, estimate(Kind.NPS, now), estimate(Kind.NPS, before), found) == (
        "NPS +32 (from +19 to +43), 120 answers; it was +28 before: no change that could be told from chance."
    )
    assert summary_sentence(
        Kind.CSAT,
        estimate(Kind.CSAT, Tally(100, 80, 80)),
        estimate(Kind.CSAT, Tally(100, 60, 60)),
        difference(Kind.CSAT, Tally(100, 80, 80), Tally(100, 60, 60)),
    ) == ("CSAT 80 % (from 71 % to 87 %), 100 answers; it was 60 % before: higher than before.")
    nothing = estimate(Kind.CES, Tally())
    assert (
        summary_sentence(Kind.CES, nothing, nothing, difference(Kind.CES, Tally(), Tally())) == "no answers."
    )
    one = estimate(Kind.CES, tally(Kind.CES, [6]))
    assert (
        summary_sentence(Kind.CES, one, nothing, difference(Kind.CES, Tally(), Tally()))
        == "CES 6.0, 1 answer; there is nothing before to compare it with."
    )


def test_every_word_can_be_translated():
    seen = []

    def translate(text: str) -> str:
        seen.append(text)
        return text

    for error, value in ((math.nan, 1.0), (0.5, 1.0), (0.01, 1.0), (0.01, -1.0)):
        change_in_words(Difference(value, 0, 0, error), translate)
    assert seen == [
        "too few answers to compare",
        "no change that could be told from chance",
        "higher than before",
        "lower than before",
    ]


def test_groups_in_words():
    alike = against_the_rest(Kind.CSAT, {"North": Tally(50, 35, 35), "South": Tally(50, 36, 36)})
    assert spread_in_words(alike) == "No group differs from the rest by more than chance would make it."
    apart = against_the_rest(Kind.CSAT, {"North": Tally(50, 20, 20), "South": Tally(50, 45, 45)})
    assert spread_in_words(apart) == "higher than the rest: South; lower than the rest: North."


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [(Kind.NPS, 32.4, "+32"), (Kind.NPS, -7.8, "−8"), (Kind.NPS, 0.3, "0"), (Kind.CSAT, 80.0, "80 %"), (Kind.CES, 5.64, "5.6"),
     (Kind.NPS, math.nan, "–")],
)  # fmt: skip
def test_a_figure_as_people_write_it(kind, value, text):
    assert figure(kind, value) == text


# -- laws


@st.composite
def answers(draw, kind: Kind | None = None, least: int = 1) -> tuple[Kind, list[int]]:
    kind = kind or draw(st.sampled_from(list(Kind)))
    return kind, draw(st.lists(st.integers(*SCORES[kind]), min_size=least, max_size=40))


@settings(max_examples=300, deadline=None)
@given(answers(least=2))
def test_an_interval_lies_on_the_scale_and_shrinks_with_more_of_the_same(given_answers):
    kind, scores = given_answers
    of = tally(kind, scores)
    one, many = estimate(kind, of), estimate(kind, tally(kind, scores * 9))
    low, high = kind.bounds
    assert low <= one.low < one.high <= high
    assert one.value == pytest.approx(many.value)
    assert many.high - many.low < one.high - one.low + 1e-9
    if kind in (Kind.CSAT, Kind.CES, Kind.SCALE):
        assert one.low - 1e-9 <= one.value <= one.high + 1e-9


@settings(max_examples=200, deadline=None)
@given(answers(), answers())
def test_tallies_add_up(first, second):
    kind, scores = first
    others = [min(max(score, SCORES[kind][0]), SCORES[kind][1]) for score in second[1]]
    whole = tally(kind, scores + others)
    assert tally(kind, scores) + tally(kind, others) == whole
    assert whole - tally(kind, others) == tally(kind, scores)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(Kind)), st.data())
def test_people_are_worth_between_themselves_and_their_answers(kind, data):
    given_answers = data.draw(
        st.lists(st.lists(st.integers(*SCORES[kind]), min_size=1, max_size=6), min_size=1, max_size=15)
    )
    of = people(kind, *given_answers)
    counts = [len(scores) for scores in given_answers]
    kish = sum(counts) ** 2 / sum(n * n for n in counts)
    assert kish - 1e-9 <= of.worth <= of.n
    whole = estimate(kind, tally(kind, [score for scores in given_answers for score in scores]))
    found = estimate(kind, of)
    assert found.value == pytest.approx(whole.value)
    if not math.isnan(found.low):
        low, high = kind.bounds
        assert low <= found.low <= found.high <= high


@settings(max_examples=200, deadline=None)
@given(answers(Kind.NPS))
def test_the_mirror_image_of_an_nps(given_answers):
    """Turn promoters into detractors: score and interval turn round."""
    _kind, scores = given_answers
    of = tally(Kind.NPS, scores)
    turned = Tally(of.n, -of.total, of.squares)
    one, other = estimate(Kind.NPS, of), estimate(Kind.NPS, turned)
    assert one.value == pytest.approx(-other.value)
    assert (one.low, one.high) == (pytest.approx(-other.high), pytest.approx(-other.low))


@settings(max_examples=200, deadline=None)
@given(answers(least=2), st.data())
def test_a_difference_turns_round_and_agrees_with_its_interval(first, data):
    kind, scores = first
    others = data.draw(st.lists(st.integers(*SCORES[kind]), min_size=2, max_size=40))
    one, other = tally(kind, scores), tally(kind, others)
    there, back = difference(kind, one, other), difference(kind, other, one)
    assert there.value == pytest.approx(-back.value, abs=1e-9)
    assert there.error == pytest.approx(back.error, abs=1e-6)
    assert (there.low, there.high) == (
        pytest.approx(-back.high, abs=1e-6),
        pytest.approx(-back.low, abs=1e-6),
    )
    outside = there.low > 0 or there.high < 0
    if abs(there.error - ERROR) > 1e-6:
        assert there.told == outside


@settings(max_examples=100, deadline=None)
@given(answers(least=2))
def test_the_same_answers_never_differ(given_answers):
    kind, scores = given_answers
    of = tally(kind, scores)
    found = difference(kind, of, of)
    assert found.value == 0 and not found.told and found.error == pytest.approx(1)
