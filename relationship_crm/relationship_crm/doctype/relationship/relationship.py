"""The present state of the relationship with one customer, lead or prospect."""

import frappe
from frappe import _
from frappe.model.document import Document

#: Whichever of these is set first is the party: the furthest a relationship has come.
PARTY_TYPES = ("Customer", "Prospect", "Lead")


class Relationship(Document):
    """Written by the assessment, by nobody else."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_company_fact.relationship_company_fact import (
            RelationshipCompanyFact,
        )

        account_manager: DF.Data | None
        as_of: DF.Date | None
        assessed_on: DF.Datetime | None
        company_facts: DF.Table[RelationshipCompanyFact]
        composite: DF.Float
        composite_confidence: DF.Float
        computed_rung: DF.Int
        computed_stage: DF.Link | None
        customer: DF.Link | None
        customer_group: DF.Data | None
        direction: DF.Literal["", "Up", "Down"]
        disabled: DF.Check
        disagreement: DF.Check
        dissolution: DF.Check
        dissolution_reason: DF.SmallText | None
        engagement: DF.Float
        engagement_company_emotional: DF.Float
        engagement_company_emotional_confidence: DF.Float
        engagement_company_rational: DF.Float
        engagement_company_rational_confidence: DF.Float
        engagement_confidence: DF.Float
        engagement_employee_emotional: DF.Float
        engagement_employee_emotional_confidence: DF.Float
        engagement_employee_rational: DF.Float
        engagement_employee_rational_confidence: DF.Float
        first_purchase: DF.Date | None
        history_digest: DF.Data | None
        last_purchase: DF.Date | None
        lead: DF.Link | None
        median_gap: DF.Float
        override: DF.Link | None
        paid_referrals: DF.Int
        party: DF.Data | None
        party_title: DF.Data | None
        party_type: DF.Literal["Customer", "Lead", "Prospect"]
        previous_stage_name: DF.Data | None
        prospect: DF.Link | None
        purchases: DF.Int
        purchases_12m: DF.Int
        reporting_currency: DF.Link | None
        revenue_12m: DF.Currency
        revenue_total: DF.Currency
        rhythm: DF.Float
        rung: DF.Int
        satisfaction: DF.Float
        satisfaction_confidence: DF.Float
        scoring_model: DF.Link | None
        stage: DF.Link | None
        stage_model: DF.Link | None
        stage_name: DF.Data | None
        stage_since: DF.Date | None
        state_digest: DF.Data | None
        territory: DF.Data | None
        trust: DF.Float
        trust_company: DF.Float
        trust_company_confidence: DF.Float
        trust_confidence: DF.Float
        trust_employee: DF.Float
        trust_employee_confidence: DF.Float
    # end: auto-generated types

    @property
    def dissolution_text(self) -> str:
        """Why it is dissolving, in the language of the reader."""
        from relationship_crm.assessment import explain

        return explain.told(self.dissolution_reason, _)

    def before_validate(self) -> None:
        for party_type in PARTY_TYPES:
            if party := self.get(frappe.scrub(party_type)):
                self.party_type, self.party = party_type, party
                break

    def on_trash(self) -> None:
        """History, stage changes and overrides go with it."""
        from relationship_crm.assessment.stored import remove_history

        remove_history([self.name])
