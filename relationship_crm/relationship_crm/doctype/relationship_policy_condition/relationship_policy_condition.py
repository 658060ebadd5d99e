"""A condition of a policy on the relationship or on the document."""

from frappe.model.document import Document


class RelationshipPolicyCondition(Document):
    """A condition of a policy on the relationship or on the document."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        field: DF.Autocomplete
        operator: DF.Literal["=", "!=", ">", ">=", "<", "<=", "in", "not in", "is set", "is not set"]
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        subject: DF.Literal["Relationship", "Document"]
        value: DF.Data | None
    # end: auto-generated types
