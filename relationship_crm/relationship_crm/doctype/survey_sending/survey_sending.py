"""A survey sent by hand to a list of customers."""

import json
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

UNDER_WAY = ("Queued", "Running")
#: What a run was started with stays.
FIXED = ("survey", "send_on", "scope", "filters_json")


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

    def validate(self) -> None:
        self._check_unchanged()
        self._check_scope()

    def on_trash(self) -> None:
        if self.status in UNDER_WAY:
            frappe.throw(_("Stop the run before deleting it."))
        from relationship_crm.surveys.invitations import withdraw_run

        withdraw_run(self.name)

    def _check_unchanged(self) -> None:
        """A run that was started goes on as it began."""
        if self.is_new() or self.status == "Draft":
            return
        before = self.get_doc_before_save()
        listed = {row.customer for row in before.customers} if before else set()
        if any(self.has_value_changed(field) for field in FIXED) or listed != {
            r.customer for r in self.customers
        }:
            frappe.throw(_("A run that was started cannot be changed any more; start a new one."))

    def _check_scope(self) -> None:
        if self.scope == "Listed Customers":
            self.filters_json = "[]"
            kept = list(dict.fromkeys(row.customer for row in self.customers))
            if len(kept) < len(self.customers):
                self.set("customers", [{"customer": name} for name in kept])
            if not kept:
                frappe.throw(_("Choose the customers."))
            return
        self.set("customers", [])
        if not isinstance(_read(self.filters_json), list):
            frappe.throw(_("The filters cannot be read."))

    @frappe.whitelist()
    def start(self) -> None:
        """Queue the run, or go on with one that was stopped or failed."""
        from relationship_crm.surveys import bulk

        self.check_permission("write")
        bulk.start(self.name)

    @frappe.whitelist()
    def stop(self) -> None:
        """End the run after the batch it is working on."""
        from relationship_crm.surveys import bulk

        self.check_permission("write")
        bulk.stop(self.name)


def _read(text: str | None) -> Any:
    try:
        return json.loads(text or "[]")
    except ValueError:
        return None
