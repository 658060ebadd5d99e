"""Campaigns in the book: planned and actual cost, whom they reached, who gets the credit, and what they caused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from relationship_crm.assessment.read import as_date
from relationship_crm.campaigns.apportion import amounts
from relationship_crm.campaigns.attribution import Invoices, Model, Touches, attribute, by_campaign
from relationship_crm.campaigns.effect import Arm, Effect, in_words, mean_effect, rate_effect
from relationship_crm.campaigns.variance import Actual, Compared, Planned, compare
from relationship_crm.engine.grid import day_number
from relationship_crm.ledger.database import SqliteLedger

#: What the report needs; without one of them there is nothing to tell.
SOURCES = ("Relationship Campaign", "Campaign Member", "Campaign Touch", "Campaign Response")
CONTROL, CONTACTED = "Control", "Contacted"
Row = dict[str, Any]


@dataclass
class Told:
    """What the report says of one campaign."""

    title: str
    kind: str
    start: date
    end: date
    cost: Compared
    contacted: int
    control: int
    responses: int
    credits: dict[Model, float]
    buyers: Effect
    revenue: Effect

    @property
    def planned(self) -> float:
        """Planned cost."""
        return float(self.cost.total.planned)

    @property
    def actual(self) -> float:
        """What was booked."""
        return float(self.cost.total.actual)

    @property
    def rate(self) -> float:
        """Share of those contacted who answered."""
        return self.responses / self.contacted if self.contacted else 0.0

    @property
    def sentences(self) -> list[str]:
        """What it caused, in words."""
        return [in_words(self.buyers), in_words(self.revenue)]


@dataclass
class Campaigns:
    """All campaigns, newest first, and what was sold without any."""

    told: list[Told]
    invoiced: float
    not_attributed: dict[Model, float]


def campaigns(ledger: SqliteLedger, as_of: date) -> Campaigns | None:
    """None where the book holds none."""
    if not all(ledger.has(doctype) for doctype in SOURCES):
        return None
    rows = _read(
        ledger, "Relationship Campaign", "name title kind company start_date end_date outcome_days project"
    )
    rows = [row for row in rows if as_date(row["start_date"]) <= as_of]
    if not rows:
        return None
    members = _by_campaign(_read(ledger, "Campaign Member", "campaign arm party"))
    responses = _by_campaign(_read(ledger, "Campaign Response", "campaign party"))
    sales = _Sales(ledger, as_of)
    credits, nobody = _credits(ledger, sales, [row["name"] for row in rows])
    told = [
        _told(ledger, row, as_of, members[row["name"]], responses[row["name"]], sales, credits[row["name"]])
        for row in rows
    ]
    told.sort(key=lambda one: (one.start, one.title), reverse=True)
    return Campaigns(told, float(amounts(sales.invoices.amount.sum())), nobody)


def _told(
    ledger: SqliteLedger,
    row: Row,
    as_of: date,
    members: list[Row],
    responses: list[Row],
    sales: _Sales,
    credits: dict[Model, float],
) -> Told:
    start, end = as_date(row["start_date"]), as_date(row["end_date"])
    until = min(end + timedelta(days=row["outcome_days"] or 0), as_of)
    bought = sales.bought(start, until)
    arms = {
        arm: np.array([bought[m["party"]] for m in members if m["arm"] == arm])
        for arm in (CONTACTED, CONTROL)
    }
    found = {arm: Arm.of(values) for arm, values in arms.items()}
    return Told(
        title=row["title"],
        kind=row["kind"],
        start=start,
        end=end,
        cost=_cost(ledger, row, as_of),
        contacted=found[CONTACTED].n,
        control=found[CONTROL].n,
        responses=len({response["party"] for response in responses}),
        credits=credits,
        buyers=rate_effect(
            found[CONTACTED].buyers, found[CONTACTED].n, found[CONTROL].buyers, found[CONTROL].n
        ),
        revenue=mean_effect(found[CONTACTED], found[CONTROL]),
    )


class _Sales:
    """Invoices with the day of their order, in cents, and their customers by number."""

    def __init__(self, ledger: SqliteLedger, as_of: date) -> None:
        ordered = _order_days(ledger)
        columns = "name customer posting_date base_net_total return_against docstatus is_opening is_internal_customer"
        rows = [
            row
            for row in _read(ledger, "Sales Invoice", columns)
            if row["docstatus"] == 1
            and row["is_opening"] != "Yes"
            and not row["is_internal_customer"]
            and as_date(row["posting_date"]) <= as_of
        ]
        place = {row["name"]: i for i, row in enumerate(rows)}
        self.customers = {name: i for i, name in enumerate(dict.fromkeys(row["customer"] for row in rows))}
        self.rows = rows
        self.invoices = Invoices.of(
            [self.customers[row["customer"]] for row in rows],
            [_number(ordered.get(row["name"]) or row["posting_date"]) for row in rows],
            [row["base_net_total"] for row in rows],
            returns=[place.get(row["return_against"], -1) for row in rows],
        )

    def bought(self, start: date, until: date) -> dict[str, float]:
        """Net purchases of each customer on days from start to until; who bought nothing counts with 0."""
        found: dict[str, float] = defaultdict(float)
        for row in self.rows:
            if start <= as_date(row["posting_date"]) <= until:
                found[row["customer"]] += row["base_net_total"]
        return found


def _order_days(ledger: SqliteLedger) -> dict[str, str]:
    """The day of the order behind each invoice, where there is one."""
    if not (ledger.has("Sales Order") and ledger.has("Sales Invoice Item")):
        return {}
    read = ledger.connection.execute(
        'SELECT i.parent, MIN(o.transaction_date) FROM "tabSales Invoice Item" i '
        'JOIN "tabSales Order" o ON o.name = i.sales_order GROUP BY i.parent'
    )
    return dict(read)


def _credits(
    ledger: SqliteLedger, sales: _Sales, names: list[str]
) -> tuple[dict[str, dict[Model, float]], dict[Model, float]]:
    """Credited revenue by campaign and model, and what nobody gets."""
    touches = [
        row
        for row in _read(ledger, "Campaign Touch", "name campaign customer touched_on")
        if row["touched_on"] and row["campaign"] in names and row["customer"] in sales.customers
    ]
    of = Touches.of(
        [sales.customers[row["customer"]] for row in touches],
        [_number(row["touched_on"]) for row in touches],
        [row["name"] for row in touches],
    )
    campaign = [names.index(row["campaign"]) for row in touches]
    found: dict[str, dict[Model, float]] = {name: {} for name in names}
    nobody = {}
    for model in Model:
        sums = by_campaign(attribute(sales.invoices, of, model), np.array(campaign, dtype=int), len(names))
        nobody[model] = float(amounts(sums.not_attributed))
        for name, amount in zip(names, amounts(sums.amount), strict=True):
            found[name][model] = float(amount)
    return found, nobody


def _cost(ledger: SqliteLedger, campaign: Row, as_of: date) -> Compared:
    """The plan against what was booked on the campaign's project."""
    plan, booked = [], []
    if ledger.has("Relationship Campaign Cost"):
        for row in _read(
            ledger, "Relationship Campaign Cost", "name parent account item_code cost_date amount"
        ):
            if row["parent"] == campaign["name"]:
                day = as_date(row["cost_date"])
                plan.append(Planned(row["name"], row["amount"], day, row["item_code"], row["account"]))
    if ledger.has("GL Entry") and campaign["project"]:
        for row in _read(
            ledger, "GL Entry", "company posting_date account debit credit project is_cancelled"
        ):
            day = as_date(row["posting_date"])
            mine = row["project"] == campaign["project"] and row["company"] == campaign["company"]
            if mine and not row["is_cancelled"] and day <= as_of:
                booked.append(Actual((row["debit"] or 0) - (row["credit"] or 0), day, None, row["account"]))
    return compare(plan, booked, as_of)


def _read(ledger: SqliteLedger, doctype: str, columns: str) -> list[Row]:
    """Rows in the order of the book; none where it lacks the DocType."""
    names = columns.split()
    if not ledger.has(doctype):
        return []
    selected = ", ".join(f'"{column}"' for column in names)
    read = ledger.connection.execute(f'SELECT {selected} FROM "tab{doctype}" ORDER BY rowid')
    return [dict(zip(names, row, strict=True)) for row in read]


def _by_campaign(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["campaign"]].append(row)
    return found


def _number(day: Any) -> int:
    return day_number(as_date(day))
