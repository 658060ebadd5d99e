"""A run of the assessment, with its progress, its counts and its errors."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now
from frappe.utils import getdate, today

#: Fields of a run's scope that belong to one kind of scope only.
SCOPE_FIELDS = {
    "Everybody": (),
    "Customer Group": ("customer_group",),
    "Territory": ("territory",),
    "One party": ("party_type", "party"),
}
UNDER_WAY = ("Queued", "Running")


class ProcessRelationshipAssessment(Document):
    """Started, stopped and resumed from its form; the work is done by `assessment.process`."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        as_of: DF.Date
        assessments_written: DF.Int
        customer_group: DF.Link | None
        done_parties: DF.Int
        error_count: DF.Int
        errors: DF.LongText | None
        finished_on: DF.Datetime | None
        history_from: DF.Date | None
        job_id: DF.Data | None
        known_on: DF.Date | None
        messages: DF.Text | None
        new_relationships: DF.Int
        party: DF.DynamicLink | None
        party_type: DF.Literal["", "Customer", "Lead", "Prospect"]
        progress: DF.Percent
        queries: DF.Int
        scope: DF.Literal["Everybody", "Customer Group", "Territory", "One party"]
        seconds: DF.Float
        stage_moves_down: DF.Int
        stage_moves_up: DF.Int
        started_on: DF.Datetime | None
        status: DF.Literal["Draft", "Queued", "Running", "Completed", "Failed", "Stopped"]
        summary: DF.LongText | None
        territory: DF.Link | None
        total_parties: DF.Int
        with_history: DF.Check
    # end: auto-generated types

    @staticmethod
    def clear_old_logs(days: int = 30) -> None:
        """Called by Frappe's Log Settings. Drafts stay, and so does the run the settings name as the last full one."""
        run = frappe.qb.DocType("Process Relationship Assessment")
        last = frappe.db.get_single_value("Relationship CRM Settings", "last_full_pass_run")
        old = (
            (run.modified < Now() - Interval(days=days))
            & (run.status != "Draft")
            & (run.name != (last or ""))
        )
        frappe.qb.from_(run).delete().where(old).run()

    def validate(self) -> None:
        self._check_unchanged()
        self._check_dates()
        self._check_scope()

    def on_trash(self) -> None:
        if self.status in UNDER_WAY:
            frappe.throw(_("Stop the run before deleting it."))

    def _check_unchanged(self) -> None:
        """A run that was started goes on as it began."""
        if self.is_new() or self.status == "Draft":
            return
        for field in (
            "as_of",
            "known_on",
            "with_history",
            "history_from",
            "scope",
            *SCOPE_FIELDS[self.scope],
        ):
            if self.has_value_changed(field):
                label = frappe.bold(_(self.meta.get_label(field)))
                frappe.throw(_("{0} cannot be changed any more; start a new run.").format(label))

    def _check_dates(self) -> None:
        if getdate(self.as_of) > getdate(today()):
            frappe.throw(_("As Of must not lie in the future."))
        if not self.with_history:
            self.history_from = None
        if self.history_from and getdate(self.history_from) > getdate(self.as_of):
            frappe.throw(_("History From must not be after As Of."))

    def _check_scope(self) -> None:
        wanted = SCOPE_FIELDS[self.scope]
        for field in {field for fields in SCOPE_FIELDS.values() for field in fields}:
            if field not in wanted:
                self.set(field, None)
            elif not self.get(field):
                frappe.throw(_("{0} is missing.").format(_(self.meta.get_label(field))))

    @frappe.whitelist()
    def start(self) -> None:
        """Queues the run."""
        from relationship_crm.assessment import process

        self.check_permission("write")
        process.start(self.name)

    @frappe.whitelist()
    def stop(self) -> None:
        """Ends the run after the chunk it is working on."""
        from relationship_crm.assessment import process

        self.check_permission("write")
        process.stop(self.name)

    @frappe.whitelist()
    def resume(self) -> None:
        """Goes on where a stopped or failed run ended."""
        from relationship_crm.assessment import process

        self.check_permission("write")
        process.resume(self.name)
