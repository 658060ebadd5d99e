"""What promises of visits and hours still owe: included, delivered, planned, and what nobody has planned yet.

    still to plan = max(included + carried over - delivered - planned, 0)        by the end of the period

What is planned counts as used for what is carried over into the next period, or a visit that is planned for March would be
owed once more in April. An appointment that was done counts as planned until its voucher is submitted, then as delivered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import frappe
import numpy as np
from frappe.utils import flt, getdate, now_datetime

from relationship_crm.contracts.balance import Usage, fold
from relationship_crm.contracts.conflicts import APPOINTMENT, DONE, PLANNED, TIMESHEET, VISIT
from relationship_crm.contracts.periods import millionths, quantities
from relationship_crm.contracts.terms import HOURS, VISITS, Promise
from relationship_crm.contracts.units import HOUR, factor
from relationship_crm.contracts.usage import MANY, figures
from relationship_crm.engine.grid import day_number

#: What appointments can deliver.
PLANNABLE = (VISITS, HOURS)


@dataclass(frozen=True)
class Obligation:
    """One promise in one of its periods. Quantities in the line's unit."""

    promise: Promise
    start: date
    end: date
    included: float
    carried: float
    delivered: float
    planned: float
    appointments: list[Any] = field(default_factory=list)  # planned ones, the earliest first

    @property
    def open(self) -> float:
        """What is still to be planned until the period's end."""
        return max(self.included + self.carried - self.delivered - self.planned, 0.0)

    @property
    def overdue(self) -> int:
        """Planned appointments whose time is over."""
        now = now_datetime()
        return sum(row.status == PLANNED and row.ends_on < now for row in self.appointments)

    @property
    def next(self) -> Any:
        """When the next appointment begins, None where there is none."""
        now = now_datetime()
        coming = (row.starts_on for row in self.appointments if row.status == PLANNED and row.ends_on >= now)
        return next(coming, None)


def obligations(promises: Sequence[Promise], first: date, last: date) -> list[Obligation]:
    """The obligations of all periods that touch the days from `first` to `last`, by promise and period."""
    owed = [promise for promise in promises if promise.limited and promise.counts in PLANNABLE]
    if not owed:
        return []
    done, planned = figures(owed), appointments(owed)
    to_come = _as_usage(owed, planned)
    periods, both = done.periods, fold(done.lines, done.periods, _together(done.usage, to_come))
    by_period: dict[int, list[Any]] = defaultdict(list)
    for row, at in zip(planned, periods.find(to_come.line, to_come.day).tolist(), strict=True):
        by_period[at].append(row)
    wanted = np.flatnonzero((periods.start <= day_number(last)) & (periods.end >= day_number(first)))
    delivered = done.folded.used[wanted]
    sums = (periods.included[wanted], both.carried[wanted], delivered, both.used[wanted] - delivered)
    return [
        Obligation(owed[line], *periods.dates(at), *quantity, by_period.get(at, []))
        for at, line, *quantity in zip(
            wanted.tolist(),
            periods.line[wanted].tolist(),
            *(quantities(column).tolist() for column in sums),
            strict=True,
        )
    ]


def appointments(promises: Sequence[Promise]) -> list[Any]:
    """Appointments that stand for something to come: planned, or done and waiting for their voucher to be submitted."""
    keys = {promise.key for promise in promises}
    row, visit, sheet = (frappe.qb.DocType(name) for name in (APPOINTMENT, VISIT, TIMESHEET))
    query = (
        frappe.qb.from_(row)
        .left_join(visit)
        .on((visit.name == row.voucher_no) & (row.voucher_type == VISIT))
        .left_join(sheet)
        .on((sheet.name == row.voucher_no) & (row.voucher_type == TIMESHEET))
        .select(row.name, row.line_key, row.starts_on, row.ends_on, row.hours, row.status, row.employee)
        .where(
            (row.status == PLANNED)
            | ((row.status == DONE) & ((visit.docstatus == 0) | (sheet.docstatus == 0)))
        )
        .where(row.line_key.isin(sorted(keys)) if len(keys) <= MANY else row.line_key != "")
        .orderby(row.line_key, row.starts_on, row.name)
    )
    return [found for found in query.run(as_dict=True) if found.line_key in keys]


def _as_usage(promises: Sequence[Promise], planned: Sequence[Any]) -> Usage:
    """Appointments as if they were entries of the ledger, in their order."""
    position = {promise.key: at for at, promise in enumerate(promises)}
    hour = {uom: factor(HOUR, uom or HOUR) for uom in {p.uom for p in promises if p.counts == HOURS}}
    line = [position[row.line_key] for row in planned]
    quantity = [
        1.0 if promises[at].counts == VISITS else flt(row.hours) * hour[promises[at].uom]
        for at, row in zip(line, planned, strict=True)
    ]
    day = [day_number(getdate(row.starts_on)) for row in planned]
    return Usage(np.array(line, dtype=np.int64), np.array(day, dtype=np.int64), millionths(quantity))


def _together(done: Usage, to_come: Usage) -> Usage:
    """Both, in the order in which they are folded. Within a day order is of no account: only sums of periods are wanted."""
    line, day = np.append(done.line, to_come.line), np.append(done.day, to_come.day)
    order = np.lexsort((day, line))
    return Usage(line, day, np.append(done.quantity, to_come.quantity)).only(order)


def of_month(day: date) -> tuple[date, date]:
    """First and last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
