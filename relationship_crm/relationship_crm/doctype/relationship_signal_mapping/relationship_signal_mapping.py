"""What one value of a field is worth."""

from frappe.model.document import Document


class RelationshipSignalMapping(Document):
    """What one value of a field is worth."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        field_value: DF.Data
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        value: DF.Float
    # end: auto-generated types
