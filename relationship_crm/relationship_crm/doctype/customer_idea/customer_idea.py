"""An idea that came from a customer."""

from frappe.model.document import Document

from relationship_crm.advocacy import ideas


class CustomerIdea(Document):
    """From being heard to being made."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        answer: DF.SmallText | None
        contact: DF.Link | None
        customer: DF.Link | None
        customer_name: DF.Data | None
        description: DF.Text | None
        item: DF.Link | None
        naming_series: DF.Literal["IDEA-.#####"]
        realised_on: DF.Date | None
        response: DF.Data | None
        response_item: DF.Data | None
        source: DF.Literal["By Hand", "Survey", "Portal"]
        status: DF.Literal["New", "Under Review", "Planned", "Realised", "Declined"]
        submitted_on: DF.Date
        tell_customer: DF.Check
        title: DF.Data
    # end: auto-generated types

    def validate(self) -> None:
        ideas.validate(self)

    def on_update(self) -> None:
        ideas.saved(self)

    def after_delete(self) -> None:
        ideas.deleted(self)
