"""What a customer sees of its contracts in the portal: the figures of the desk, and the entries behind each of them.

Pages ask for contracts by the customers the user belongs to; nothing here asks who that is. Drafts, cancelled contracts and
those that are not to be shown do not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.utils import fmt_money, getdate

from relationship_crm.contracts import overview, terms, usage, wording
from relationship_crm.contracts.overview import Standing
from relationship_crm.contracts.periods import quantities
from relationship_crm.contracts.states import ACTIVE, IN_NOTICE, WAITING
from relationship_crm.contracts.terms import NOTHING
from relationship_crm.engine.grid import day_of

CONTRACT, ENTRY = overview.CONTRACT, "Service Usage Entry"
HEAD = (
    *("name", "customer", "state", "company", "start_date", "end_date", "terminated_per", "notice_date"),
    *("signed_on", "renewal", "renewed_into"),
)
MONTHS_SHOWN = 12
#: What is in force comes first, then what will be.
ORDER = {ACTIVE: 0, IN_NOTICE: 0, WAITING: 1}
#: Contracts on the page, and entries of one contract; the newest.
MOST_CONTRACTS, MOST_ENTRIES = 100, 2000

#: As on the desk (contract_states.js).
STATE_COLORS = {
    **{"Waiting": "blue", "Active": "green", "In Notice": "orange"},
    **{"Expired": "darkgrey", "Terminated": "red", "Renewed": "cyan"},
}


@dataclass(frozen=True)
class Entry:
    """One use, as the customer reads it."""

    day: date
    what: str
    qty: float
    covered: float
    overage: float


#: Entries by position of the line and of the period; -1 for days on which the line is not in force.
Entries = dict[tuple[int, int], list[Entry]]


@dataclass(frozen=True)
class Period:
    """One period of a line; quantities, None where unlimited."""

    start: date
    end: date
    included: float | None
    carried: float
    used: float
    left: float | None
    overage: float
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A line of a contract: its present period, what is said of it, and what came before."""

    title: str
    terms: str
    unit: str
    period: Period | None
    share: float | None  # used of what is available, None where that has no meaning
    forecast: str
    beyond: str
    unused: str
    periods: tuple[Period, ...] = ()  # the newest first
    outside: tuple[Entry, ...] = ()  # dated on no day of the line
    months: tuple[tuple[date, float, float], ...] = ()


def contracts(customers: Iterable[str]) -> list[frappe._dict]:
    """Contracts of customers with the present state of their lines, those in force first."""
    heads = _heads({"customer": ("in", sorted(customers) or [""])}, MOST_CONTRACTS)
    heads.sort(key=lambda head: ORDER.get(head.state, len(ORDER)))  # the newest first among themselves
    promises = terms.of_contracts([head.name for head in heads])
    standing = overview.standing(usage.figures(promises, getdate()), getdate())
    for head in heads:
        head.lines = [_line(standing, at) for at, p in enumerate(promises) if p.contract == head.name]
    return heads


def contract(name: str, customers: Iterable[str]) -> frappe._dict | None:
    """One contract with all periods and their entries; None where it is not one of these customers' to see."""
    found = _heads({"name": name, "customer": ("in", sorted(customers) or [""])}, 1)
    if not found:
        return None
    head = found[0]
    promises = terms.of_contracts([head.name])
    book = usage.book(promises)
    standing = overview.standing(book, getdate())
    entries = _entries(book)
    head.lines = [_line(standing, at, entries) for at in range(len(promises))]
    return head


def _heads(filters: dict[str, Any], limit: int) -> list[frappe._dict]:
    visible = {"docstatus": 1, "portal_visible": 1, **filters}
    return frappe.get_all(CONTRACT, visible, list(HEAD), order_by="start_date desc, name desc", limit=limit)


def _line(standing: Standing, at: int, entries: Entries | None = None) -> Shown:
    """A line as the page shows it; with entries by period, all of its periods too."""
    promise = standing.promises[at]
    now = int(standing.balances.period[at])
    share = float(standing.share[at])
    counted = promise.counts != NOTHING
    return Shown(
        title=promise.title,
        terms=wording.included(promise.row),
        unit=standing.unit(at),
        period=_present(standing, at) if counted and now >= 0 else None,
        share=share if np.isfinite(share) else None,
        forecast=standing.in_words(at),
        beyond=wording.beyond(promise.row, promise.head.currency),
        unused=wording.carried(promise.row),
        outside=tuple((entries or {}).get((at, -1), ())),
        periods=_periods(standing, at, entries) if counted and entries is not None else (),
        months=_months(standing, at) if counted and entries is not None else (),
    )


def _present(standing: Standing, at: int) -> Period:
    """The period of today: entries dated later do not count yet."""
    state = standing.balances
    start, end = standing.book.periods.dates(int(state.period[at]))
    values = (state.included, state.carried, state.used, state.left, state.overage)
    included, carried, used, left, overage = (_known(value[at]) for value in values)
    return Period(start, end, included, carried or 0.0, used or 0.0, left, overage or 0.0)


def _periods(standing: Standing, at: int, entries: Entries) -> tuple[Period, ...]:
    """Periods that have begun or have entries, the newest first."""
    periods, folded = standing.book.periods, standing.book.folded
    arrays = (periods.included, folded.carried, folded.used, folded.left, folded.over)
    found = []
    for k in range(int(periods.bounds[at]), int(periods.bounds[at + 1])):
        start, end = periods.dates(k)
        if start > standing.day and (at, k) not in entries:
            break
        included, carried, used, left, over = (_known(quantities(values[k])[()]) for values in arrays)
        own = tuple(entries.get((at, k), ()))
        found.append(Period(start, end, included, carried or 0.0, used or 0.0, left, over or 0.0, own))
    return tuple(reversed(found))


def _months(standing: Standing, at: int) -> tuple[tuple[date, float, float], ...]:
    marked = np.arange(standing.book.lines.size) == at
    return tuple(overview.months_of(standing.book, marked, standing.day, MONTHS_SHOWN))


def _entries(book: usage.Book) -> Entries:
    """Entries by line and period, the newest first."""
    keys = [promise.key for promise in book.promises]
    columns = ["name", "voucher_type", "voucher_no", "item_code", "kind"]
    rows = frappe.get_all(
        ENTRY, {"line_key": ("in", keys or [""]), "is_cancelled": 0}, columns, order_by="name asc"
    )
    described = {row.name: _description(row) for row in rows}
    found: Entries = {}
    newest_first = range(len(book.names) - 1, max(-1, len(book.names) - 1 - MOST_ENTRIES), -1)
    numbers = (book.usage.quantity, book.folded.covered, book.folded.overage)
    for i in newest_first:
        quantity = (float(quantities(values[i])) for values in numbers)
        entry = Entry(day_of(book.usage.day[i]), described.get(book.names[i], ""), *quantity)
        found.setdefault((int(book.usage.line[i]), int(book.folded.period[i])), []).append(entry)
    return found


def _description(row: frappe._dict) -> str:
    """By which document something was used. A note or a reason may be meant for colleagues, and stays inside."""
    if row.kind == "Adjustment":
        return _("Adjustment")
    text = f"{_(row.voucher_type or '')} {row.voucher_no or ''}".strip()
    return f"{text}, {row.item_code}" if row.item_code else text


def quantity_in_words(quantity: float | None) -> str:
    """A quantity with as many decimals as it needs, at most two."""
    if quantity is None:
        return _("unlimited")
    rounded = round(quantity, 2)
    decimals = 0 if rounded == int(rounded) else 1 if round(rounded, 1) == rounded else 2
    return fmt_money(rounded, precision=decimals)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
