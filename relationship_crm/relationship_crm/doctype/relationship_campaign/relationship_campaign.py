"""A campaign: whom it aims at, what it may cost, what came of it."""

from frappe.model.document import Document


class RelationshipCampaign(Document):
    """Planned here; figures come from the general ledger, touches and invoices, and are not stored."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_campaign_cost.relationship_campaign_cost import (
            RelationshipCampaignCost,
        )
        from relationship_crm.relationship_crm.doctype.relationship_campaign_list.relationship_campaign_list import (
            RelationshipCampaignList,
        )
        from relationship_crm.relationship_crm.doctype.relationship_campaign_stage.relationship_campaign_stage import (
            RelationshipCampaignStage,
        )

        accounting_dimension: DF.Link | None
        campaign_owner: DF.Link
        company: DF.Link
        contacted_members: DF.Int
        control_members: DF.Int
        control_share: DF.Percent
        cost_basis: DF.Literal["Project", "Cost Center", "Accounting Dimension"]
        cost_center: DF.Link | None
        cost_plan: DF.Table[RelationshipCampaignCost]
        currency: DF.Link | None
        dimension_doctype: DF.Link | None
        dimension_value: DF.DynamicLink | None
        end_date: DF.Date
        erpnext_campaign: DF.Link | None
        frozen_on: DF.Datetime | None
        goal: DF.SmallText | None
        goal_customers: DF.Int
        goal_responses: DF.Int
        goal_revenue: DF.Currency
        include_hours: DF.Check
        is_template: DF.Check
        kind: DF.Literal[
            "Acquisition",
            "Cross-Sell",
            "Up-Sell",
            "Retention",
            "Win-Back",
            "Referral",
            "Event",
            "Information",
        ]
        left_out_members: DF.Int
        lists: DF.Table[RelationshipCampaignList]
        lists_snapshot: DF.Code | None
        lot_seed: DF.Data | None
        members_error: DF.SmallText | None
        members_status: DF.Literal["Open", "Queued", "Running", "Frozen", "Failed"]
        outcome_days: DF.Int
        planned_cost: DF.Currency
        project: DF.Link | None
        stages: DF.TableMultiSelect[RelationshipCampaignStage]
        start_date: DF.Date
        status: DF.Literal["Planned", "Running", "Completed", "Cancelled"]
        title: DF.Data
        with_control_group: DF.Check
    # end: auto-generated types

    def validate(self) -> None:
        from relationship_crm.campaigns import plan

        plan.validate(self)

    def on_update(self) -> None:
        from relationship_crm.campaigns import documents

        documents.linked(self)

    def on_trash(self) -> None:
        from relationship_crm.campaigns import states

        states.forget(self)
