"""What contracts charge: a year in two currencies worked out by hand, proration, uplift, sums that hold to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.contracts.billing import (
    Every,
    FixedUplift,
    IndexUplift,
    Terms,
    apportion,
    exact,
    in_company_currency,
    open_amounts,
    overage_amounts,
    prices,
    rounded,
    schedule,
)

D = Decimal
START, END = date(2026, 1, 15), date(2027, 1, 14)


def rows(terms: Terms) -> list[tuple[date, date, Decimal]]:
    return [(charge.start, charge.end, charge.amount) for charge in schedule(terms)]


def amounts(terms: Terms) -> list[Decimal]:
    return [charge.amount for charge in schedule(terms)]


# -- the year of docs/service-contracts.md

#: First day, amount in the contract's currency, rate of that day, amount in the company's currency.
YEAR = [
    (date(2026, 1, 15), "83.34", "0.92", "76.67"),
    (date(2026, 2, 15), "83.34", "0.93", "77.51"),
    (date(2026, 3, 15), "83.34", "0.94", "78.34"),
    (date(2026, 4, 15), "83.34", "0.95", "79.17"),
    (date(2026, 5, 15), "83.33", "0.96", "80.00"),
    (date(2026, 6, 15), "83.33", "0.95", "79.16"),
    (date(2026, 7, 15), "83.33", "0.94", "78.33"),
    (date(2026, 8, 15), "83.33", "0.93", "77.50"),
    (date(2026, 9, 15), "83.33", "0.92", "76.66"),
    (date(2026, 10, 15), "83.33", "0.91", "75.83"),
    (date(2026, 11, 15), "83.33", "0.90", "75.00"),
    (date(2026, 12, 15), "83.33", "0.91", "75.83"),
]


def test_a_year_in_two_currencies() -> None:
    """1,000.00 USD a year, monthly in advance, for a company in EUR: 1,000.00 USD exactly, 930.00 EUR at each day's rate."""
    charges = schedule(Terms(START, END, 1000, Every.MONTH, price_months=12))
    assert [(c.start, c.due_on, c.amount) for c in charges] == [
        (d, d, D(amount)) for d, amount, _r, _b in YEAR
    ]
    assert charges[-1].end == END
    company = [
        in_company_currency(c.amount, rate) for c, (_d, _a, rate, _b) in zip(charges, YEAR, strict=True)
    ]
    assert company == [D(base) for _d, _a, _r, base in YEAR]
    assert (sum(c.amount for c in charges), sum(company)) == (D("1000.00"), D("930.00"))


def test_overage_of_a_month_in_two_currencies() -> None:
    """.5, .5 and .25 h at 90.35 are 45.175, 45.175 and 22.5875: 112.94 together; at .96 108.42 EUR."""
    found = overage_amounts([0.5, 0.5, 0.25], 90.35)
    assert found == [D("45.18"), D("45.17"), D("22.59")]
    assert sum(found) == D("112.94")
    assert in_company_currency(sum(found), 0.96) == D("108.42")


def test_the_second_year_with_a_fixed_uplift_and_with_an_index() -> None:
    """3 % of 1,000 are 1,030, of that 1,060.90. An index from 119.3 to 122.0 makes 1,022.63."""
    end = date(2029, 1, 14)
    fixed = Terms(START, end, 1000, Every.MONTH, price_months=12, uplift=FixedUplift(3))
    assert [p.amount for p in prices(fixed)] == [D(1000), D("1030.00"), D("1060.90")]
    assert amounts(fixed)[12:24] == [D("85.84")] * 4 + [D("85.83")] * 8
    assert sum(amounts(fixed)) == D("3090.90")
    index = IndexUplift({date(2026, 1, 1): 119.3, date(2027, 1, 1): 122.0}, base=date(2026, 1, 1))
    indexed = prices(Terms(START, end, 1000, Every.MONTH, price_months=12, uplift=index))
    assert [(p.amount, p.certain) for p in indexed] == [
        (D(1000), True),
        (D("1022.63"), True),
        (D("1022.63"), False),  # the index of January 2028 is not known: the last one stands in
    ]


def test_an_index_that_lags_and_one_that_is_missing() -> None:
    values = {date(2025, 11, 1): 100, date(2026, 11, 1): "102.5"}
    lagging = Terms(START, date(2028, 1, 14), 200, uplift=IndexUplift(values, date(2025, 11, 1), lag=2))
    assert [(p.amount, p.certain) for p in prices(lagging)] == [(D(200), True), (D("205.00"), True)]
    nothing = Terms(START, date(2028, 1, 14), 200, uplift=IndexUplift({}, date(2025, 11, 1)))
    assert [(p.amount, p.certain) for p in prices(nothing)] == [(D(200), True), (D(200), False)]
    assert [c.certain for c in schedule(nothing)] == [True] * 12 + [False] * 12


