"""How much a signal counts for one dimension."""

from relationship_crm.relationship_crm.labelled import LabelledDocument


class RelationshipScoringModelSignal(LabelledDocument):
    """How much a signal counts for one dimension."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        cap: DF.Float
        dimension: DF.Literal[
            "satisfaction",
            "trust_employee",
            "trust_company",
            "engagement_employee_rational",
            "engagement_employee_emotional",
            "engagement_company_rational",
            "engagement_company_emotional",
        ]
        enabled: DF.Check
        half_life: DF.Float
        label: DF.Data | None
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        signal: DF.Autocomplete
        weight: DF.Float
    # end: auto-generated types
