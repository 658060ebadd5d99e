"""What a contract earned: revenue less hours at cost, parts, visits. Arithmetic only: no Frappe.

The contribution is what is left for overheads and profit after the costs that the contract itself caused. The price from use
is the price at which the use of a period would have left the wanted margin: costs / (1 - margin).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from decimal import Decimal

from relationship_crm.contracts.billing import CENT, Money, exact, rounded


@dataclass(frozen=True)
class Costs:
    """What a contract caused, in company currency."""

    hours: float = 0.0  # worked, times what an hour costs
    parts: float = 0.0  # delivered, at valuation
    visits: float = 0.0  # travel and the like
    other: float = 0.0

    @property
    def total(self) -> float:
        """Everything together."""
        return sum(getattr(self, field.name) for field in fields(self))

    def __add__(self, other: Costs) -> Costs:
        return Costs(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def times(self, factor: float) -> Costs:
        """The same use for longer or shorter."""
        return Costs(*(getattr(self, f.name) * factor for f in fields(self)))


@dataclass(frozen=True)
class Contribution:
    """Revenue of contract and overage, the costs against it, and what is left."""

    revenue: float
    costs: Costs

    @property
    def amount(self) -> float:
        """Revenue less costs."""
        return self.revenue - self.costs.total

    @property
    def margin(self) -> float:
        """Contribution as a share of revenue; NaN without revenue."""
        return self.amount / self.revenue if self.revenue else math.nan


def yearly(costs: Costs, days: int) -> Costs:
    """The costs of so many days as those of a year of 365."""
    return costs.times(365 / days) if days > 0 else costs


def price_from_use(costs: Money, margin: Money, unit: Decimal = CENT) -> Decimal:
    """The price that leaves a margin (0 to below 1) over costs."""
    share = exact(margin)
    if not 0 <= share < 1:
        raise ValueError("a margin is a share from 0 to below 1")
    return rounded(exact(costs) / (1 - share), unit)