# -- periods


def test_calendar_quarters() -> None:
    """10 February to 31 March are 50 of 90 days: 250 · 50/90 = 138.89. The last 40 days cost what that left: 111.11."""
    terms = Terms(date(2026, 2, 10), date(2027, 2, 9), 250, Every.QUARTER, aligned=True)
    assert rows(terms) == [
        (date(2026, 2, 10), date(2026, 3, 31), D("138.89")),
        (date(2026, 4, 1), date(2026, 6, 30), D("250.00")),
        (date(2026, 7, 1), date(2026, 9, 30), D("250.00")),
        (date(2026, 10, 1), date(2026, 12, 31), D("250.00")),
        (date(2027, 1, 1), date(2027, 2, 9), D("111.11")),
    ]


def test_a_leap_day_does_not_make_the_last_quarter_dearer() -> None:
    """15 January 2027 to 14 January 2028: 76 of 90 days, and 14 of 91 that cost 1 - 76/90 of a quarter."""
    terms = Terms(date(2027, 1, 15), date(2028, 1, 14), 300, Every.QUARTER, aligned=True)
    assert amounts(terms) == [D("253.33"), D(300), D(300), D(300), D("46.67")]


def test_an_uplift_inside_a_calendar_quarter() -> None:
    """1 to 14 January at 1,000 a year, 15 January to 31 March at 1,030: 250·14/90 + 257.50·76/90 = 256.33."""
    end = date(2028, 1, 14)
    terms = Terms(START, end, 1000, Every.QUARTER, price_months=12, aligned=True, uplift=FixedUplift(3))
    assert amounts(terms)[3:6] == [D(250), D("256.33"), D("257.50")]
    assert amounts(terms)[0] == D("211.11")
    assert sum(amounts(terms)) == D(2030)


def test_in_arrears_is_due_on_the_last_day() -> None:
    charges = schedule(Terms(START, END, 300, Every.QUARTER, in_advance=False))
    assert [c.due_on for c in charges] == [
        date(2026, 4, 14),
        date(2026, 7, 14),
        date(2026, 10, 14),
        date(2027, 1, 14),
    ]


def test_termination() -> None:
    """15 January to 14 March are 59 of 90 days: 300 · 59/90 = 196.67; or the whole 300."""
    ended = date(2026, 3, 14)
    assert rows(Terms(START, END, 300, Every.QUARTER, last=ended)) == [(START, ended, D("196.67"))]
    assert amounts(Terms(START, END, 300, Every.QUARTER, last=ended, whole=True)) == [D(300)]
    assert schedule(Terms(START, END, 300, Every.QUARTER, last=date(2026, 1, 1))) == []


def test_what_was_billed_in_advance_is_credited() -> None:
    """The quarter was billed at 300.00; terminated on 14 March it costs 196.67: credit 103.33."""
    owed = {
        str(c.start): c.amount
        for c in schedule(Terms(START, END, 300, Every.QUARTER, last=date(2026, 3, 14)))
    }
    assert open_amounts(owed, {"2026-01-15": D(300)}) == {"2026-01-15": D("-103.33")}
    assert open_amounts({"a": D(1), "b": D(2)}, {"a": D(1)}) == {"b": D(2)}


def test_once() -> None:
    """For all of it; or 1,000 a year for two years, the second at 3 % more, in one invoice; cut by days when terminated."""
    three = date(2029, 1, 14)
    assert rows(Terms(START, three, 5000, Every.ONCE)) == [(START, three, D(5000))]
    assert amounts(Terms(START, END, 3650, Every.ONCE, last=date(2026, 1, 24))) == [D(100)]
    two = Terms(START, date(2028, 1, 14), 1000, Every.ONCE, price_months=12, uplift=FixedUplift(3))
    assert rows(two) == [(START, date(2028, 1, 14), D(2030))]


def test_months_that_begin_on_the_thirty_first() -> None:
    found = rows(Terms(date(2026, 1, 31), date(2026, 4, 29), 100))
    assert [start for start, _e, _a in found] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert [amount for _s, _e, amount in found] == [D(100)] * 3


