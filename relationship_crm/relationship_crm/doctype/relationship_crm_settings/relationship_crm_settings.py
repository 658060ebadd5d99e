"""The settings of the whole app."""

import frappe
from frappe import _
from frappe.utils import flt

from relationship_crm.relationship_crm.configuring import ConfiguringDocument


class RelationshipCRMSettings(ConfiguringDocument):
    """What is assessed, on which ladder, by which model."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_excluded_customer.relationship_excluded_customer import (
            RelationshipExcludedCustomer,
        )
        from relationship_crm.relationship_crm.doctype.relationship_excluded_customer_group.relationship_excluded_customer_group import (
            RelationshipExcludedCustomerGroup,
        )

        contract_margin: DF.Percent
        enabled: DF.Check
        exclude_pos_customers: DF.Check
        excluded_customer_groups: DF.TableMultiSelect[RelationshipExcludedCustomerGroup]
        excluded_customers: DF.TableMultiSelect[RelationshipExcludedCustomer]
        history_months: DF.Int
        include_leads: DF.Check
        include_prospects: DF.Check
        last_as_of: DF.Date | None
        last_full_pass: DF.Datetime | None
        last_full_pass_run: DF.Data | None
        lead_statuses_left_out: DF.SmallText | None
        purchase_basis: DF.Literal["Sales Invoice", "Sales Order"]
        renewal_lead_days: DF.Int
        reporting_currency: DF.Link | None
        scoring_model: DF.Link | None
        shortest_gap_days: DF.Int
        stage_model: DF.Link | None
        stamp_documents: DF.Check
        survey_batch_size: DF.Int
        survey_quiet_with_open_issue: DF.Check
        survey_rest_days: DF.Int
        survey_retention_months: DF.Int
        visit_cost: DF.Currency
    # end: auto-generated types

    def validate(self) -> None:
        self._check_models()
        if not 0 < self.history_months <= 120:
            frappe.throw(_("Months of History must be between 1 and 120."))
        if not 0 <= flt(self.contract_margin) < 100:
            frappe.throw(_("A wanted margin is from 0 to below 100 %."))

    def _check_models(self) -> None:
        """A disabled model cannot be in force, nor a ladder without rungs."""
        for field in ("stage_model", "scoring_model"):
            name = self.get(field)
            doctype = self.meta.get_field(field).options
            if name and frappe.db.get_value(doctype, name, "disabled"):
                frappe.throw(_("{0} {1} is disabled.").format(_(doctype), frappe.bold(name)))
        if self.stage_model and not frappe.db.exists("Relationship Stage", {"stage_model": self.stage_model}):
            frappe.throw(_("Stage Model {0} has no stages yet.").format(frappe.bold(self.stage_model)))
