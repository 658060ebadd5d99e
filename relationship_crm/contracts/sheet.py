"""What the form of a contract shows of its lines: where each stands, its periods, and the entries behind a figure."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
import numpy as np

from relationship_crm.contracts import overview, terms, usage
from relationship_crm.contracts.periods import quantities
from relationship_crm.contracts.terms import NOTHING
from relationship_crm.engine.grid import day_of

#: The newest entries that are shown behind one figure.
MOST = 500
COLUMNS = ("name", "voucher_type", "voucher_no", "kind", "item_code", "employee", "agreed_by", "note")


def balance(contract: str, day: date) -> list[dict[str, Any]]:
    """Lines that count something, on a day; the ended ones as on their last day. Unlimited quantities are None.

    Each has line_key, title, promise (in words), unit, in_force, share (used of what is available), forecast (in words) and
    periods, the newest that has begun first, each with start, end, included, carried, used, left, overage.
    """
    promises = [promise for promise in terms.of_contracts([contract]) if promise.counts != NOTHING]
    book = usage.book(promises)
    standing = overview.standing(book, day)
    return [
        {
            "line_key": promise.key,
            "title": promise.title,
            "promise": overview.promise_in_words(promise),
            "unit": overview.unit_of(promise),
            "in_force": bool(standing.in_force[at]),
            "share": _known(standing.share[at]),
            "forecast": standing.in_words(at),
            "periods": _periods(book, at, day),
        }
        for at, promise in enumerate(promises)
    ]


def _periods(book: usage.Book, at: int, day: date) -> list[dict[str, Any]]:
    """Periods of a line that have begun or are used already, the newest first; the first one where none has."""
    periods, folded = book.periods, book.folded
    columns = {
        "included": periods.included,
        "carried": folded.carried,
        "used": folded.used,
        "left": folded.left,
        "overage": folded.over,
    }
    first, after = int(periods.bounds[at]), int(periods.bounds[at + 1])
    shown = [k for k in range(first, after) if periods.dates(k)[0] <= day or folded.used[k]] or [
        *range(first, after)
    ][:1]
    return [
        {
            "start": periods.dates(k)[0],
            "end": periods.dates(k)[1],
            "now": periods.dates(k)[0] <= day <= periods.dates(k)[1],
            **{name: _known(quantities(values[k])) for name, values in columns.items()},
        }
        for k in reversed(shown)
    ]


def entries(contract: str, line_key: str, first: date, last: date) -> list[dict[str, Any]]:
    """Entries of a line in a period that stand, the newest first: day, quantity, covered, overage and the document."""
    promises = [promise for promise in terms.of_contracts([contract]) if promise.key == line_key]
    book = usage.book(promises)
    days = [day_of(number) for number in book.usage.day.tolist()]
    positions = [i for i, day in enumerate(days) if first <= day <= last][::-1][:MOST]
    names = [book.names[i] for i in positions]
    rows = frappe.get_all(
        "Service Usage Entry", {"name": ("in", names or [""])}, list(COLUMNS), order_by="name asc"
    )
    by_name = {row.name: row for row in rows}
    numbers = (
        ("qty", book.usage.quantity),
        ("covered", book.folded.covered),
        ("overage", book.folded.overage),
    )
    return [
        {
            **by_name[book.names[i]],
            "day": days[i],
            **{name: float(quantities(values[i])) for name, values in numbers},
        }
        for i in positions
    ]


def _known(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
