"""An event after which a survey is sent."""

from frappe.model.document import Document


class SurveyTrigger(Document):
    """Looked for by the scheduler; nothing hangs on the ERP's own documents."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        company: DF.Link | None
        customer_group: DF.Link | None
        direction: DF.Literal["Any", "Up", "Down"]
        enabled: DF.Check
        enabled_on: DF.Datetime | None
        event: DF.Literal[
            "Delivery",
            "Invoice Paid",
            "Issue Closed",
            "Maintenance Visit",
            "Stage Change",
            "Every N Months",
            "Link on Print",
        ]
        months: DF.Int
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        sample_percent: DF.Percent
        territory: DF.Link | None
        wait_days: DF.Int
    # end: auto-generated types
