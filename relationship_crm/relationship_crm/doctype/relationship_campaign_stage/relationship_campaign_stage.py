"""A stage that a campaign aims at."""

from frappe.model.document import Document


class RelationshipCampaignStage(Document):
    """A row of a campaign."""