def test_currencies_without_cents_and_with_five() -> None:
    assert amounts(Terms(START, END, 1000, Every.QUARTER, price_months=36, unit=D(1))) == [
        D(84),
        D(83),
        D(83),
        D(83),
    ], "333 yen a year"
    assert rounded(D("10.03"), D("0.05")) == D("10.05")
    assert rounded(D("-0.125")) == D("-0.13")
    assert rounded(1.005) == D("1.01"), "as it is written, not as a float holds it"


def test_largest_remainders() -> None:
    thirds = [Fraction(10, 3)] * 3
    assert apportion(thirds) == [D("3.34"), D("3.33"), D("3.33")]
    assert apportion([exact("1.234"), exact("1.239"), exact("1.237")]) == [D("1.23"), D("1.24"), D("1.24")]
    assert apportion([]) == []


# -- laws

MONEY = st.decimals("0.01", "99999.99", places=2)


@st.composite
def terms_of_contracts(draw) -> Terms:
    start = draw(st.dates(date(2023, 6, 1), date(2026, 3, 31)))
    end = start + timedelta(days=draw(st.integers(0, 1500)))
    every = draw(st.sampled_from(list(Every)))
    return Terms(
        start,
        end,
        draw(MONEY),
        every,
        price_months=draw(st.sampled_from([None, 1, 3, 12, 36])),
        in_advance=draw(st.booleans()),
        aligned=draw(st.booleans()),
        whole=draw(st.booleans()),
        uplift=draw(st.sampled_from([None, FixedUplift(3), FixedUplift("2.75")])),
        last=draw(st.none() | st.integers(0, 1500).map(lambda n: start + timedelta(days=n))),
        unit=draw(st.sampled_from([D("0.01"), D("0.05"), D(1)])),
    )


@settings(max_examples=100, deadline=None)
@given(terms_of_contracts())
def test_charges_cover_every_day_once_in_whole_cents(terms: Terms) -> None:
    charges = schedule(terms)
    last = min(terms.last or terms.end, terms.end)
    day = terms.start
    for charge in charges:
        assert charge.start == day
        assert charge.start <= charge.end <= last
        assert charge.amount % terms.unit == 0
        assert charge.amount >= 0
        day = charge.end + timedelta(days=1)
    assert day == max(last, terms.start - timedelta(days=1)) + timedelta(days=1)


@settings(max_examples=100, deadline=None)
@given(
    st.dates(date(2023, 6, 1), date(2026, 3, 31)),
    MONEY,
    st.sampled_from([Every.MONTH, Every.QUARTER, Every.HALF_YEAR, Every.YEAR]),
    st.booleans(),
    st.integers(1, 4),
)
def test_whole_years_cost_whole_years(
    start: date, price: Decimal, every: Every, aligned: bool, years: int
) -> None:
    """To the cent, however the calendar cuts it; and whole billing periods differ by a cent at most."""
    day = start if (start.month, start.day) != (2, 29) else start - timedelta(days=1)
    end = day.replace(year=day.year + years) - timedelta(days=1)
    terms = Terms(day, end, price, every, price_months=12, aligned=aligned)
    charges = schedule(terms)
    assert sum(c.amount for c in charges) == price * years
    whole = charges[1:-1] if aligned else charges
    if whole:
        assert max(c.amount for c in whole) - min(c.amount for c in whole) <= D("0.01")
    if not aligned:
        per_year = 12 // every.months
        for year in range(years):
            assert sum(c.amount for c in charges[year * per_year : (year + 1) * per_year]) == price


@settings(max_examples=100, deadline=None)
@given(
    st.dates(date(2023, 6, 1), date(2026, 3, 31)),
    MONEY,
    st.sampled_from([Every.MONTH, Every.QUARTER, Every.HALF_YEAR, Every.YEAR]),
    st.booleans(),
    st.integers(30, 1500),
)
def test_a_whole_period_costs_its_price(
    start: date, price: Decimal, every: Every, aligned: bool, days: int
) -> None:
    """To the cent, also where an anniversary that changes nothing lies inside."""
    found = amounts(Terms(start, start + timedelta(days=days), price, every, aligned=aligned))
    assert set(found[1:-1] if aligned else found[:-1]) <= {price}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.fractions(0, 1000, max_denominator=997), max_size=12))
def test_apportioned_amounts_are_within_a_cent_and_add_up(parts: list[Fraction]) -> None:
    found = apportion(parts)
    assert sum(found, D(0)) == rounded(sum(parts, Fraction(0)))
    for part, amount in zip(parts, found, strict=True):
        assert abs(exact(amount) - part) < Fraction(1, 100)
