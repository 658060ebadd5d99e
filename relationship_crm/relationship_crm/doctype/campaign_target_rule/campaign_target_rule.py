"""A rule of a target list."""

from frappe.model.document import Document


class CampaignTargetRule(Document):
    """A row of a target list."""
