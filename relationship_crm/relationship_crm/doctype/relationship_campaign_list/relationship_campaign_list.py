"""A target list of a campaign, to include or to leave out."""

from frappe.model.document import Document


class RelationshipCampaignList(Document):
    """A row of a campaign."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        effect: DF.Literal["Include", "Exclude"]
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        target_list: DF.Link
    # end: auto-generated types
