"""What contracts charged, charge by charge, and what is open: the terms in which `contracts.due` compares. No Frappe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from relationship_crm.contracts.billing import exact

SCHEDULED, OVERAGE = "Scheduled", "Overage"
ONE_DAY = timedelta(days=1)
Quantity = Decimal | Fraction | float | int


@dataclass(frozen=True)
class Claim:
    """One thing charged on an invoice that stands, submitted or a draft."""

    key: str
    line: str
    kind: str
    start: date
    end: date
    due_on: date
    qty: Quantity
    rate: Quantity
    amount: Decimal
    invoice: str
    row: str = ""  # the invoice's row
    drafted: bool = False
    entry: str = ""

    @property
    def cost(self) -> Fraction:
        """Quantity by rate, before it was rounded."""
        return fraction(self.qty) * fraction(self.rate)


@dataclass(frozen=True)
class Open:
    """One thing to be charged, or given back where the amount is negative."""

    key: str
    line: str
    kind: str
    start: date
    end: date
    due_on: date
    qty: Quantity
    rate: Quantity
    amount: Decimal
    certain: bool = True
    entry: str = ""
    differs: bool = False  # from what was charged before
    drafted: bool = False  # a draft charges it already, if not the right amount
    invoice: str = ""  # that charged most of it


def scheduled_key(line: str, start: date) -> str:
    """What identifies the charge of a period."""
    return f"{line}|{start}"


def entry_key(line: str, entry: str) -> str:
    """What identifies the charge of an entry."""
    return f"{line}|{entry}"


@dataclass(frozen=True)
class Settled:
    """All claims for one key."""

    amount: Decimal
    cost: Fraction
    qty: Fraction
    rates: Mapping[Fraction, tuple[Fraction, Decimal]]  # quantity and amount charged at each rate
    start: date
    end: date
    drafted: bool
    invoice: str
    entry: str


def settled(claims: Iterable[Claim]) -> dict[str, Settled]:
    """What was charged for each key, by claims in the order in which they were made."""
    by_key: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_key[claim.key].append(claim)
    return {
        key: Settled(
            amount=sum((claim.amount for claim in own), Decimal(0)),
            cost=sum((claim.cost for claim in own), Fraction(0)),
            qty=sum((fraction(claim.qty) for claim in own), Fraction(0)),
            rates=_by_rate(own),
            start=min(claim.start for claim in own),
            end=_charged_until(own),
            drafted=any(claim.drafted for claim in own),
            invoice=max(own, key=lambda claim: claim.amount).invoice,
            entry=own[0].entry,
        )
        for key, own in by_key.items()
    }


def _by_rate(claims: Iterable[Claim]) -> dict[Fraction, tuple[Fraction, Decimal]]:
    found: dict[Fraction, tuple[Fraction, Decimal]] = {}
    for claim in claims:
        qty, amount = found.get(fraction(claim.rate), (Fraction(0), Decimal(0)))
        found[fraction(claim.rate)] = (qty + fraction(claim.qty), amount + claim.amount)
    return {rate: sums for rate, sums in found.items() if any(sums)}


def _charged_until(claims: Sequence[Claim]) -> date:
    """The last day that is paid for, by claims in the order in which they were made: what was given back cuts it off."""
    first, end = min(claim.start for claim in claims), claims[0].end
    for claim in claims:
        if claim.amount >= 0:
            end = max(end, claim.end)
        elif claim.start > first and claim.end == end:
            end = claim.start - ONE_DAY
    return end


def fraction(quantity: Quantity) -> Fraction:
    """A quantity as it is written."""
    return quantity if isinstance(quantity, Fraction) else exact(quantity)
