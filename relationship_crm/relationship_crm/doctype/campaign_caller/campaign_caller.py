"""Somebody who makes the calls of an activity."""

from frappe.model.document import Document


class CampaignCaller(Document):
    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        user: DF.Link
    # end: auto-generated types
    """A row of an activity."""
