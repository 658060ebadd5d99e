"""What ERPNext's documents call a campaign: a Campaign on version 15, a UTM Campaign on 16. Told by fields, not by numbers.

Documents of version 15 have a link to Campaign, named `campaign`, on a lead `campaign_name`. Version 16 gave them
`utm_campaign`, a link to UTM Campaign, and makes a UTM Campaign of every Campaign, under the Campaign's title. Others can be
linked to a Campaign, as its mailings or advertisements.
"""

from __future__ import annotations

import frappe

CAMPAIGN, UTM_CAMPAIGN = "Campaign", "UTM Campaign"
#: Fields that name a campaign, the newest first.
FIELDS = ("utm_campaign", "campaign", "campaign_name")
#: The field of a UTM Campaign that links it to a Campaign; ERPNext adds it to Frappe's DocType.
LINK = "crm_campaign"
#: Documents that can name a campaign.
DOCTYPES = (
    *("Lead", "Opportunity", "Quotation", "Sales Order"),
    *("Delivery Note", "Sales Invoice", "POS Invoice"),
)


def campaign_field(doctype: str) -> str:
    """The field of a DocType that names ERPNext's campaign; empty where it has none."""
    meta = frappe.get_meta(doctype)
    for fieldname in FIELDS:
        field = meta.get_field(fieldname)
        if field and field.fieldtype == "Link" and field.options in (CAMPAIGN, UTM_CAMPAIGN):
            return fieldname
    return ""


def campaigns_of(value: str | None) -> list[str]:
    """The Relationship Campaigns behind what a document names, oldest first; templates are none."""
    if not value:
        return []
    t, c = frappe.qb.DocType("Relationship Campaign"), frappe.qb.DocType(CAMPAIGN)
    query = frappe.qb.from_(t).select(t.name).where(t.is_template == 0)
    if names_utm():
        named = c.campaign_name == value
        if _links_utm():
            utm = frappe.qb.DocType(UTM_CAMPAIGN)
            named |= c.name.isin(frappe.qb.from_(utm).select(utm[LINK]).where(utm.name == value))
        query = query.join(c).on(c.name == t.erpnext_campaign).where(named)
    else:
        query = query.where(t.erpnext_campaign == value)
    return query.orderby(t.start_date).orderby(t.name).run(pluck=True)


def value_of(campaign: str) -> str:
    """What documents must name to belong to a Relationship Campaign; empty where it names no campaign of ERPNext."""
    erpnext = frappe.db.get_value("Relationship Campaign", campaign, "erpnext_campaign")
    if not erpnext or not names_utm():
        return erpnext or ""
    return frappe.db.get_value(CAMPAIGN, erpnext, "campaign_name") or ""


def values_of(campaign: str) -> list[str]:
    """All that documents can name to belong to a Relationship Campaign, first what they must name."""
    value = value_of(campaign)
    if not value or not names_utm() or not _links_utm():
        return [value] if value else []
    erpnext = frappe.db.get_value("Relationship Campaign", campaign, "erpnext_campaign")
    linked = frappe.get_all(UTM_CAMPAIGN, {LINK: erpnext}, pluck="name", order_by="name")
    return list(dict.fromkeys([value, *linked]))


def _links_utm() -> bool:
    """Whether UTM Campaigns say which Campaign they are of."""
    return bool(frappe.db.table_exists(UTM_CAMPAIGN)) and frappe.get_meta(UTM_CAMPAIGN).has_field(LINK)


def names_utm() -> bool:
    """Whether documents name UTM Campaigns."""
    fieldname = campaign_field("Sales Order")
    return bool(fieldname) and frappe.get_meta("Sales Order").get_field(fieldname).options == UTM_CAMPAIGN
