"""One answer of a response."""

import frappe

from relationship_crm.relationship_crm.labelled import LabelledDocument


class SurveyAnswer(LabelledDocument):
    """With the question as it was asked, and the value that counts."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        answered: DF.Check
        dimension: DF.Literal[
            "",
            "satisfaction",
            "trust_employee",
            "trust_company",
            "engagement_employee_rational",
            "engagement_employee_emotional",
            "engagement_company_rational",
            "engagement_company_emotional",
        ]
        item_key: DF.Data
        kind: DF.Literal["NPS", "CSAT", "CES", "Scale", "Text", "Referral", "Testimonial", "Idea"]
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        question: DF.SmallText | None
        score: DF.Float
        text: DF.LongText | None
        value: DF.Float
    # end: auto-generated types

    def autoname(self) -> None:
        # As its response: Frappe's own hashes begin with the time.
        self.name = frappe.generate_hash(length=16)
