"""Breadth: from how many item groups a customer buys, among customers with as many invoices."""

from __future__ import annotations

from typing import Any

from pypika.functions import Coalesce, Count, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Field, ValueWrapper

from relationship_crm.engine.dimensions import ENGAGEMENT_COMPANY_RATIONAL, TRUST_COMPANY
from relationship_crm.ledger.dialect import FloorDivide, Join, MonthEnd, MonthIndex, Value, query, table
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, filled, own_invoice, union_all

#: The kind of yardstick that holds the percentiles; its segments are "<bucket>|<item groups>".
BREADTH = "breadth"
#: Customers are compared with those in the same bucket of invoices in 12 months; lower bounds.
BUCKETS = (1, 2, 3, 4, 6, 9, 13, 21)
#: An invoice counts in the window that ends with its quarter and in the three after it.
QUARTERS = 4


def bucket(invoices: Any) -> Any:
    """The bucket of a number of invoices."""
    return case(*((invoices >= lower, lower) for lower in reversed(BUCKETS)))


def _sales(scope: Scope, doctype: str, ahead: int) -> tuple[QueryBuilder, Any, Any]:
    """Sales of one kind of document, the document's table, and the quarter of its date moved `ahead` months."""
    d = table(doctype, "d")
    ours = own_invoice(d) & (d.is_debit_note == 0) if doctype == "Sales Invoice" else d.docstatus == 1
    statement = query().from_(d).where(ours & (d.is_return == 0))
    statement = scope.limit(statement, date=d.posting_date, created=d.creation, party=d.customer)
    return statement, d, FloorDivide(MonthIndex(d.posting_date) + ahead, 3)


def _offsets(alias: str) -> Any:
    """A table of the numbers 0..3, by which a quarter reaches the windows it is in."""
    return union_all([query().select(ValueWrapper(n).as_("n")) for n in range(QUARTERS)]).as_(alias)


def _groups(scope: Scope, ahead: int) -> Any:
    """Distinct customer, quarter and item group."""
    branches = []
    for doctype in _doctypes(scope):
        statement, d, quarter = _sales(scope, doctype, ahead)
        i = table(f"{doctype} Item", "i")
        branches.append(
            statement.join(i)
            .on(i.parent == d.name)
            .where(filled(i.item_group))
            .select(d.customer.as_("customer"), quarter.as_("quarter"), i.item_group.as_("item_group"))
            .groupby(d.customer, quarter, i.item_group)
        )
    return union_all(branches)


def _invoices(scope: Scope, ahead: int) -> Any:
    """Number of invoices by customer and quarter, with the newest name."""
    branches = []
    for doctype in _doctypes(scope):
        statement, d, quarter = _sales(scope, doctype, ahead)
        point_of_sale = doctype == "POS Invoice"
        branches.append(
            statement.select(
                d.customer.as_("customer"),
                quarter.as_("quarter"),
                Count("*").as_("invoices"),
                Max(d.creation).as_("known_at"),
                (Value(None) if point_of_sale else Max(d.name)).as_("invoice"),
                (Max(d.name) if point_of_sale else Value(None)).as_("pos_invoice"),
            ).groupby(d.customer, quarter)
        )
    return union_all(branches)


def _doctypes(scope: Scope) -> list[str]:
    return [d for d in ("Sales Invoice", "POS Invoice") if scope.has(d)]


def _windows(scope: Scope, ahead: int) -> tuple[QueryBuilder, dict[str, Any]]:
    """Customers by windows of four quarters: item groups and invoices in each."""
    g, gn = _groups(scope, ahead).as_("g"), _offsets("gn")
    customer, quarter = Field("customer", table=g), Field("quarter", table=g) + Field("n", table=gn)
    groups = (
        query()
        .from_(g)
        .cross_join(gn)
        .cross()
        .select(
            customer.as_("customer"),
            quarter.as_("quarter"),
            Count(Field("item_group", table=g)).distinct().as_("item_groups"),
        )
        .groupby(customer, quarter)
        .as_("b")
    )
    s, sn = _invoices(scope, ahead).as_("s"), _offsets("sn")
    customer, quarter = Field("customer", table=s), Field("quarter", table=s) + Field("n", table=sn)
    invoices = (
        query()
        .from_(s)
        .cross_join(sn)
        .cross()
        .select(
            customer.as_("customer"),
            quarter.as_("quarter"),
            Sum(Field("invoices", table=s)).as_("invoices"),
            Max(Field("known_at", table=s)).as_("known_at"),
            Max(Field("invoice", table=s)).as_("invoice"),
            Max(Field("pos_invoice", table=s)).as_("pos_invoice"),
        )
        .groupby(customer, quarter)
        .as_("w")
    )
    fields = {
        name: Field(name, table=invoices)
        for name in ("customer", "quarter", "invoices", "known_at", "invoice", "pos_invoice")
    }
    fields["item_groups"] = Field("item_groups", table=groups)
    fields["month"] = fields["quarter"] * 3 + 2 - ahead
    statement = (
        query()
        .from_(invoices)
        .join(groups)
        .on(
            (Field("customer", table=groups) == fields["customer"])
            & (Field("quarter", table=groups) == fields["quarter"])
        )
        .where(scope.until(MonthEnd(fields["month"])))
    )
    return statement, fields


def breadth_events(scope: Scope) -> Any:
    """At every quarter's end, where a customer stood among its peers a month before."""
    statement, w = _windows(scope, ahead=0)
    y = scope.yardstick("y")
    statement = statement.join(y).on(
        (y.kind == Value(BREADTH))
        & (y.month == w["month"] - 1)
        & (y.segment == Join(bucket(w["invoices"]), Value("|"), w["item_groups"]))
    )
    return select_events(
        statement,
        party_type="Customer",
        party=w["customer"],
        date=MonthEnd(w["month"]),
        known_at=w["known_at"],
        value=y.value,
        voucher_type=case((w["invoice"].notnull(), "Sales Invoice"), otherwise="POS Invoice"),
        voucher_no=Coalesce(w["invoice"], w["pos_invoice"]),
    )


def window_query(scope: Scope) -> Any:
    """Raw material of the yardstick: month, bucket, item groups, number of customers.

    The months are those before a quarter's last one; each looks at the 12 months that end with it.
    """
    statement, w = _windows(scope, ahead=1)
    size = bucket(w["invoices"])
    return statement.select(w["month"], size, w["item_groups"], Count("*")).groupby(
        w["month"], size, w["item_groups"]
    )


BREADTH_SIGNAL = Signal(
    key="breadth",
    label="Breadth of purchases",
    description=(
        "Who buys from more of our item groups than others with as many invoices relies on us more. "
        "Compared at the end of every quarter over the last 12 months."
    ),
    dimensions=(TRUST_COMPANY, ENGAGEMENT_COMPANY_RATIONAL),
    weight=1,
    half_life=365,
    cap=3,
    events=breadth_events,
    sources=("Sales Invoice", "Sales Invoice Item"),
)
