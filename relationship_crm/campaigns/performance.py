"""What campaigns of a company brought for what they cost, one row each: for the report and for the campaign's own form.

A constant number of queries, however many campaigns. Costs are the campaign's; people, credit and effect are those of the
customers, leads and prospects whom the user may read. Where these are not all, nothing is said of return on spend: it would
hold a part of the revenue against the whole cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from relationship_crm.campaigns import costs, credits, funnel, outcome
from relationship_crm.campaigns.attribution import Model
from relationship_crm.campaigns.credits import Book, Money
from relationship_crm.campaigns.funnel import Funnel
from relationship_crm.campaigns.outcome import Outcome
from relationship_crm.campaigns.sight import Sight
from relationship_crm.campaigns.variance import Line

NOTHING = Money()


@dataclass(frozen=True)
class Performance:
    """One campaign: cost, how far it came, credit by model, effect."""

    campaign: str
    cost: Line
    funnel: Funnel
    credit: dict[Model, Money]
    outcome: Outcome
    whole: bool  # whether nobody is hidden from the user

    @property
    def actual(self) -> float:
        """Actual cost."""
        return float(self.cost.actual)

    def return_on_spend(self, model: Model) -> float | None:
        """(credited margin - cost) / cost, in per cent; None without a cost."""
        if not self.actual or not self.whole:
            return None
        return 100 * (self.credit[model].margin - self.actual) / self.actual

    def revenue_on_spend(self, model: Model) -> float | None:
        """Credited revenue for each unit of cost; None without a cost."""
        return self.credit[model].amount / self.actual if self.actual and self.whole else None


def read(
    company: str,
    campaigns: Sequence[Mapping[str, Any]],
    as_of: date | None = None,
    sight: Sight | None = None,
    book: Book | None = None,
) -> list[Performance]:
    """Campaigns of a company (rows with `outcome.FIELDS`), in the order given; with a book only its customers' credit."""
    if not campaigns:
        return []
    sight = sight or Sight()
    book = book or credits.load(company, as_of, sight.customers())
    names = [row["name"] for row in campaigns]
    cost = costs.compared(names, as_of)
    steps = {one.key[0]: one for one in funnel.read(campaigns, "Campaign", as_of, sight)}
    effects = outcome.effects(campaigns, as_of, sight)
    credit = {model: credits.by_campaign(book, model) for model in Model}
    return [
        Performance(
            name,
            cost[name].total,
            steps[name],
            {model: of.get(name, NOTHING) for model, of in credit.items()},
            effects[name],
            sight.whole,
        )
        for name in names
    ]
