"""One customer's contact is asked once, for one reason."""

import frappe
from frappe import _
from frappe.model.document import Document


class SurveyInvitation(Document):
    """Holds no link: the link is made from its name and a secret of the site."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        account_manager: DF.Data | None
        answered_on: DF.Datetime | None
        channel: DF.Literal["Email", "SMS", "Link"]
        communication: DF.Data | None
        company: DF.Link | None
        contact: DF.Link | None
        customer: DF.Link | None
        customer_group: DF.Data | None
        email: DF.Data | None
        error: DF.SmallText | None
        expires_on: DF.Date | None
        invitation_key: DF.Data | None
        item_group: DF.Data | None
        language: DF.Link | None
        mobile_no: DF.Data | None
        party: DF.DynamicLink | None
        party_type: DF.Literal["", "Customer", "Lead", "Prospect"]
        recipient_name: DF.Data | None
        reminded_on: DF.Datetime | None
        rung: DF.Int
        sales_person: DF.Data | None
        send_on: DF.Date | None
        sending: DF.Data | None
        sent_on: DF.Datetime | None
        stage_name: DF.Data | None
        status: DF.Literal["Waiting", "Sent", "Partly Answered", "Answered", "Expired", "Withdrawn", "Failed"]
        survey: DF.Link
        territory: DF.Data | None
        token_hash: DF.Data | None
        trigger_event: DF.Data | None
        voucher_no: DF.Data | None
        voucher_type: DF.Data | None
        withdrawn_reason: DF.Data | None
    # end: auto-generated types

    def before_insert(self) -> None:
        """They are made in bulk, with a key and a token; who makes one by hand would make one that leads nowhere."""
        if self.flags.ignore_permissions or frappe.session.user == "Administrator":
            return
        frappe.throw(_("Invitations are made by triggers, by runs, and by Send survey on a customer."))
