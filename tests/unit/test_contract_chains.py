"""Contracts in a row, and the probability of the next renewal."""

from __future__ import annotations

from datetime import date
from itertools import count, pairwise

import numpy as np
import pytest

from relationship_crm.contracts.billing import anniversary
from relationship_crm.contracts.chains import AUTOMATIC, ENDS, Chain, Term, chains, chance, models, tenures
from relationship_crm.contracts.sbg import Model, Tenures, Unknown, fit

TODAY = date(2026, 6, 30)
NUMBERS = count()


def term(start: date, **values) -> Term:
    """A year's contract."""
    end = anniversary(start, 1).replace()
    return Term(f"SC-{next(NUMBERS)}", start, date.fromordinal(end.toordinal() - 1), **values)


def follow(before: Term, **values) -> Term:
    """The contract that renews another, agreed a month before its end."""
    start = date.fromordinal(before.end.toordinal() + 1)
    agreed = date.fromordinal(before.end.toordinal() - 30)
    return term(start, **{"before": before.name, "agreed": agreed, **values})


def row(years: int, last: date = date(2025, 9, 1), **values) -> list[Term]:
    """A chain of so many years whose last one begins on a day."""
    found = [term(anniversary(last, 1 - years))]
    for _ in range(years - 1):
        found.append(follow(found[-1]))
    found[-1] = Term(**{**vars(found[-1]), **values})
    return found


def only(terms: list[Term], day: date = TODAY) -> Chain:
    (found,) = chains(terms, day)
    return found


def test_a_chain_is_as_long_as_its_renewals():
    terms = row(4)
    assert only(terms) == Chain(terms[-1].name, 12, 3, False)
    assert only(list(reversed(terms))) == only(terms)


def test_the_past_knows_less():
    terms = row(3, date(2025, 9, 1))  # from September 2023, 2024, 2025; agreed on 1 or 2 August
    assert only(terms, date(2024, 7, 31)).renewals == 0
    assert only(terms, date(2024, 8, 31)).renewals == 1  # agreed, not begun
    assert only(terms, date(2026, 1, 1)).renewals == 2
    assert chains(terms, date(2023, 8, 31)) == []


def test_decided_against():
    terms = row(2, refused=date(2026, 5, 1))
    assert not only(terms, date(2026, 4, 30)).ended
    assert only(terms, date(2026, 5, 1)).ended  # though in force until August


@pytest.mark.parametrize(("renewal", "ended"), [("By Proposal", True), (AUTOMATIC, False), (ENDS, False)])
def test_run_out_without_a_word(renewal, ended):
    terms = row(1, date(2025, 1, 1), renewal=renewal)
    assert not only(terms, date(2025, 12, 31)).ended  # in force on its last day
    assert only(terms, date(2026, 1, 1)).ended is ended


def test_what_nobody_chose_says_at_least_so_long():
    assert not only(row(2, refused=date(2026, 5, 1), customers_choice=False)).ended
    assert not only(row(1, date(2024, 1, 1), customers_choice=False)).ended


def test_a_successor_without_its_forerunner_begins_a_chain():
    terms = row(3)[1:]
    assert only(terms).renewals == 1


def test_a_circle_does_not_hang():
    one, other = term(date(2024, 1, 1)), term(date(2025, 1, 1))
    one, other = Term(**{**vars(one), "before": other.name}), Term(**{**vars(other), "before": one.name})
    assert chains([one, other], TODAY) == []


def test_counted_by_renewals():
    found = chains(
        [*row(1), *row(3), *row(3, refused=date(2026, 1, 1)), *row(2, refused=date(2026, 1, 1))], TODAY
    )
    counted = tenures(found)
    assert counted.ended.tolist() == [0, 1, 1]
    assert counted.running.tolist()[:3] == [1, 0, 1]
    # their first renewal came to three, the second to three, of which one refused; the third to one, which refused
    assert counted.asked.tolist()[:3] == [3, 3, 1]


# -- the high-end group of Fader & Hardie (2007), as contracts

SURVIVORS = (1000, 869, 743, 653, 593, 551, 517, 491)


def high_end() -> list[Term]:
    """1,000 customers from 2015 on: who is not there after t renewals refused the t-th."""
    terms: list[Term] = []
    for renewals, (there, left) in enumerate(pairwise(SURVIVORS)):
        for _ in range(there - left):
            terms += row(renewals + 1, date(2015 + renewals, 1, 1), refused=date(2015 + renewals, 11, 1))
    for _ in range(SURVIVORS[-1]):
        terms += row(len(SURVIVORS), date(2015 + len(SURVIVORS) - 1, 1, 1))
    return terms


def test_the_published_group_as_contracts():
    model = models(chains(high_end(), date(2022, 12, 31)))[12]
    assert isinstance(model, Model)
    assert (round(model.alpha, 4), round(model.beta, 4)) == (0.6681, 3.8061)
    likely = chance(model, 1)
    assert likely.value == pytest.approx(4.8061 / 5.4742, abs=1e-4)
    assert likely.low < likely.value < likely.high
    assert (
        likely.words
        == "Renewed 1× so far: 88 % of such contracts are renewed again. 80 % interval: 87 to 88 %."
    )
    assert chance(model, 0).words.startswith("In its first term: 85 % of such contracts are renewed.")


def test_terms_of_different_length_are_not_mixed():
    found = chains(high_end(), date(2022, 12, 31))
    monthly = [Chain(f"M{i}", 1, i % 3, True) for i in range(19)]
    fitted = models([*found, *monthly])
    assert isinstance(fitted[12], Model) and isinstance(fitted[1], Unknown)
    assert np.isclose(fitted[12].alpha, models(found)[12].alpha)


def test_unknown_says_what_is_missing():
    likely = chance(fit(Tenures.of([0, 1, 2], [True, False, True])), 1)
    assert (likely.value, likely.low, likely.high) == (None, None, None)
    assert likely.words.startswith("Unknown: 2 contracts have ended without renewal, 20 are needed.")


def test_without_an_interval_none_is_told():
    model = Model(0.7, 1.2, -1.0, np.full((2, 2), np.nan))
    assert chance(model, 0).low is None
    assert "interval" not in chance(model, 0).words
