"""What a change of account manager showed: whether the customer stayed with the company or left with the person."""

from __future__ import annotations

from typing import Any

from pypika.functions import Max, Min, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.engine.dimensions import TRUST_COMPANY, TRUST_EMPLOYEE
from relationship_crm.ledger.dialect import AddDays, AsDate, Divide, Join, Least, Value, query, table
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, part

YEAR = 365
#: With fewer orders in the year before, a ratio says nothing.
LEAST_BEFORE = 2
#: With less than this share of the orders after the change, the customer left with the person.
LEFT = 0.5


def _orders(scope: Scope, alias: str) -> tuple[QueryBuilder, Any, Any]:
    """Orders with the sales persons on them."""
    o, t = table("Sales Order", alias), table("Sales Team", f"{alias}_team")
    statement = (
        query()
        .from_(o)
        .join(t)
        .on((t.parent == o.name) & (t.parenttype == Value("Sales Order")))
        .where((o.docstatus == 1) & (o.is_internal_customer == 0))
    )
    return scope.limit(statement, date=o.transaction_date, created=o.creation, party=o.customer), o, t


def _changes(scope: Scope) -> tuple[QueryBuilder, dict[str, Any]]:
    """New sales persons with the customer's orders in the year before and after their first one."""
    statement, o, team = _orders(scope, "p")
    persons = (
        statement.select(
            o.customer.as_("customer"),
            AsDate(part(Min(Join(o.transaction_date, o.name)), 1, 10)).as_("day"),
            part(Min(Join(o.transaction_date, o.name)), 11).as_("name"),
        )
        .groupby(o.customer, team.sales_person)
        .as_("n")
    )
    statement, o, _team = _orders(scope, "f")
    first = (
        statement.select(o.customer.as_("customer"), Min(o.transaction_date).as_("day"))
        .groupby(o.customer)
        .as_("q")
    )
    customer, day, name = (Field(column, table=persons) for column in ("customer", "day", "name"))
    a = table("Sales Order", "a")
    counted = (
        query()
        .from_(persons)
        .join(first)
        .on((Field("customer", table=first) == customer) & (Field("day", table=first) < day))
        .join(a)
        .on(a.customer == customer)
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
    return query().from_(c), fields


def _events(statement: QueryBuilder, c: dict[str, Any], value: Any) -> QueryBuilder:
    return select_events(
        statement,
        party_type="Customer",
        party=c["customer"],
        date=c["judged_on"],
        known_at=c["known_at"],
        value=value,
        voucher_type="Sales Order",
        voucher_no=c["name"],
    )


def stayed_events(scope: Scope) -> Any:
    """How much of the business stayed in the year after the change."""
    statement, c = _changes(scope)
    return _events(statement, c, Least(Value(1.0), c["ratio"]))


def left_events(scope: Scope) -> Any:
    """How much of the business went with the person, where most of it went."""
    statement, c = _changes(scope)
    return _events(statement.where(c["ratio"] < Value(LEFT)), c, Value(1.0) - c["ratio"])


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
    events=stayed_events,
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
    events=left_events,
    sources=_SOURCES,
)
