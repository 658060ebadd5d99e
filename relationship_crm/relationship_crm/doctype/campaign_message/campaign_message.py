"""What a wave says: to a stage, in a variant."""

from frappe.model.document import Document


class CampaignMessage(Document):
    """A row of an activity."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        button_label: DF.Data | None
        button_url: DF.Data | None
        message: DF.TextEditor | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        reward: DF.Data | None
        share: DF.Float
        stage: DF.Link | None
        subject: DF.Data | None
        variant: DF.Data
    # end: auto-generated types
