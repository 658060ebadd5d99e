"""A rung of a ladder."""

import frappe
from frappe import _

from relationship_crm.relationship_crm.configuring import ConfiguringDocument
from relationship_crm.relationship_crm.doctype.relationship_stage_criterion.relationship_stage_criterion import (
    check_criteria,
)


class RelationshipStage(ConfiguringDocument):
    """A relationship stands on the highest rung whose criteria, and those of all rungs below it, are met."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_stage_criterion.relationship_stage_criterion import (
            RelationshipStageCriterion,
        )

        color: DF.Color | None
        contacts_least: DF.Int
        contacts_most: DF.Int
        criteria: DF.Table[RelationshipStageCriterion]
        description: DF.SmallText | None
        established: DF.Check
        rung: DF.Int
        stage_model: DF.Link
        stage_name: DF.Data
    # end: auto-generated types

    def validate(self) -> None:
        self._check_rung()
        self._check_contacts()
        check_criteria(self.criteria)

    def _check_contacts(self) -> None:
        """At most is not below at least; 0 is no limit."""
        if self.contacts_most and (self.contacts_least or 0) > self.contacts_most:
            frappe.throw(
                _("{0} touches a year at least cannot be more than {1} at most.").format(
                    self.contacts_least, self.contacts_most
                )
            )

    def _check_rung(self) -> None:
        """Rungs count from 1 and are not shared."""
        if self.rung < 1:
            frappe.throw(_("The lowest rung is 1."))
        other = frappe.db.get_value(
            "Relationship Stage",
            {"stage_model": self.stage_model, "rung": self.rung, "name": ("!=", self.name)},
            "stage_name",
        )
        if other:
            frappe.throw(
                _("{0} already stands on rung {1} of {2}.").format(
                    frappe.bold(other), self.rung, frappe.bold(self.stage_model)
                )
            )
