"""A mail that said how much of a contract line is used. Kept so that nobody is told twice."""

from frappe.model.document import Document


class ServiceUsageWarning(Document):
    """Named by line, period and threshold; `relationship_crm.contracts.warnings` writes it."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        available: DF.Float
        contract: DF.Link | None
        customer: DF.Link | None
        line_key: DF.Data | None
        line_title: DF.Data | None
        percent: DF.Int
        period_end: DF.Date | None
        period_start: DF.Date | None
        told_customer: DF.Data | None
        told_manager: DF.Data | None
        uom: DF.Data | None
        used: DF.Float
    # end: auto-generated types
