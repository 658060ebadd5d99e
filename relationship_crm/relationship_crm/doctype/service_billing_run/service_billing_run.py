"""A run that drafts what contracts have to charge, with its progress, its counts and its errors."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from relationship_crm.relationship_crm.optional import keep_empty

UNDER_WAY = ("Queued", "Running")
#: What a run was started with stays.
FIXED = ("day", "what", "company", "customer")


class ServiceBillingRun(Document):
    """Started, stopped and resumed from its form; the work is done by `contracts.billing_run`."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        company: DF.Link | None
        customer: DF.Link | None
        day: DF.Date
        done_contracts: DF.Int
        drafted: DF.Int
        errors: DF.LongText | None
        failed: DF.Int
        finished_on: DF.Datetime | None
        last_contract: DF.Data | None
        progress: DF.Percent
        seconds: DF.Float
        started_on: DF.Datetime | None
        status: DF.Literal["Draft", "Queued", "Running", "Completed", "Failed", "Stopped"]
        total_contracts: DF.Int
        what: DF.Literal["Invoices and Credit Notes", "Invoices", "Credit Notes"]
    # end: auto-generated types

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        keep_empty(self, "company")
        return super().insert(*args, **kwargs)

    @staticmethod
    def clear_old_logs(days: int = 90) -> None:
        """Called by Frappe's Log Settings. Drafts stay."""
        run = frappe.qb.DocType("Service Billing Run")
        old = (run.modified < Now() - Interval(days=days)) & (run.status != "Draft")
        frappe.qb.from_(run).delete().where(old).run()

    def validate(self) -> None:
        if self.is_new() or self.status == "Draft":
            return
        if any(self.has_value_changed(field) for field in FIXED):
            frappe.throw(_("A run that was started cannot be changed any more; start a new one."))

    def on_trash(self) -> None:
        if self.status in UNDER_WAY:
            frappe.throw(_("Stop the run before deleting it."))

    @frappe.whitelist()
    def start(self) -> None:
        """Queue the run, or go on with one that was stopped or failed."""
        from relationship_crm.contracts import billing_run

        self.check_permission("write")
        frappe.has_permission("Sales Invoice", "create", throw=True)
        billing_run.start(self.name)

    @frappe.whitelist()
    def stop(self) -> None:
        """End the run after the batch it is working on."""
        from relationship_crm.contracts import billing_run

        self.check_permission("write")
        billing_run.stop(self.name)
