"""A line of what a campaign may cost."""

from frappe.model.document import Document


class RelationshipCampaignCost(Document):
    """A row of a campaign."""
