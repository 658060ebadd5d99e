"""Whom a campaign may aim at: rules, or people put on it one by one."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from relationship_crm.relationship_crm.optional import keep_empty


class CampaignTargetList(Document):
    """The definition; who is on it is found anew each time, until a campaign freezes it."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.campaign_target_rule.campaign_target_rule import (
            CampaignTargetRule,
        )

        company: DF.Link | None
        contacts: DF.Literal["One Contact", "All Contacts"]
        customers: DF.Check
        description: DF.SmallText | None
        disabled: DF.Check
        kind: DF.Literal["Dynamic", "Static"]
        leads: DF.Check
        list_name: DF.Data
        only_with_consent: DF.Check
        prospects: DF.Check
        rules: DF.Table[CampaignTargetRule]
    # end: auto-generated types

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        keep_empty(self, "company")
        self._name_references()
        return super().insert(*args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> Document:
        self._name_references()
        return super().save(*args, **kwargs)

    def _name_references(self) -> None:
        """Before Frappe looks whether values exist, it has to know of which DocType they are."""
        from relationship_crm.campaigns import criteria

        for rule in self.rules:
            criteria.refer(rule)

    def validate(self) -> None:
        from relationship_crm.campaigns import criteria

        if self.kind == "Static":
            self.set("rules", [])
            return
        if not (self.customers or self.prospects or self.leads):
            frappe.throw(_("Tick customers, prospects or leads."))
        for rule in self.rules:
            criteria.check(rule)
            rule.sentence = criteria.sentence(rule, self.company or "")

    def on_trash(self) -> None:
        """Its entries go with it. A list that a campaign names stays: Frappe says so before."""
        frappe.db.delete("Campaign Target Entry", {"target_list": self.name})
