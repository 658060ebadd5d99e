"""Credit for invoices: the issue's example, a slow reference in exact fractions, sums that hold to the cent, returns, ties."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.campaigns.apportion import amounts, apportion, units
from relationship_crm.campaigns.attribution import (
    Credits,
    Invoices,
    Model,
    Touches,
    attribute,
    by_campaign,
    paid_part,
    shares,
)
from relationship_crm.contracts.billing import apportion as exactly

#: Touches on these days of a deal of 12,000 that was ordered on day 38.
DAYS = np.array([0, 5, 12, 30, 38])
DEAL = Invoices.of([0], [38], [12_000.0])


def touches(party: list[int], day: list[int], name: list[str] | None = None) -> Touches:
    return Touches.of(party, day, name or [f"T{i:04}" for i in range(len(party))])


def table(credits: Credits, documents: int, count: int) -> np.ndarray:
    """Credits as a matrix of cents, documents × touches; the last column is nobody's."""
    found = np.zeros((documents, count + 1), dtype=np.int64)
    np.add.at(found, (credits.invoice, credits.touch), credits.amount)
    return found


# -- the models


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Model.FIRST, [12_000, 0, 0, 0, 0]),
        (Model.LAST, [0, 0, 0, 0, 12_000]),
        (Model.LINEAR, [2_400, 2_400, 2_400, 2_400, 2_400]),
        (Model.POSITION, [4_800, 800, 800, 800, 4_800]),
        # 175.1952, 287.4376, 574.8752, 3417.0450, 7545.4471: rounded down 11,999.97, and the three cents go to .7594,
        # .7062 and .5187, so the first touch has 175.19; each rounded for itself they are 12,000.01
        (Model.DECAY, [175.19, 287.44, 574.88, 3_417.04, 7_545.45]),
    ],
)
def test_five_touches_of_a_deal(model: Model, expected: list[float]) -> None:
    credits = attribute(DEAL, touches([0] * 5, DAYS.tolist()), model, half_life=7)
    assert amounts(table(credits, 1, 5)[0]).tolist() == [*expected, 0]
    assert credits.amount.sum() == 1_200_000


def test_shares_before_rounding() -> None:
    """By hand with h = 7: 2^(-38/7) = .023218, .038093, .076187, .452852, 1; their sum is 1.590350."""
    found = shares(Model.DECAY, 38 - DAYS, half_life=7) * 12_000
    assert np.round(found, 2).tolist() == [175.20, 287.44, 574.88, 3_417.04, 7_545.45]
    assert shares(Model.DECAY, np.array([30, 0])) == pytest.approx([1 / 3, 2 / 3])
    assert shares(Model.FIRST, np.array([9, 9, 0])).tolist() == [1, 0, 0]
    assert shares(Model.LAST, np.array([9, 9, 0])).tolist() == [0, 0, 1]
    assert shares(Model.LINEAR, np.array([])).tolist() == []


@pytest.mark.parametrize(
    ("count", "expected"), [(1, [1]), (2, [0.5, 0.5]), (3, [0.4, 0.2, 0.4]), (4, [0.4, 0.1, 0.1, 0.4])]
)
def test_position_with_few_touches(count: int, expected: list[float]) -> None:
    assert shares(Model.POSITION, np.arange(count)[::-1]) == pytest.approx(expected)


def test_a_touch_counts_from_the_look_back_to_the_day_of_the_order() -> None:
    """Order on day 200: day 20 is 180 days before, day 19 too old, day 201 too late."""
    given_touches = touches([0, 0, 0, 0, 1], [19, 20, 200, 201, 100])
    credits = attribute(Invoices.of([0], [200], [10.0]), given_touches, Model.LINEAR)
    assert table(credits, 1, 5)[0].tolist() == [0, 500, 500, 0, 0, 0]
    short = attribute(Invoices.of([0], [200], [10.0]), given_touches, Model.LINEAR, look_back=0)
    assert table(short, 1, 5)[0].tolist() == [0, 0, 1000, 0, 0, 0]


