"""Which invoices and credit notes a contract needs, and what each of their rows charges. No document is touched here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import frappe

from relationship_crm.contracts.claims import OVERAGE, Open
from relationship_crm.contracts.owing import Standing


@dataclass(frozen=True)
class Row:
    """A row of an invoice and what it charges: a period, or the entries of a line."""

    charges: Sequence[Open]
    key: str = field(default_factory=lambda: frappe.generate_hash(length=10))

    @property
    def amount(self) -> Decimal:
        """Negative in a credit note."""
        return sum((one.amount for one in self.charges), Decimal(0))

    @property
    def line(self) -> str:
        """The key of the contract's line."""
        return self.charges[0].line

    @property
    def is_overage(self) -> bool:
        """Whether it charges entries."""
        return self.charges[0].kind == OVERAGE


@dataclass(frozen=True)
class Draft:
    """An invoice, or a credit note where `credits` is true; of one invoice where that is known."""

    posting_date: date
    rows: Sequence[Row]
    credits: bool = False
    original: str = ""


def plan(standing: Standing, today: date, now: bool = False) -> list[Draft]:
    """The invoices that a contract needs by a day: what is due in one; what is drafted ahead by its day; credits by invoice."""
    by_day: dict[date, list[Row]] = defaultdict(list)
    by_original: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(standing, standing.due(today, now), today):
        if row.amount > 0:
            by_day[max(today, max(one.due_on for one in row.charges))].append(row)
        elif row.amount < 0:
            invoices = {one.invoice for one in row.charges if one.amount < 0}
            by_original[invoices.pop() if len(invoices) == 1 else ""].append(row)
    return [
        *(Draft(day, rows) for day, rows in sorted(by_day.items())),
        *(Draft(today, rows, True, original) for original, rows in sorted(by_original.items())),
    ]


def _rows(standing: Standing, due: Iterable[Open], today: date) -> list[Row]:
    """A row for each period, in the order of days, then one for the entries of each line."""
    periods, entries = [], defaultdict(list)
    collected_on = standing.collecting.on(today)
    for one in due:
        if one.kind == OVERAGE:
            entries[one.line].append(replace(one, due_on=collected_on or one.due_on))
        else:
            periods.append(Row([one]))
    place = {key: at for at, key in enumerate(standing.promises)}
    periods.sort(key=lambda row: (row.charges[0].start, place.get(row.line, len(place))))
    lines = sorted(entries, key=lambda line: place.get(line, len(place)))
    return [*periods, *(Row(sorted(entries[line], key=lambda one: one.start)) for line in lines)]
