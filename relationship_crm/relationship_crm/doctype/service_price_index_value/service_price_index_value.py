"""The index of a month."""

from frappe.model.document import Document


class ServicePriceIndexValue(Document):
    """A row of an index."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        month: DF.Date
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        value: DF.Float
    # end: auto-generated types
