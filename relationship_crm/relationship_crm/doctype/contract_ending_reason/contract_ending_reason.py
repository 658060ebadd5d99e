"""Why a contract ended or was not renewed."""

from frappe.model.document import Document


class ContractEndingReason(Document):
    """A master that a company extends."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        enabled: DF.Check
        not_customers_choice: DF.Check
        reason: DF.Data
    # end: auto-generated types
