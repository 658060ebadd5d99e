"""A rule of a target list."""

from frappe.model.document import Document


class CampaignTargetRule(Document):
    """A row of a target list."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        alternative: DF.Int
        amount: DF.Float
        choice: DF.Literal[None]
        criterion: DF.Literal[
            "Stage",
            "Rung",
            "Score",
            "Confidence",
            "Dissolving",
            "Moved",
            "Bought Anything",
            "Last Purchase",
            "First Purchase",
            "Revenue",
            "Purchases",
            "Bought Item",
            "Bought Item Group",
            "Customer Group",
            "Territory",
            "Account Manager",
            "Language",
            "Lead Source",
            "Lead Status",
            "Email Group",
            "Survey Answer",
            "Service Contract",
            "Campaign Response",
            "Campaign Member",
            "Contacted",
        ]
        day: DF.Date | None
        days: DF.Int
        dimension: DF.Literal[None]
        effect: DF.Literal["Include", "Exclude"]
        operator: DF.Literal[
            "is",
            "is not",
            "at least",
            "at most",
            "within days",
            "not within days",
            "on or after",
            "on or before",
        ]
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        reference: DF.DynamicLink | None
        reference_type: DF.Link | None
        sentence: DF.SmallText | None
    # end: auto-generated types
