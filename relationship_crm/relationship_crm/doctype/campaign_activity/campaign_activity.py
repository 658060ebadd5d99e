"""A wave of a campaign: mails, calls, letters, text messages, or an event."""

from frappe.model.document import Document


class CampaignActivity(Document):
    """Started, stopped and resumed from its form."""
