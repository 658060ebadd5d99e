"""A person that a campaign aims at, or leaves out by lot."""

from frappe.model.document import Document


class CampaignMember(Document):
    """Frozen before the first message; written in bulk."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        account_manager: DF.Data | None
        arm: DF.Literal["Contacted", "Control", "Left Out"]
        assigned_on: DF.Datetime | None
        campaign: DF.Link | None
        contact: DF.Link | None
        customer: DF.Link | None
        customer_group: DF.Data | None
        email: DF.Data | None
        language: DF.Data | None
        left_out_reason: DF.Data | None
        mobile_no: DF.Data | None
        party: DF.DynamicLink | None
        party_type: DF.Literal["", "Customer", "Lead", "Prospect"]
        person_key: DF.Data | None
        recipient_name: DF.Data | None
        rung: DF.Int
        stage_name: DF.Data | None
        target_list: DF.Data | None
        territory: DF.Data | None
    # end: auto-generated types
