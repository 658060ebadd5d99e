"""A wave of a campaign: mails, calls, letters, text messages, or an event."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

UNDER_WAY = ("Queued", "Running")


class CampaignActivity(Document):
    """Started, stopped and resumed from its form; the work is done by `campaigns.run`."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.campaign_caller.campaign_caller import CampaignCaller
        from relationship_crm.relationship_crm.doctype.campaign_message.campaign_message import (
            CampaignMessage,
        )

        ab_test: DF.Check
        after_activity: DF.Link | None
        assign_by: DF.Literal["Account Manager, Then Load", "Load"]
        audience: DF.Literal[
            "Everybody", "Those Who Did Not Respond", "Those Who Responded", "Those Not Reached"
        ]
        call_until: DF.Date | None
        callers: DF.TableMultiSelect[CampaignCaller]
        campaign: DF.Link
        channel: DF.Literal["Email", "Call", "Letter", "SMS", "Event"]
        company: DF.Link | None
        done: DF.Int
        envelopes: DF.Check
        error_count: DF.Int
        errors: DF.LongText | None
        event: DF.Link | None
        event_on: DF.Datetime | None
        event_place: DF.Data | None
        event_seats: DF.Int
        event_until: DF.Datetime | None
        failed: DF.Int
        finished_on: DF.Datetime | None
        in_window: DF.Check
        last_member: DF.Data | None
        left_out: DF.Int
        letter_head: DF.Link | None
        letters_file: DF.Attach | None
        made: DF.Check
        messages: DF.Table[CampaignMessage]
        most_attempts: DF.Int
        print_format: DF.Link | None
        progress: DF.Percent
        reply_to: DF.Data | None
        resting: DF.Int
        script: DF.TextEditor | None
        seconds: DF.Float
        send_from: DF.Time | None
        send_on: DF.Date
        send_until: DF.Time | None
        sender: DF.Link | None
        started_by: DF.Link | None
        started_on: DF.Datetime | None
        status: DF.Literal["Draft", "Queued", "Running", "Stopped", "Failed", "Completed"]
        title: DF.Data
        total: DF.Int
        waiting: DF.Int
        wave: DF.Int
        weekdays_only: DF.Check
    # end: auto-generated types

    def validate(self) -> None:
        from relationship_crm.campaigns import checks

        checks.check(self)

    def on_trash(self) -> None:
        from relationship_crm.campaigns import touches

        if self.status in UNDER_WAY:
            frappe.throw(_("Stop the activity before deleting it."))
        touches.forget(self.name)

    @frappe.whitelist(methods=["POST"])
    def start(self) -> None:
        """Queue the activity, or go on with one that was stopped or failed."""
        from relationship_crm.campaigns import run

        self.check_permission("write")
        run.start(self.name)

    @frappe.whitelist(methods=["POST"])
    def stop(self) -> None:
        """End the activity after the handful it is working on."""
        from relationship_crm.campaigns import run

        self.check_permission("write")
        run.stop(self.name)

    @frappe.whitelist(methods=["POST"])
    def withdraw(self) -> int:
        """Withdraw what is still waiting; how many."""
        from relationship_crm.campaigns import run

        self.check_permission("write")
        return run.withdraw(self.name)

    @frappe.whitelist(methods=["POST"])
    def try_failed_again(self) -> int:
        """Let those wait again whose message could not be handed over, and go on; how many."""
        from relationship_crm.campaigns import run

        self.check_permission("write")
        return run.try_failed_again(self.name)

    @frappe.whitelist()
    def audience_by_stage(self) -> dict[str, Any]:
        """How many people the activity is meant for as of now, by stage, and the stages without a message."""
        from relationship_crm.campaigns import preview

        self.check_permission("read")
        return preview.audience(self)

    @frappe.whitelist()
    def preview(self, stage: str = "", variant: str = "") -> dict[str, Any]:
        """The message as somebody of a stage would get it, with nothing behind its links."""
        from relationship_crm.campaigns import preview

        self.check_permission("read")
        return preview.preview(self, stage, variant)

    @frappe.whitelist(methods=["POST"])
    def send_test(self, stage: str = "", variant: str = "") -> str:
        """Send the message to the user's own address; the address."""
        from relationship_crm.campaigns import preview

        self.check_permission("write")
        return preview.send_test(self, stage, variant)
