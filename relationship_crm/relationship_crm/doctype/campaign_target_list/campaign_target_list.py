"""Whom a campaign may aim at: rules, or people put on it one by one."""

from frappe.model.document import Document


class CampaignTargetList(Document):
    """The definition; who is on it is found anew each time, until a campaign freezes it."""
