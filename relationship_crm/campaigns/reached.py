"""The touches that attribution counts: campaigns of a company reaching a customer on a day.

A touch is a Campaign Touch that was sent or reached somebody, or the response of a customer to whom the campaign had sent none by
then: they came by themselves. What reached a lead or a prospect reached the customer it became. Several people of a customer, or
several messages, reached by one campaign on one day are one touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
import numpy as np
from frappe.query_builder.functions import Coalesce, Function

from relationship_crm.assessment.bulk import read_rows

SENT, REACHED = "Sent", "Reached"
#: What a Campaign Touch is when it reached, or was sent to, somebody.
COUNTED = (SENT, REACHED)
#: The day of TO_DAYS on which day numbers begin: 1970-01-01.
EPOCH = 719528

Party = tuple[str, str]  # type, name


@dataclass(frozen=True)
class Reached:
    """Touches, one position each; `party` is the place of the customer in `customers`, `day` since 1970-01-01."""

    customers: list[str]
    campaigns: list[str]
    name: np.ndarray
    party: np.ndarray
    day: np.ndarray
    campaign: np.ndarray  # place in `campaigns`

    def __len__(self) -> int:
        return len(self.name)


def read(company: str, as_of: date | None = None, customers: Sequence[str] | None = None) -> Reached:
    """The touches of a company's campaigns up to a day, of these customers or of all."""
    rows = list(_touches(company, as_of))
    touches = len(rows)
    rows += _responses(company, as_of)
    became = customers_of({(row[2], row[3]) for row in rows if not row[1] and row[3]})
    named = [row[1] or became.get((row[2], row[3]), "") for row in rows]
    wanted = None if customers is None else set(customers)
    since: dict[tuple[str, str], int] = {}
    for i in range(touches):
        key = (named[i], rows[i][4])
        since[key] = min(since.get(key, rows[i][5]), rows[i][5])
    kept = [
        i
        for i, name in enumerate(named)
        if name
        and (wanted is None or name in wanted)
        # whoever was written to before did not come by themselves
        and (i < touches or rows[i][5] < since.get((name, rows[i][4]), rows[i][5] + 1))
    ]
    who, party = _coded([named[i] for i in kept])
    which, campaign = _coded([rows[i][4] for i in kept])
    name = np.array([rows[i][0] for i in kept], dtype=str)
    day = np.array([rows[i][5] for i in kept], dtype=np.int64)
    once = _once(party, campaign, day, name)
    return Reached(who, which, name[once], party[once], day[once], campaign[once])


def customers_in(campaign: str) -> list[str]:
    """The customers whom one campaign reached."""
    found: set[str] = set()
    for doctype, moment in (("Campaign Touch", "touched_on"), ("Campaign Response", "responded_on")):
        t = frappe.qb.DocType(doctype)
        columns = (t.customer, t.party_type, t.party)
        mine = (t.campaign == campaign) & t[moment].isnotnull()
        rows = frappe.qb.from_(t).select(*columns).where(mine).groupby(*columns).run()
        became = customers_of({(row[1], row[2]) for row in rows if not row[0]})
        found |= {own[1] for row in rows if (own := party_of(*row, became)) and own[0] == "Customer"}
    return sorted(found)


def customers_of(parties: Iterable[Party]) -> dict[Party, str]:
    """The customers that leads and prospects became, as far as they did. Four queries at most."""
    leads = sorted({name for kind, name in parties if kind == "Lead"})
    prospects = sorted({name for kind, name in parties if kind == "Prospect"})
    through = dict(read_rows("Prospect Lead", ("lead", "parent"), "lead", leads))
    found: dict[Party, str] = {}
    later = sorted({*prospects, *through.values()})
    by_prospect = dict(sorted(read_rows("Customer", ("prospect_name", "name"), "prospect_name", later)))
    by_lead = dict(sorted(read_rows("Customer", ("lead_name", "name"), "lead_name", leads)))
    for lead in leads:
        if customer := by_lead.get(lead) or by_prospect.get(through.get(lead, "")):
            found["Lead", lead] = customer
    found.update({("Prospect", name): by_prospect[name] for name in prospects if name in by_prospect})
    return found


def party_of(
    customer: str | None, kind: str | None, name: str | None, became: dict[Party, str]
) -> Party | None:
    """Who a row is about: its customer, the customer its lead or prospect became, or these; None for nobody."""
    customer = customer or became.get((kind or "", name or ""))
    if customer:
        return "Customer", customer
    return (kind, name) if kind and name else None


def _touches(company: str, as_of: date | None) -> Sequence[tuple]:
    """Name, customer, type and name of the party, campaign, day."""
    touch = frappe.qb.DocType("Campaign Touch")
    asked = _of_company(touch, touch.touched_on, company, as_of)
    return asked.where(touch.status.isin(COUNTED)).run()


def _responses(company: str, as_of: date | None) -> Sequence[tuple]:
    response = frappe.qb.DocType("Campaign Response")
    asked = _of_company(response, response.responded_on, company, as_of)
    return asked.where(Coalesce(response.touch, "") == "").run()


def _of_company(table: Any, moment: Any, company: str, as_of: date | None) -> Any:
    campaign = frappe.qb.DocType("Relationship Campaign")
    asked = (
        frappe.qb.from_(table)
        .join(campaign)
        .on(campaign.name == table.campaign)
        .where((campaign.company == company) & moment.isnotnull())
        .select(table.name, table.customer, table.party_type, table.party)
        .select(table.campaign, Function("TO_DAYS", moment) - EPOCH)
    )
    return asked if as_of is None else asked.where(moment < as_of + timedelta(days=1))


def _coded(values: list[str]) -> tuple[list[str], np.ndarray]:
    """The different values, sorted, and the place of each."""
    different = sorted(set(values))
    place = {value: i for i, value in enumerate(different)}
    return different, np.array([place[value] for value in values], dtype=np.int64)


def _once(party: np.ndarray, campaign: np.ndarray, day: np.ndarray, name: np.ndarray) -> np.ndarray:
    """The first by name of each party, campaign and day."""
    order = np.lexsort((name, day, campaign, party))
    different = np.ones(len(order), dtype=bool)
    if len(order):
        different[1:] = np.any([np.diff(values[order]) != 0 for values in (party, campaign, day)], axis=0)
    return np.sort(order[different])
