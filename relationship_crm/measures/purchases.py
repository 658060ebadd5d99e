"""What customers bought, net of what they gave back."""

from __future__ import annotations

from typing import Any

from pypika import JoinType
from pypika.functions import Coalesce, Sum
from pypika.queries import QueryBuilder

from relationship_crm.ledger.dialect import query, table, union_all
from relationship_crm.signals.base import Scope
from relationship_crm.signals.sources import case, own_invoice

SALES_INVOICE, SALES_ORDER = "Sales Invoice", "Sales Order"
#: On what a company may count purchases: most on invoices, some invoice late and count orders.
BASES = (SALES_INVOICE, SALES_ORDER)


def purchase_rows_query(scope: Scope, basis: str) -> Any:
    """Amounts by customer, company, day of purchase and date of the document: customer, company, both days, amount, revenue.

    A return counts against the day of the invoice it returns. `amount` leaves debit notes out, which are no purchase of
    their own; `revenue` contains them. Both are in the company's currency. One row a document: days rarely have two, so grouping
    would cost more than it saves.
    """
    if basis == SALES_ORDER:
        if not scope.has(SALES_ORDER):
            return None
        returns = [_returned_orders(scope)] if scope.has("Sales Invoice Item", "sales_order") else []
        return union_all([_orders(scope), *returns])
    doctypes = [d for d in (SALES_INVOICE, "POS Invoice") if scope.has(d)]
    return union_all([_invoices(scope, d) for d in doctypes]) if doctypes else None


def _orders(scope: Scope) -> QueryBuilder:
    o = table(SALES_ORDER, "o")
    statement = query().from_(o).where((o.docstatus == 1) & (o.is_internal_customer == 0))
    return scope.limit(statement, date=o.transaction_date, created=o.creation, party=o.customer).select(
        o.customer, o.company, o.transaction_date, o.transaction_date, o.base_net_total, o.base_net_total
    )


def _returned_orders(scope: Scope) -> QueryBuilder:
    """Credit notes on what was ordered: each counts against the day of the order it gives back."""
    d, i, o = table(SALES_INVOICE, "d"), table("Sales Invoice Item", "i"), table(SALES_ORDER, "o")
    statement = (
        query()
        .from_(d)
        .join(i)
        .on(i.parent == d.name)
        .join(o)
        .on(o.name == i.sales_order)
        .where(own_invoice(d) & (d.is_return == 1) & (o.docstatus == 1))
    )
    back = Sum(i.base_net_amount)
    return (
        scope.limit(statement, date=d.posting_date, created=d.creation, party=d.customer)
        .select(d.customer, d.company, o.transaction_date, d.posting_date, back, back)
        .groupby(d.name, o.name)
    )


def _invoices(scope: Scope, doctype: str) -> QueryBuilder:
    d, original = table(doctype, "d"), table(doctype, "r")
    bought = Coalesce(original.posting_date, d.posting_date)
    amount = d.base_net_total
    if doctype == SALES_INVOICE:  # only there are debit notes
        amount = case((d.is_debit_note == 1, 0), (original.is_debit_note == 1, 0), otherwise=d.base_net_total)
    statement = (
        query()
        .from_(d)
        .join(original, JoinType.left)
        .on((original.name == d.return_against) & (original.docstatus == 1))
        .where(own_invoice(d) if doctype == SALES_INVOICE else d.docstatus == 1)
    )
    return scope.limit(statement, date=d.posting_date, created=d.creation, party=d.customer).select(
        d.customer, d.company, bought, d.posting_date, amount, d.base_net_total
    )
