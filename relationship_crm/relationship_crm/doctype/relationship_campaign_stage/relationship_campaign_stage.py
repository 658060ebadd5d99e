"""A stage that a campaign aims at."""

from frappe.model.document import Document


class RelationshipCampaignStage(Document):
    """A row of a campaign."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        stage: DF.Link
    # end: auto-generated types
