"""From ERPNext 15 to 16: documents go on naming the campaigns they named.

Version 16 gives documents a new field, `utm_campaign`, and leaves what stood in `campaign` behind in a column that nobody reads.
Looked at after every migrate, for the upgrade may come at any time; done once, for a field that somebody empties afterwards
is to stay empty.
"""

from __future__ import annotations

import frappe
from frappe.query_builder.functions import Coalesce, Count

from relationship_crm.campaigns.naming import CAMPAIGN, DOCTYPES, FIELDS, UTM_CAMPAIGN, campaign_field

NEW, *OLD = FIELDS
#: Remembers that it was done.
DONE = "relationship_crm_campaigns_carried_over"


def carry_over() -> int:
    """Copy the campaigns that documents named into the new field where it is empty; how many documents.

    Nothing on version 15, nothing a second time.
    """
    if campaign_field("Sales Order") != NEW or frappe.db.get_global(DONE):
        return 0
    found = sum(_copy(doctype, old) for doctype in DOCTYPES if (old := orphan(doctype)))
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
