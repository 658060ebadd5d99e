"""The examples of docs/service-contracts.md are what the code computes: every table row is built and looked for there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from test_contract_balance import HOURS, USED, Book
from test_contract_billing import YEAR
from test_contract_recurring import DECEMBER, MRR, NAMES

from relationship_crm.contracts.billing import (
    Every,
    Terms,
    in_company_currency,
    overage_amounts,
    schedule,
)
from relationship_crm.contracts.periods import Carry, Line, Lines, Per, periods, quantities
from relationship_crm.contracts.recurring import movements
from relationship_crm.contracts.rules import LineState, Rule, may_use
from relationship_crm.contracts.sbg import Tenures, fit
from relationship_crm.engine.grid import month_end

PAGE = (Path(__file__).resolve().parents[2] / "docs/service-contracts.md").read_text(encoding="utf-8")
LINES = {line.strip() for line in PAGE.splitlines()}


def said(*cells: object) -> None:
    row = "| " + " | ".join(str(cell) for cell in cells) + " |"
    assert row in LINES, row


def written(day: date, year: bool = True) -> str:
    return f"{day.day} {day:%B}" + (f" {day.year}" if year else "")


def numbers(values: np.ndarray) -> list[str]:
    return [f"{value:g}" for value in values]


def test_the_balance_of_four_quarters() -> None:
    book = Book(HOURS, USED)
    folded = book.folded
    columns = [book.periods.included, folded.carried, folded.available, folded.used]
    columns += [folded.left, folded.over, folded.lapsed]
    for i in range(4):
        first, _last = book.periods.dates(i)
        said(written(first, year=False), *numbers(quantities(np.array([column[i] for column in columns]))))
    for (day, hours), covered, overage in zip(
        USED, quantities(folded.covered), quantities(folded.overage), strict=True
    ):
        said(written(day, year=False), f"{hours:g}", f"{covered:g}", f"{overage:g}")


def test_periods_with_the_calendar() -> None:
    own, calendar = (
        periods(Lines.of([Line(HOURS.start, HOURS.end, 20, Per.QUARTER, aligned=aligned)]))
        for aligned in (False, True)
    )
    for i in range(4):
        left, right = (
            f"{written(f.dates(i)[0], False)} to {written(f.dates(i)[1], False)}" for f in (own, calendar)
        )
        said(left, right + (" (broken)" if calendar.broken[i] else ""))
    assert calendar.dates(4) == (date(2027, 1, 1), date(2027, 1, 14))
    assert calendar.broken.tolist() == [True, False, False, False, True]


def test_the_four_carry_rules() -> None:
    used = [(date(2026, 2, 1), 15.0), (date(2026, 5, 1), 22.0), (date(2026, 8, 1), 2.0)]
    for carry in Carry:
        line = Line(HOURS.start, HOURS.end, 20, Per.QUARTER, carry=carry, carry_limit=10)
        name = carry.value + (" 10" if carry is Carry.UP_TO else "")
        said(name, ", ".join(numbers(quantities(Book(line, used).folded.available))))


def test_the_rules() -> None:
    words = {
        Rule.STOP: "refused: 3 h are left",
        Rule.ASK: "refused until somebody agrees; then 3 h covered, 2 h overage, charged",
        Rule.BILL: "3 h covered, 2 h overage, charged",
        Rule.FREE: "3 h covered, 2 h overage, not charged",
    }
    for rule, text in words.items():
        said(rule.value, text)
        found = may_use(LineState(3.0), 5.0, rule, agreed=True)
        assert (found.covered, found.overage) == ((0, 0) if rule is Rule.STOP else (3, 2))


def test_calendar_quarters_and_the_year_in_two_currencies() -> None:
    quarters = Terms(date(2026, 2, 10), date(2027, 2, 9), 250, Every.QUARTER, aligned=True)
    notes = ["50 of 90", "whole", "whole", "whole", "the rest"]
    for charge, note in zip(schedule(quarters), notes, strict=True):
        said(written(charge.start), written(charge.end), note, charge.amount)
    year = schedule(Terms(date(2026, 1, 15), date(2027, 1, 14), 1000, Every.MONTH, price_months=12))
    total = 0
    for charge, (_day, _amount, rate, _base) in zip(year, YEAR, strict=True):
        company = in_company_currency(charge.amount, rate)
        said(written(charge.due_on), charge.amount, rate, company)
        total += company
    assert f"| | {sum(c.amount for c in year)} | | {total} |" in LINES


def test_overage_amounts() -> None:
    hours = [0.5, 0.5, 0.25]
    for quantity, amount in zip(hours, found := overage_amounts(hours, 90.35), strict=True):
        said(f"{quantity:.2f}", amount)
    said("1.25", sum(found))


def test_twelve_contracts() -> None:
    shown = [0, 1, 3, 4, 6, 7, 8, 10, 13]
    for name, row in zip(NAMES, MRR, strict=True):
        assert any(
            line.startswith(f"| {name}:") and line.endswith("| " + " | ".join(numbers(row[shown])) + " |")
            for line in LINES
        ), name
    found = movements(MRR, had_before=np.array([name == "Lima" for name in NAMES]))
    for month in range(1, MRR.shape[1]):
        day = month_end(1970 * 12 + DECEMBER + month)
        columns = (
            found.new,
            found.expansion,
            found.reactivation,
            found.contraction,
            found.churn,
            found.closing,
        )
        said(f"{day:%B} {day.year}", *numbers(np.array([column[month] for column in columns])))


@pytest.mark.parametrize(
    ("group", "customers"),
    [
        ("Regular", [1000, 631, 468, 382, 326, 289, 262, 241]),
        ("High End", [1000, 869, 743, 653, 593, 551, 517, 491]),
    ],
)
def test_the_two_groups_of_the_paper(group: str, customers: list[int]) -> None:
    model = fit(Tenures.cohorts([customers]))
    rates = [f"{100 * model.renews(n).value:.1f} %" for n in range(3)]
    said(group, f"{model.alpha:.4f}", f"{model.beta:.4f}", f"{model.log_likelihood:.2f}", *rates)
    if group == "High End":
        lifetimes = [f"{model.residual_lifetime(n, 0.1):.2f}" for n in (0, 2)]
        assert f"High End at 10 %: {lifetimes[0]} terms before the\nfirst renewal, {lifetimes[1]}" in PAGE
