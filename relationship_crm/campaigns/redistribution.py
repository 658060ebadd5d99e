"""Somebody is ill, leaves, or has too much to do: their open calls go to others, in one step.

Calls stay with who spoke to the person already, else go to the account manager, where that is one of those chosen; the rest
goes by load.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe import _

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns import calls

#: In place of a user: calls that nobody has.
NOBODY = "-"


def colleagues(campaign: str = "", activity: str = "") -> list[dict[str, Any]]:
    """Who has open calls, and how many: user, name, whether they can still log in. Nobody's come first, then of those who left."""
    found = Counter(row.assigned_to or NOBODY for row in _open(campaign, activity))
    people = {
        name: (full_name, enabled)
        for name, full_name, enabled in read_rows("User", ("name", "full_name", "enabled"), "name", found)
    }
    listed = [
        {
            "user": user,
            "full_name": _("Nobody yet") if user == NOBODY else people.get(user, (user, 0))[0] or user,
            "enabled": bool(people.get(user, ("", 0))[1]),
            "open": count,
        }
        for user, count in found.items()
    ]
    return sorted(listed, key=lambda row: (row["user"] != NOBODY, row["enabled"], row["full_name"]))


def redistribute(
    callers: Iterable[str],
    of: str = "",
    campaign: str = "",
    activity: str = "",
    names: Iterable[str] = (),
) -> dict[str, int]:
    """Give open calls to these callers: a colleague's, nobody's, or everybody's; of a campaign, an activity, or some by name.

    Tells each how many came to them, and says it: calls by caller, without those that stayed. Raises
    frappe.ValidationError where one of the callers cannot make calls, or there is nothing to give.
    """
    callers = set(callers)
    chosen = calls.working(callers)
    if unable := callers - set(chosen):
        text = _("{0} cannot make calls: disabled, or without a role for it.")
        frappe.throw(text.format(frappe.bold(frappe.utils.escape_html(", ".join(sorted(unable))))))
    if not chosen:
        frappe.throw(_("Choose who is to make the calls."))
    names = set(names)
    rows = [
        row
        for row in _open(campaign, activity)
        if (not of or (row.assigned_to or NOBODY) == of) and (not names or row.name in names)
    ]
    if not rows:
        frappe.throw(_("There are no open calls to give."))
    given = calls.spread(rows, chosen, [_spoken(rows), calls.managers_of({_party(row) for row in rows})])
    moved = {row.name: given[row.name] for row in rows if given[row.name] != (row.assigned_to or "")}
    calls.write(moved, opened_on=None, opened_by=None)
    _tell(rows, moved)
    return dict(Counter(moved.values()))


def _spoken(rows: Iterable[Any]) -> dict[tuple[str, str], str]:
    """Who spoke to people of each party already: whoever has the call they are to be called again with."""
    return {_party(row): row.assigned_to for row in rows if row.touched_on and row.assigned_to}


def _party(row: Any) -> tuple[str, str]:
    return row.party_type, row.party


def _open(campaign: str, activity: str) -> list[Any]:
    """Open calls that the user may see."""
    filters = calls.open_filters()
    filters |= {field: value for field, value in (("campaign", campaign), ("activity", activity)) if value}
    fields = ["name", "activity", "party_type", "party", "assigned_to", "touched_on", "next_contact_on"]
    return frappe.get_list(calls.TOUCH, filters, fields, order_by="name")


def _tell(rows: Iterable[Any], moved: Mapping[str, str]) -> None:
    """One notification for each caller and activity."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.name in moved:
            counts[row.activity][moved[row.name]] += 1
    for activity, by_caller in counts.items():
        calls.tell(by_caller, activity)
