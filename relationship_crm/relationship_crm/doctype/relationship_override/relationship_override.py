"""A person sets the stage, or records a loss: with a reason, an owner and an end."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, today


class RelationshipOverride(Document):
    """The computed stage runs on beside it; where the two differ the override disagrees."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        computed_stage_name: DF.Data | None
        disagrees: DF.Check
        from_date: DF.Date
        kind: DF.Literal["Stage", "Loss"]
        reason: DF.SmallText
        relationship: DF.Link
        responsible: DF.Link
        revoked: DF.Check
        revoked_on: DF.Date | None
        stage: DF.Link | None
        until_date: DF.Date
    # end: auto-generated types

    def validate(self) -> None:
        self._check_dates()
        self._check_stage()
        self._check_overlap()
        self._set_revoked_on()

    def on_update(self) -> None:
        self._assess()
        computed = frappe.db.get_value(
            self.doctype, self.name, ["computed_stage_name", "disagrees"], as_dict=True
        )
        self.update(computed)

    def on_trash(self) -> None:
        """The relationship names the override in force, which would keep it from being deleted."""
        in_force = {"name": self.relationship, "override": self.name}
        frappe.db.set_value("Relationship", in_force, "override", None, update_modified=False)

    def after_delete(self) -> None:
        self._assess()

    def _check_dates(self) -> None:
        if getdate(self.until_date) < getdate(self.from_date):
            frappe.throw(_("Until must not be before From."))

    def _check_stage(self) -> None:
        """A loss has no stage; a stage is one of the ladder in force."""
        if self.kind != "Stage":
            self.stage = None
            return
        if not self.stage:
            frappe.throw(_("Choose the stage."))
        ladder = frappe.db.get_single_value("Relationship CRM Settings", "stage_model")
        if frappe.db.get_value("Relationship Stage", self.stage, "stage_model") != ladder:
            frappe.throw(_("The stage must be one of {0}.").format(frappe.bold(ladder)))

    def _check_overlap(self) -> None:
        """Two stages at once would contradict each other."""
        if self.kind != "Stage" or self.revoked:
            return
        other = frappe.db.get_value(
            "Relationship Override",
            {
                "relationship": self.relationship,
                "kind": "Stage",
                "revoked": 0,
                "from_date": ("<=", self.until_date),
                "until_date": (">=", self.from_date),
                "name": ("!=", self.name),
            },
        )
        if other:
            link = frappe.utils.get_link_to_form("Relationship Override", other)
            frappe.throw(_("{0} already sets the stage in this period. Revoke it first.").format(link))

    def _set_revoked_on(self) -> None:
        if not self.revoked:
            self.revoked_on = None
        elif not self.revoked_on:
            self.revoked_on = today()

    def _assess(self) -> None:
        """Marks the party and assesses it at once, so that whoever saved this sees what follows from it."""
        from relationship_crm.assessment.outbox import mark_party
        from relationship_crm.assessment.run import assess_relationship

        party = frappe.db.get_value("Relationship", self.relationship, ["party_type", "party"])
        if not party:  # deleted together with its relationship
            return
        mark_party(*party, self)
        assess_relationship(self.relationship)
