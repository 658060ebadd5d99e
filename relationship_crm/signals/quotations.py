"""Quotations: ordered in time, or not."""

from __future__ import annotations

from typing import Any

from pypika import JoinType
from pypika.functions import Coalesce, Min
from pypika.terms import Field

from relationship_crm.engine.dimensions import ENGAGEMENT_EMPLOYEE_RATIONAL, TRUST_EMPLOYEE
from relationship_crm.ledger.dialect import AddDays, Greatest, query, table
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, of_any_party

#: How long a quotation without an end is valid, in days.
USUAL_VALIDITY = 30


def ordered_events(scope: Scope) -> Any:
    """Quotations: 1 on the day of the first order within the validity, else 0 when it ends."""
    q = table("Quotation", "q")
    line, order = table("Sales Order Item", "l"), table("Sales Order", "o")
    submitted = (order.name == line.parent) & (order.docstatus == 1) & scope.until(order.transaction_date)
    if scope.known:
        submitted &= scope.entered(order.creation)
    statement = (
        query()
        .from_(q)
        .join(
            line, JoinType.left
        )  # left joins keep their order: few lines name a quotation, which misleads MariaDB
        .on(line.prevdoc_docname == q.name)
        .join(order, JoinType.left)
        .on(submitted)
        .where((q.docstatus == 1) & of_any_party(scope, q.quotation_to, q.party_name))
    )
    s = (
        scope.limit(statement, date=q.transaction_date, created=q.creation)
        .select(
            q.quotation_to.as_("party_type"),
            q.party_name.as_("party"),
            q.transaction_date.as_("written"),
            Coalesce(q.valid_till, AddDays(q.transaction_date, USUAL_VALIDITY)).as_("deadline"),
            Min(order.transaction_date).as_("ordered"),
            q.creation.as_("known_at"),
            q.name.as_("name"),
        )
        .groupby(q.name)
        .as_("s")
    )
    f = {name: Field(name, table=s) for name in ("party_type", "party", "written", "deadline", "ordered")}
    in_time = f["ordered"] <= f["deadline"]
    return select_events(
        query().from_(s),
        party_type=f["party_type"],
        party=f["party"],
        # an order backdated before its quotation counts from the quotation on
        date=case((in_time, Greatest(f["ordered"], f["written"])), otherwise=f["deadline"]),
        known_at=Field("known_at", table=s),
        value=case((in_time, 1.0), otherwise=0.0),
        voucher_type="Quotation",
        voucher_no=Field("name", table=s),
    )


QUOTATION_ORDERED = Signal(
    key="quotation_ordered",
    label="Quotations ordered",
    description="Who orders what our people offered, while the offer stands, trusts their advice.",
    dimensions=(TRUST_EMPLOYEE, ENGAGEMENT_EMPLOYEE_RATIONAL),
    weight=0.4,
    half_life=180,
    cap=4,
    events=ordered_events,
    sources=("Quotation", "Sales Order", "Sales Order Item"),
)
