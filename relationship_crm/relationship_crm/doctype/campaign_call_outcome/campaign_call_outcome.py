"""How a call may end, and what follows from it."""

from frappe.model.document import Document


class CampaignCallOutcome(Document):
    """Edited by the company."""
