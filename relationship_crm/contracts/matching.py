"""Which line of a customer's contracts something done belongs to, and why. No queries here.

A line fits that counts this kind of work and is in force on the day. Of several the closest comes first: by the equipment
(its serial number is covered, its item is, everything is), by the item (this very item, its group, the nearest first,
anything), by the project. Of equally close ones the one it was counted on before; then those with enough left before those
with something left before exhausted ones; then the one that ends first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from relationship_crm.contracts.sources import Work
from relationship_crm.contracts.terms import HOURS, INCIDENTS, QUANTITY, Promise

#: How close work is to a line, by what is looked at: the more, the closer.
SERIAL, COVERED, ALL, UNNAMED = 3, 2, 1, 0
ITEM, GROUP, ANY = 2, 1, 0
SAME_PROJECT, NO_PROJECT, PROJECT_UNNAMED = 2, 1, 0


@dataclass(frozen=True)
class Covered:
    """A row of a contract's covered equipment."""

    serial_no: str
    asset: str
    item_code: str


@dataclass(frozen=True)
class Knowledge:
    """What a match needs to know beyond the promises."""

    coverage: Mapping[str, Sequence[Covered]] = field(default_factory=dict)  # by contract
    group_of: Mapping[str, str] = field(default_factory=dict)  # item groups of items
    ancestors: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of item groups, the nearest first
    equipment: frozenset[str] = frozenset()  # items of lines that are goods, not a service
    customer_of: Mapping[str, str] = field(default_factory=dict)  # of projects


@dataclass(frozen=True)
class Grade:
    """How close something done is to a line."""

    equipment: int
    item: int
    near: int  # of the item group: less is nearer
    project: int
    company: bool

    @property
    def order(self) -> tuple[int, ...]:
        """For sorting, the closest first."""
        return -self.equipment, -self.item, self.near, -self.project, -self.company


@dataclass(frozen=True)
class Match:
    """The line something done is counted on."""

    promise: Promise
    grade: Grade


def candidates(work: Work, promises: Sequence[Promise], known: Knowledge) -> list[Match]:
    """Lines that work may be counted on, in no order."""
    customer = work.customer or known.customer_of.get(work.project, "")
    found = []
    for promise in promises:
        if work.counts not in ("", promise.counts) or not in_force(promise, work.day):
            continue
        if promise.head.customer != customer or not of_company(promise, work):
            continue
        grade = grade_of(work, promise, known)
        if grade:
            found.append(Match(promise, grade))
    return found


def in_force(promise: Promise, day: date) -> bool:
    """Whether a line is in force on a day."""
    return promise.line.start <= day <= (promise.line.last or promise.line.end)


def of_company(promise: Promise, work: Work) -> bool:
    """Whether a line is of the company that did the work. What customers report names the site's first company, asked or not."""
    return work.counts == INCIDENTS or not work.company or promise.head.company == work.company


def grade_of(work: Work, promise: Promise, known: Knowledge) -> Grade | None:
    """How close work is to a line; None where it is not what the line promises."""
    equipment = _equipment(work, known.coverage.get(promise.contract, ()))
    item = _item(work, promise, known)
    project = _project(work, promise)
    if equipment is None or item is None or project is None:
        return None
    return Grade(equipment, item[0], item[1], project, promise.head.company == work.company)


def _equipment(work: Work, coverage: Sequence[Covered]) -> int | None:
    if not coverage:
        return ALL
    if not (work.serials or work.items):
        return UNNAMED
    if set(work.serials) & {row.serial_no for row in coverage if row.serial_no}:
        return SERIAL
    # a row without serial number covers all pieces of the item; with one, only work that names no other
    items = {
        row.item_code
        for row in coverage
        if row.item_code and (not work.serials or not (row.serial_no or row.asset))
    }
    return COVERED if items & set(work.items) else None


def _item(work: Work, promise: Promise, known: Knowledge) -> tuple[int, int] | None:
    """How close the item is, and of a group how near."""
    wanted, group = promise.row.item_code, promise.row.item_group
    if not wanted and not group:
        return ANY, 0
    if work.counts == HOURS:  # time sheets name no items
        return ANY, 0
    named = (work.item_code,) if work.counts == QUANTITY else work.items
    if wanted:
        if wanted in named:
            return ITEM, 0
        # a service that is named says what is done, goods say with what
        return None if work.counts == QUANTITY or (named and wanted in known.equipment) else (ANY, 0)
    lines = [list(known.ancestors.get(known.group_of.get(item, ""), ())) for item in named]
    near = [line.index(group) for line in lines if group in line]
    if near:
        return GROUP, min(near)
    return None if named else (ANY, 0)


def _project(work: Work, promise: Promise) -> int | None:
    if not promise.head.project:
        return NO_PROJECT
    if not work.project:
        return PROJECT_UNNAMED
    return SAME_PROJECT if work.project == promise.head.project else None


def best(
    matches: Sequence[Match], left: Mapping[str, float], wanted: Mapping[str, float], before: str = ""
) -> Match | None:
    """The line to count on. `left`: what each has left; `wanted`: how much of its unit is asked for; `before`: where it was
    counted up to now."""

    def order(match: Match) -> tuple:
        key = match.promise.key
        there = left.get(key, math.inf)
        room = 0 if there >= wanted.get(key, 0) else 1 if there > 0 else 2
        line = match.promise.line
        ends = min(line.last or line.end, line.end)
        return (
            *match.grade.order,
            key != before,
            room,
            ends,
            match.promise.contract,
            match.promise.row.idx or 0,
        )

    return min(matches, key=order) if matches else None
