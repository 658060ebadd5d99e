"""Usage entries read from the ledger, and the balances they leave. One query whatever the number of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
import numpy as np
from pypika.functions import Count
from pypika.terms import AggregateFunction, Function

from relationship_crm.contracts.balance import Balances, Folded, Usage, balances, fold
from relationship_crm.contracts.periods import Lines, Periods, periods, quantities
from relationship_crm.contracts.terms import Promise
from relationship_crm.engine.grid import day_number
from relationship_crm.ledger.dialect import DateDiff

#: Above this many lines the whole ledger is read: a list of keys that long costs more.
MANY = 500


@dataclass(frozen=True)
class Book:
    """Lines with their entries that stand, folded. Positions of `promises` are the lines' positions everywhere."""

    promises: Sequence[Promise]
    lines: Lines
    periods: Periods
    names: Sequence[str]  # of the entries, as in `usage`
    usage: Usage
    folded: Folded

    @property
    def overage(self) -> np.ndarray:
        """What was used beyond each line, in all its periods and outside of its life."""
        return quantities(np.bincount(self.usage.line, self.folded.overage, self.lines.size).astype(np.int64))

    def at(self, day: date) -> Balances:
        """Where every line stands at a day."""
        return balances(self.periods, self.folded, self.usage, np.arange(self.lines.size), day_number(day))


def book(promises: Sequence[Promise], rows: Sequence[tuple[str, str, date, float]] | None = None) -> Book:
    """Lines with their entries. `rows` (name, line key, date, quantity in posting order) stand in for the ledger's."""
    rows = entries([promise.key for promise in promises]) if rows is None else rows
    position = {promise.key: at for at, promise in enumerate(promises)}
    kept = [row for row in rows if row[1] in position]
    # the ledger sorts by key, the arithmetic by position
    kept.sort(key=lambda row: position[row[1]])
    lines = Lines.of([promise.line for promise in promises])
    found = periods(lines)
    usage = Usage.of(
        np.array([position[row[1]] for row in kept], dtype=np.int64),
        np.array([day_number(row[2]) for row in kept], dtype=np.int64),
        np.array([row[3] for row in kept], dtype=float),
    )
    return Book(promises, lines, found, [row[0] for row in kept], usage, fold(lines, found, usage))


def figures(promises: Sequence[Promise], until: date | None = None) -> Book:
    """`book` without the entries' names, of entries up to a day: what reports of many lines need, in a tenth of the time."""
    lines = Lines.of([promise.line for promise in promises])
    found = periods(lines)
    usage = _gathered({promise.key: at for at, promise in enumerate(promises)}, until)
    return Book(promises, lines, found, (), usage, fold(lines, found, usage))


def _gathered(position: dict[str, int], until: date | None) -> Usage:
    """Entries that stand of lines by key, each line's put together into one text by the database."""
    entry = frappe.qb.DocType("Service Usage Entry")
    pair = Function("CONCAT_WS", ",", DateDiff(entry.posting_date, "1970-01-01"), entry.qty)
    query = (
        frappe.qb.from_(entry)
        .select(entry.line_key, Count("*"), AggregateFunction("GROUP_CONCAT", pair))
        .where(entry.is_cancelled == 0)
        .groupby(entry.line_key)
    )
    if until:
        query = query.where(entry.posting_date <= until)
    if len(position) <= MANY:
        query = query.where(entry.line_key.isin(sorted(position) or [""]))
    rows = [row for row in query.run() if row[0] in position]
    cut = [key for key, count, text in rows if not _complete(text, count)]
    whole = [row for row in rows if row[0] not in set(cut)]
    text = ",".join(row[2] for row in whole)
    numbers = (np.fromstring(text, sep=",") if text else np.empty(0)).reshape(-1, 2)
    at = np.array([position[row[0]] for row in whole], dtype=np.int64)
    line = np.repeat(at, np.array([row[1] for row in whole], dtype=np.int64))
    day, quantity = numbers[:, 0].astype(np.int64), numbers[:, 1]
    for _name, key, when, amount in entries(cut):
        if not until or when <= until:
            line, day = np.append(line, position[key]), np.append(day, day_number(when))
            quantity = np.append(quantity, amount)
    order = np.lexsort((day, line))
    return Usage.of(line[order], day[order], quantity[order])


def _complete(text: str, count: int) -> bool:
    """Whether a line's entries are all there: the database cuts texts at a length of its own. Quantities have six digits."""
    return text.count(",") == 2 * count - 1 and text[-7:-6] == "."


def entries(keys: Sequence[str]) -> list[tuple[str, str, date, float]]:
    """Entries that stand, of lines by key: name, key, date, quantity; in posting order within a line."""
    wanted = sorted({key for key in keys if key})
    if not wanted:
        return []
    entry = frappe.qb.DocType("Service Usage Entry")
    query = (
        frappe.qb.from_(entry)
        .select(entry.name, entry.line_key, entry.posting_date, entry.qty)
        .where(entry.is_cancelled == 0)
        .orderby(entry.line_key, entry.posting_date, entry.creation, entry.name)
    )
    return list((query if len(wanted) > MANY else query.where(entry.line_key.isin(wanted))).run())


def balance_of(promises: Sequence[Promise], day: date) -> list[dict[str, Any]]:
    """Where lines stand at a day, as the form, the portal and vouchers show it; infinite quantities as None.

    Each has contract, line_key, title, counts, uom, period_start, period_end (None: not in force), included, carried, used,
    overage, left, share (of what is available, None where there is none).
    """
    found = book(promises)
    state = found.at(day)
    shares = state.share
    result = []
    for at, promise in enumerate(promises):
        period = int(state.period[at])
        start, end = found.periods.dates(period) if period >= 0 else (None, None)
        result.append(
            {
                "contract": promise.contract,
                "line_key": promise.key,
                "title": promise.title,
                "counts": promise.counts,
                "uom": promise.uom,
                "period_start": start,
                "period_end": end,
                **{
                    name: _finite(getattr(state, name)[at])
                    for name in ("included", "carried", "used", "overage", "left")
                },
                "share": _finite(shares[at]),
            }
        )
    return result


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