def test_touches_of_one_day_stand_by_name() -> None:
    """Whatever order they are given in."""
    names = ["C", "A", "B"]
    found = touches([0] * 3, [5, 5, 5], names)
    assert [names[i] for i in found.position] == ["A", "B", "C"]
    last = attribute(Invoices.of([0], [5], [1.0]), found, Model.LAST)
    assert names[last.touch[0]] == "C"
    # one cent too many goes to the earliest
    cents = table(attribute(Invoices.of([0], [5], [1.0]), found, Model.LINEAR), 1, 3)[0]
    assert dict(zip(names, cents.tolist(), strict=False)) == {"A": 34, "B": 33, "C": 33}


def test_without_touches_it_is_credited_to_nobody_and_counts() -> None:
    invoices = Invoices.of([0, 1, -1], [10, 10, 10], [50.0, 70.0, 9.99], [50.0, 7.0, 9.99])
    credits = attribute(invoices, touches([0, -1], [10, 10]), Model.LINEAR)
    sums = by_campaign(credits, np.array([1, 0]), 3)
    assert sums.amount.tolist() == [0, 5000, 0]
    assert (sums.not_attributed, sums.not_attributed_paid, sums.total) == (7999, 1699, 12999)
    assert sums.paid.tolist() == [0, 5000, 0]
    nothing = attribute(invoices, touches([], []), Model.DECAY)
    assert by_campaign(nothing, np.array([], dtype=int), 1).not_attributed == 12999
    assert len(attribute(Invoices.of([], [], []), touches([0], [1]), Model.POSITION).amount) == 0


def test_touches_of_one_campaign_are_added_up() -> None:
    credits = attribute(DEAL, touches([0] * 5, DAYS.tolist()), Model.POSITION)
    assert by_campaign(credits, np.array([0, 1, 1, 1, 0]), 2).amount.tolist() == [960_000, 240_000]
    half = Invoices.of([0], [38], [12_000.0], [6_000.0])
    sums = by_campaign(
        attribute(half, touches([0] * 5, DAYS.tolist()), Model.POSITION), np.array([0, 1, 1, 1, 0]), 3
    )
    assert (sums.amount.tolist(), sums.paid.tolist()) == ([960_000, 240_000, 0], [480_000, 120_000, 0])


@pytest.mark.parametrize("wrong", [{"look_back": -1}, {"half_life": 0.0}])
def test_wrong_settings(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="look-back"):
        attribute(DEAL, touches([0], [0]), Model.DECAY, **wrong)


# -- returns


def family(*parts: float, paid: list[float] | None = None) -> Invoices:
    """An invoice of day 10 and its returns, on the days after."""
    days = 10 + np.arange(len(parts))
    return Invoices.of([0] * len(parts), days, list(parts), paid, np.where(np.arange(len(parts)) > 0, 0, -1))


def test_a_return_is_credited_to_the_touches_of_its_invoice() -> None:
    """The touch of day 12 lies before the return, but after the invoice.

    100.00 over three: 33.34, 33.33, 33.33. Of the 50.00 that are left each has 16.67, 16.67, 16.66.
    """
    given_touches = touches([0, 0, 0, 0], [1, 2, 3, 12])
    found = table(attribute(family(100.0, -50.0, -50.0), given_touches, Model.LINEAR), 3, 4)
    assert found.tolist() == [
        [3334, 3333, 3333, 0, 0],
        [-1667, -1666, -1667, 0, 0],
        [-1667, -1667, -1666, 0, 0],
    ]


def test_what_is_left_depends_on_the_sum_of_the_returns_alone() -> None:
    given_touches = touches([0] * 3, [1, 2, 3])
    one = table(attribute(family(100.0, -33.33), given_touches, Model.DECAY), 2, 3).sum(axis=0)
    many = table(attribute(family(100.0, *[-1.01] * 33), given_touches, Model.DECAY), 34, 3).sum(axis=0)
    assert one.tolist() == many.tolist()


