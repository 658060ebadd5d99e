"""Planned cost of campaigns against what was booked. The arithmetic is `variance`, what was booked comes from `bookings`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import frappe
from frappe.utils import getdate

from relationship_crm.campaigns import bases, bookings, variance
from relationship_crm.campaigns.bookings import HOURS, Booked

PLAN = "Relationship Campaign Cost"


def compared(campaigns: Sequence[str], as_of: date | None = None) -> dict[str, variance.Compared]:
    """Planned against actual by campaign, in the currency of its company; a constant number of queries.

    With a day: what was booked until then. Without: all that was booked, and lines are due as of today.
    """
    found = bases.of_campaigns(campaigns)
    booked, lines = bookings.read(found, as_of), plans(campaigns)
    units = {company: bookings.unit_of(company) for company in {basis.company for basis in found}}
    day = as_of or getdate()
    return {
        basis.campaign: variance.compare(
            lines[basis.campaign], booked[basis.campaign], day, units[basis.company]
        )
        for basis in found
    }


def booked_by_line(campaign: str) -> dict[str | None, list[Booked]]:
    """What was booked on a campaign, by the line of its plan; None is what was not planned."""
    found = bookings.read(bases.of_campaigns([campaign]))[campaign]
    plan = plans([campaign])[campaign]
    lines: dict[str | None, list[Booked]] = defaultdict(list)
    for one in found:
        lines[variance.match(plan, one)].append(one)
    return lines


def plans(campaigns: Iterable[str]) -> dict[str, list[variance.Planned]]:
    """The cost plans of campaigns, in the order of their lines."""
    rows = frappe.get_all(
        PLAN,
        filters={"parent": ["in", list(campaigns)], "parenttype": bases.CAMPAIGN},
        fields=["name", "parent", "amount", "cost_date", "item_code", "account", "hours"],
        order_by="parent asc, idx asc",
    )
    found: dict[str, list[variance.Planned]] = defaultdict(list)
    for row in rows:
        found[row.parent].append(planned(row))
    return found


def planned(row: Any) -> variance.Planned:
    """A line of a plan; hours are planned on an account of their own."""
    item, account = (None, HOURS) if row.hours else (row.item_code or None, row.account or None)
    return variance.Planned(row.name, row.amount or 0, getdate(row.cost_date), item, account)
