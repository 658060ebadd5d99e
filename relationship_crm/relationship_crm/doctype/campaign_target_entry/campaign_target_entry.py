"""Somebody who was put on a static list."""

from typing import Any

from frappe.model.document import Document


class CampaignTargetEntry(Document):
    """Written in bulk, by hand or from a file; the row has one name, so nobody is on a list twice."""

    # begin: auto-generated types
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
