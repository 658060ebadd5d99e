"""A ladder of stages."""

from relationship_crm.relationship_crm.configuring import ConfiguringDocument
from relationship_crm.relationship_crm.doctype.relationship_stage_criterion.relationship_stage_criterion import (
    check_criteria,
)


class RelationshipStageModel(ConfiguringDocument):
    """Its stages are documents of their own, Relationship Stage."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_stage_criterion.relationship_stage_criterion import (
            RelationshipStageCriterion,
        )

        description: DF.Text | None
        disabled: DF.Check
        dissolution_criteria: DF.Table[RelationshipStageCriterion]
        model_name: DF.Data
        source: DF.SmallText | None
    # end: auto-generated types

    def validate(self) -> None:
        check_criteria(self.dissolution_criteria)
