"""What happens to invitations and answers when a party or a contact goes.

Renaming and merging are mostly Frappe's: our rows link parties and contacts, and Frappe follows links. Answers of a merged
customer become those of the customer that is kept. Deleting takes them along, or they would keep the party from being
deleted.
"""

from __future__ import annotations

import frappe

INVITATION, RESPONSE, ANSWER, FOLLOW_UP = (
    "Survey Invitation",
    "Survey Response",
    "Survey Answer",
    "Survey Follow Up",
)
#: Tables that are written in bulk, with the columns of their dynamic link to a party.
IN_BULK = {INVITATION: ("party_type", "party"), "Communication": ("reference_doctype", "reference_name")}


def rename(party_type: str, old: str, new: str) -> None:
    """Follow a renamed or merged party in rows that were written in bulk.

    Frappe remembers for half a day which DocTypes a dynamic link leads to, and hears only of those in documents it saves.
    """
    for doctype, (kind, name) in IN_BULK.items():
        t = frappe.qb.DocType(doctype)
        frappe.qb.update(t).set(t[name], new).where((t[kind] == party_type) & (t[name] == old)).run()


def remove(party_type: str, party: str) -> None:
    """Remove what a deleted party was asked and answered. What it became a customer with stays with the customer."""
    _hand_to_customer(party_type, party)
    for doctype in (FOLLOW_UP, RESPONSE, INVITATION):
        t = frappe.qb.DocType(doctype)
        mine = (t.party_type == party_type) & (t.party == party)
        if party_type == "Customer":
            mine |= t.customer == party
        if doctype == FOLLOW_UP:
            _end_tasks(frappe.qb.from_(t).select(t.name).where(mine).run(pluck=True))
        if doctype == RESPONSE:
            answer = frappe.qb.DocType(ANSWER)
            names = frappe.qb.from_(t).select(t.name).where(mine).run(pluck=True)
            if names:
                frappe.qb.from_(answer).delete().where(answer.parent.isin(names)).run()
        frappe.qb.from_(t).delete().where(mine).run()
    if party_type == "Customer":
        listed = frappe.qb.DocType("Survey Sending Customer")
        frappe.qb.from_(listed).delete().where(listed.customer == party).run()


def _end_tasks(follow_ups: list[str]) -> None:
    """Nobody has to look after somebody who is gone."""
    todo = frappe.qb.DocType("ToDo")
    if follow_ups:
        of_theirs = (todo.reference_type == FOLLOW_UP) & todo.reference_name.isin(follow_ups)
        frappe.qb.from_(todo).delete().where(of_theirs).run()


def _hand_to_customer(party_type: str, party: str) -> None:
    """Answers given as a lead or prospect that is a customer by now."""
    for doctype in (FOLLOW_UP, RESPONSE, INVITATION):
        t = frappe.qb.DocType(doctype)
        query = frappe.qb.update(t).set(t.party_type, "Customer").set(t.party, t.customer)
        query = query.where((t.party_type == party_type) & (t.party == party) & (t.party_type != "Customer"))
        query.where(t.customer.isnotnull() & (t.customer != "")).run()


def forget_contact(contact: str) -> None:
    """A deleted contact's name stands nowhere as a link any more."""
    for doctype in (RESPONSE, INVITATION, "Customer Idea"):
        t = frappe.qb.DocType(doctype)
        frappe.qb.update(t).set(t.contact, None).where(t.contact == contact).run()
