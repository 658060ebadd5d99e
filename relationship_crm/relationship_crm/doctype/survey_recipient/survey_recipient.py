"""When an address was last asked."""

from frappe.model.document import Document


class SurveyRecipient(Document):
    """One row an address, locked while it is sent to: that is the rest period."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        address: DF.Data
        do_not_ask: DF.Check
        do_not_ask_on: DF.Datetime | None
        last_sent_on: DF.Datetime | None
    # end: auto-generated types
