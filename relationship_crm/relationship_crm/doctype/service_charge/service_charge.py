"""What a contract charged on which invoice."""

from frappe.model.document import Document


class ServiceCharge(Document):
    """Written with the invoice, and open again when that is cancelled."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        amount: DF.Currency
        charge_key: DF.Data | None
        company: DF.Link | None
        contract: DF.Link | None
        currency: DF.Link | None
        customer: DF.Link | None
        due_on: DF.Date | None
        kind: DF.Literal["Scheduled", "Overage"]
        line_key: DF.Data | None
        line_title: DF.Data | None
        period_end: DF.Date | None
        period_start: DF.Date | None
        qty: DF.Float
        rate: DF.Currency
        row_key: DF.Data | None
        sales_invoice: DF.Data | None
        status: DF.Literal["Drafted", "Billed", "Cancelled"]
        usage_entry: DF.Data | None
    # end: auto-generated types
