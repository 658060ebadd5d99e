"""How a call may end, and what follows from it."""

import frappe
from frappe import _
from frappe.model.document import Document


class CampaignCallOutcome(Document):
    """Edited by the company."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        closes: DF.Check
        disabled: DF.Check
        next_days: DF.Int
        no_campaigns: DF.Check
        outcome: DF.Data
        reached: DF.Check
        response: DF.Literal[
            "",
            "Interested",
            "Not Interested",
            "Question",
            "Registered",
            "Declined",
            "Attended",
            "Ordered",
            "Complaint",
        ]
    # end: auto-generated types

    def validate(self) -> None:
        if self.response and not self.reached:
            frappe.throw(_("Nobody can respond who was not reached."))
        if self.no_campaigns:
            if not self.reached:
                frappe.throw(_("Only somebody who was reached can say that they want no campaigns."))
            self.closes = 1
        if self.closes:
            self.next_days = 0
