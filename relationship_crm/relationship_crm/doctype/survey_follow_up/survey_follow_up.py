"""A low answer that somebody looks after."""

from frappe.model.document import Document

from relationship_crm.surveys import loop


class SurveyFollowUp(Document):
    """Closed with a cause and a measure."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        assigned_to: DF.Link | None
        cause: DF.Literal[
            "", "Delivery", "Product", "Price", "Billing", "Service", "Person", "Expectation", "Other"
        ]
        closed_on: DF.Datetime | None
        comment: DF.SmallText | None
        composite_after: DF.Float
        composite_before: DF.Float
        customer: DF.Link | None
        customer_name: DF.Data | None
        due_date: DF.Date | None
        escalated_on: DF.Datetime | None
        escalated_to: DF.Link | None
        first_contact_on: DF.Datetime | None
        follow_up_invitation: DF.Link | None
        lowest_answer: DF.SmallText | None
        measure: DF.SmallText | None
        naming_series: DF.Literal["FU-.#####"]
        opened_on: DF.Datetime | None
        party: DF.DynamicLink | None
        party_type: DF.Literal["", "Customer", "Lead", "Prospect"]
        response: DF.Link | None
        satisfaction_after: DF.Float
        satisfaction_before: DF.Float
        scored_on: DF.Date | None
        status: DF.Literal["Open", "Contacted", "Closed"]
        survey: DF.Link | None
    # end: auto-generated types

    def before_insert(self) -> None:
        loop.prepare(self)

    def validate(self) -> None:
        loop.validate(self)

    def on_update(self) -> None:
        loop.saved(self)

    def on_trash(self) -> None:
        loop.forget(self)
