"""A customer recommended us to somebody."""

from frappe.model.document import Document


class CustomerReferral(Document):
    """Counts once the one recommended has paid."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        contact_email: DF.Data | None
        contact_name: DF.Data | None
        contact_phone: DF.Data | None
        first_paid_on: DF.Date | None
        naming_series: DF.Literal["CREF-.#####"]
        notes: DF.SmallText | None
        referral_date: DF.Date
        referred_customer: DF.Link | None
        referred_lead: DF.Link | None
        referrer: DF.Link
        response: DF.Data | None
        response_item: DF.Data | None
        source: DF.Literal["By Hand", "Survey", "Lead"]
        status: DF.Literal["Open", "Lead", "Customer", "Paid", "Declined"]
        title: DF.Data | None
    # end: auto-generated types

    def validate(self) -> None:
        from relationship_crm.advocacy import referrals

        referrals.validate(self)

    def on_update(self) -> None:
        from relationship_crm.advocacy import referrals

        referrals.saved(self)

    def after_delete(self) -> None:
        from relationship_crm.advocacy import referrals

        referrals.deleted(self)
