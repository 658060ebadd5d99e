"""What only the whole population can say: group means and usual gaps at a month's close."""

import frappe
from frappe.model.document import Document


class RelationshipYardstick(Document):
    """Written by a full pass, used as stored until the next one."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        kind: DF.Data | None
        month: DF.Int
        segment: DF.Data | None
        value: DF.Float
    # end: auto-generated types


def on_doctype_update() -> None:
    """The way the figures of a kind are read."""
    frappe.db.add_index("Relationship Yardstick", ["kind", "segment", "month"])
