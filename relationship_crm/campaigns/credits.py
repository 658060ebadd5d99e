"""Credit for the posted invoices of a company: who gets it, of what was paid, and the margin in it.

`load` reads what attribution needs of a company's books into one `Book`; `Book.credits` divides it under any model. Credits
of all campaigns and what is attributed to nobody add up to all that was invoiced net, to the cent, whatever was returned,
cancelled or dated back. Invoices of customers whom no campaign ever reached are one sum.

Credit says who gets it, not what was caused: see `outcome`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

import frappe
import numpy as np
from frappe.utils import cint

from relationship_crm.campaigns import margins, posted, reached
from relationship_crm.campaigns.apportion import amounts
from relationship_crm.campaigns.attribution import (
    HALF_LIFE,
    LOOK_BACK,
    NOBODY,
    Credits,
    Invoices,
    Model,
    Sums,
    Touches,
    attribute,
)
from relationship_crm.campaigns.attribution import by_campaign as summed
from relationship_crm.campaigns.posted import Posted
from relationship_crm.campaigns.posted_queries import Range
from relationship_crm.campaigns.reached import Reached
from relationship_crm.engine.grid import day_of

SETTINGS = "Relationship CRM Settings"


@dataclass(frozen=True)
class Money:
    """Credit of a campaign in the company's currency: net amount, the paid part of it, net less cost of what was sold."""

    amount: float = 0.0
    paid: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True)
class Rules:
    """How credit is given: the model, days before the order that count, half-life in days."""

    model: Model = Model.LINEAR
    look_back: int = LOOK_BACK
    half_life: float = HALF_LIFE


@dataclass(frozen=True)
class Purchase:
    """A customer's first net purchase: its day, net amount, and the campaign with the largest credit, "" for none."""

    day: date
    amount: float
    campaign: str


@dataclass(frozen=True)
class Book:
    """What attribution needs of a company's books.

    `invoices` are those of customers whom some campaign reached (party: the place in `reached.customers`); `found` has their
    documents in the same order. `range` is theirs, `everybody` that of all who were asked for.
    """

    range: Range
    everybody: Range
    rules: Rules
    unit: Decimal
    reached: Reached
    found: Posted
    invoices: Invoices
    _kept: dict[tuple[Model, bool], Credits] = field(default_factory=dict, repr=False)

    def credits(self, model: Model | None = None) -> Credits:
        """Credits under a model, that of the settings unless told otherwise; worked out once each."""
        return self._divided(model or self.rules.model, self.invoices, False)

    def margin_credits(self, model: Model | None = None) -> Credits:
        """The same of the margin in the invoices, in place of their amount."""
        margin = Invoices(
            self.invoices.party, self.invoices.day, self.margin, 0 * self.margin, self.invoices.returns
        )
        return self._divided(model or self.rules.model, margin, True)

    def sums(self, model: Model | None = None, margin: bool = False) -> Sums:
        """Credit (or credited margin) by campaign in the order of `reached.campaigns`, and what nobody gets of `invoices`."""
        credits = self.margin_credits(model) if margin else self.credits(model)
        return summed(credits, self.reached.campaign, len(self.reached.campaigns))

    @cached_property
    def elsewhere(self) -> int:
        """The net amount of the customers whom no campaign ever reached, in whole units."""
        return posted.net_total(self.everybody) - int(self.found.amount.sum())

    @cached_property
    def margin(self) -> np.ndarray:
        """Net amount less the cost of what was sold, by position of `invoices`, in whole units."""
        return self.invoices.amount - margins.costs(self.range, self.found, self.unit)

    @cached_property
    def total(self) -> int:
        """All that was invoiced net, in whole units."""
        return int(self.invoices.amount.sum()) + self.elsewhere

    def money(self, counted: int | np.ndarray) -> np.ndarray:
        """Whole units as an amount."""
        return amounts(counted, self.unit)

    def _divided(self, model: Model, invoices: Invoices, margin: bool) -> Credits:
        key = (model, margin)
        if key not in self._kept:
            r = self.reached
            self._kept[key] = attribute(
                invoices,
                Touches.of(r.party, r.day, r.name),
                model,
                self.rules.look_back,
                self.rules.half_life,
            )
        return self._kept[key]


def settings() -> Rules:
    """How the settings say that credit is given."""
    doc = frappe.get_cached_doc(SETTINGS)
    look_back = doc.get("attribution_look_back")
    return Rules(
        Model(doc.get("attribution_model") or Model.LINEAR.value),
        LOOK_BACK if look_back is None else cint(look_back),
        cint(doc.get("attribution_half_life")) or HALF_LIFE,
    )


