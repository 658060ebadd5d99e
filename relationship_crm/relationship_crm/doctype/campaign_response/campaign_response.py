"""What somebody answered to a campaign."""

from frappe.model.document import Document


class CampaignResponse(Document):
    """Kept once for the same cause."""
