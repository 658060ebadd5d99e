"""A customer group that is left out of the assessment."""

from frappe.model.document import Document


class RelationshipExcludedCustomerGroup(Document):
    """A customer group that is left out of the assessment."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        customer_group: DF.Link
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
    # end: auto-generated types
