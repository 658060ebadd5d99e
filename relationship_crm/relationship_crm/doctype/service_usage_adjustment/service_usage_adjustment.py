"""A use, or one given back, that no voucher tells of."""

from frappe.model.document import Document


class ServiceUsageAdjustment(Document):
    """Submitting writes the entry, cancelling reverses it."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        agreed_by: DF.Data | None
        amended_from: DF.Link | None
        company: DF.Link | None
        contract: DF.Link
        customer: DF.Link | None
        line_key: DF.Autocomplete
        line_title: DF.Data | None
        naming_series: DF.Literal["SUA-.YYYY.-.#####"]
        overage_agreed: DF.Check
        posting_date: DF.Date
        qty: DF.Float
        reason: DF.SmallText
    # end: auto-generated types

    def validate(self) -> None:
        from relationship_crm.contracts import adjustments

        adjustments.validate(self)

    def on_submit(self) -> None:
        from relationship_crm.contracts import adjustments

        adjustments.on_submit(self)

    def on_cancel(self) -> None:
        from relationship_crm.contracts import adjustments

        adjustments.on_cancel(self)
