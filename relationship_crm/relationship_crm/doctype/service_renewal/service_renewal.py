"""Whether a contract is renewed, and at which price."""

from frappe.model.document import Document


class ServiceRenewal(Document):
    """Opened before the notice date, closed by a decision; `relationship_crm.contracts.renewal` does the work."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        assigned_to: DF.Link | None
        by_hand: DF.Check
        company: DF.Link | None
        contract: DF.Link
        costs: DF.Currency
        currency: DF.Link | None
        current_price: DF.Currency
        customer: DF.Link | None
        customer_name: DF.Data | None
        decided_on: DF.Date | None
        end_date: DF.Date | None
        indexed_price: DF.Currency
        margin: DF.Percent
        naming_series: DF.Literal["SREN-.YYYY.-.####"]
        note: DF.SmallText | None
        notice_date: DF.Date | None
        price_from_use: DF.Currency
        probability: DF.Percent
        probability_note: DF.SmallText | None
        proposed_price: DF.Currency
        quotation: DF.Link | None
        reason: DF.Link | None
        revenue: DF.Currency
        status: DF.Literal["Open", "Proposed", "Renewed", "Not Renewed"]
        successor: DF.Link | None
        use_note: DF.SmallText | None
    # end: auto-generated types

    def validate(self) -> None:
        from relationship_crm.contracts import renewal

        renewal.validate(self)

    def on_trash(self) -> None:
        from relationship_crm.contracts import renewal

        renewal.deleted(self)
