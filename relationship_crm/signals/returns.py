"""The share of a month's sales that came back. The number of credit notes would only show activity."""

from __future__ import annotations

from typing import Any

from pypika.functions import Coalesce, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.engine.dimensions import SATISFACTION
from relationship_crm.ledger.dialect import (
    Divide,
    Greatest,
    LastDay,
    Least,
    Value,
    sorting_query,
    table,
    union_all,
)
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, own_invoice

#: From this share of the sales on, a month is as bad as it can be.
WORST_SHARE = 0.15


def _documents(scope: Scope, doctype: str) -> QueryBuilder:
    """Sales and credits by customer, company and month of one kind of invoice, with the newest name of each."""
    d = table(doctype, "d")
    ours = own_invoice(d) if doctype == "Sales Invoice" else d.docstatus == 1
    point_of_sale = doctype == "POS Invoice"
    sale, credit = case((d.is_return == 0, d.name)), case((d.is_return == 1, d.name))
    columns = {
        "invoice": None if point_of_sale else sale,
        "credit": None if point_of_sale else credit,
        "pos_invoice": sale if point_of_sale else None,
        "pos_credit": credit if point_of_sale else None,
    }
    statement = sorting_query().from_(d).where(ours)
    statement = scope.limit(statement, date=d.posting_date, created=d.creation, party=d.customer)
    month = LastDay(d.posting_date)
    return statement.select(
        d.customer.as_("customer"),
        d.company.as_("company"),
        month.as_("month"),
        Sum(case((d.is_return == 0, d.base_net_total), otherwise=0)).as_("sold"),
        Sum(case((d.is_return == 1, d.base_net_total), otherwise=0)).as_("credited"),
        Max(d.creation).as_("known_at"),
        *[(Value(None) if term is None else Max(term)).as_(name) for name, term in columns.items()],
    ).groupby(d.customer, d.company, month)


def returned_events(scope: Scope) -> Any:
    """A month with sales, on its last day: 1 without returns, 0 from a returned share of 15 % on.

    One event a company: amounts in different currencies cannot be added up.
    """
    doctypes = [d for d in ("Sales Invoice", "POS Invoice") if scope.has(d)]
    months = union_all([_documents(scope, d) for d in doctypes]).as_("m")

    def column(name: str) -> Field:
        return Field(name, table=months)

    sold, credited = Sum(column("sold")), Sum(column("credited"))
    names = {name: Max(column(name)) for name in ("credit", "pos_credit", "invoice", "pos_invoice")}
    share = Divide(Divide(Greatest(-credited, 0), sold), Value(WORST_SHARE))
    statement = (
        sorting_query()
        .from_(months)
        .groupby(column("customer"), column("company"), column("month"))
        .having(sold > 0)
    )
    return select_events(
        statement,
        party_type="Customer",
        party=column("customer"),
        date=column("month"),
        known_at=Max(column("known_at")),
        value=Value(1.0) - Least(Value(1.0), share),
        voucher_type=case(
            (names["credit"].notnull(), "Sales Invoice"),
            (names["pos_credit"].notnull(), "POS Invoice"),
            (names["invoice"].notnull(), "Sales Invoice"),
            otherwise="POS Invoice",
        ),
        voucher_no=Coalesce(*names.values()),
    )


RETURNED_SHARE = Signal(
    key="returned_share",
    label="Share of sales returned",
    description=(
        "A month in which nothing was credited back is a good sign; "
        "a month in which 15 % of the sales or more came back is the worst."
    ),
    dimensions=(SATISFACTION,),
    weight=1,
    half_life=180,
    cap=3,
    events=returned_events,
    sources=("Sales Invoice",),
)
