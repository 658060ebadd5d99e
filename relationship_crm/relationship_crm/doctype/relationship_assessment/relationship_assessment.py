"""History: what was computed as of a day. Rows are added and never changed."""

import frappe
from frappe import _
from frappe.model.document import Document


class RelationshipAssessment(Document):
    """A month's end, or a day on which something changed."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        as_of: DF.Date | None
        composite: DF.Float
        composite_confidence: DF.Float
        computed_on: DF.Datetime | None
        contributions: DF.LongText | None
        customer_group: DF.Data | None
        digest: DF.Data | None
        dissolution: DF.Check
        employee_contributions: DF.LongText | None
        engagement: DF.Float
        engagement_company_emotional: DF.Float
        engagement_company_emotional_confidence: DF.Float
        engagement_company_rational: DF.Float
        engagement_company_rational_confidence: DF.Float
        engagement_employee_emotional: DF.Float
        engagement_employee_emotional_confidence: DF.Float
        engagement_employee_rational: DF.Float
        engagement_employee_rational_confidence: DF.Float
        kind: DF.Literal["Month end", "Change"]
        party: DF.Data | None
        party_type: DF.Literal["Customer", "Lead", "Prospect"]
        purchases: DF.Int
        relationship: DF.Link | None
        revenue_12m: DF.Float
        rhythm: DF.Float
        rung: DF.Int
        satisfaction: DF.Float
        satisfaction_confidence: DF.Float
        stage_name: DF.Data | None
        territory: DF.Data | None
        trust: DF.Float
        trust_company: DF.Float
        trust_company_confidence: DF.Float
        trust_employee: DF.Float
        trust_employee_confidence: DF.Float
    # end: auto-generated types

    def validate(self) -> None:
        if not self.is_new():
            frappe.throw(_("The history of a relationship is not edited."))


def on_doctype_update() -> None:
    """The way the history of one relationship is read."""
    frappe.db.add_index("Relationship Assessment", ["relationship", "as_of"])
