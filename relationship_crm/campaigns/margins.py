"""What was sold cost, by invoice, so that a campaign's credit can be told as margin.

The goods of an invoice that moves the stock cost what its stock ledger entries took from the stock's value; those of a
delivery note cost what theirs took, by the part that the invoice charges. What is invoiced without either costs what ERPNext
valued it at on the invoice's row, and where it valued nothing (version 16 does not), what the warehouse values the item at.
A counter sale costs what the merged invoice's entries of the item took a piece; until the till is closed, what the warehouse
values the item at. Services cost nothing here. Returns take cost back.

All queries are sums by invoice, one a way of delivery.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from pypika import JoinType
from pypika.functions import Coalesce, NullIf, Sum

from relationship_crm.campaigns.apportion import units
from relationship_crm.campaigns.posted import Posted
from relationship_crm.campaigns.posted_queries import POS_INVOICE, SALES_INVOICE, Range
from relationship_crm.ledger.dialect import Arg, Divide, Value, query, table, union_all
from relationship_crm.signals.sources import filled


def costs(of: Range, found: Posted, unit: Decimal) -> np.ndarray:
    """Cost of what each invoice sold, by its position, in whole units; negative for what came back."""
    cost = np.zeros(len(found))
    place = {key: i for i, key in enumerate(zip(found.kind.tolist(), found.name, strict=True))}
    for kind, name, amount in of.rows(("costs",), lambda: _costs(of)):
        position = place.get((int(kind), name))
        if position is not None:
            cost[position] += float(amount or 0)
    return units(cost, unit)


def _costs(of: Range) -> Any:
    return union_all([_from_stock(of), _delivered(of), _valued(of), _at_the_counter(of)])


def _from_stock(of: Range) -> Any:
    """Invoices that move the stock themselves; parts of a bundle among them."""
    d, s = table(SALES_INVOICE, "d"), table("Stock Ledger Entry", "s")
    return (
        query()
        .from_(d)
        .join(s)
        .on((s.voucher_no == d.name) & (s.voucher_type == Value(SALES_INVOICE)) & (s.is_cancelled == 0))
        .where(of.own(d, 0) & (d.update_stock == 1))
        .select(Value(0), d.name, -Sum(s.stock_value_difference))
        .groupby(d.name)
    )


def _delivered(of: Range) -> Any:
    """Rows of a delivery note: its cost by the part of the quantity that is invoiced."""
    d, i = table(SALES_INVOICE, "d"), table("Sales Invoice Item", "i")
    n, s = table("Delivery Note Item", "n"), table("Stock Ledger Entry", "s")
    cost = -s.stock_value_difference * Divide(i.stock_qty, n.stock_qty)
    return (
        query()
        .from_(d)
        .join(i)
        .on(i.parent == d.name)
        .join(n)
        .on(n.name == i.dn_detail)
        .join(s)
        .on(
            (s.voucher_detail_no == n.name)
            & (s.voucher_type == Value("Delivery Note"))
            & (s.is_cancelled == 0)
        )
        .where(of.own(d, 0) & (d.update_stock == 0) & filled(i.dn_detail))
        .select(Value(0), d.name, Sum(cost))
        .groupby(d.name)
    )


def _valued(of: Range) -> Any:
    """Rows that nothing delivers yet, or whose delivery names the invoice: at the valuation of the day."""
    d, i, b = table(SALES_INVOICE, "d"), table("Sales Invoice Item", "i"), table("Bin", "b")
    rate = Coalesce(NullIf(i.incoming_rate, 0), b.valuation_rate, 0)
    return (
        query()
        .from_(d)
        .join(i)
        .on(i.parent == d.name)
        .join(b, JoinType.left)
        .on((b.item_code == i.item_code) & (b.warehouse == i.warehouse))
        .where(of.own(d, 0) & (d.update_stock == 0) & (Coalesce(i.dn_detail, Value("")) == Value("")))
        .where(rate != 0)
        .select(Value(0), d.name, Sum(rate * i.stock_qty))
        .groupby(d.name)
    )


def _at_the_counter(of: Range) -> Any:
    d, i, b = table(POS_INVOICE, "d"), table("POS Invoice Item", "i"), table("Bin", "b")
    s, m = table("Stock Ledger Entry", "s"), table(SALES_INVOICE, "m")
    merged = (
        query()
        .from_(s)
        .join(m)
        .on((m.name == s.voucher_no) & (s.voucher_type == Value(SALES_INVOICE)))
        .where((m.is_consolidated == 1) & (m.company == Arg("company")) & (s.is_cancelled == 0))
        .select(
            s.voucher_no.as_("invoice"),
            s.item_code.as_("item_code"),
            Divide(Sum(s.stock_value_difference), NullIf(Sum(s.actual_qty), 0)).as_("rate"),
        )
        .groupby(s.voucher_no, s.item_code)
        .as_("c")
    )
    rate = Coalesce(merged.rate, b.valuation_rate, 0)
    return (
        query()
        .from_(d)
        .join(i)
        .on(i.parent == d.name)
        .join(merged, JoinType.left)
        .on((merged.invoice == d.consolidated_invoice) & (merged.item_code == i.item_code))
        .join(b, JoinType.left)
        .on((b.item_code == i.item_code) & (b.warehouse == i.warehouse))
        .where(of.own(d, 1))
        .select(Value(1), d.name, Sum(rate * i.stock_qty))
        .groupby(d.name)
    )
