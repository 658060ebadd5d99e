"""A serial number, an asset or an item that a contract covers."""

from frappe.model.document import Document


class ServiceContractCoverage(Document):
    """A row of a contract."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        asset: DF.Link | None
        item_code: DF.Link | None
        note: DF.Data | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        serial_no: DF.Link | None
    # end: auto-generated types
