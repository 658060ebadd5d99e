"""A mark that a party waits to be assessed anew; written by one plain INSERT, deleted when done."""

from frappe.model.document import Document


class RelationshipEvent(Document):
    """A mark that a party waits to be assessed anew; written by one plain INSERT, deleted when done."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        action: DF.Data | None
        event_date: DF.Date | None
        party: DF.Data | None
        party_type: DF.Data | None
        voucher_no: DF.Data | None
        voucher_type: DF.Data | None
    # end: auto-generated types
