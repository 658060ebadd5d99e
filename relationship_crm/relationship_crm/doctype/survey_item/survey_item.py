"""A question of a survey."""

from relationship_crm.relationship_crm.labelled import LabelledDocument


class SurveyItem(LabelledDocument):
    """Its key stands in the answers; the wording may be translated."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

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
        high_label: DF.Data | None
        in_mail: DF.Check
        item_key: DF.Data
        kind: DF.Literal["NPS", "CSAT", "CES", "Scale", "Text", "Referral", "Testimonial", "Idea"]
        low_label: DF.Data | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        question: DF.SmallText
        required: DF.Check
        reverse: DF.Check
    # end: auto-generated types
