"""Planned cost of campaigns against what was booked. The arithmetic is `variance`, what was booked comes from `bookings`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import frappe
from frappe.utils import getdate

from relationship_crm.campaigns import bases, bookings, variance
from relationship_crm.campaigns.bases import Basis
from relationship_crm.campaigns.bookings import HOURS, Booked

PLAN = "Relationship Campaign Cost"


def compared(campaigns: Sequence[str], as_of: date | None = None) -> dict[str, variance.Compared]:
    """Planned against actual by campaign, in the currency of its company; a constant number of queries.

    With a day: what was booked until then. Without: all that was booked, and lines are due as of today.
    """
    found = bases.of_campaigns(campaigns)
    booked, lines = bookings.read(found, as_of), plans(campaigns)
    return {one.campaign: _compared(one, lines[one.campaign], booked[one.campaign], as_of) for one in found}


def explained(campaign: str) -> tuple[variance.Compared, dict[str | None, list[Booked]]]:
    """The same of one campaign, and what was booked by the line of its plan; None is what was not planned."""
    found = bases.of_campaigns([campaign])
    booked, plan = bookings.read(found)[campaign], plans([campaign])[campaign]
    behind: dict[str | None, list[Booked]] = defaultdict(list)
    for one in booked:
        behind[variance.match(plan, one)].append(one)
    return _compared(found[0], plan, booked, None), behind


def _compared(
    basis: Basis, plan: Sequence[variance.Planned], booked: Sequence[Booked], as_of: date | None
) -> variance.Compared:
    return variance.compare(plan, booked, as_of or getdate(), bookings.unit_of(basis.company))


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
