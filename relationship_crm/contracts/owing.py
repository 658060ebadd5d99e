"""What contracts owe by their schedules and by the ledger, against what they charged. A constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import frappe
import numpy as np
from frappe.utils import cint, flt, getdate

from relationship_crm.contracts import terms, uplift, usage
from relationship_crm.contracts.billing import Charge, Every, schedule
from relationship_crm.contracts.charged import claims_of
from relationship_crm.contracts.claims import OVERAGE, SCHEDULED, Claim, Open
from relationship_crm.contracts.due import (
    Collecting,
    Use,
    due_overage,
    due_scheduled,
    open_overage,
    open_scheduled,
    overage_periods,
)
from relationship_crm.contracts.periods import MILLIONTHS
from relationship_crm.contracts.rules import Rule
from relationship_crm.contracts.terms import Promise
from relationship_crm.engine.grid import day_of

#: How a contract is billed.
BY_SCHEDULE, BY_SUBSCRIPTION, BY_AUTO_REPEAT, NOT_BILLED = (
    "Contract Schedule",
    "Subscription",
    "Auto Repeat",
    "Not Billed",
)
#: Rules under which use beyond what is included is charged.
CHARGING = (Rule.ASK, Rule.BILL)
Spans = Sequence[tuple[date, date]]


@dataclass(frozen=True)
class Standing:
    """A contract with its lines, its schedule, what was charged and what is open."""

    contract: str
    head: frappe._dict
    promises: Mapping[str, Promise]
    schedules: Mapping[str, Sequence[Charge]]
    claims: Sequence[Claim]
    scheduled: Sequence[Open]
    overage: Sequence[Open]
    collecting: Collecting
    unit: Decimal

    @property
    def last(self) -> date:
        """The last day in force."""
        return self.collecting.last

    def due(self, today: date, now: bool = False) -> list[Open]:
        """What has to be charged by a day. `now`: also what would wait for the next collection of overage."""
        return [
            *due_scheduled(self.scheduled, today, cint(self.head.draft_days_ahead)),
            *due_overage(self.overage, self.claims, self.collecting, today, now),
        ]


def read(contracts: Sequence[str], locked: bool = False) -> dict[str, Standing]:
    """Where submitted contracts stand. `locked`: charges as they are committed now, see `charged.claims_of`."""
    promises: dict[str, list[Promise]] = defaultdict(list)
    for promise in terms.of_contracts(contracts, billing=True):
        promises[promise.contract].append(promise)
    every = [promise for own in promises.values() for promise in own]
    heads = {name: own[0].head for name, own in promises.items()}
    indexes, uses, claims = uplift.indexes_of(every), _uses(every), claims_of(list(promises), locked)
    elsewhere = _elsewhere(heads)
    units = {head.currency: uplift.unit_of(head.currency) for head in heads.values()}
    return {
        name: _standing(
            name, own, indexes, uses, claims.get(name, []), elsewhere[name], units[own[0].head.currency]
        )
        for name, own in promises.items()
    }


def of_document(doc: Any) -> Standing | None:
    """What a contract would charge as it stands on the form; nothing was charged or used yet."""
    promises = terms.of_document(doc)
    if not promises:
        return None
    indexes, unit = uplift.indexes_of(promises), uplift.unit_of(promises[0].head.currency)
    return _standing(doc.name, promises, indexes, {}, [], [], unit)


def _standing(
    name: str,
    promises: Sequence[Promise],
    indexes: uplift.Indexes,
    uses: Mapping[str, list[Use]],
    claims: Sequence[Claim],
    elsewhere: Spans,
    unit: Decimal,
) -> Standing:
    head, own = promises[0].head, {promise.key: promise for promise in promises}
    by_line: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        by_line[claim.line, claim.kind].append(claim)
    schedules: dict[str, Sequence[Charge]] = {}
    scheduled: list[Open] = []
    overage: list[Open] = []
    # a line that an amendment took out owes nothing: what it charged is given back
    for line in dict.fromkeys((*own, *(line for line, _kind in by_line))):
        promise = own.get(line)
        if head.billing == BY_SCHEDULE:
            found = uplift.terms_of(promise, indexes, unit) if promise else None
            schedules[line] = schedule(found) if found else []
            scheduled += open_scheduled(line, schedules[line], by_line[line, SCHEDULED], unit, elsewhere)
        if head.billing != NOT_BILLED:
            rate = flt(promise.row.overage_rate) if promise else 0.0
            overage += open_overage(line, uses.get(line, ()), rate, by_line[line, OVERAGE], unit)
    return Standing(
        name, head, own, schedules, claims, scheduled, overage, _collecting(head, bool(overage)), unit
    )


def _collecting(head: frappe._dict, needed: bool) -> Collecting:
    """When overage is collected; its periods only where there is some."""
    start, end = getdate(head.start_date), getdate(head.end_date)
    last = min(end, getdate(head.terminated_per)) if head.terminated_per else end
    if not needed:
        return Collecting((), last)
    every = {one.value: one for one in Every}.get(head.overage_period or "", Every.ONCE)
    return Collecting(overage_periods(start, end, last, every, bool(cint(head.billing_with_calendar))), last)


def charges_overage(promise: Promise) -> bool:
    """Whether use beyond what a line includes costs something."""
    return promise.limited and promise.rule in CHARGING and flt(promise.row.overage_rate) > 0


def _uses(promises: Iterable[Promise]) -> dict[str, list[Use]]:
    """Entries beyond what is included, of lines that charge them."""
    charging = [promise for promise in promises if charges_overage(promise)]
    if not charging:
        return {}
    book = usage.book(charging)
    found: dict[str, list[Use]] = defaultdict(list)
    for at in np.flatnonzero(book.folded.overage).tolist():
        quantity = Fraction(int(book.folded.overage[at]), MILLIONTHS)
        line = charging[int(book.usage.line[at])].key
        found[line].append(Use(book.names[at], day_of(int(book.usage.day[at])), quantity))
    return found


def _elsewhere(heads: Mapping[str, frappe._dict]) -> dict[str, list[tuple[date, date]]]:
    """Periods that a contract's subscription or repeated invoice charged, from before it was billed by its schedule."""
    found: dict[str, list[tuple[date, date]]] = {name: [] for name in heads}
    for field in ("subscription", "auto_repeat"):
        owners: dict[str, list[str]] = defaultdict(list)
        for name, head in heads.items():
            if head.get(field) and head.billing == BY_SCHEDULE:
                owners[head[field]].append(name)
        if not owners:
            continue
        invoice = frappe.qb.DocType("Sales Invoice")
        query = (
            frappe.qb.from_(invoice)
            .select(invoice[field], invoice.from_date, invoice.to_date)
            .where(invoice[field].isin(sorted(owners)) & (invoice.docstatus < 2) & (invoice.is_return == 0))
            .where(invoice.from_date.isnotnull() & invoice.to_date.isnotnull())
        )
        for linked, first, last in query.run():
            for name in owners[linked]:
                found[name].append((getdate(first), getdate(last)))
    return found
