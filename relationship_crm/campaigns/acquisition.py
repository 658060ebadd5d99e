"""What new customers of campaigns cost, and in which month their margin covered it; on real invoices and ledgers.

A campaign's new customers are those whose first net purchase gives it the largest credit. Their cost is the actual cost of
the campaign, the same for each; their margin is net invoiced less the cost of what was sold, of everything they bought since,
whatever campaign it is credited to. Months are those of the calendar from the campaign's first one on. The arithmetic is
`payback`. A constant number of queries whatever the number of campaigns and customers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
import numpy as np
from frappe.utils import add_months, getdate

from relationship_crm.campaigns import costs, credits
from relationship_crm.campaigns.apportion import apportion
from relationship_crm.campaigns.attribution import Model
from relationship_crm.campaigns.bases import CAMPAIGN
from relationship_crm.campaigns.credits import Book, Purchase
from relationship_crm.campaigns.payback import NOT_YET, acquisition_cost, monthly, payback
from relationship_crm.campaigns.sight import Sight
from relationship_crm.contracts.periods import month_number
from relationship_crm.engine.grid import day_number


@dataclass(frozen=True)
class Paid:
    """When a cost was covered: month counted from 1 and its first day, None for not yet; what is missing and was gained."""

    cost: float
    margin: float
    month: int | None
    day: date | None
    missing: float


@dataclass(frozen=True)
class Won:
    """A new customer: the day and net amount of the first purchase, and its payback."""

    customer: str
    day: date
    amount: float
    paid: Paid


@dataclass(frozen=True)
class Acquisition:
    """A campaign's new customers together, and each; amounts in the company's currency."""

    campaign: str
    paid: Paid
    customers: list[Won]
    cumulated: list[float]  # margin of all at the end of each month
    first_month: date

    @property
    def cost_per_customer(self) -> float:
        """NaN where nobody was won."""
        return acquisition_cost(self.paid.cost, len(self.customers))


def acquired(
    company: str,
    campaigns: Sequence[Any],
    as_of: date | None = None,
    model: Model | None = None,
    sight: Sight | None = None,
) -> list[Acquisition]:
    """What campaigns of a company (rows with name and start_date) acquired until a day, today unless told otherwise.

    Counts customers that the session's user may read; costs are those of the whole campaign.
    """
    day = as_of or getdate()
    seen = (sight or Sight()).customers()
    book = credits.load(company, as_of, seen)
    allowed = None if seen is None else set(seen)
    new: dict[str, dict[str, Purchase]] = defaultdict(dict)
    for customer, first in credits.first_purchases(company, as_of, book, model).items():
        if first.campaign and first.day <= day and (allowed is None or customer in allowed):
            new[first.campaign][customer] = first
    spent = costs.compared([row.name for row in campaigns], as_of)
    place = {customer: at for at, customer in enumerate(book.reached.customers)}
    return [
        _of(row, float(spent[row.name].total.actual), new.get(row.name, {}), book, place, day)
        for row in campaigns
    ]


def _of(
    row: Any, cost: float, new: dict[str, Purchase], book: Book, place: dict[str, int], day: date
) -> Acquisition:
    names = sorted(new, key=lambda customer: (new[customer].day, customer))
    first = min([getdate(row.start_date), *(one.day for one in new.values())]).replace(day=1)
    start = day_number(first)
    count = max(int(month_number(np.asarray(day_number(day))) - month_number(np.asarray(start))) + 1, 1)
    margin = _margins(book, [place[name] for name in names], start, count)
    whole = round(cost / float(book.unit))
    shares = (
        apportion(np.array([whole]), np.ones(len(names)), np.array([len(names)]))
        if names
        else np.zeros(0, dtype=np.int64)
    )
    each = _paid(book, shares, margin, first)
    together = margin.sum(axis=0, keepdims=True)
    if not names:
        # nobody was won, so nothing is paid back, be it nothing that was spent
        paid = Paid(cost, 0.0, None, None, max(cost, 0.0))
    else:
        paid = _paid(book, np.array([whole]), together, first)[0]
    won = [Won(name, new[name].day, new[name].amount, own) for name, own in zip(names, each, strict=True)]
    return Acquisition(row.name, paid, won, book.money(np.cumsum(together[0])).tolist(), first)


def _margins(book: Book, parties: Sequence[int], start: int, months: int) -> np.ndarray:
    """Margins by customer and month, whole units."""
    at = np.full(len(book.reached.customers), -1)
    at[list(parties)] = np.arange(len(parties))
    own = at[book.invoices.party] if len(book.invoices.party) else np.zeros(0, dtype=np.int64)
    some = own >= 0
    return monthly(own[some], book.found.posted[some], book.margin[some], len(parties), start, months)


def _paid(book: Book, cost: np.ndarray, margin: np.ndarray, first: date) -> list[Paid]:
    if not len(margin):
        return []
    found = payback(cost, margin)
    return [
        Paid(
            float(book.money(own)),
            float(book.money(gained)),
            None if month == NOT_YET else month + 1,
            None if month == NOT_YET else getdate(add_months(first, month)),
            float(book.money(missing)),
        )
        for own, gained, month, missing in zip(
            cost.tolist(),
            margin.sum(axis=1).tolist(),
            found.month.tolist(),
            found.missing.tolist(),
            strict=True,
        )
    ]


def campaigns_of(company: str, **filters: Any) -> list[Any]:
    """Campaigns of a company that the session's user may read, by their start; templates are none."""
    return frappe.get_list(
        CAMPAIGN,
        filters={"company": company, "is_template": 0, **filters},
        fields=[
            "name",
            "title",
            "kind",
            "status",
            "start_date",
            "end_date",
            "goal_customers",
            "planned_cost",
        ],
        order_by="start_date asc, name asc",
        limit_page_length=0,
    )
