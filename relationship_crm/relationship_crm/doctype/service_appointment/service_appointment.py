"""Who does what for a contract, when and where."""

from frappe.model.document import Document


class ServiceAppointment(Document):
    """Done, it makes the voucher that counts; `relationship_crm.contracts.planning` does the work."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        address: DF.Link | None
        address_display: DF.SmallText | None
        color: DF.Color | None
        company: DF.Link
        contact: DF.Link | None
        contract: DF.Link | None
        customer: DF.Link
        customer_name: DF.Data | None
        employee: DF.Link | None
        employee_name: DF.Data | None
        ends_on: DF.Datetime
        hours: DF.Float
        issue: DF.Link | None
        line_key: DF.Autocomplete | None
        line_title: DF.Data | None
        makes: DF.Literal["Maintenance Visit", "Timesheet", "Nothing"]
        naming_series: DF.Literal["SAPP-.YYYY.-.#####"]
        notes: DF.Text | None
        starts_on: DF.Datetime
        status: DF.Literal["Planned", "Done", "Cancelled"]
        subject: DF.Data | None
        voucher_no: DF.Data | None
        voucher_type: DF.Data | None
        works_on_holiday: DF.Check
    # end: auto-generated types

    def validate(self) -> None:
        from relationship_crm.contracts import planning

        planning.validate(self)

    def on_update(self) -> None:
        from relationship_crm.contracts import planning

        planning.on_update(self)
