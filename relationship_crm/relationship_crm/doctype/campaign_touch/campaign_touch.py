"""One person is contacted once in a wave."""

import frappe
from frappe import _
from frappe.model.document import Document


class CampaignTouch(Document):
    """Holds no link: the link is made from its name and a secret of the site."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        account_manager: DF.Data | None
        activity: DF.Link | None
        assigned_to: DF.Link | None
        attempts: DF.Int
        attendance: DF.Literal["", "Registered", "Declined", "Attended", "No Show"]
        before_outcome: DF.Code | None
        campaign: DF.Link | None
        channel: DF.Literal["Email", "Call", "Letter", "SMS", "Event"]
        communication: DF.Data | None
        company: DF.Link | None
        contact: DF.Link | None
        customer: DF.Link | None
        customer_group: DF.Data | None
        delivery: DF.Literal["", "Queued", "Sent", "Error"]
        delivery_error: DF.SmallText | None
        email: DF.Data | None
        language: DF.Data | None
        last_attempt_on: DF.Datetime | None
        member: DF.Link | None
        message_id: DF.Data | None
        message_row: DF.Data | None
        mobile_no: DF.Data | None
        next_contact_on: DF.Datetime | None
        note: DF.SmallText | None
        opened_by: DF.Data | None
        opened_on: DF.Datetime | None
        outcome: DF.Link | None
        party: DF.DynamicLink | None
        party_type: DF.Literal["", "Customer", "Lead", "Prospect"]
        reason: DF.Data | None
        recipient_name: DF.Data | None
        rung: DF.Int
        send_on: DF.Date | None
        stage_name: DF.Data | None
        status: DF.Literal["Waiting", "Sent", "Reached", "Not Reached", "Left Out", "Failed", "Withdrawn"]
        territory: DF.Data | None
        token_hash: DF.Data | None
        touched_on: DF.Datetime | None
        variant: DF.Data | None
        wave: DF.Int
    # end: auto-generated types

    def on_trash(self) -> None:
        if self.touched_on:
            frappe.throw(_("This person was contacted; what happened stays."))
