"""Deliveries against the promised date: what came, and what had not come a week after its day."""

from __future__ import annotations

from typing import Any

from pypika.functions import Avg, Coalesce, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from relationship_crm.engine.dimensions import SATISFACTION, TRUST_COMPANY
from relationship_crm.ledger.dialect import AddDays, DateDiff, Greatest, Value, query, table, union_all
from relationship_crm.signals.base import Scope, Signal, customer_events, select_events
from relationship_crm.signals.sources import case, own_invoice

#: Later than this, a delivery is no late delivery but a broken promise, dated at the day it broke.
GRACE = 7
#: What a delivery is worth by days against the promise, up to and including that many days late.
PUNCTUALITY = ((-15, 0.83), (-8, 0.82), (-4, 0.80), (-1, 0.76), (0, 0.75), (3, 0.58), (GRACE, 0.24))
BROKEN = 0.15
#: Less of a quantity than this is nothing.
TINY = 1e-6


def promised(scope: Scope, line: Any, order: Any) -> Coalesce:
    """The day an order line was promised for: as first promised where that is kept, else as the line says now."""
    dates = [line.delivery_date, order.delivery_date]
    if scope.has("Sales Order Item", "relationship_promised_date"):
        dates.insert(0, line.relationship_promised_date)
    return Coalesce(*dates)


def punctuality(late: Any) -> Any:
    """Value of a delivery by days late."""
    return case(*((late <= days, value) for days, value in PUNCTUALITY))


def _delivering(scope: Scope) -> list[str]:
    """The kinds of documents that deliver in this ledger."""
    return [d for d in ("Delivery Note", "Sales Invoice") if scope.has(d) and scope.has(f"{d} Item")]


def _moves_goods(doctype: str, document: Any) -> Any:
    """A submitted delivery to a customer outside; a Sales Invoice delivers where it updates the stock."""
    if doctype == "Sales Invoice":
        return own_invoice(document) & (document.is_return == 0) & (document.update_stock == 1)
    return (document.docstatus == 1) & (document.is_return == 0) & (document.is_internal_customer == 0)


def _delivered(scope: Scope, doctype: str) -> QueryBuilder:
    """An event per document that delivers: the mean over its lines that came at most a week late."""
    d, i = table(doctype, "d"), table(f"{doctype} Item", "i")
    line, order = table("Sales Order Item", "line"), table("Sales Order", "ord")
    late = DateDiff(d.posting_date, promised(scope, line, order))
    statement = (
        query()
        .from_(d)
        .join(i)
        .on(i.parent == d.name)
        .join(line)
        .on(line.name == i.so_detail)
        .join(order)
        .on(order.name == line.parent)
        .where(_moves_goods(doctype, d))
        .where((line.delivered_by_supplier == 0) & (order.skip_delivery_note == 0))
        .where(late <= GRACE)
    )
    return customer_events(
        scope,
        statement,
        customer=d.customer,
        date=d.posting_date,
        created=d.creation,
        value=Avg(punctuality(late)),
        voucher_type=doctype,
        voucher_no=d.name,
    ).groupby(d.name)


def _came(scope: Scope, doctype: str, line: Any, until: Any) -> Coalesce:
    """Quantity of an order line that one kind of document delivered up to a day."""
    d, i = table(doctype, "cd"), table(f"{doctype} Item", "ci")
    statement = (
        query()
        .from_(i)
        .join(d)
        .on(d.name == i.parent)
        .where(i.so_detail == line.name)
        .where(_moves_goods(doctype, d) & (d.posting_date <= until))
        .select(Sum(i.stock_qty))
    )
    return Coalesce(scope.limit(statement, created=d.creation), 0)


def _broken(scope: Scope) -> QueryBuilder:
    """An event per order and promised day with lines that were not delivered in full a week after it."""
    line, order = table("Sales Order Item", "line"), table("Sales Order", "ord")
    promise = promised(scope, line, order)
    missing, still_missing = line.stock_qty, []
    for doctype in _delivering(scope):
        missing = missing - _came(scope, doctype, line, AddDays(promise, GRACE))
        # a condition for each: nearly all lines are out after the first
        still_missing.append(missing > Value(TINY))
    statement = (
        query()
        .from_(order)
        .join(line)
        .on(line.parent == order.name)
        .where((order.docstatus == 1) & (order.is_internal_customer == 0))
        .where((order.skip_delivery_note == 0) & (order.status != Value("Closed")))
        .where(line.delivered_by_supplier == 0)
        .where((line.is_stock_item == 1) | (line.delivered_qty > 0))
        .where(scope.until(AddDays(promise, GRACE + 1)))
        .where(Criterion.all(still_missing))
    )
    statement = scope.limit(
        statement, date=order.transaction_date, created=order.creation, party=order.customer
    )
    return select_events(
        statement,
        party_type="Customer",
        party=order.customer,
        # an order entered for a day already past is late from its own date on
        date=Greatest(AddDays(promise, GRACE + 1), order.transaction_date),
        known_at=Max(order.creation),
        value=BROKEN,
        voucher_type="Sales Order",
        voucher_no=order.name,
    ).groupby(order.name, promise)


def delivery_events(scope: Scope) -> Any:
    """Deliveries and broken promises; a line is in one of them, never in both for the same goods."""
    return union_all([*(_delivered(scope, doctype) for doctype in _delivering(scope)), _broken(scope)])


DELIVERY_PROMISE = Signal(
    key="delivery_promise",
    label="Deliveries against the promised date",
    description=(
        "Goods that come on the promised day please, late ones disappoint. "
        "What is not delivered in full a week after its day counts as a broken promise."
    ),
    dimensions=(SATISFACTION, TRUST_COMPANY),
    weight=0.5,
    half_life=180,
    cap=4,
    events=delivery_events,
    sources=(
        "Delivery Note",
        "Delivery Note Item",
        "Sales Order",
        "Sales Order Item",
    ),
)
