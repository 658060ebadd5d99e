"""What a change of account manager showed: whether the customer stayed with the company or left with the person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pypika import analytics
from pypika.functions import Max, Min, Sum
from pypika.terms import Field

from relationship_crm.engine.dimensions import TRUST_COMPANY, TRUST_EMPLOYEE
from relationship_crm.ledger.dialect import AddDays, AsDate, Divide, Join, Value, query, sorting_query, table
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, part

YEAR = 365
#: With fewer orders in the year before, a ratio says nothing.
LEAST_BEFORE = 2
#: With less than this share of the orders after the change, the customer left with the person.
LEFT = 0.5


def change_events(scope: Scope) -> Any:
    """New sales persons, by the customer's orders in the year after their first one over those in the year before."""
    o, team = table("Sales Order", "p"), table("Sales Team", "team")
    statement = (
        sorting_query()
        .from_(o)
        .join(team)
        .on((team.parent == o.name) & (team.parenttype == Value("Sales Order")))
        .where((o.docstatus == 1) & (o.is_internal_customer == 0))
    )
    persons = (
        scope.limit(statement, date=o.transaction_date, created=o.creation, party=o.customer)
        .select(
            o.customer.as_("customer"),
            AsDate(part(Min(Join(o.transaction_date, o.name)), 1, 10)).as_("day"),
            part(Min(Join(o.transaction_date, o.name)), 11).as_("name"),
        )
        .groupby(o.customer, team.sales_person)
        .as_("s")
    )
    customer, day, name = (Field(column, table=persons) for column in ("customer", "day", "name"))
    first = analytics.Min(day).over(customer)  # whoever was there first
    ranked = query().from_(persons).select(customer, day, name, first.as_("first")).as_("n")
    customer, day, name = (Field(column, table=ranked) for column in ("customer", "day", "name"))
    a = table("Sales Order", "a")
    counted = (
        query()
        .from_(ranked)
        .join(a)
        .on(a.customer == customer)
        .where(Field("first", table=ranked) < day)
        .where((a.docstatus == 1) & (a.is_internal_customer == 0))
        .where((a.transaction_date >= AddDays(day, -YEAR)) & (a.transaction_date < AddDays(day, YEAR)))
        .where(scope.until(AddDays(day, YEAR)))
    )
    counted = scope.limit(counted, date=a.transaction_date, created=a.creation, party=a.customer)
    before = Sum(case((a.transaction_date < day, 1), otherwise=0))
    after = Sum(case((a.transaction_date >= day, 1), otherwise=0))
    c = (
        counted.select(
            customer.as_("customer"),
            AddDays(day, YEAR).as_("judged_on"),
            Max(a.creation).as_("known_at"),
            Divide(after, before).as_("ratio"),
            name.as_("name"),
        )
        .groupby(customer, day, name)
        .having(before >= LEAST_BEFORE)
        .as_("c")
    )
    fields = {f: Field(f, table=c) for f in ("customer", "judged_on", "known_at", "ratio", "name")}
    return select_events(
        query().from_(c),
        party_type="Customer",
        party=fields["customer"],
        date=fields["judged_on"],
        known_at=fields["known_at"],
        value=fields["ratio"],
        voucher_type="Sales Order",
        voucher_no=fields["name"],
    )


def stayed(ratio: np.ndarray, _usual: np.ndarray, _segments: Sequence[str]) -> np.ndarray:
    """How much of the business stayed in the year after the change."""
    return np.minimum(ratio, 1.0)


def left(ratio: np.ndarray, _usual: np.ndarray, _segments: Sequence[str]) -> np.ndarray:
    """How much of the business went with the person, where most of it went."""
    return np.where(ratio < LEFT, 1 - ratio, np.nan)


_SOURCES = ("Sales Order", "Sales Team")

MANAGER_CHANGE_COMPANY = Signal(
    key="manager_change_company",
    label="Stayed after a change of account manager",
    description=(
        "A customer who orders as much in the year after a new sales person took over as in the year before "
        "trusts the company, not only the person."
    ),
    dimensions=(TRUST_COMPANY,),
    weight=2,
    half_life=730,
    cap=2,
    events=change_events,
    judge=stayed,
    sources=_SOURCES,
)
MANAGER_CHANGE_EMPLOYEE = Signal(
    key="manager_change_employee",
    label="Left with the account manager",
    description=(
        "A customer who orders less than half as much in the year after a new sales person took over "
        "had trusted the person."
    ),
    dimensions=(TRUST_EMPLOYEE,),
    weight=2,
    half_life=730,
    cap=2,
    events=change_events,
    judge=left,
    sources=_SOURCES,
)
