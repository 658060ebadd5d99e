"""A criterion of a stage: a measure, an operator and a threshold."""

from collections.abc import Iterable
from math import isfinite

import frappe
from frappe import _
from frappe.utils import flt

from relationship_crm.relationship_crm.labelled import LabelledDocument


class RelationshipStageCriterion(LabelledDocument):
    """Facts act at once; estimates have margins."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        alternative: DF.Int
        margin_down: DF.Float
        margin_up: DF.Float
        measure: DF.Autocomplete
        operator: DF.Literal[">=", "<="]
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        threshold: DF.Float
    # end: auto-generated types

    def check(self) -> None:
        """Raises where the criterion cannot be evaluated."""
        from relationship_crm.engine.stages import OPERATORS
        from relationship_crm.measures.registry import MEASURES

        measure = MEASURES.get(self.measure)
        if measure is None:
            frappe.throw(_("Row {0}: there is no measure {1}.").format(self.idx, frappe.bold(self.measure)))
        if self.operator not in OPERATORS:
            frappe.throw(
                _("Row {0}: the operator must be one of {1}.").format(self.idx, ", ".join(OPERATORS))
            )
        if not all(isfinite(flt(value)) for value in (self.threshold, self.margin_up, self.margin_down)):
            frappe.throw(_("Row {0}: threshold and margins must be numbers.").format(self.idx))
        if not measure.kind.estimate and (self.margin_up or self.margin_down):
            frappe.throw(
                _("Row {0}: {1} is a fact and takes no margin.").format(self.idx, frappe.bold(self.measure))
            )


def check_criteria(rows: Iterable[RelationshipStageCriterion]) -> None:
    """Raises where one of a table's criteria cannot be evaluated."""
    for row in rows:
        row.check()
