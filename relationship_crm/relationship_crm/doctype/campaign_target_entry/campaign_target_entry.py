"""Somebody who was put on a static list."""

from typing import Any

from frappe.model.document import Document


class CampaignTargetEntry(Document):
    """Written in bulk, by hand or from a file; the row has one name, so nobody is on a list twice."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        contact: DF.Link | None
        email: DF.Data | None
        party: DF.DynamicLink | None
        party_title: DF.Data | None
        party_type: DF.Literal["", "Customer", "Lead", "Prospect"]
        target_list: DF.Link
    # end: auto-generated types

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        from relationship_crm.campaigns import entries

        entries.complete(self)  # before Frappe looks whether the party exists
        return super().insert(*args, **kwargs)

    def autoname(self) -> None:
        from relationship_crm.campaigns import entries

        self.name = entries.entry_name(self.target_list, self.party_type, self.party, self.contact or "")

    def before_insert(self) -> None:
        from relationship_crm.campaigns import entries

        entries.check(self)

    def validate(self) -> None:
        from relationship_crm.campaigns import entries

        if not self.is_new():
            entries.check(self)
