"""Sites from before campaigns: the shipped ladders learn how often each stage should hear from us, where nobody said it yet."""

from __future__ import annotations

import frappe

from relationship_crm.config.campaigns import CONTACTS, contact_plan


def execute() -> None:
    """Run by migrate, once."""
    for ladder, stages in CONTACTS.items():
        for stage in stages:
            name = f"{ladder}-{stage}"
            planned = frappe.db.get_value("Relationship Stage", name, ["contacts_least", "contacts_most"])
            if planned and not any(planned):
                frappe.db.set_value("Relationship Stage", name, contact_plan(ladder, stage))
