"""What somebody answered."""

from typing import Any

import frappe
from frappe.model.document import Document

from relationship_crm.relationship_crm.optional import keep_empty
from relationship_crm.surveys import answers


class SurveyResponse(Document):
    """Without any trace of the person where the survey is anonymous."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.survey_answer.survey_answer import SurveyAnswer

        account_manager: DF.Data | None
        anonymous: DF.Check
        answered_on: DF.Datetime
        answers: DF.Table[SurveyAnswer]
        company: DF.Link | None
        complete: DF.Check
        contact: DF.Link | None
        customer: DF.Link | None
        customer_group: DF.Data | None
        email: DF.Data | None
        external_id: DF.Data | None
        external_key: DF.Data | None
        external_source: DF.Data | None
        follow_up: DF.Link | None
        has_nps: DF.Check
        invitation: DF.Link | None
        item_group: DF.Data | None
        language: DF.Link | None
        nps: DF.Float
        party: DF.DynamicLink | None
        party_type: DF.Literal["", "Customer", "Lead", "Prospect"]
        rung: DF.Int
        sales_person: DF.Data | None
        stage_name: DF.Data | None
        survey: DF.Link
        territory: DF.Data | None
        testimonial_consent: DF.Check
        testimonial_consent_on: DF.Datetime | None
        testimonial_consent_text: DF.SmallText | None
        testimonial_text: DF.Text | None
        voucher_no: DF.Data | None
        voucher_type: DF.Data | None
    # end: auto-generated types

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        keep_empty(self, "company")
        return super().insert(*args, **kwargs)

    def autoname(self) -> None:
        # Frappe's own hashes begin with the time: they would put anonymous answers in order.
        self.name = frappe.generate_hash(length=16)

    def before_validate(self) -> None:
        answers.fill(self)

    def on_update(self) -> None:
        answers.stored(self)
