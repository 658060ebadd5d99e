"""Somebody who makes the calls of an activity."""

from frappe.model.document import Document


class CampaignCaller(Document):
    """A row of an activity."""
