"""Money facts of a relationship with one of our companies, in that company's currency."""

from frappe.model.document import Document


class RelationshipCompanyFact(Document):
    """Money facts of a relationship with one of our companies, in that company's currency."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        company: DF.Link | None
        currency: DF.Link | None
        last_purchase: DF.Date | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        purchases: DF.Int
        revenue_12m: DF.Currency
        revenue_total: DF.Currency
    # end: auto-generated types
