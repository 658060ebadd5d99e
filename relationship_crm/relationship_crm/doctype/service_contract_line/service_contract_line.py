"""One promise of a service contract."""

from frappe.model.document import Document


class ServiceContractLine(Document):
    """A quantity per period, its price, and what happens beyond it."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        billing_item: DF.Link | None
        carry_limit: DF.Float
        carry_over: DF.Literal["None", "All", "Up To", "Next Period Only"]
        counts: DF.Literal["Hours", "Visits", "Incidents", "Quantity", "Nothing"]
        end_date: DF.Date | None
        entries: DF.Int
        hours_counted: DF.Literal["Worked", "Billable"]
        included_qty: DF.Float
        item_code: DF.Link | None
        item_group: DF.Link | None
        line_key: DF.Data | None
        line_title: DF.Data | None
        overage: DF.Literal["Stop", "Ask", "Bill", "Free"]
        overage_rate: DF.Currency
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        period: DF.Literal["Contract", "Year", "Quarter", "Month"]
        price: DF.Currency
        price_per: DF.Literal["Billing Period", "Month", "Quarter", "Half Year", "Year", "Contract"]
        revenue_type: DF.Literal["Sale", "Usage Fee", "Subscription", "Rent or Lease", "Licence", "Brokerage"]
        service_level_agreement: DF.Link | None
        start_date: DF.Date | None
        unlimited: DF.Check
        uom: DF.Link | None
    # end: auto-generated types
