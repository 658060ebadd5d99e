"""What happens to members, touches, responses and lists when a party or a contact is renamed, merged, converted or deleted.

They are written in bulk. Frappe remembers for half a day which DocTypes a dynamic link leads to, and hears only of those in
documents it saves; so the dynamic links are ours to follow. Plain links Frappe follows by itself.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import get_datetime

from relationship_crm.campaigns.consent import MERGED

MEMBER, TOUCH, RESPONSE, ENTRY = (
    "Campaign Member",
    "Campaign Touch",
    "Campaign Response",
    "Campaign Target Entry",
)
#: Tables that name a party; those with a customer beside it.
NAMING, WITH_CUSTOMER = (MEMBER, TOUCH, RESPONSE, ENTRY), (RESPONSE, TOUCH, MEMBER)
#: The column of a Customer that says where it came from.
ORIGIN = {"Lead": "lead_name", "Prospect": "prospect_name"}


def rename(party_type: str, old: str, new: str, merge: bool = False) -> None:
    """Follow a renamed or merged party."""
    for doctype in NAMING:
        t = frappe.qb.DocType(doctype)
        frappe.qb.update(t).set(t.party, new).where((t.party_type == party_type) & (t.party == old)).run()
    _rename_voucher(party_type, old, new)
    if merge:
        _one_arm(party_type, new)
        _one_entry(party_type, new)


def became(doc: Any) -> None:
    """A customer was made of a lead or prospect: what that was told and answered is the customer's too.

    No statement where the customer comes from neither, or did so before.
    """
    before = doc.get_doc_before_save()
    for party_type, column in ORIGIN.items():
        origin = doc.get(column)
        if origin and (not before or before.get(column) != origin):
            for doctype in WITH_CUSTOMER:
                t = frappe.qb.DocType(doctype)
                query = frappe.qb.update(t).set(t.customer, doc.name)
                query.where((t.party_type == party_type) & (t.party == origin)).run()


def remove(party_type: str, party: str) -> None:
    """Remove a deleted party's rows, which would keep it. What it became a customer with stays with the customer."""
    for doctype in WITH_CUSTOMER:
        t = frappe.qb.DocType(doctype)
        mine = (t.party_type == party_type) & (t.party == party)
        if party_type == "Customer":
            _hand_back(doctype, party)
        else:
            query = frappe.qb.update(t).set(t.party_type, "Customer").set(t.party, t.customer)
            query.where(mine & t.customer.isnotnull() & (t.customer != "")).run()
        frappe.qb.from_(t).delete().where(mine).run()
    t = frappe.qb.DocType(ENTRY)
    frappe.qb.from_(t).delete().where((t.party_type == party_type) & (t.party == party)).run()


def forget_contact(contact: str) -> None:
    """A deleted contact's name stands nowhere as a link any more."""
    for doctype in NAMING:
        t = frappe.qb.DocType(doctype)
        frappe.qb.update(t).set(t.contact, None).where(t.contact == contact).run()


def _hand_back(doctype: str, customer: str) -> None:
    """What was told to the lead that became this customer is the lead's again."""
    t = frappe.qb.DocType(doctype)
    theirs = (t.customer == customer) & (t.party_type != "Customer")
    frappe.qb.update(t).set(t.customer, None).where(theirs).run()


def _rename_voucher(party_type: str, old: str, new: str) -> None:
    """A lead is a response itself; its key follows its name, or saving the lead would make a second one."""
    from relationship_crm.campaigns import responses

    if party_type != "Lead":
        return
    rows = frappe.get_all(
        RESPONSE,
        {"voucher_type": "Lead", "voucher_no": old},
        ["name", "campaign", "response", "source", "responded_on"],
        order_by="name",
    )
    for row in rows:  # at most one a campaign
        answer = responses.Answer(
            campaign=row.campaign,
            response=row.response,
            source=row.source,
            moment=get_datetime(row.responded_on),
            voucher_type="Lead",
            voucher_no=new,
        )
        key = responses.key_of(answer)
        if frappe.db.exists(RESPONSE, {"response_key": key}):  # the lead it was merged with responded itself
            frappe.db.delete(RESPONSE, {"name": row.name})
        else:
            frappe.db.set_value(RESPONSE, row.name, {"voucher_no": new, "response_key": key})


def _one_arm(party_type: str, party: str) -> None:
    """Two customers who are one now cannot be contacted and left uncontacted in the same campaign: the contact happened."""
    t, other = frappe.qb.DocType(MEMBER), frappe.qb.DocType(MEMBER).as_("other")
    theirs = (t.party_type == party_type) & (t.party == party)
    contacted = (
        frappe.qb.from_(other)
        .select(other.campaign)
        .distinct()
        .where((other.party_type == party_type) & (other.party == party) & (other.arm == "Contacted"))
    ).run(pluck=True)
    if contacted:
        query = frappe.qb.update(t).set(t.arm, "Left Out").set(t.left_out_reason, MERGED)
        query.where(theirs & (t.arm == "Control") & t.campaign.isin(contacted)).run()


def _one_entry(party_type: str, party: str) -> None:
    """A static list names a party, or a contact of it, once."""
    rows = frappe.get_all(
        ENTRY,
        {"party_type": party_type, "party": party},
        ["name", "target_list", "contact"],
        order_by="creation, name",
    )
    first: set[tuple[str, str]] = set()
    doubles = []
    for row in rows:
        key = (row.target_list, row.contact or "")
        doubles += [row.name] if key in first else []
        first.add(key)
    if doubles:
        frappe.db.delete(ENTRY, {"name": ("in", doubles)})
