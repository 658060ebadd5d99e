"""Tenure: how long a customer has been with us."""

from __future__ import annotations

from math import log
from typing import Any

from pypika.functions import Min
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.engine.dimensions import TRUST_COMPANY
from relationship_crm.ledger.dialect import AsDate, Join, Value, query, sorting_query, table, union_all
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, part

#: 1 - exp(-years/3), as a half-life in days.
MATURING = 3 * 365.25 * log(2)
#: Where documents of several kinds are of the first day, the order comes first.
RANKS = {"1": "Sales Order", "2": "Sales Invoice", "3": "POS Invoice"}


def _documents(scope: Scope, rank: str) -> QueryBuilder:
    """Each customer's first document of one kind, as date, rank and name in one text that sorts by date."""
    doctype = RANKS[rank]
    d = table(doctype, "d")
    day = d.transaction_date if doctype == "Sales Order" else d.posting_date
    ours = d.docstatus == 1
    if doctype != "POS Invoice":
        ours &= d.is_internal_customer == 0
    if doctype == "Sales Invoice":  # an opening invoice counts: the customer was there before the software
        ours &= d.is_consolidated == 0
    # by its index on the customer MariaDB would fetch every document for itself
    statement = scope.limit(
        sorting_query().from_(d).where(ours), date=day, created=d.creation, party=d.customer
    )
    return statement.select(
        d.customer.as_("customer"),
        Min(Join(day, Value(rank), d.name)).as_("first"),
        Min(d.creation).as_("known_at"),
    ).groupby(d.customer)


def tenure_events(scope: Scope) -> Any:
    """The first order or invoice."""
    ranks = [rank for rank, doctype in RANKS.items() if scope.has(doctype)]
    if not ranks:
        return None
    t = union_all([_documents(scope, rank) for rank in ranks]).as_("t")
    customer, first = Field("customer", table=t), Min(Field("first", table=t))
    rank = part(first, 11, 1)
    return select_events(
        query().from_(t).groupby(customer),
        party_type="Customer",
        party=customer,
        date=AsDate(part(first, 1, 10)),
        known_at=Min(Field("known_at", table=t)),
        value=Value(1.0),
        voucher_type=case(*((rank == Value(key), doctype) for key, doctype in RANKS.items())),
        voucher_no=part(first, 12),
    )


TENURE = Signal(
    key="tenure",
    label="Length of the relationship",
    description="Customers who have been with us for long trust us more than new ones.",
    dimensions=(TRUST_COMPANY,),
    weight=0.3,
    half_life=None,
    cap=1,
    events=tenure_events,
    sources=(),  # any of them is enough
    maturing=MATURING,
)
