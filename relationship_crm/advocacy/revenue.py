"""What customers bought, in the reporting currency: in their first 12 months and in all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from relationship_crm.advocacy.chain import first_year
from relationship_crm.assessment.read import as_date
from relationship_crm.assessment.site import queries, site_configuration, site_ledger, today
from relationship_crm.engine.grid import day_number
from relationship_crm.measures.purchases import purchase_rows_query
from relationship_crm.signals.base import LISTS, Scope

#: Customers asked about in one query.
AT_ONCE = 2000


def revenue_of(customers: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Net revenue of each customer, of the first 12 months and in all; nothing bought is (0, 0).

    The same rows as the score's revenue: net of returns, with debit notes, by the company's purchase basis, each company's
    amounts at its stored rate; a company without a rate is left out.
    """
    names = sorted({name for name in customers if name})
    configuration = site_configuration()
    rates, basis = configuration.rates, configuration.purchase_basis
    rows: list[tuple[str, int, float]] = []
    for start in range(0, len(names), AT_ONCE):
        for customer, company, day, _date, _amount, revenue in _purchases(
            names[start : start + AT_ONCE], basis
        ):
            rate = rates.get(company) if rates else 1.0
            if rate is not None:
                rows.append((customer, day_number(as_date(day)), float(revenue or 0) * rate))
    return {**dict.fromkeys(names, (0.0, 0.0)), **first_year(rows)}


def _purchases(names: list[str], basis: str) -> Iterable[tuple]:
    ledger, scope = site_ledger(), Scope(site_ledger().has, restricted=True)
    rendered = queries.get(
        ("purchases of", basis, scope.known), lambda: purchase_rows_query(scope, basis), ledger.dialect
    )
    if rendered is None:
        return ()
    arguments: dict[str, Any] = {name: [] for name in LISTS.values()}
    arguments.update({"customers": names, "as_of_next": today() + timedelta(days=1)})
    return ledger.rows(rendered, arguments)
