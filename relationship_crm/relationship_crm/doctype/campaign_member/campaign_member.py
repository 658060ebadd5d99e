"""A person that a campaign aims at, or leaves out by lot."""

from frappe.model.document import Document


class CampaignMember(Document):
    """Frozen before the first message; written in bulk."""
