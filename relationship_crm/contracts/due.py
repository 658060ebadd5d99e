"""What a contract still has to charge, and what of it is due. Exact arithmetic: no Frappe.

Owed is what the schedule and the ledger say today. Charged is what stands on invoices, charge by charge. Open is the
difference: a period or an entry that was not charged yet, or a difference to what was, as after a termination, an index
that was published late, or an entry posted into the past. What is on a draft waits until the draft is submitted or gone.

Entries are settled by quantity and rate, not by their rounded amounts, or every new entry would move cents among old
ones. For the same reason a cent is not charged anew where rounding a year again gives it to another period.

Overage is collected once for each of its periods, from the day after the period on. What comes late waits for the next
time, so that differences net; once the contract is over nothing is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from relationship_crm.contracts.billing import (
    CENT,
    Charge,
    Every,
    Terms,
    apportion,
    open_amounts,
    rounded,
    schedule,
)
from relationship_crm.contracts.claims import (
    ONE_DAY,
    OVERAGE,
    SCHEDULED,
    Claim,
    Open,
    Quantity,
    Settled,
    entry_key,
    fraction,
    scheduled_key,
    settled,
)

# -- by schedule


def open_scheduled(
    line: str,
    charges: Sequence[Charge],
    claims: Iterable[Claim],
    unit: Decimal = CENT,
    elsewhere: Sequence[tuple[date, date]] = (),
) -> list[Open]:
    """Periods of a line that were not charged as they are owed. `elsewhere`: charged by a subscription meanwhile."""
    owed, done = {scheduled_key(line, charge.start): charge for charge in charges}, settled(claims)
    differences = open_amounts(
        {key: charge.amount for key, charge in owed.items()},
        {key: before.amount for key, before in done.items()},
    )
    found = []
    for key, amount in differences.items():
        charge, before = owed.get(key), done.get(key)
        if charge is None:
            found.append(_given_back(key, line, SCHEDULED, done[key]))
        elif before is None:
            if not any(first <= charge.start <= last for first, last in elsewhere):
                found.append(_period(key, line, charge, amount, (charge.start, charge.end)))
        elif before.end != charge.end or abs(amount) > unit:
            found.append(_period(key, line, charge, amount, _span(charge, before, amount), before))
    return found


def _span(charge: Charge, before: Settled, difference: Decimal) -> tuple[date, date]:
    """The days that a difference is for: those that were added or cut off, or the whole period."""
    if difference < 0 and charge.end < before.end:
        return charge.end + ONE_DAY, before.end
    if difference > 0 and charge.end > before.end:
        return before.end + ONE_DAY, charge.end
    return charge.start, charge.end


def _period(
    key: str,
    line: str,
    charge: Charge,
    amount: Decimal,
    span: tuple[date, date],
    before: Settled | None = None,
) -> Open:
    return Open(
        key=key,
        line=line,
        kind=SCHEDULED,
        start=span[0],
        end=span[1],
        due_on=charge.due_on,
        qty=1 if amount > 0 else -1,
        rate=abs(amount),
        amount=amount,
        certain=charge.certain,
        differs=before is not None and before.amount != 0,
        drafted=before is not None and before.drafted,
        invoice=before.invoice if before else "",
    )


def _given_back(key: str, line: str, kind: str, before: Settled) -> Open:
    """What is owed no longer at all."""
    return Open(
        key=key,
        line=line,
        kind=kind,
        start=before.start,
        end=before.end,
        due_on=before.start,
        qty=-1 if before.amount > 0 else 1,
        rate=abs(before.amount),
        amount=-before.amount,
        differs=True,
        drafted=before.drafted,
        invoice=before.invoice,
    )


# -- overage


@dataclass(frozen=True)
class Use:
    """An entry of a line that charges what goes beyond it."""

    name: str
    day: date
    overage: Quantity


def open_overage(
    line: str, uses: Sequence[Use], rate: Quantity, claims: Iterable[Claim], unit: Decimal = CENT
) -> list[Open]:
    """Entries of a line that were not charged as they are owed; together they cost the rounded sum.

    What was charged wrongly, or at another rate, is taken back to the cent as it was charged.
    """
    done, owed = settled(claims), {entry_key(line, use.name): use for use in uses}
    parts: list[_Part] = []
    for key in dict.fromkeys((*owed, *done)):
        parts += _parts_of(key, owed.get(key), fraction(rate), done.get(key))
    amounts = _amounts(parts, unit)
    found = []
    for part, amount in zip(parts, amounts, strict=True):
        use, before = owed.get(part.key), done.get(part.key)
        day = use.day if use else done[part.key].start
        found.append(
            Open(
                key=part.key,
                line=line,
                kind=OVERAGE,
                start=day,
                end=day,
                due_on=day,
                qty=part.qty,
                rate=part.rate,
                amount=amount,
                entry=use.name if use else done[part.key].entry,
                differs=before is not None,
                drafted=before is not None and before.drafted,
                invoice=before.invoice if before else "",
            )
        )
    return found


@dataclass(frozen=True)
class _Part:
    """A quantity at a rate; with an amount where it takes back what was charged."""

    key: str
    qty: Fraction
    rate: Fraction
    amount: Decimal | None = None


def _parts_of(key: str, use: Use | None, rate: Fraction, before: Settled | None) -> list[_Part]:
    """What has to be charged, or taken back and charged anew, so that an entry has cost what it is owed."""
    qty = fraction(use.overage) if use else Fraction(0)
    if before is None:
        return [_Part(key, qty, rate)] if qty * rate else []
    if qty * rate == before.cost:
        return []
    if qty and set(before.rates) <= {rate}:
        return [_Part(key, qty - before.qty, rate)]
    back = [_Part(key, -charged, old, -amount) for old, (charged, amount) in before.rates.items()]
    return [*back, _Part(key, qty, rate)] if qty * rate else back


def _amounts(parts: Sequence[_Part], unit: Decimal) -> list[Decimal]:
    """In whole units. What is taken back is so to the unit; the others make the sum right."""
    new = [at for at, part in enumerate(parts) if part.amount is None]
    costs = [part.qty * part.rate for part in parts]
    found = [part.amount or Decimal(0) for part in parts]
    for at, amount in zip(new, apportion([costs[at] for at in new], unit), strict=True):
        found[at] = amount
    if new:
        largest = max(new, key=lambda at: abs(costs[at]))
        found[largest] += rounded(sum(costs, Fraction(0)), unit) - sum(found, Decimal(0))
    return found


def overage_periods(
    start: date, end: date, last: date, every: Every, aligned: bool
) -> list[tuple[date, date]]:
    """The periods for which a contract's overage is collected, first and last days."""
    terms = Terms(start, end, 0, every, aligned=aligned, last=last)
    return [(charge.start, charge.end) for charge in schedule(terms)]


