"""Somebody who was put on a static list."""

from frappe.model.document import Document


class CampaignTargetEntry(Document):
    """Written in bulk."""
