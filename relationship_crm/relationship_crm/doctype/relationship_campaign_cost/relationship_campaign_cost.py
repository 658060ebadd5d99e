"""A line of what a campaign may cost."""

from frappe.model.document import Document


class RelationshipCampaignCost(Document):
    """A row of a campaign."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        account: DF.Link | None
        amount: DF.Currency
        cost_date: DF.Date
        description: DF.Data
        hours: DF.Check
        item_code: DF.Link | None
        notes: DF.SmallText | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
    # end: auto-generated types
