"""Trying a desk signal on one party before it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from relationship_crm.assessment.site import site_ledger
from relationship_crm.ledger.dialect import render
from relationship_crm.signals.base import LISTS, Scope, events_query
from relationship_crm.signals.desk import desk_signal

#: Events shown by a trial, newest first.
MOST = 100


def trial_events(row: Mapping[str, Any], party_type: str, party: str, as_of: date) -> list[dict[str, Any]]:
    """The events a desk signal finds for a party: date, value in points, weight, voucher; newest first."""
    ledger = site_ledger()
    rendered = render(events_query(desk_signal(row), Scope(ledger.has, restricted=True)), ledger.dialect)
    arguments: dict[str, Any] = {name: [] for name in LISTS.values()}
    arguments[LISTS[party_type]] = [party]
    arguments["as_of_next"] = as_of + timedelta(days=1)
    found = ledger.rows(rendered, arguments)
    return [
        {
            "date": r[2],
            "value": float(r[4]) * 100,
            "weight": float(r[5]),
            "voucher_type": r[6],
            "voucher_no": r[7],
        }
        for r in reversed(found)
    ][:MOST]
