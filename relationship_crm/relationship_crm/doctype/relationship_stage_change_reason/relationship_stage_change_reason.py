"""A criterion that moved a relationship, and the document behind it."""

from frappe.model.document import Document


class RelationshipStageChangeReason(Document):
    """A criterion that moved a relationship, and the document behind it."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        criterion: DF.Data | None
        measure: DF.Data | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        threshold: DF.Float
        value_after: DF.Float
        value_before: DF.Float
        voucher_no: DF.Data | None
        voucher_type: DF.Data | None
    # end: auto-generated types
