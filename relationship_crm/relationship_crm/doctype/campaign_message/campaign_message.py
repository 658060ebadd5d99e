"""What a wave says: to a stage, in a variant."""

from frappe.model.document import Document


class CampaignMessage(Document):
    """A row of an activity."""
