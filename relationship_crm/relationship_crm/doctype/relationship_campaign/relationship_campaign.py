"""A campaign: whom it aims at, what it may cost, what came of it."""

from frappe.model.document import Document


class RelationshipCampaign(Document):
    """Planned here; figures come from the general ledger, touches and invoices, and are not stored."""
