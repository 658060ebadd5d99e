"""Lines and terms to begin a service contract with."""

from frappe.model.document import Document


class ServiceContractTemplate(Document):
    """Copied into a contract; later changes do not follow."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.service_contract_line.service_contract_line import (
            ServiceContractLine,
        )

        adjustment_percent: DF.Percent
        billing_in_advance: DF.Check
        billing_period: DF.Literal["Month", "Quarter", "Half Year", "Year", "Once"]
        billing_with_calendar: DF.Check
        broken_periods: DF.Literal["A Share by Days", "The Whole Quantity"]
        currency: DF.Link | None
        description: DF.SmallText | None
        duration_months: DF.Int
        enabled: DF.Check
        lines: DF.Table[ServiceContractLine]
        notice_days: DF.Int
        overage_period: DF.Literal["Month", "Quarter", "Year", "Contract"]
        periods_from: DF.Literal["Contract Start", "Calendar"]
        price_adjustment: DF.Literal["None", "Fixed Percent", "Index"]
        renewal: DF.Literal["Ends", "By Proposal", "Renews Automatically"]
        renewal_months: DF.Int
        service_level_agreement: DF.Link | None
        tc_name: DF.Link | None
        template_name: DF.Data
    # end: auto-generated types
