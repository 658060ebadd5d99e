"""What is open and due: terminations, cents, late entries, each worked out by hand; and that charging it closes it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from relationship_crm.contracts.billing import Every, Terms, rounded, schedule, years
from relationship_crm.contracts.claims import OVERAGE, SCHEDULED, Claim, Open
from relationship_crm.contracts.due import (
    Collecting,
    Use,
    due_overage,
    due_scheduled,
    open_overage,
    open_scheduled,
    overage_periods,
)

D = Decimal
START, END = date(2026, 1, 15), date(2027, 1, 14)
QUARTERLY = Terms(START, END, 300, Every.QUARTER)


def claimed(found: list[Open], invoice: str = "SI-1", drafted: bool = False) -> list[Claim]:
    """Open things as an invoice charges them."""
    return [
        Claim(
            one.key,
            one.line,
            one.kind,
            one.start,
            one.end,
            one.due_on,
            one.qty,
            one.rate,
            one.amount,
            invoice,
            drafted=drafted,
            entry=one.entry,
        )
        for one in found
    ]


def spans(found: list[Open]) -> list[tuple[date, date, Decimal]]:
    return [(one.start, one.end, one.amount) for one in found]


# -- by schedule


def test_what_was_not_charged_is_open() -> None:
    charges = schedule(QUARTERLY)
    found = open_scheduled("L", charges, [])
    assert [one.amount for one in found] == [D(300)] * 4
    first = claimed(found[:1])
    assert spans(open_scheduled("L", charges, first))[0][0] == date(2026, 4, 15)
    assert [one.start for one in due_scheduled(found, date(2026, 4, 14))] == [START]
    assert len(due_scheduled(found, date(2026, 4, 14), ahead=1)) == 2


def test_terminated_in_a_period_that_was_charged_and_taken_back() -> None:
    """300 · 59/90 = 196.67 until 14 March: 103.33 back for the days from the 15th on. Not terminated after all: charged again."""
    whole, cut = schedule(QUARTERLY), schedule(Terms(START, END, 300, Every.QUARTER, last=date(2026, 3, 14)))
    first = claimed(open_scheduled("L", whole, [])[:1])
    back = open_scheduled("L", cut, first)
    assert spans(back) == [(date(2026, 3, 15), date(2026, 4, 14), D("-103.33"))]
    assert (back[0].qty, back[0].rate, back[0].differs, back[0].invoice) == (-1, D("103.33"), True, "SI-1")
    credited = [*first, *claimed(back, "SI-2")]
    assert open_scheduled("L", cut, credited) == []
    again = open_scheduled("L", whole, credited)
    assert spans(again)[0] == (date(2026, 3, 15), date(2026, 4, 14), D("103.33"))
    everything = [*credited, *claimed(again[:1], "SI-3")]
    assert spans(open_scheduled("L", whole, everything)) == spans(open_scheduled("L", whole, first))


def test_two_terminations_one_earlier_than_the_other() -> None:
    """Until 14 March 196.67, until 14 February (31 of 90 days) 103.33: 103.33 back, then 93.34."""
    first = claimed(open_scheduled("L", schedule(QUARTERLY), [])[:1])
    claims = list(first)
    for last, back in ((date(2026, 3, 14), "-103.33"), (date(2026, 2, 14), "-93.34")):
        cut = schedule(Terms(START, END, 300, Every.QUARTER, last=last))
        found = open_scheduled("L", cut, claims)
        assert [(one.start, one.amount) for one in found] == [(last + timedelta(days=1), D(back))]
        claims += claimed(found, "SI-2")


def test_a_period_that_is_no_longer_in_the_schedule_is_given_back() -> None:
    first = claimed(open_scheduled("L", schedule(QUARTERLY), [])[:2])
    cut = schedule(Terms(START, END, 300, Every.QUARTER, last=date(2026, 4, 14)))
    assert spans(open_scheduled("L", cut, first)) == [(date(2026, 4, 15), date(2026, 7, 14), D(-300))]


def test_a_cent_that_rounding_moves_is_not_charged_anew() -> None:
    """1,000 a year are 83.34 in four months. Six months are 500.00, of which two cost 83.34: nobody gets two cents back."""
    year = Terms(START, END, 1000, Every.MONTH, price_months=12)
    half = Terms(START, END, 1000, Every.MONTH, price_months=12, last=date(2026, 7, 14))
    claims = claimed(open_scheduled("L", schedule(year), [])[:6])
    assert sum(c.amount for c in claims) == D("500.02")
    assert open_scheduled("L", schedule(half), claims) == []


def test_what_is_on_a_draft_waits() -> None:
    first = claimed(open_scheduled("L", schedule(QUARTERLY), [])[:1], drafted=True)
    cut = schedule(Terms(START, END, 300, Every.QUARTER, last=date(2026, 3, 14)))
    back = open_scheduled("L", cut, first)
    assert [one.drafted for one in back] == [True]
    assert due_scheduled(back, date(2026, 5, 1)) == []


def test_what_a_subscription_charged_is_not_charged_again() -> None:
    elsewhere = [(date(2026, 1, 15), date(2026, 7, 14))]
    found = open_scheduled("L", schedule(QUARTERLY), [], elsewhere=elsewhere)
    assert [one.start for one in found] == [date(2026, 7, 15), date(2026, 10, 15)]


# -- overage

MAY = [Use("A", date(2026, 5, 2), 0.5), Use("B", date(2026, 5, 3), 0.5), Use("C", date(2026, 5, 4), 0.25)]


def test_entries_of_an_invoice_add_up() -> None:
    """.5, .5 and .25 h at 90.35: 45.18, 45.17, 22.59; 112.94 together."""
    found = open_overage("L", MAY, 90.35, [])
    assert [one.amount for one in found] == [D("45.18"), D("45.17"), D("22.59")]
    assert open_overage("L", MAY, 90.35, claimed(found)) == []


def test_a_new_entry_moves_no_cents_among_old_ones() -> None:
    claims = claimed(open_overage("L", MAY, 90.35, []))
    more = [*MAY, Use("D", date(2026, 5, 5), 0.25)]
    found = open_overage("L", more, 90.35, claims)
    assert [(one.entry, one.amount) for one in found] == [("D", D("22.59"))]


def test_overage_that_moves_and_what_is_taken_back() -> None:
    """A's half hour is covered now, D's half is not: nothing in all. Without D: as it was charged, to the cent."""
    claims = claimed(open_overage("L", MAY, 90.35, []))
    moved = [Use("A", date(2026, 5, 2), 0), *MAY[1:], Use("D", date(2026, 5, 5), 0.5)]
    found = open_overage("L", moved, 90.35, claims)
    assert [(one.entry, one.qty) for one in found] == [("A", Fraction(-1, 2)), ("D", Fraction(1, 2))]
    assert sum(one.amount for one in found) == 0
    found = open_overage("L", MAY[:1], 90.35, claims)
    assert [(one.entry, one.amount) for one in found] == [("B", D("-45.17")), ("C", D("-22.59"))]


def test_a_corrected_rate_charges_the_difference() -> None:
    """1.25 h at 100 are 125.00, of which 112.94 were charged: 12.06. Back to the old rate: as if nothing had been."""
    claims = claimed(open_overage("L", MAY, 90.35, []))
    found = open_overage("L", MAY, 100, claims)
    assert sum(one.amount for one in found) == D("12.06")
    claims += claimed(found, "SI-2")
    assert open_overage("L", MAY, 100, claims) == []
    claims += claimed(open_overage("L", MAY, 90.35, claims), "SI-3")
    assert open_overage("L", MAY, 90.35, claims) == []
    assert sum(one.amount for one in claims) == D("112.94")


def test_a_line_that_charges_nothing_any_more_gives_everything_back() -> None:
    claims = claimed(open_overage("L", MAY, 90.35, []))
    found = open_overage("L", MAY, 0, claims)
    assert [one.amount for one in found] == [D("-45.18"), D("-45.17"), D("-22.59")]
    assert open_overage("L", MAY, 0, [*claims, *claimed(found, "SI-2")]) == []


def test_overage_is_collected_once_a_period() -> None:
    """Months from 15 January: what is of 2 to 4 May is collected on 15 May, not before; what comes late on 15 June."""
    periods = overage_periods(START, END, END, Every.MONTH, aligned=False)
    assert periods[3] == (date(2026, 4, 15), date(2026, 5, 14))
    collecting = Collecting(periods, END)
    found = open_overage("L", MAY, 90.35, [])
    assert due_overage(found, [], collecting, date(2026, 5, 14)) == []
    assert len(due_overage(found, [], collecting, date(2026, 5, 15))) == 3
    made = [Claim(**{**vars(c), "due_on": collecting.on(date(2026, 5, 15))}) for c in claimed(found)]
    late = open_overage("L", [*MAY, Use("D", date(2026, 5, 10), 1)], 90.35, made)
    assert due_overage(late, made, collecting, date(2026, 5, 20)) == []
    assert [one.entry for one in due_overage(late, made, collecting, date(2026, 5, 20), now=True)] == ["D"]
    assert [one.entry for one in due_overage(late, made, collecting, date(2026, 6, 15))] == ["D"]


def test_nothing_is_waited_for_once_the_contract_is_over() -> None:
    """Also what was used after its end, which is overage in full."""
    last = date(2026, 3, 31)
    collecting = Collecting(overage_periods(START, END, last, Every.QUARTER, aligned=True), last)
    after = [Use("A", date(2026, 3, 20), 1), Use("B", date(2026, 4, 2), 1)]
    found = open_overage("L", after, 90, [])
    assert due_overage(found, [], collecting, date(2026, 3, 31)) == []
    assert len(due_overage(found, [], collecting, date(2026, 4, 1))) == 2
    made = [Claim(**{**vars(c), "due_on": date(2026, 4, 1)}) for c in claimed(found[:1])]
    late = open_overage("L", after, 90, made)
    assert [one.entry for one in due_overage(late, made, collecting, date(2026, 4, 3))] == ["B"]


def test_how_many_years_are_charged() -> None:
    """A price for 18 months, charged by quarters: six equal shares, with the calendar the first and the last one broken."""
    end = date(2027, 7, 14)
    for aligned in (False, True):
        plain = Terms(START, end, 1, Every.QUARTER, aligned=aligned)
        assert years(plain) == Fraction(3, 2)
        terms = Terms(START, end, 900, Every.QUARTER, price_months=12 * years(plain), aligned=aligned)
        assert sum(c.amount for c in schedule(terms)) == 900
    hundred_days = Terms(START, START + timedelta(days=99), 1, Every.MONTH)
    whole = Terms(START, hundred_days.end, 1000, Every.MONTH, price_months=12 * years(hundred_days))
    assert sum(c.amount for c in schedule(whole)) == 1000


# -- laws

QTY = st.integers(0, 4_000_000).map(lambda n: Fraction(n, 1_000_000))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(QTY, min_size=6, max_size=6), min_size=1, max_size=5),
    st.lists(st.decimals("0.00", "999.99", places=2), min_size=5, max_size=5),
)
def test_what_is_charged_closes_and_stays_within_a_cent_an_invoice(
    rounds: list[list[Fraction]], rates: list[Decimal]
) -> None:
    """However overage and rates move between invoices: after each nothing is open, and in all it is what is owed, within half a cent each and a cent an entry."""
    claims: list[Claim] = []
    for number, (quantities, rate) in enumerate(zip(rounds, rates, strict=False)):
        uses = [Use(str(n), START, quantity) for n, quantity in enumerate(quantities)]
        claims += claimed(open_overage("L", uses, rate, claims), f"SI-{number}")
        assert open_overage("L", uses, rate, claims) == []
        owed = sum((Fraction(q) for q in quantities), Fraction(0)) * Fraction(rate)
        charged = sum((c.amount for c in claims), D(0))
        assert abs(Fraction(charged) - owed) <= Fraction(number + 1, 200) + Fraction(6, 100)
    nothing = [Use(str(n), START, 0) for n in range(6)]
    claims += claimed(open_overage("L", nothing, 1, claims), "SI-last")
    assert sum(c.amount for c in claims) == 0
    assert all(c.kind == OVERAGE for c in claims)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=6), st.decimals("1", "9999.99", places=2))
def test_whatever_is_decided_about_the_end_the_last_word_is_charged(lasts: list[int], price: Decimal) -> None:
    """Terminated, withdrawn, terminated again: charged is what the schedule says, within a cent a period."""
    claims: list[Claim] = []
    for number, days in enumerate(lasts):
        terms = Terms(START, END, price, Every.QUARTER, last=START + timedelta(days=days))
        charges = schedule(terms)
        found = open_scheduled("L", charges, claims)
        assert all(one.start <= one.end for one in found)
        claims += claimed(found, f"SI-{number}")
        assert open_scheduled("L", charges, claims) == []
        charged = sum((c.amount for c in claims), D(0))
        assert abs(charged - sum((c.amount for c in charges), D(0))) <= D("0.01") * len(charges)
        assert all(c.kind == SCHEDULED for c in claims)
        assert rounded(charged) == charged