def load(
    company: str,
    as_of: date | None = None,
    customers: Sequence[str] | None = None,
    rules: Rules | None = None,
) -> Book:
    """The books of a company as of a day: documents dated up to then, with what has been corrected since.

    Without a day everything that is posted. `customers` restricts touches and invoices to theirs; their credits are the same as
    in the whole. A constant number of queries.
    """
    touches = reached.read(company, as_of, customers)
    everybody = Range(company, as_of, None if customers is None else tuple(customers), strict=True)
    some = Range(company, as_of, tuple(touches.customers))
    found, party = posted.read_of(some)
    invoices = Invoices(party, found.ordered, found.amount, found.paid, found.returns)
    return Book(some, everybody, rules or settings(), some.unit, touches, found, invoices)


def by_campaign(book: Book, model: Model | None = None) -> dict[str, Money]:
    """Credit of every campaign that reached somebody; a campaign that is not in it has none."""
    of, margin = book.sums(model), book.sums(model, margin=True)
    columns = (book.money(column).tolist() for column in (of.amount, of.paid, margin.amount))
    return {
        name: Money(*row)
        for name, row in zip(book.reached.campaigns, zip(*columns, strict=True), strict=True)
    }


def not_attributed(book: Book, model: Model | None = None) -> float:
    """Net amount that no campaign gets credit for; with all credits it is all that was invoiced."""
    return float(book.money(book.sums(model).not_attributed + book.elsewhere))


def first_purchases(
    company: str, as_of: date | None = None, book: Book | None = None, model: Model | None = None
) -> dict[str, Purchase]:
    """The first net purchase of each customer whom some campaign ever reached.

    A purchase is what is left of a customer's invoices of one day after their returns, if that is above nothing; a debit note
    is none. Whoever has an opening invoice bought before the books begin and is left out. Of campaigns with the same credit
    it is the one that came first.
    """
    book = load(company, as_of) if book is None else book
    first = _first_days(book)
    if not first:
        return {}
    credits = book.credits(model)
    root = book.found.roots
    own = root[credits.invoice]
    party, day = book.invoices.party[own], book.found.posted[own]
    at = np.full(len(book.reached.customers), -1)
    at[list(first)] = [one[0] for one in first.values()]
    some = (day == at[party]) & (credits.touch != NOBODY)
    best = _largest(book, party[some], credits.touch[some], credits.amount[some])
    known = posted.openings(book.range)
    return {
        name: Purchase(day_of(number), float(book.money(amount)), best.get(place, ""))
        for place, (number, amount) in first.items()
        if (name := book.reached.customers[place]) not in known
    }


def _first_days(book: Book) -> dict[int, tuple[int, int]]:
    """Day and net amount of the first purchase by party."""
    root = book.found.roots
    bought = ~book.found.debit & ~book.found.debit[root]
    party, day = book.invoices.party[root][bought], book.found.posted[root][bought]
    pairs = np.stack((party, day), axis=1)
    keys, place = np.unique(pairs, axis=0, return_inverse=True)
    total = np.zeros(len(keys), dtype=np.int64)
    np.add.at(total, place.ravel(), book.invoices.amount[bought])
    net = {(int(p), int(d)): int(t) for (p, d), t in zip(keys, total, strict=True) if t > 0}
    first: dict[int, tuple[int, int]] = {}
    for (p, d), amount in net.items():  # by party, then day
        first.setdefault(p, (d, amount))
    return first


def _largest(book: Book, party: np.ndarray, touch: np.ndarray, amount: np.ndarray) -> dict[int, str]:
    """The campaign with the largest credit by party, of equal ones that of the earliest touch."""
    campaign, day = book.reached.campaign[touch], book.reached.day[touch]
    whole: dict[tuple[int, int], list[int]] = {}
    for p, c, a, d in zip(party.tolist(), campaign.tolist(), amount.tolist(), day.tolist(), strict=True):
        one = whole.setdefault((p, c), [0, d])
        one[0] += a
        one[1] = min(one[1], d)
    best: dict[int, tuple[int, int, int]] = {}
    for (p, c), (a, d) in whole.items():
        if a > 0:
            best[p] = min(best.get(p, (0, 0, -1)), (-a, d, c))
    return {p: book.reached.campaigns[c] for p, (_a, _d, c) in best.items()}
