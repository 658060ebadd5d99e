"""Breadth: from how many item groups a customer buys, among customers with as many invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pypika.functions import Count, Max
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.engine.dimensions import ENGAGEMENT_COMPANY_RATIONAL, TRUST_COMPANY
from relationship_crm.ledger.dialect import (
    AddDays,
    FloorDivide,
    Join,
    MonthEnd,
    MonthIndex,
    Value,
    query,
    sorting_query,
    table,
    union_all,
)
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, filled

#: The kind of yardstick that holds the percentiles; its segments are "<bucket>|<item groups>".
BREADTH = "breadth"
#: Customers are compared with those in the same bucket of invoices in 12 months; lower bounds.
BUCKETS = (1, 2, 3, 4, 6, 9, 13, 21)
#: A customer is looked at every half year, over the 12 months before it; every second window does not overlap.
STEP = 6
WINDOWS = 12 // STEP


def bucket(invoices: Any) -> Any:
    """The bucket of a number of invoices."""
    return case(*((invoices >= lower, lower) for lower in reversed(BUCKETS)))


def _windows(scope: Scope) -> list[tuple[QueryBuilder, dict[str, Any]]]:
    """Item groups and invoices by customer and window of 12 months, in queries whose windows do not overlap.

    So every invoice is in one window of each query, and they need no more than one sorting each. Sales at the counter
    are in the invoices their closing made.
    """
    found = []
    for phase in range(WINDOWS):
        d, i = table("Sales Invoice", "d"), table("Sales Invoice Item", "i")
        number = FloorDivide(FloorDivide(MonthIndex(d.posting_date), STEP) + phase, WINDOWS)
        statement = (
            sorting_query()
            .from_(d)
            .join(i)
            .on(i.parent == d.name)
            .where((d.docstatus == 1) & (d.is_opening == Value("No")) & (d.is_internal_customer == 0))
            .where((d.is_return == 0) & (d.is_debit_note == 0) & filled(i.item_group))
        )
        w = (
            scope.limit(statement, date=d.posting_date, created=d.creation, party=d.customer)
            .select(
                d.customer.as_("customer"),
                ((number * WINDOWS + (WINDOWS - 1 - phase)) * STEP + (STEP - 1)).as_("month"),
                Count(i.item_group).distinct().as_("item_groups"),
                Count(d.name).distinct().as_("invoices"),
                Max(d.creation).as_("known_at"),
                Max(d.name).as_("invoice"),
            )
            .groupby(d.customer, number)
            .as_("w")
        )
        fields = {
            name: Field(name, table=w)
            for name in ("customer", "month", "item_groups", "invoices", "known_at", "invoice")
        }
        found.append((query().from_(w).where(scope.until(_day_after(fields["month"]))), fields))
    return found


def _day_after(month: Any) -> AddDays:
    """The first day of the next month."""
    return AddDays(MonthEnd(month), 1)


def breadth_events(scope: Scope) -> Any:
    """On the first day after every half-year, from how many item groups a customer bought in the 12 months before."""
    return union_all(
        [
            select_events(
                statement,
                party_type="Customer",
                party=w["customer"],
                date=_day_after(w["month"]),
                known_at=w["known_at"],
                value=w["item_groups"],
                voucher_type="Sales Invoice",
                voucher_no=w["invoice"],
                segment=Join(bucket(w["invoices"]), Value("|"), w["item_groups"]),
            )
            for statement, w in _windows(scope)
        ]
    )


def among_peers(item_groups: np.ndarray, percentile: np.ndarray, _segments: Sequence[str]) -> np.ndarray:
    """The percentile itself; who has no peers is not judged."""
    return percentile


BREADTH_SIGNAL = Signal(
    key="breadth",
    label="Breadth of purchases",
    description=(
        "Who buys from more of our item groups than others with as many invoices relies on us more. "
        "Compared at the end of every half-year over the last 12 months."
    ),
    dimensions=(TRUST_COMPANY, ENGAGEMENT_COMPANY_RATIONAL),
    weight=1,
    half_life=365,
    cap=3,
    events=breadth_events,
    sources=("Sales Invoice", "Sales Invoice Item"),
    judge=among_peers,
    yardstick=BREADTH,
)