# -- due


@dataclass(frozen=True)
class Collecting:
    """When a contract's overage is collected. `last`: the contract's last day in force."""

    periods: Sequence[tuple[date, date]]
    last: date

    def ended(self, today: date) -> date | None:
        """The last day of the latest period that is over."""
        over = [end for _start, end in self.periods if end < today]
        return over[-1] if over else None

    def on(self, today: date) -> date | None:
        """The day from which the latest period that is over was to be collected."""
        ended = self.ended(today)
        return ended + ONE_DAY if ended else None


def due_scheduled(found: Iterable[Open], today: date, ahead: int = 0) -> list[Open]:
    """What of a line's periods has to be charged by a day; drafted so many days ahead. Differences are due at once."""
    return [
        one
        for one in found
        if not one.drafted and (one.differs or one.due_on - timedelta(days=ahead) <= today)
    ]


def due_overage(
    found: Iterable[Open], claims: Iterable[Claim], collecting: Collecting, today: date, now: bool = False
) -> list[Open]:
    """What of a contract's entries has to be charged by a day. `now`: without waiting for the next time."""
    since = collecting.on(today)
    if since is None:
        return []
    over = collecting.last < today
    collected = any(claim.kind == OVERAGE and claim.due_on >= since for claim in claims)
    if collected and not over and not now:
        return []
    return [one for one in found if not one.drafted and (one.start < since or over)]
