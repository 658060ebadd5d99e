"""One person is contacted once in a wave."""

from frappe.model.document import Document


class CampaignTouch(Document):
    """Holds no link: the link is made from its name and a secret of the site."""
