"""What was promised to a customer, at which price, and until when."""

from frappe.model.document import Document


class ServiceContract(Document):
    """Lines with quantities and prices; `relationship_crm.contracts.lifecycle` does the work."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.service_contract_change.service_contract_change import (
            ServiceContractChange,
        )
        from relationship_crm.relationship_crm.doctype.service_contract_coverage.service_contract_coverage import (
            ServiceContractCoverage,
        )
        from relationship_crm.relationship_crm.doctype.service_contract_line.service_contract_line import (
            ServiceContractLine,
        )

        account_manager: DF.Link | None
        adjustment_percent: DF.Percent
        amended_from: DF.Link | None
        auto_repeat: DF.Link | None
        billing: DF.Literal["Contract Schedule", "Subscription", "Auto Repeat", "Not Billed"]
        billing_in_advance: DF.Check
        billing_period: DF.Literal["Month", "Quarter", "Half Year", "Year", "Once"]
        billing_with_calendar: DF.Check
        blanket_order: DF.Link | None
        broken_periods: DF.Literal["A Share by Days", "The Whole Quantity"]
        changes: DF.Table[ServiceContractChange]
        changes_from: DF.Date | None
        company: DF.Link
        contact: DF.Link | None
        contract: DF.Link | None
        conversion_rate: DF.Float
        cost_center: DF.Link | None
        coverage: DF.Table[ServiceContractCoverage]
        currency: DF.Link
        customer: DF.Link
        customer_name: DF.Data | None
        decided_on: DF.Date | None
        defer_revenue: DF.Check
        draft_days_ahead: DF.Int
        end_date: DF.Date
        ending_entered_on: DF.Datetime | None
        ending_note: DF.SmallText | None
        index_base_month: DF.Date | None
        index_lag_months: DF.Int
        letter_head: DF.Link | None
        lines: DF.Table[ServiceContractLine]
        naming_series: DF.Literal["SC-.YYYY.-.####"]
        not_renewed_reason: DF.Link | None
        notice_date: DF.Date | None
        notice_days: DF.Int
        overage_period: DF.Literal["Month", "Quarter", "Year", "Contract"]
        payment_terms_template: DF.Link | None
        periods_from: DF.Literal["Contract Start", "Calendar"]
        portal_visible: DF.Check
        price_adjustment: DF.Literal["None", "Fixed Percent", "Index"]
        price_index: DF.Link | None
        project: DF.Link | None
        renewal: DF.Literal["Ends", "By Proposal", "Renews Automatically"]
        renewal_entered_on: DF.Datetime | None
        renewal_months: DF.Int
        renewed_from: DF.Link | None
        renewed_into: DF.Link | None
        renewed_on: DF.Date | None
        service_level_agreement: DF.Link | None
        signed_on: DF.Date | None
        start_date: DF.Date
        state: DF.Literal[
            "Draft", "Waiting", "Active", "In Notice", "Expired", "Terminated", "Renewed", "Cancelled"
        ]
        submit_invoices: DF.Check
        subscription: DF.Link | None
        taxes_and_charges: DF.Link | None
        tc_name: DF.Link | None
        template: DF.Link | None
        terminated_on: DF.Date | None
        terminated_per: DF.Date | None
        termination_reason: DF.Link | None
        terms: DF.TextEditor | None
        title: DF.Data | None
        warn_customer: DF.Check
        warn_manager: DF.Check
        yearly_value: DF.Currency
    # end: auto-generated types

    def validate(self) -> None:
        from relationship_crm.contracts import lifecycle

        lifecycle.validate(self)

    def before_submit(self) -> None:
        from relationship_crm.contracts import lifecycle

        lifecycle.before_submit(self)

    def on_submit(self) -> None:
        from relationship_crm.contracts import lifecycle

        lifecycle.on_submit(self)

    def on_update_after_submit(self) -> None:
        from relationship_crm.contracts import lifecycle

        lifecycle.on_update_after_submit(self)

    def on_cancel(self) -> None:
        from relationship_crm.contracts import lifecycle

        lifecycle.on_cancel(self)

    def on_trash(self) -> None:
        from relationship_crm.contracts import lifecycle

        lifecycle.on_trash(self)
