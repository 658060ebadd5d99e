"""What the next term of a contract would cost: line by line as agreed, and a year from what was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import frappe
from frappe.utils import flt, getdate

from relationship_crm.assessment.site import stored_rate
from relationship_crm.contracts import billing
from relationship_crm.contracts.billing import Every, IndexUplift, Terms, exact, rounded
from relationship_crm.contracts.periods import first_of_month, month_number
from relationship_crm.contracts.profit import price_from_use, yearly
from relationship_crm.contracts.profitability import SETTINGS, Earned, earned
from relationship_crm.contracts.terms import Promise, of_contracts
from relationship_crm.contracts.uplift import Indexes, indexes_of, terms_of, unit_of, uplift_of
from relationship_crm.engine.grid import day_number, day_of

YEAR = 12
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """One line's price for the next term. A price is for so many months."""

    promise: Promise
    now: Decimal
    agreed: Decimal  # indexed, or with the fixed percentage
    certain: bool  # not where an index was not published yet
    months: Fraction

    def yearly(self, price: Decimal) -> Fraction:
        """What a year costs at a price."""
        return exact(price) * YEAR / self.months


@dataclass(frozen=True)
class Proposal:
    """The offers for those lines of a contract that have a price and run to its end."""

    offers: Sequence[Offer]
    unit: Decimal

    @property
    def now(self) -> Decimal:
        """A year at the prices in force."""
        return rounded(sum((one.yearly(one.now) for one in self.offers), Fraction(0)), self.unit)

    @property
    def agreed(self) -> Decimal:
        """A year at the prices adjusted as agreed."""
        return rounded(sum((one.yearly(one.agreed) for one in self.offers), Fraction(0)), self.unit)

    @property
    def certain(self) -> bool:
        """Whether every index it needs is published."""
        return all(one.certain for one in self.offers)

    def shared(self, proposed: float) -> dict[str, Decimal]:
        """Prices by line that make a year cost what is proposed: as agreed where it is that, else in proportion to now."""
        wanted = rounded(flt(proposed), self.unit)
        if wanted == self.agreed:
            return {one.promise.key: one.agreed for one in self.offers}
        whole = sum((one.yearly(one.now) for one in self.offers), Fraction(0))
        return {
            one.promise.key: rounded(exact(one.now) * exact(wanted) / whole, self.unit) for one in self.offers
        }


def proposals(contracts: Sequence[str]) -> dict[str, Proposal]:
    """What the next term of each contract would cost, by its name; three queries."""
    promises = of_contracts(contracts, billing=True)
    indexes = indexes_of(promises)
    found: dict[str, list[Offer]] = {name: [] for name in contracts}
    kinds = {currency: unit_of(currency) for currency in {p.head.currency for p in promises}}
    units = {p.contract: kinds[p.head.currency] for p in promises}
    for promise in promises:
        if promise.line.end < getdate(promise.head.end_date):
            continue
        if offer := _offer(promise, indexes, units[promise.contract]):
            found[promise.contract].append(offer)
    return {name: Proposal(offers, units.get(name, billing.CENT)) for name, offers in found.items()}


def _offer(promise: Promise, indexes: Indexes, unit: Decimal) -> Offer | None:
    terms = terms_of(promise, indexes, unit)
    if terms is None:
        return None
    terms = replace(terms, last=None)
    following = terms.end + ONE_DAY
    now = billing.prices(terms)[-1]
    agreed = billing.prices(replace(terms, end=following))[-1]
    return Offer(promise, now.amount, agreed.amount, agreed.certain, _months(terms))


def _months(terms: Terms) -> Fraction:
    """What a price is for, in months; one for all of the contract is for its life."""
    monthly = replace(terms, every=Every.MONTH, aligned=False, price_months=None)
    return Fraction(terms.price_months or terms.every.months or YEAR * billing.years(monthly))


def base_month(promise: Promise, day: date) -> date | None:
    """The month whose index is in the price from a day on: the lagged one, or the last published before it."""
    indexes = indexes_of([promise])
    uplift = uplift_of(promise, indexes)
    if not isinstance(uplift, IndexUplift):
        return None
    wanted = int(month_number(day_number(day))) - uplift.lag
    past = [
        month
        for month in (int(month_number(day_number(known))) for known in uplift.values)
        if month <= wanted
    ]
    return day_of(int(first_of_month(max(past)))) if past else None


# -- from use


@dataclass(frozen=True)
class Use:
    """What a year of a contract costs us and earns, in the contract's currency, and the price its use would be worth."""

    revenue: float
    costs: float
    margin: float | None  # share of the revenue; None without any
    price: float
    uncosted: float  # hours that no cost is known of
    days: int


def used(heads: Mapping[str, frappe._dict], today: date) -> dict[str, Use]:
    """From the start to a day, as of a year. `heads`: company, currency, start_date, end_date, conversion_rate by name."""
    found = earned_in(heads, today)
    wanted = flt(frappe.db.get_single_value(SETTINGS, "contract_margin")) / 100
    rates: dict[tuple[str, str], float] = {}
    units = {currency: unit_of(currency) for currency in {head.currency for head in heads.values()}}
    result = {}
    for name, one in found.items():
        head = heads[name]
        own = frappe.get_cached_value("Company", head.company, "default_currency")
        pair = (head.currency, own)
        if pair not in rates:
            rates[pair] = stored_rate(*pair)
        rate = rates[pair] or flt(head.conversion_rate) or 1.0
        days = (min(today, getdate(head.end_date)) - getdate(head.start_date)).days + 1
        result[name] = _use(one, days, rate, wanted, units[head.currency])
    return result


def earned_in(heads: Mapping[str, frappe._dict], today: date) -> dict[str, Earned]:
    """What contracts earned up to a day. Their documents all lie in their own lives."""
    return earned(list(heads), end=today)


def _use(one: Earned, days: int, rate: float, wanted: float, unit: Decimal) -> Use:
    contribution = one.contribution
    costs = yearly(contribution.costs, days).total / rate
    revenue = contribution.revenue / rate * (365 / days if days > 0 else 1)
    margin = contribution.margin if contribution.revenue else None
    return Use(revenue, costs, margin, float(price_from_use(costs, wanted, unit)), one.uncosted, days)
