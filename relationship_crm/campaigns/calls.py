"""The calls of campaigns: whose they are, which are due, and whether somebody may be called now.

A call is open while its touch waits, or was reached and is to be called again; then `next_contact_on` says when. All people
of a customer are called by the same person: the account manager, where that is one of the callers, else whoever has least to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.query_builder.functions import Coalesce, Count
from frappe.utils import escape_html, get_datetime, get_time, getdate, now_datetime

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns import touches
from relationship_crm.campaigns.touches import ACTIVITY, CALL, REACHED, WAITING
from relationship_crm.campaigns.workload import Work, share_out

TOUCH, CAMPAIGN = touches.DOCTYPE, "Relationship Campaign"
BY_LOAD = "Load"
#: Who looks after a party.
MANAGERS = {"Customer": "account_manager", "Lead": "lead_owner", "Prospect": "prospect_owner"}
#: Touches written by one statement.
CHUNK = 1000

Row = Any


def is_open(t: Any) -> Any:
    """The touches that are calls still to be made, as a criterion."""
    return (t.channel == CALL) & t.status.isin((WAITING, REACHED)) & t.next_contact_on.isnotnull()


def open_filters() -> dict[str, Any]:
    """The same as filters of a list."""
    return {"channel": CALL, "status": ["in", [WAITING, REACHED]], "next_contact_on": ["is", "set"]}


# giving them out


def assign(activity: str) -> int:
    """Give the calls of an activity that nobody has to its callers, and tell each how many; the number given.

    Where no callers are named the account managers call, and the campaign's owner whom nobody looks after. A fixed number
    of reads, and one statement a caller.
    """
    doc = frappe.get_doc(ACTIVITY, activity)
    rows = _unassigned(activity)
    if not rows:
        return 0
    parties = {(row.party_type, row.party) for row in rows}
    owner = frappe.db.get_value(CAMPAIGN, doc.campaign, "campaign_owner")
    managers = {} if doc.assign_by == BY_LOAD else managers_of(parties)
    named = working(row.user for row in doc.callers)
    callers = named or working({*managers.values(), owner})
    fallback = {} if named else dict.fromkeys(parties, owner)
    given = spread(rows, callers, [managers, fallback])
    since = f"{getdate(doc.send_on)} {get_time(doc.send_from or '00:00:00')}"
    write(given, next_contact_on=get_datetime(since))
    tell(Counter(given.values()), doc.name)
    return sum(bool(caller) for caller in given.values())


def spread(
    rows: Sequence[Row], callers: Iterable[str], preferred: Sequence[Mapping[tuple[str, str], str]]
) -> dict[str, str]:
    """The caller of each touch; '' where nobody calls. `preferred` says who should have a party's calls, first choice first.

    What the callers have to do already counts, except these touches.
    """
    sizes = Counter((row.party_type, row.party) for row in rows)
    works = [
        Work(key, size, tuple(choice[key] for choice in preferred if choice.get(key)))
        for key, size in sizes.items()
    ]
    by_party = share_out(works, load(callers, but=rows))
    return {row.name: by_party.get((row.party_type, row.party), "") for row in rows}


def load(callers: Iterable[str], but: Iterable[Row] = ()) -> dict[str, int]:
    """Open calls of each caller, over all campaigns, except some."""
    callers = sorted(set(callers))
    if not callers:
        return {}
    t = frappe.qb.DocType(TOUCH)
    query = frappe.qb.from_(t).select(t.assigned_to, Count("*")).where(is_open(t))
    found = dict(query.where(t.assigned_to.isin(callers)).groupby(t.assigned_to).run())
    without = Counter(row.assigned_to for row in but if row.get("next_contact_on"))
    return {caller: found.get(caller, 0) - without[caller] for caller in callers}


def working(users: Iterable[str | None]) -> list[str]:
    """Those of some users who can log in to the desk and have a role for calls, by name."""
    named = sorted({user for user in users if user})
    wanted = {"name": ("in", named or [""]), "enabled": 1, "user_type": "System User"}
    there = frappe.get_all("User", wanted, pluck="name", order_by="name")
    roles = {row.role for row in frappe.get_meta(TOUCH).permissions if row.write and not row.permlevel}
    link = {"parenttype": "User", "parent": ("in", there or [""]), "role": ("in", sorted(roles) or [""])}
    able = {"Administrator", *frappe.get_all("Has Role", link, pluck="parent", order_by="parent")}
    return [user for user in there if user in able]


def managers_of(parties: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Who looks after each of some parties; those nobody looks after are left out."""
    parties = set(parties)
    found: dict[tuple[str, str], str] = {}
    for party_type, field in MANAGERS.items():
        names = [name for kind, name in parties if kind == party_type]
        rows = read_rows(party_type, ("name", field), "name", names)
        found |= {(party_type, name): user for name, user in rows if user}
    return found


def write(given: Mapping[str, str], **more: Any) -> None:
    """Write down whose each call is, and what else is so for all of them."""
    t = frappe.qb.DocType(TOUCH)
    by_caller: dict[str, list[str]] = {}
    for name, caller in given.items():
        by_caller.setdefault(caller, []).append(name)
    for caller, names in sorted(by_caller.items()):
        for start in range(0, len(names), CHUNK):
            query = frappe.qb.update(t).set(t.assigned_to, caller or None).set(t.modified, now_datetime())
            for column, value in more.items():
                query = query.set(t[column], value)
            query.where(t.name.isin(names[start : start + CHUNK])).run()


def tell(counts: Mapping[str, int], activity: str) -> None:
    """One notification for each caller: how many calls are theirs now."""
    title = escape_html(frappe.db.get_value(ACTIVITY, activity, "title") or activity)
    users = {user for user, count in counts.items() if user and count and user != frappe.session.user}
    languages = dict(read_rows("User", ("name", "language"), "name", users))
    for user in sorted(users):
        subject = _("{0} calls are yours: {1}", lang=languages.get(user) or None)
        enqueue_create_notification(
            user,
            {
                "type": "Alert",
                "document_type": ACTIVITY,
                "document_name": activity,
                "subject": subject.format(counts[user], f"<b>{title}</b>"),
                "from_user": frappe.session.user,
            },
        )


def _unassigned(activity: str) -> list[Row]:
    t = frappe.qb.DocType(TOUCH)
    return (
        frappe.qb.from_(t)
        .select(t.name, t.party_type, t.party, t.assigned_to, t.next_contact_on)
        .where((t.activity == activity) & (t.channel == CALL) & (t.status == WAITING))
        .where(Coalesce(t.assigned_to, "") == "")
        .orderby(t.name)
    ).run(as_dict=True)


def update(names: Sequence[str], **values: Any) -> None:
    """By one statement: a touch is nothing that people save."""
    t = frappe.qb.DocType(TOUCH)
    query = frappe.qb.update(t).set(t.modified, now_datetime()).set(t.modified_by, frappe.session.user)
    for column, value in values.items():
        query = query.set(t[column], value)
    for start in range(0, len(names), CHUNK):
        query.where(t.name.isin(list(names[start : start + CHUNK]))).run()