def test_a_return_before_its_invoice_in_the_list_and_a_return_of_a_return() -> None:
    invoices = Invoices.of([0, 0, 0], [12, 10, 13], [-100.0, 100.0, 40.0], returns=np.array([1, -1, 0]))
    found = table(attribute(invoices, touches([0, 0], [1, 11]), Model.LINEAR), 3, 2)
    assert found.tolist() == [[-10000, 0, 0], [10000, 0, 0], [4000, 0, 0]]
    with pytest.raises(ValueError, match="no invoice"):
        attribute(
            Invoices.of([0, 0], [1, 1], [1, 1], returns=np.array([1, 0])), touches([0], [1]), Model.LAST
        )


def test_an_invoice_comes_before_its_returns_whatever_their_days() -> None:
    invoices = Invoices.of([0, 0], [9, 10], [-50.0, 100.0], returns=np.array([1, -1]))
    found = table(attribute(invoices, touches([0] * 3, [1, 2, 3]), Model.LINEAR), 2, 3)
    assert found.tolist() == [[-1667, -1666, -1667, 0], [3334, 3333, 3333, 0]]


def test_a_return_of_an_invoice_without_touches_is_nobodys() -> None:
    found = table(attribute(family(100.0, -100.0), touches([0], [11]), Model.LINEAR), 2, 1)
    assert found.tolist() == [[0, 10000], [0, -10000]]


def test_the_paid_part() -> None:
    """Net 100, with taxes 119, of which 59.50 are open: 50 paid. All of what totals nothing is paid."""
    paid = paid_part(np.array([100.0, -100.0, 0.0, 80.0]), [119.0, -119.0, 0.0, 95.2], [59.5, 0.0, 0.0, 95.2])
    assert paid.tolist() == [50, -100, 0, 0]
    credits = attribute(family(100.0, -50.0, paid=[50.0, -50.0]), touches([0] * 3, [1, 2, 3]), Model.LINEAR)
    assert credits.paid.tolist() == [1667, 1667, 1666, -1667, -1667, -1666]
    assert credits.amount.tolist() == [3334, 3333, 3333, -1667, -1666, -1667]


# -- properties


@st.composite
def books(draw) -> tuple[Invoices, list[tuple[int, int, str]]]:
    """Invoices of three parties, any returns of them, paid in any part; touches with names."""
    issued = draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(-500, 10_000)),
            min_size=1,
            max_size=6,
        )
    )
    back = draw(
        st.lists(st.tuples(st.integers(0, len(issued) - 1), st.integers(0, 20), st.integers(0, 6_000)))
    )
    party = [p for p, _d, _a in issued] + [issued[i][0] for i, _d, _a in back]
    day = [d for _p, d, _a in issued] + [issued[i][1] + d for i, d, _a in back]
    cents = np.array([a for _p, _d, a in issued] + [-a for _i, _d, a in back])
    paid = draw(st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=len(cents), max_size=len(cents)))
    returns = np.array([-1] * len(issued) + [i for i, _d, _a in back])
    reached = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 35)), max_size=12))
    return (
        Invoices.of(party, day, cents / 100, np.round(cents * paid) / 100, returns),
        [(p, d, f"T{i:02}") for i, (p, d) in enumerate(reached)],
    )


def credited(invoices: Invoices, reached: list[tuple[int, int, str]], model: Model) -> Credits:
    given_touches = Touches.of(*(np.array([row[i] for row in reached]) for i in range(3)))
    return attribute(invoices, given_touches, model, look_back=20, half_life=5)


