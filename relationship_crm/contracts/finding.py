"""Finds the lines that a document's work belongs to: one query where the customer has no contract, a few otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe

from relationship_crm.contracts import terms
from relationship_crm.contracts.balance import Balances
from relationship_crm.contracts.counted import Origin
from relationship_crm.contracts.matching import Covered, Knowledge, Match, best, candidates
from relationship_crm.contracts.sources import Work
from relationship_crm.contracts.terms import HOURS, QUANTITY, Promise
from relationship_crm.contracts.usage import Book, book
from relationship_crm.contracts.uses import origins_of, quantity


@dataclass(frozen=True)
class Standing:
    """A line on a day: what there is in the period, and what of it is left; infinite where unlimited."""

    available: float
    left: float
    until: date | None


@dataclass(frozen=True)
class Found:
    """Where one piece of work is counted; without a promise nowhere."""

    work: Work
    promise: Promise | None = None
    match: Match | None = None
    qty: float = 0.0  # in the line's unit
    standing: Standing | None = None
    origin: Origin | None = None  # what is returned goes back to where it was counted


def promises_for(works: Sequence[Work]) -> list[Promise]:
    """Lines of the customers' contracts that may be concerned. One query where there is none.

    What is returned goes back to where it was counted, whatever contracts there are.
    """
    works = [work for work in works if not work.origin]
    customers = sorted({work.customer for work in works if work.customer})
    projects = sorted({work.project for work in works if work.project and not work.customer})
    head = frappe.qb.DocType("Service Contract")
    if customers:
        criterion = head.customer.isin(customers)
    elif projects:
        project = frappe.qb.DocType("Project")
        theirs = frappe.qb.from_(project).select(project.customer).where(project.name.isin(projects))
        criterion = head.customer.isin(theirs)
    else:
        return []
    first, last = min(work.day for work in works), max(work.day for work in works)
    return terms.read(criterion & (head.start_date <= last) & (head.end_date >= first))


def find(
    works: Sequence[Work],
    promises: Sequence[Promise],
    within: str | None = None,
    keep: bool = False,
    search: bool = True,
) -> list[Found]:
    """The line of each piece of work, in their order.

    `within`: only lines of this contract. `keep`: lines that are named stay. `search`: look for others.
    """
    returned = origins_of(works)
    by_key = {promise.key: promise for promise in promises}
    missing = [origin.line_key for origin in returned.values()] + [work.line_key for work in works if keep]
    by_key |= terms.of_lines(key for key in missing if key not in by_key)
    theirs = [promise for promise in promises if within in (None, promise.contract)]
    known = knowledge(works, theirs) if search else None
    stand = Stand([*by_key.values()])
    found = []
    for work in works:
        origin = returned.get(work.origin)
        if keep and work.line_key:
            found.append(stand.take(work, by_key.get(work.line_key), None, origin))
        elif origin:
            found.append(stand.take(work, by_key.get(origin.line_key), None, origin))
        elif known:
            found.append(_search(work, theirs, known, stand))
        else:
            found.append(Found(work))
    return found


def _search(work: Work, promises: Sequence[Promise], known: Knowledge, stand: Stand) -> Found:
    fitting = candidates(work, promises, known)
    wanted = {match.promise.key: quantity(work, match.promise) for match in fitting}
    # what cannot be converted into a line's unit is not what it promises
    fitting = [match for match in fitting if wanted[match.promise.key] or not work.qty]
    match = best(fitting, stand.left(fitting, work.day), wanted, work.line_key)
    return stand.take(work, match.promise if match else None, match, None)


class Stand:
    """What lines have left while the rows of a document take from them one after the other."""

    def __init__(self, promises: Sequence[Promise]) -> None:
        self.promises = [promise for promise in promises if promise.counts != terms.NOTHING]
        self.position = {promise.key: at for at, promise in enumerate(self.promises)}
        self.taken: dict[tuple[str, int], float] = {}
        self._book: Book | None = None
        self._days: dict[date, Balances] = {}

    def _at(self, day: date) -> Balances:
        if self._book is None:
            self._book = book(self.promises)
        if day not in self._days:
            self._days[day] = self._book.at(day)
        return self._days[day]

    def of(self, key: str, day: date) -> Standing:
        """Where a line stands on a day, less what the rows before took."""
        at = self.position[key]
        balances = self._at(day)
        period = int(balances.period[at])
        if period < 0:
            return Standing(0.0, 0.0, None)
        left = float(balances.left[at]) - self.taken.get((key, period), 0.0)
        available = float(balances.included[at] + balances.carried[at])
        until = self._book.periods.dates(period)[1] if self._book else None
        return Standing(available, max(left, 0.0), until)

    def left(self, matches: Iterable[Match], day: date) -> dict[str, float]:
        """What candidates have left; not asked where there is no choice."""
        keys = [match.promise.key for match in matches]
        return {key: self.of(key, day).left for key in keys} if len(keys) > 1 else {}

    def take(self, work: Work, promise: Promise | None, match: Match | None, origin: Origin | None) -> Found:
        """Count a piece of work on a line, and remember it for the rows to come."""
        if not promise or promise.key not in self.position:
            return Found(work, promise, match, origin=origin)
        day = origin.day if origin else work.day
        standing, qty = self.of(promise.key, day), quantity(work, promise)
        if math.isfinite(standing.left):
            period = int(self._at(day).period[self.position[promise.key]])
            self.taken[promise.key, period] = self.taken.get((promise.key, period), 0.0) + qty
        return Found(work, promise, match, qty, standing, origin)


def knowledge(works: Sequence[Work], promises: Sequence[Promise]) -> Knowledge:
    """What a match needs to know; nothing is read that no line asks for."""
    if not promises:
        return Knowledge()
    items = {item for work in works for item in (work.item_code, *work.items) if item}
    lines = {p.row.item_code for p in promises if p.row.item_code and p.counts not in (HOURS, QUANTITY)}
    groups = bool(items) and any(p.row.item_group for p in promises)
    group_of, goods = _items(items if groups else set(), lines)
    return Knowledge(
        coverage=_coverage({promise.contract for promise in promises}),
        group_of=group_of,
        ancestors=_ancestors(set(group_of.values())) if groups else {},
        equipment=frozenset(goods),
        customer_of=_customers({work.project for work in works if work.project and not work.customer}),
    )


def _coverage(contracts: set[str]) -> Mapping[str, list[Covered]]:
    row = frappe.qb.DocType("Service Contract Coverage")
    query = frappe.qb.from_(row).select(row.parent, row.serial_no, row.asset, row.item_code)
    query = query.where((row.parenttype == "Service Contract") & row.parent.isin(sorted(contracts)))
    found: dict[str, list[Covered]] = {}
    for parent, *values in query.run():
        found.setdefault(parent, []).append(Covered(*(value or "" for value in values)))
    return found


def _items(grouped: set[str], lines: set[str]) -> tuple[dict[str, str], set[str]]:
    """Item groups of items; which items of lines are goods."""
    if not grouped | lines:
        return {}, set()
    item = frappe.qb.DocType("Item")
    query = frappe.qb.from_(item).select(item.name, item.item_group, item.is_stock_item, item.is_fixed_asset)
    rows: Any = query.where(item.name.isin(sorted(grouped | lines))).run()
    groups = {name: group for name, group, *_kind in rows if name in grouped}
    return groups, {name for name, _group, stock, asset in rows if name in lines and (stock or asset)}


def _ancestors(groups: set[str]) -> dict[str, list[str]]:
    """Item groups from each up to the root."""
    if not groups:
        return {}
    child, parent = (
        frappe.qb.DocType("Item Group").as_("child"),
        frappe.qb.DocType("Item Group").as_("parent"),
    )
    query = (
        frappe.qb.from_(child)
        .join(parent)
        .on((parent.lft <= child.lft) & (parent.rgt >= child.rgt))
        .select(child.name, parent.name)
        .where(child.name.isin(sorted(groups)))
        .orderby(child.name)
        .orderby(parent.lft, order=frappe.qb.desc)
    )
    found: dict[str, list[str]] = {}
    for name, ancestor in query.run():
        found.setdefault(name, []).append(ancestor)
    return found


def _customers(projects: set[str]) -> dict[str, str]:
    """Customers of projects."""
    if not projects:
        return {}
    project = frappe.qb.DocType("Project")
    query = frappe.qb.from_(project).select(project.name, project.customer)
    return {name: customer or "" for name, customer in query.where(project.name.isin(sorted(projects))).run()}
