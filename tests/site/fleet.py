"""What another app would ship: a signal of its own, offered by the hook `relationship_signals`."""

from __future__ import annotations

from relationship_crm.ledger.dialect import query, table
from relationship_crm.signals.base import Scope, Signal, select_events


def rides(scope: Scope):
    """Every project is a ride in one of our cars."""
    p = table("Project", "p")
    statement = query().from_(p).where(p.customer.notnull())
    return select_events(
        scope.limit(statement, date=p.expected_start_date, created=p.creation, party=p.customer),
        party_type="Customer",
        party=p.customer,
        date=p.expected_start_date,
        known_at=p.creation,
        value=0.9,
        voucher_type="Project",
        voucher_no=p.name,
    )


RIDES = Signal(
    key="fleet_rides",
    label="Rides",
    description="Who rides with us likes us.",
    dimensions=("engagement_company_emotional", "engagement_employee_emotional"),
    weight=2,
    half_life=100,
    cap=4,
    events=rides,
    sources=("Project",),
)
NOT_A_SIGNAL = ["nonsense"]


def signals() -> list[Signal]:
    return [RIDES]
