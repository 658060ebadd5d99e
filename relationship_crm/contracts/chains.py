"""Contracts in a row: each one renews the one before. What they tell about the probability of renewal; no Frappe.

A chain counts as ended once its last contract was refused: it was decided not to renew it, notice was given, or it was to
be renewed by proposal and ran out without. Everything else is in force: a contract that ends as agreed from the beginning,
or was ended for a reason that is not the customer's choice, was never put to the test, and says "at least so long".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from relationship_crm.contracts.sbg import Model, Tenures, Unknown, fit
from relationship_crm.contracts.words import Translate, untranslated

BY_PROPOSAL, AUTOMATIC, ENDS = "By Proposal", "Renews Automatically", "Ends"
YEAR = 12


@dataclass(frozen=True)
class Term:
    """A submitted contract, as far as renewals go."""

    name: str
    start: date
    end: date
    renewal: str = BY_PROPOSAL
    months: int = YEAR  # it is renewed for
    before: str = ""  # the contract that it renews
    agreed: date | None = None  # when that was agreed
    refused: date | None = None  # decided against, or notice given
    customers_choice: bool = True


@dataclass(frozen=True)
class Chain:
    """A contract with everything it was renewed into, up to a day."""

    last: str
    months: int
    renewals: int
    ended: bool


def chains(terms: Iterable[Term], day: date) -> list[Chain]:
    """The chains as they stood at a day; contracts agreed or begun later are not known yet."""
    known = {term.name: term for term in terms if (term.agreed or term.start) <= day}
    renewed = {term.before: term for term in known.values() if term.before in known}
    count: dict[str, int] = {}
    for term in known.values():
        row = [term]
        while row[-1].name not in count and row[-1].before in known and len(row) <= len(known):
            row.append(known[row[-1].before])
        for one in reversed(row):
            count.setdefault(one.name, count.get(one.before, -1) + 1)
    return [
        Chain(term.name, term.months or YEAR, count[term.name], _ended(term, day))
        for term in known.values()
        if term.name not in renewed
    ]


def _ended(term: Term, day: date) -> bool:
    if not term.customers_choice:
        return False
    if term.refused and term.refused <= day:
        return True
    return term.renewal == BY_PROPOSAL and term.end < day


def models(found: Iterable[Chain]) -> dict[int, Model | Unknown]:
    """A model for each length of term, in months: who decides every month is not compared with who decides every year."""
    own: dict[int, list[Chain]] = defaultdict(list)
    for chain in found:
        own[chain.months].append(chain)
    return {months: fit(tenures(rows)) for months, rows in own.items()}


def tenures(found: Sequence[Chain]) -> Tenures:
    """Chains counted by number of renewals."""
    return Tenures.of((chain.renewals for chain in found), (chain.ended for chain in found))


@dataclass(frozen=True)
class Chance:
    """Probability, 0..1, that a contract is renewed, with its 80 % interval; None: unknown. And how it is known."""

    value: float | None
    low: float | None
    high: float | None
    words: str


def chance(model: Model | Unknown, renewals: int, translate: Translate = untranslated) -> Chance:
    """The chance of a contract with so many renewals behind it."""
    if isinstance(model, Unknown):
        return Chance(None, None, None, model.in_words(translate))
    rate = model.renews(renewals)
    share = round(100 * rate.value)
    text = translate("In its first term: {0} % of such contracts are renewed.").format(share)
    if renewals:
        text = translate("Renewed {0}× so far: {1} % of such contracts are renewed again.").format(
            renewals, share
        )
    if rate.low != rate.low:
        return Chance(rate.value, None, None, text)
    bounds = round(100 * rate.low), round(100 * rate.high)
    return Chance(
        rate.value,
        rate.low,
        rate.high,
        f"{text} " + translate("80 % interval: {0} to {1} %.").format(*bounds),
    )
