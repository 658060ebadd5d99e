"""A survey sent by hand to a list of customers."""

from frappe.model.document import Document


class SurveySending(Document):
    """Started, stopped and resumed from its form; the work is done by `surveys.bulk`."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.survey_sending_customer.survey_sending_customer import (
            SurveySendingCustomer,
        )

        customers: DF.Table[SurveySendingCustomer]
        done_customers: DF.Int
        error_count: DF.Int
        errors: DF.LongText | None
        failed: DF.Int
        filters_json: DF.Code | None
        finished_on: DF.Datetime | None
        invited: DF.Int
        invited_already: DF.Int
        job_id: DF.Data | None
        last_customer: DF.Data | None
        opted_out: DF.Int
        progress: DF.Percent
        resting: DF.Int
        scope: DF.Literal["Listed Customers", "Filtered Customers"]
        seconds: DF.Float
        send_on: DF.Date
        sent: DF.Int
        started_on: DF.Datetime | None
        status: DF.Literal["Draft", "Queued", "Running", "Completed", "Failed", "Stopped"]
        survey: DF.Link
        total_customers: DF.Int
        waiting: DF.Int
        withdrawn: DF.Int
        without_address: DF.Int
    # end: auto-generated types
