"""A quantity that an amendment changed from a day on."""

from frappe.model.document import Document


class ServiceContractChange(Document):
    """Written when an amendment is submitted."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from_date: DF.Date | None
        included_before: DF.Float
        included_qty: DF.Float
        line_key: DF.Data | None
        line_title: DF.Data | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
    # end: auto-generated types
