"""Names, addresses and words of people: erased on request, and after the time the settings allow.

Figures stay: who belongs to which customer, stage and arm, who was contacted and who responded, and when. They name nobody.
A refusal stays known as long as its address does (Survey Recipient).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import frappe
from frappe.utils import add_months, cint, getdate

MEMBER, TOUCH, RESPONSE, CAMPAIGN = (
    "Campaign Member",
    "Campaign Touch",
    "Campaign Response",
    "Relationship Campaign",
)
#: What is emptied, by DocType.
IDENTITY = {
    MEMBER: ("contact", "recipient_name", "email", "mobile_no"),
    TOUCH: ("contact", "recipient_name", "email", "mobile_no", "note", "before_outcome"),
    RESPONSE: ("contact", "recipient_name", "email", "note"),
}
ERASED = "Personal data erased"
BATCH = 500


def erase(email: str) -> None:
    """Empty everything that says who somebody was or holds their words; they asked for it. What waits is not sent."""
    email = (email or "").strip()
    if not email:
        return
    members = _named(MEMBER, "email", [email])
    for doctype in (TOUCH, RESPONSE):
        of_members = _named(doctype, "member", members)
        empty(doctype, sorted({*_named(doctype, "email", [email]), *of_members}))
    empty(MEMBER, members)


def erase_old(checkpoint: Callable[[], Any], today: date | None = None) -> int:
    """Erase the people of campaigns whose outcome was counted longer ago than the settings allow; the number of rows."""
    months = cint(frappe.get_cached_doc("Relationship CRM Settings").survey_retention_months)
    if not months:
        return 0
    limit, done = getdate(add_months(getdate(today), -months)), 0
    for doctype in IDENTITY:
        while names := _old(doctype, limit):
            empty(doctype, names)
            checkpoint()
            done += len(names)
    return done


def empty(doctype: str, names: Sequence[str]) -> None:
    """Empty what says who somebody was, in some rows."""
    if not names:
        return
    t = frappe.qb.DocType(doctype)
    theirs = t.name.isin(list(names))
    if doctype == TOUCH:
        waiting = frappe.qb.update(t).set(t.status, "Withdrawn").set(t.reason, ERASED)
        waiting.where(theirs & (t.status == "Waiting")).run()
    query = frappe.qb.update(t).where(theirs)
    for fieldname in IDENTITY[doctype]:
        query = query.set(t[fieldname], None)
    if doctype == MEMBER:  # the key holds the address; the name of the row was made of it and tells nothing
        query = query.set(t.person_key, t.name)
    query.run()


def _old(doctype: str, limit: date) -> list[str]:
    """Rows of campaigns that ended before a day, and still say who somebody was."""
    t, campaign = frappe.qb.DocType(doctype), frappe.qb.DocType(CAMPAIGN)
    known = t[IDENTITY[doctype][0]].isnotnull()
    for fieldname in IDENTITY[doctype][1:]:
        known |= t[fieldname].isnotnull()
    query = frappe.qb.from_(t).join(campaign).on(campaign.name == t.campaign).select(t.name)
    return query.where((campaign.end_date < limit) & known).orderby(t.name).limit(BATCH).run(pluck=True)


def _named(doctype: str, column: str, values: Sequence[str]) -> list[str]:
    if not values:
        return []
    t = frappe.qb.DocType(doctype)
    return (
        frappe.qb.from_(t).select(t.name).where(t[column].isin(list(values))).orderby(t.name).run(pluck=True)
    )
