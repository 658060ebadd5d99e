"""What somebody answered to a campaign."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from relationship_crm.campaigns import responses
from relationship_crm.relationship_crm.optional import keep_empty


class CampaignResponse(Document):
    """Kept once for the same cause."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        account_manager: DF.Data | None
        activity: DF.Link | None
        campaign: DF.Link
        company: DF.Link | None
        contact: DF.Link | None
        customer: DF.Link | None
        customer_group: DF.Data | None
        email: DF.Data | None
        member: DF.Data | None
        note: DF.SmallText | None
        party: DF.DynamicLink | None
        party_type: DF.Literal["", "Customer", "Lead", "Prospect"]
        recipient_name: DF.Data | None
        responded_on: DF.Datetime
        response: DF.Literal[
            "Interested",
            "Not Interested",
            "Question",
            "Registered",
            "Declined",
            "Attended",
            "Ordered",
            "Complaint",
        ]
        response_key: DF.Data | None
        rung: DF.Int
        source: DF.Literal[
            "Click", "Reply", "Call", "Import", "Attendance", "Lead", "Quotation", "Sales Order", "By Hand"
        ]
        stage_name: DF.Data | None
        territory: DF.Data | None
        touch: DF.Data | None
        variant: DF.Data | None
        voucher_no: DF.Data | None
        voucher_type: DF.Link | None
    # end: auto-generated types

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        """Insert it, or change the one that is there: a file that is read twice gives no doubles."""
        if not (args[0] if args else kwargs.get("ignore_permissions")):
            self.check_permission("create")  # before it tells whom it finds
        responses.begin(self)
        keep_empty(self, "company")
        if there := self.campaign and responses.same_as(self):
            return self._change(there)
        return super().insert(*args, **kwargs)

    def _change(self, name: str) -> Document:
        """Take over what the response that is there did not say; this document is that one from now on."""
        doc = frappe.get_doc("Campaign Response", name)
        if self.note and self.note != doc.note:
            doc.note = self.note
            doc.save()
        frappe.msgprint(_("This response was kept already."), alert=True)
        self.update(doc.as_dict())
        for mark in ("__islocal", "__unsaved"):  # what a form says of itself
            self.__dict__.pop(mark, None)
        return self

    def autoname(self) -> None:
        """The same cause has the same name: two at once cannot make it twice."""
        if self.response_key:
            self.name = responses.name_of(self.response_key)

    def validate(self) -> None:
        if self.is_new() and not self.member:
            message = _("{0} is not on the list of the campaign. The response is kept all the same.")
            frappe.msgprint(message.format(frappe.bold(self.recipient_name or self.party)), alert=True)

    def on_update(self) -> None:
        responses.tell([(self.party_type, self.party)])

    def on_trash(self) -> None:
        responses.tell([(self.party_type, self.party)])