@settings(max_examples=200, deadline=None)
@given(books(), st.sampled_from(Model))
def test_credits_add_up_to_the_cent(book, model: Model) -> None:
    """Of every document, net and paid, whatever the touches and returns; so does the whole with what is nobody's."""
    invoices, reached = book
    credits = credited(invoices, reached, model)
    for of in ("amount", "paid"):
        found = np.zeros(len(invoices.party), dtype=np.int64)
        np.add.at(found, credits.invoice, getattr(credits, of))
        assert found.tolist() == getattr(invoices, of).tolist()
    sums = by_campaign(credits, np.arange(len(reached)) % 3, 3)
    assert sums.total == invoices.amount.sum()
    pairs = list(zip(credits.invoice.tolist(), credits.touch.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)


@settings(max_examples=100, deadline=None)
@given(books(), st.sampled_from(Model))
def test_what_is_returned_in_full_has_credited_nothing(book, model: Model) -> None:
    """Every family gets one more return of all that is left of it: each touch is then at exactly nothing."""
    invoices, reached = book
    root = np.where(invoices.returns < 0, np.arange(len(invoices.party)), invoices.returns)
    first = np.flatnonzero(invoices.returns < 0)
    left = np.bincount(root, invoices.amount, minlength=len(root))[first]
    whole = Invoices(
        np.concatenate((invoices.party, invoices.party[first])),
        np.concatenate((invoices.day, invoices.day[first] + 99)),
        np.concatenate((invoices.amount, -left.astype(np.int64))),
        np.concatenate((invoices.paid, np.zeros(len(first), dtype=np.int64))),
        np.concatenate((invoices.returns, first)),
    )
    credits = credited(whole, reached, model)
    family_of = np.concatenate((root, first))[credits.invoice]
    found = np.zeros((len(root), len(reached) + 1), dtype=np.int64)
    np.add.at(found, (family_of, credits.touch), credits.amount)
    assert not found.any()


@settings(max_examples=100, deadline=None)
@given(books(), st.sampled_from(Model), st.permutations(range(12)))
def test_the_order_in_which_touches_come_does_not_matter(book, model: Model, order) -> None:
    invoices, reached = book
    shuffled = [reached[i] for i in order if i < len(reached)]

    def by_name(rows: list[tuple[int, int, str]]) -> set[tuple[int, str, int]]:
        credits = credited(invoices, rows, model)
        names = [*(row[2] for row in rows), "nobody"]
        return {
            (int(i), names[t], int(a))
            for i, t, a in zip(credits.invoice, credits.touch, credits.amount, strict=True)
        }

    assert by_name(reached) == by_name(shuffled)


def reference(invoices: Invoices, reached: list[tuple[int, int, str]], model: Model) -> np.ndarray:
    """The same in loops over exact fractions, by the method of contract billing."""
    found = np.zeros((len(invoices.party), len(reached) + 1), dtype=np.int64)
    returns = invoices.returns.tolist()
    for i in (i for i, of in enumerate(returns) if of < 0):
        party, day = int(invoices.party[i]), int(invoices.day[i])
        own = [k for k, (p, d, _n) in enumerate(reached) if p == party and day - 20 <= d <= day]
        own.sort(key=lambda k: (reached[k][1], reached[k][2]))
        later = sorted(
            (j for j, of in enumerate(returns) if of == i), key=lambda j: (int(invoices.day[j]), j)
        )
        due, before = 0, [0] * len(own)
        for j in (i, *later):
            due += int(invoices.amount[j])
            if not own:
                found[j, -1] = invoices.amount[j]
                continue
            weights = {
                Model.FIRST: [k == 0 for k in range(len(own))],
                Model.LAST: [k == len(own) - 1 for k in range(len(own))],
                Model.LINEAR: [1] * len(own),
                Model.POSITION: position(len(own)),
                Model.DECAY: [Fraction(2 ** (-(day - reached[k][1]) / 5)) for k in own],
            }[model]
            whole = sum(map(Fraction, weights))
            sign = -1 if due < 0 else 1
            parts = exactly([abs(due) * Fraction(w) / whole for w in weights], Decimal(1), Decimal(abs(due)))
            now = [sign * int(part) for part in parts]
            for k, (after, earlier) in enumerate(zip(now, before, strict=True)):
                found[j, own[k]] = after - earlier
            before = now
    return found


def position(count: int) -> list[Fraction]:
    if count <= 2:
        return [Fraction(1, count)] * count
    return [Fraction(2, 5), *[Fraction(1, 5 * (count - 2))] * (count - 2), Fraction(2, 5)]


@settings(max_examples=200, deadline=None)
@given(books(), st.sampled_from([model for model in Model if model is not Model.DECAY]))
def test_the_slow_reference_says_the_same(book, model: Model) -> None:
    invoices, reached = book
    found = table(credited(invoices, reached, model), len(invoices.party), len(reached))
    assert found.tolist() == reference(invoices, reached, model).tolist()


@settings(max_examples=100, deadline=None)
@given(books())
def test_time_decay_is_within_a_cent_of_the_reference(book) -> None:
    """Its weights are floats, so remainders that are equal but for the last digit may change places."""
    invoices, reached = book
    found = table(credited(invoices, reached, Model.DECAY), len(invoices.party), len(reached))
    assert np.abs(np.cumsum(found - reference(invoices, reached, Model.DECAY), axis=0)).max() <= 1


# -- units


def test_units_of_a_currency() -> None:
    assert units([0.285, 1.005, -2.5, 12_000]).tolist() == [28, 100, -250, 1_200_000]
    assert units([0.1 + 0.2, 1e9 + 0.01]).tolist() == [30, 100_000_000_001]
    assert amounts(np.array([30, -7])).tolist() == [0.3, -0.07]
    assert units([1234.4], Decimal(1)).tolist() == [1234]
    assert amounts(np.array([1234]), Decimal(1)).tolist() == [1234]
    assert units([1.05, 0.35], Decimal("0.05")).tolist() == [21, 7]
    assert amounts(np.array([21, 7]), Decimal("0.05")).tolist() == [1.05, 0.35]


def test_a_currency_without_cents() -> None:
    invoices = Invoices.of([0], [9], [1_000.0], unit=Decimal(1))
    found = attribute(invoices, touches([0] * 3, [1, 2, 3]), Model.LINEAR)
    assert found.amount.tolist() == [334, 333, 333]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-(10**17), 10**17), st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=7)),
        max_size=8,
    )
)
def test_parts_add_up_however_large(groups) -> None:
    """Beyond 2^53 parts are no longer the nearest, but nothing is lost."""
    total = np.array([t for t, _w in groups], dtype=np.int64)
    weight = np.array([w for _t, own in groups for w in own])
    count = np.array([len(w) for _t, w in groups], dtype=np.int64)
    parts = apportion(total, weight, count)
    start = np.concatenate(([0], np.cumsum(count)))
    for i, (wanted, own) in enumerate(groups):
        of = parts[start[i] : start[i + 1]]
        assert of.sum() == wanted
        assert apportion(-total[i : i + 1], np.array(own), count[i : i + 1]).tolist() == (-of).tolist()
        if abs(wanted) < 10**9:
            assert (np.abs(of - wanted * np.array(own) / sum(own)) < 1 + 1e-6).all()


def test_many_at_once() -> None:
    """100,000 invoices with 20,000 touches; a loop over invoices would take ten times as long as is allowed here."""
    rng = np.random.default_rng(1)
    invoices = Invoices.of(
        rng.integers(0, 2_000, 100_000), rng.integers(0, 1_825, 100_000), rng.random(100_000) * 500
    )
    given_touches = Touches.of(
        rng.integers(0, 2_000, 20_000), rng.integers(0, 1_825, 20_000), rng.permutation(20_000).astype(str)
    )
    start = time.perf_counter()
    credits = attribute(invoices, given_touches, Model.DECAY)
    assert time.perf_counter() - start < 3
    assert credits.amount.sum() == invoices.amount.sum()
