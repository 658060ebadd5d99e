"""The examples of docs/campaign-arithmetic.md are what the code computes: every table row is built and looked for there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from test_campaign_attribution import DAYS, DEAL, family, table, touches
from test_campaign_effect import NEWCOMBE, arm
from test_campaign_payback import MARGINS
from test_campaign_variance import AS_OF, BOOKED, PLAN

from relationship_crm.campaigns.apportion import amounts
from relationship_crm.campaigns.assignment import control_group
from relationship_crm.campaigns.attribution import Model, attribute, shares
from relationship_crm.campaigns.effect import Arm, Finding, in_words, mean_effect, rate_effect
from relationship_crm.campaigns.payback import NOT_YET, Payback, cohort, payback
from relationship_crm.campaigns.pooling import pool_estimates
from relationship_crm.campaigns.pressure import Plan, Pressure, classify
from relationship_crm.campaigns.pressure import in_words as pressure_in_words
from relationship_crm.campaigns.sample_size import detectable_mean, detectable_rate, for_means, for_rates
from relationship_crm.campaigns.variance import compare
from relationship_crm.campaigns.windows import Dated
from relationship_crm.campaigns.workload import Work, share_out

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "campaign-arithmetic.md").read_text(encoding="utf-8")
LINES = {line.strip() for line in PAGE.splitlines()}
REVENUE = mean_effect(arm(800, 18, 60, 96), arm(200, 9, 40, 14))


def said(*cells: object) -> None:
    row = "|" + "|".join(f" {cell} " if str(cell) else " " for cell in cells) + "|"
    assert row in LINES, row


def money(values: np.ndarray, places: int = 2) -> list[str]:
    return [f"{value:,.{places}f}" for value in values]


@pytest.mark.parametrize(
    "page", ["campaigns.md", "campaign-arithmetic.md", "fitting-it-to-a-company.md", "the-customers-voice.md"]
)
def test_every_link_leads_to_a_heading(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([\w./-]*\.md)?#([\w-]+)\)", text)
    assert links
    for other, anchor in links:
        assert anchor in headings(other or page), f"{other or page}#{anchor}"


def headings(page: str) -> set[str]:
    """The anchors of a page, as they are made of its headings."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    titles = (line.lstrip("#").strip().lower() for line in lines if line.startswith("#"))
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("model", Model)
def test_five_touches_of_a_deal(model: Model) -> None:
    credits = attribute(DEAL, touches([0] * 5, DAYS.tolist()), model, half_life=7)
    said(model.value, *money(amounts(table(credits, 1, 5)[0, :5])))
    if model is Model.DECAY:
        said(f"{model.value}, before rounding", *money(shares(model, 38 - DAYS, 7) * 12_000, 4))


def test_returns_and_what_was_paid() -> None:
    given = touches([0] * 3, [1, 2, 3])
    cents = table(attribute(family(100.0, -50.0, -50.0), given, Model.LINEAR), 3, 3)[:, :3]
    said("invoice 100.00", *money(amounts(cents[0])))
    for number, left in ((1, "50.00"), (2, "0.00")):
        said("return -50.00", *money(amounts(cents[number])))
        said(f"left {left}", *money(amounts(cents[: number + 1].sum(axis=0))))
    paid = attribute(family(100.0, paid=[50.0]), given, Model.LINEAR)
    said("credit 100.00", *money(amounts(paid.amount)))
    said("of which paid 50.00", *money(amounts(paid.paid)))


def test_a_control_group_by_stage() -> None:
    stages = {"Prospect": 103, "First-Time Buyer": 48, "Client": 17, "Partner": 6}
    strata = np.repeat(list(stages), list(stages.values()))
    lots = [control_group(strata, np.random.default_rng(seed)) for seed in range(60)]
    for name, people in stages.items():
        drawn = sorted({int(lot[strata == name].sum()) for lot in lots})
        said(name, people, f"{people / 5:.1f}", " or ".join(map(str, drawn)))
    assert {int(lot.sum()) for lot in lots} == {35}
    said("", 174, "34.8", 35)


def test_an_effect() -> None:
    said("a person", *money(np.array([REVENUE.value, REVENUE.low, REVENUE.high])))
    said("all 800", *money(np.array(REVENUE.for_all()), 0))
    rates = rate_effect(96, 800, 14, 200)
    said("the example", "96/800", "14/200", *money(np.array([rates.low, rates.high]), 4))
    for letter, (hits, n, other, m, _low, _high) in zip("abcdefgh", NEWCOMBE, strict=True):
        found = rate_effect(hits, n, other, m)
        said(
            f"Newcombe {letter}", f"{hits}/{n}", f"{other}/{m}", *money(np.array([found.low, found.high]), 4)
        )


def test_the_purchases_that_count() -> None:
    """Parties 0 to 5 were contacted, 6 to 9 are the control group; the day of the lot is 10, the last one 181."""
    by_order = [
        *((0, 9, 999), (0, 10, 100), (1, 181, 50), (2, 182, 999), (1, 172, 10)),
        *((6, 32, 0), (7, 32, 30)),  # of the first 70 came back
    ]
    of = Dated(*(np.array(column) for column in zip(*by_order, strict=True)))
    everybody = np.arange(10)
    value, _count = of.within(everybody, np.full(10, 10), np.full(10, 181))
    first, second = Arm.of(value[:6]), Arm.of(value[6:])
    for name, group in (("contacted", first), ("control group", second)):
        said(name, group.n, group.buyers, *money(np.array([group.total, group.total / group.n])))
    effect = mean_effect(first, second)
    assert effect.finding is Finding.TOO_SMALL
    text = " ".join(PAGE.split())
    assert f"the effect of {effect.value:.2f} goes from {effect.low:.2f} to {effect.high:.2f}" in text
    assert f"can only see a change of {effect.detectable:.2f} or more" in text


