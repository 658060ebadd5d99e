"""What campaigns caused, on real invoices: those they were meant for against their control groups.

Customers (leads, prospects) are compared, not people: the lot is drawn by party, and all persons of one are in the same arm.
Everybody counts as drawn, with what they ordered from the day of the lot until `outcome_days` after the campaign's end: net
invoices by the day of their order, less what came back of them up to the day of looking. A lead counts with what the
customer bought that it became, and with nothing as long as it is none.

Parties who are in both arms (two leads that became one customer) compare nobody with nobody and are left out, as are those
whom the user may not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.query_builder.functions import Function, Min
from frappe.utils import fmt_money, getdate

from relationship_crm.campaigns import posted, reached
from relationship_crm.campaigns.apportion import amounts
from relationship_crm.campaigns.effect import Arm, Effect, in_words, mean_effect, rate_effect
from relationship_crm.campaigns.pooling import Pooled, pool
from relationship_crm.campaigns.posted_queries import Range
from relationship_crm.campaigns.reached import Party
from relationship_crm.campaigns.sight import Sight
from relationship_crm.campaigns.windows import Dated
from relationship_crm.engine.grid import day_number

CAMPAIGN, MEMBER = "Relationship Campaign", "Campaign Member"
CONTACTED, CONTROL = "Contacted", "Control"
#: What `effects` asks of a campaign.
FIELDS = ("name", "company", "kind", "end_date", "outcome_days")


@dataclass(frozen=True)
class Outcome:
    """The effect of one campaign on revenue per customer and on the share of buyers; `until` is the last day that counts."""

    campaign: str
    kind: str
    currency: str
    mean: Effect
    rate: Effect
    contacted: Arm
    control: Arm
    until: date

    @property
    def open(self) -> bool:
        """Whether days that count lie ahead."""
        return self.until > getdate()

    def sentences(self) -> tuple[str, str]:
        """Revenue and buyers in words, translated."""
        return in_words(self.mean, self.written, _), in_words(self.rate, self.written, _)

    def written(self, value: float) -> str:
        """An amount in the company's currency."""
        return fmt_money(value, currency=self.currency)


@dataclass(frozen=True)
class _Drawn:
    """A party in an arm of a campaign, and the day from which it counts."""

    party: Party
    arm: str
    day: int


def effects(
    campaigns: Sequence[Mapping[str, Any]], as_of: date | None = None, sight: Sight | None = None
) -> dict[str, Outcome]:
    """Effects by campaign, as of a day; rows have :data:`FIELDS`. Queries: a constant number a company.

    Whose figures may be seen is `sight`; without it everybody's.
    """
    by_company: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in campaigns:
        by_company[row["company"]].append(row)
    drawn = _drawn([row["name"] for row in campaigns], sight)
    found: dict[str, Outcome] = {}
    for company, rows in by_company.items():
        found.update(_of_company(company, rows, drawn, as_of))
    return found


def pooled(outcomes: Sequence[Outcome]) -> dict[str, tuple[Pooled, Pooled]]:
    """Effects on revenue and on buyers of campaigns of a kind together, by kind; all in one currency."""
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_kind[outcome.kind].append(outcome)
    return {kind: (pool(o.mean for o in of), pool(o.rate for o in of)) for kind, of in by_kind.items()}


def _drawn(campaigns: Sequence[str], sight: Sight | None) -> dict[str, list[_Drawn]]:
    """The parties in the arms of campaigns."""
    if not campaigns:
        return {}
    member = frappe.qb.DocType(MEMBER)
    rows = (
        frappe.qb.from_(member)
        .select(member.campaign, member.arm, member.customer, member.party_type, member.party)
        .select(Function("TO_DAYS", Min(member.assigned_on)) - reached.EPOCH)
        .where(member.campaign.isin(list(campaigns)) & member.arm.isin((CONTACTED, CONTROL)))
        .groupby(member.campaign, member.arm, member.customer, member.party_type, member.party)
    ).run()
    became = reached.customers_of({(row[3], row[4]) for row in rows if not row[2]})
    found: dict[str, dict[Party, _Drawn | None]] = defaultdict(dict)
    for campaign, arm, customer, kind, name, day in rows:
        party = reached.party_of(customer, kind, name, became)
        if party is None or (sight and not sight.sees(party)):
            continue
        known = found[campaign].get(party, _Drawn(party, arm, day))
        if known is None or known.arm != arm:
            found[campaign][party] = None  # in both arms
        else:
            found[campaign][party] = _Drawn(party, arm, min(day, known.day))
    return {campaign: [one for one in parties.values() if one] for campaign, parties in found.items()}


def _of_company(
    company: str, rows: Sequence[Mapping[str, Any]], drawn: Mapping[str, list[_Drawn]], as_of: date | None
) -> dict[str, Outcome]:
    names = {one.party[1] for row in rows for one in drawn.get(row["name"], ()) if one.party[0] == "Customer"}
    of = Range(company, as_of, tuple(sorted(names)))
    place = {name: i for i, name in enumerate(of.customers or ())}
    found, customer = posted.read_of(of)
    families = found.families()
    bought = Dated(customer[families.position], families.ordered, families.amount)
    outcomes = {}
    for row in rows:
        own = drawn.get(row["name"], [])
        until = last_day(row)
        # a party that is no customer has bought nothing: -1 has no documents
        party = np.array([_place(one.party, place) for one in own], dtype=np.int64)
        day = np.array([one.day for one in own], dtype=np.int64)
        total, _count = bought.within(party, day, np.full(len(own), day_number(until)))
        value = amounts(total, of.unit)
        contacted = np.array([one.arm == CONTACTED for one in own], dtype=bool)
        arms = Arm.of(value[contacted]), Arm.of(value[~contacted])
        buyers = [int((part > 0).sum()) for part in (value[contacted], value[~contacted])]
        outcomes[row["name"]] = Outcome(
            row["name"],
            row["kind"],
            of.currency,
            mean_effect(*arms),
            rate_effect(buyers[0], arms[0].n, buyers[1], arms[1].n),
            *arms,
            until,
        )
    return outcomes


def last_day(campaign: Mapping[str, Any]) -> date:
    """The last day that counts for a campaign's effect."""
    return getdate(campaign["end_date"]) + timedelta(days=campaign["outcome_days"] or 0)


def _place(party: Party, place: Mapping[str, int]) -> int:
    return place[party[1]] if party[0] == "Customer" else -1
