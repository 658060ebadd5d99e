"""A criterion that moved a relationship, and the document behind it."""

from frappe import _
from frappe.utils import flt

from relationship_crm.relationship_crm.labelled import LabelledDocument


class RelationshipStageChangeReason(LabelledDocument):
    """A criterion that moved a relationship, and the document behind it."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        measure: DF.Data | None
        operator: DF.Data | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        threshold: DF.Float
        unknown: DF.Check
        value_after: DF.Float
        value_before: DF.Float
        voucher_no: DF.Data | None
        voucher_type: DF.Data | None
    # end: auto-generated types

    @property
    def criterion(self) -> str:
        """The criterion with the value it met, in the language of the reader."""
        from relationship_crm.assessment import explain

        met = None if self.unknown else flt(self.value_after)
        return explain.reason(self.measure or "", self.operator, flt(self.threshold), met, _)
