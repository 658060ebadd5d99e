"""Orders that ended without their goods: cancelled, or closed before everything was delivered."""

from __future__ import annotations

from typing import Any

from pypika.functions import Coalesce

from relationship_crm.engine.dimensions import SATISFACTION
from relationship_crm.ledger.dialect import AsDate, Exists, Least, Value, query, table
from relationship_crm.signals.base import Scope, Signal, select_events

UNDELIVERED = 0.15


def undelivered_events(scope: Scope) -> Any:
    """Orders closed short and orders cancelled for good, dated when they ended or at the promised day, if earlier."""
    o = table("Sales Order", "o")
    line, amended, draft = (
        table("Sales Order Item", "l"),
        table("Sales Order", "a"),
        table("Sales Order Item", "dl"),
    )
    missing = (
        query()
        .from_(line)
        .select(line.name)
        .where((line.parent == o.name) & (line.delivered_by_supplier == 0))
        .where((line.is_stock_item == 1) & (line.delivered_qty < line.qty))
    )
    # found by customer, for `amended_from` has no index; an order handed to another customer is lost to this one
    successor = (
        query()
        .from_(amended)
        .select(amended.name)
        .where((amended.customer == o.customer) & (amended.amended_from == o.name))
    )
    # v16 "discards" drafts: docstatus 2 on the order while its lines were never submitted
    discarded = (
        query().from_(draft).select(draft.name).where((draft.parent == o.name) & (draft.docstatus == 0))
    )
    closed = (
        (o.docstatus == 1)
        & (o.status == Value("Closed"))
        # services are never "delivered" and are closed once billed: that is no failure
        & ((o.per_billed < 100) | Exists(missing))
    )
    cancelled = (o.docstatus == 2) & Exists(successor).negate() & Exists(discarded).negate()
    statement = (
        query()
        .from_(o)
        .where((o.is_internal_customer == 0) & (o.skip_delivery_note == 0) & (o.per_delivered < 100))
        .where(closed | cancelled)
    )
    statement = scope.limit(statement, created=o.modified, party=o.customer)
    return select_events(
        statement,
        party_type="Customer",
        party=o.customer,
        date=Least(Coalesce(o.delivery_date, o.transaction_date), AsDate(o.modified)),
        known_at=o.modified,
        value=UNDELIVERED,
        voucher_type="Sales Order",
        voucher_no=o.name,
    )


ORDER_UNDELIVERED = Signal(
    key="order_undelivered",
    label="Orders that were never delivered",
    description="An order that was cancelled, or closed before all its goods were delivered, disappoints.",
    dimensions=(SATISFACTION,),
    weight=1.5,
    half_life=180,
    cap=4,
    events=undelivered_events,
    sources=("Sales Order", "Sales Order Item"),
)
