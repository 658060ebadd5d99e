"""A target list of a campaign, to include or to leave out."""

from frappe.model.document import Document


class RelationshipCampaignList(Document):
    """A row of a campaign."""