def test_variants() -> None:
    for wave, first, second in (("first wave", 28, 48), ("second wave", 30, 40)):
        found = rate_effect(second, 400, first, 400)
        points = [f"{100 * value:.1f}" for value in (found.value, found.low, found.high)]
        said(wave, f"{first} of 400", f"{second} of 400", *points)
    assert f"a difference of {100 * found.detectable:.1f} percentage points or more" in PAGE


def test_calls_are_shared_out() -> None:
    """In the order in which they are given: what is somebody's, then the largest first."""
    works = {"Ash": (3, "Anna"), "Cedar": (4, ""), "Birch": (2, "Carl"), "Dune": (1, ""), "Elm": (1, "")}
    now = {"Anna": 0, "Ben": 2}
    given = share_out([Work(name, size, (whose,)) for name, (size, whose) in works.items()], now)
    for name, (size, _whose) in works.items():
        now[given[name]] += size
        said(name, size, given[name], now["Anna"], now["Ben"])


def test_what_is_said() -> None:
    said("the revenue above", in_words(REVENUE))
    said("its share of buyers", in_words(rate_effect(96, 800, 14, 200)))
    small = mean_effect(arm(100, 18, 60, 12), arm(25, 9, 40, 2))
    said("the same revenue with 100 and 25 people", in_words(small))
    nobody = mean_effect(Arm.of([0, 50]), Arm.of([0, 0]))
    said("revenue, and nobody in the control group bought", in_words(nobody))
    said("no control group", in_words(mean_effect(Arm.of([0, 50]), Arm.of([]))))


@pytest.mark.parametrize("rows", [[(10, 2), (8, 1)], [(12, 2), (2, 2)]])
def test_pooled_campaigns(rows: list[tuple[int, int]]) -> None:
    found = pool_estimates([value for value, _e in rows], [error for _v, error in rows])
    said(
        ", ".join(f"{value} ± {error}" for value, error in rows),
        f"{found.q:.2f}",
        f"{100 * found.i2:.0f} %",
        f"{found.tau2:.1f}",
        *(f"{of.value:.2f} ± {of.error:.2f}" for of in (found.fixed, found.random)),
    )


@pytest.mark.parametrize(("base", "lift"), [(0.02, 0.2), (0.05, 0.2), (0.1, 0.2), (0.2, 0.2), (0.2, 0.1)])
def test_sizes(base: float, lift: float) -> None:
    halves, fifth = for_rates(base, lift), for_rates(base, lift, 0.2)
    numbers = money(np.array([halves.control, fifth.contacted, fifth.control, fifth.total]), 0)
    said(f"{100 * base:.0f} %", f"+{100 * lift:.0f} %", *numbers)


def test_sizes_for_means() -> None:
    halves, fifth = for_means(60, 10), for_means(60, 10, 0.2)
    assert f"{halves.control} in each half, {fifth.contacted:,} and {fifth.control} with a fifth" in PAGE


@pytest.mark.parametrize(("contacted", "control"), [(400, 100), (500, 500), (2_000, 500), (8_155, 8_155)])
def test_what_groups_can_see(contacted: int, control: int) -> None:
    rates = [100 * detectable_rate(base, contacted, control) for base in (0.05, 0.2)]
    mean = detectable_mean(60, contacted, control)
    said(f"{contacted:,}", f"{control:,}", *money(np.array([*rates, mean])))


def test_planned_against_actual() -> None:
    found = compare(PLAN, BOOKED, AS_OF)
    rows = [(line.name, written(plan.day), line) for plan, line in zip(PLAN, found.lines, strict=True)]
    for name, day, line in [*rows, ("not planned", "", found.unplanned), ("together", "", found.total)]:
        assert line is not None
        said(name, day, line.planned, line.actual, line.variance, line.verdict.value)


def written(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def test_payback() -> None:
    each, whole = payback(np.array([30_000] * 3), MARGINS), cohort(90_000, MARGINS)
    for i, name in enumerate(("first", "second", "third")):
        said(name, *MARGINS[i] // 100, when(each, i))
    said("together", *MARGINS.sum(axis=0) // 100, when(whole, 0))
    assert f"had it been 700.00, in {when(cohort(70_000, MARGINS), 0)}." in PAGE


def when(found: Payback, position: int) -> str:
    month = int(found.month[position])
    return f"month {month + 1}" if month != NOT_YET else f"not yet, {found.missing[position] // 100} missing"


def test_pressure() -> None:
    plan = Plan(np.array([4]), np.array([12]))
    found = classify(np.arange(20), np.zeros(20, dtype=int), plan)
    for pressure in Pressure:
        of = np.flatnonzero(found == pressure)
        span = f"{of[0]} to {of[-1]}" if of[-1] > of[0] else str(of[0])
        said(f"{of[0]} and more" if pressure is Pressure.PESTERED else span, pressure_in_words(pressure))
