"""A relationship moved to another stage."""

import frappe
from frappe import _
from frappe.model.document import Document


class RelationshipStageChange(Document):
    """With the criteria that moved it and the documents behind them."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_stage_change_reason.relationship_stage_change_reason import (
            RelationshipStageChangeReason,
        )

        changed_on: DF.Date | None
        customer_group: DF.Data | None
        days_in_stage: DF.Int
        direction: DF.Literal["Up", "Down"]
        from_rung: DF.Int
        from_stage: DF.Data | None
        party: DF.Data | None
        party_title: DF.Data | None
        party_type: DF.Literal["Customer", "Lead", "Prospect"]
        reasons: DF.Table[RelationshipStageChangeReason]
        relationship: DF.Link | None
        revenue_12m: DF.Float
        source: DF.Literal["Assessment", "History", "Override"]
        territory: DF.Data | None
        to_rung: DF.Int
        to_stage: DF.Data | None
    # end: auto-generated types

    def validate(self) -> None:
        if not self.is_new():
            frappe.throw(_("The history of a relationship is not edited."))
