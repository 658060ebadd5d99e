"""From ERPNext 15 to 16: documents go on naming the campaigns they named, leads the source they came from.

Version 16 gives documents a new field, `utm_campaign`, and leaves what stood in `campaign` behind in a column that nobody reads.
So it does with the source of a lead, `utm_source`, by which target lists choose; of other documents nothing here reads it.
Looked at after every migrate, for the upgrade may come at any time; done once, for a field that somebody empties afterwards
is to stay empty.
"""

from __future__ import annotations

import frappe
from frappe.query_builder.functions import Coalesce, Count

from relationship_crm.campaigns.naming import CAMPAIGN, DOCTYPES, FIELDS, UTM_CAMPAIGN, campaign_field

NEW, *OLD = FIELDS
LEAD, SOURCE, NEW_SOURCE, UTM_SOURCE = "Lead", "source", "utm_source", "UTM Source"
#: Remembers that it was done.
DONE = "relationship_crm_campaigns_carried_over"


def carry_over() -> int:
    """Copy what documents named into the new fields where these are empty; how many documents.

    Nothing on version 15, nothing a second time.
    """
    if campaign_field("Sales Order") != NEW or frappe.db.get_global(DONE):
        return 0
    found = sum(_copy(doctype, old) for doctype in DOCTYPES if (old := orphan(doctype))) + _copy_sources()
    frappe.db.set_global(DONE, "1")
    return found


def orphan(doctype: str) -> str:
    """The column of version 15 that still stands in a table whose documents have the new field; empty if there is none."""
    if campaign_field(doctype) != NEW:
        return ""
    meta = frappe.get_meta(doctype)
    left = (old for old in OLD if frappe.db.has_column(doctype, old) and not meta.get_field(old))
    return next(left, "")


def _copy(doctype: str, old: str) -> int:
    """By statements: the documents were submitted long ago, and did not change."""
    t, campaign, utm = (frappe.qb.DocType(name) for name in (doctype, CAMPAIGN, UTM_CAMPAIGN))
    left = (Coalesce(t[old], "") != "") & (Coalesce(t[NEW], "") == "")
    # ERPNext names a UTM Campaign by the campaign's title, whatever the campaign is named by
    query = frappe.qb.from_(t).join(campaign).on(campaign.name == t[old]).join(utm)
    query = query.on(utm.name == campaign.campaign_name).where(left)
    named = (
        query.select(t[old], campaign.campaign_name, Count("*")).groupby(t[old], campaign.campaign_name).run()
    )
    for before, now, _count in named:
        update = frappe.qb.update(t).set(t[NEW], now)
        update.where((t[old] == before) & (Coalesce(t[NEW], "") == "")).run()
    return sum(count for *_names, count in named)


def _copy_sources() -> int:
    """ERPNext made a UTM Source of every Lead Source, under its name."""
    meta = frappe.get_meta(LEAD)
    if meta.has_field(SOURCE) or not meta.has_field(NEW_SOURCE) or not frappe.db.has_column(LEAD, SOURCE):
        return 0
    t, utm = frappe.qb.DocType(LEAD), frappe.qb.DocType(UTM_SOURCE)
    known = frappe.qb.from_(utm).select(utm.name)
    left = (Coalesce(t[NEW_SOURCE], "") == "") & t[SOURCE].isin(known)
    found = frappe.qb.from_(t).where(left).select(Count("*")).run()[0][0]
    frappe.qb.update(t).set(t[NEW_SOURCE], t[SOURCE]).where(left).run()
    return found
