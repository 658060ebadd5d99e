"""Probability of renewal from the site's own contracts: every chain of them, read in two queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from relationship_crm.contracts.chains import BY_PROPOSAL, YEAR, Chain, Chance, Term, chains, chance, models
from relationship_crm.contracts.sbg import Model, Tenures, Unknown, fit

CONTRACT, REASON = "Service Contract", "Contract Ending Reason"
COLUMNS = (
    *(
        "name",
        "start_date",
        "end_date",
        "renewal",
        "renewal_months",
        "renewed_from",
        "renewed_on",
        "renewed_into",
    ),
    *("decided_on", "not_renewed_reason", "terminated_on", "termination_reason"),
)


@dataclass(frozen=True)
class Tenure:
    """Where chains of contracts stand, by the name of their last one, and the models for each length of term."""

    chains: dict[str, Chain]
    models: dict[int, Model | Unknown]

    def chance(self, contract: str) -> Chance | None:
        """How likely a contract is renewed, in the user's language; None where that is decided or it is not submitted."""
        chain = self.chains.get(contract)
        if chain is None or chain.ended:
            return None
        model = self.models.get(chain.months) or fit(Tenures.of((), ()))
        return chance(model, chain.renewals, _)


def tenure(day: date | None = None) -> Tenure:
    """The site's contracts as they stood at a day (default: today)."""
    found = chains(terms(), getdate(day))
    return Tenure({chain.last: chain for chain in found}, models(found))


def terms() -> list[Term]:
    """All submitted contracts as renewals see them."""
    contract = frappe.qb.DocType(CONTRACT)
    query = frappe.qb.from_(contract).select(*(contract[column] for column in COLUMNS))
    rows = query.where(contract.docstatus == 1).run(as_dict=True)
    beyond = set(frappe.get_all(REASON, {"not_customers_choice": 1}, pluck="name", order_by="name asc"))
    return [_term(row, beyond) for row in rows]


def _term(row: frappe._dict, beyond: set[str]) -> Term:
    refused = [getdate(day) for day in (row.decided_on, row.terminated_on) if day]
    return Term(
        name=row.name,
        start=getdate(row.start_date),
        end=getdate(row.end_date),
        renewal=row.renewal or BY_PROPOSAL,
        months=row.renewal_months or YEAR,
        before=row.renewed_from or "",
        agreed=_day(row.renewed_on),
        refused=None if row.renewed_into else min(refused, default=None),
        customers_choice=not beyond.intersection((row.not_renewed_reason, row.termination_reason)),
    )


def _day(value: Any) -> date | None:
    return getdate(value) if value else None
