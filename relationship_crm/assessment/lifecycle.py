"""What happens to our rows when a party is merged, renamed or deleted."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.query_builder.functions import Count, Min

from relationship_crm.assessment import outbox
from relationship_crm.assessment.stored import LINKS, fold_into, remove_history, remove_rows

#: DocTypes that name the party in plain text.
NAMED = ("Relationship", "Relationship Assessment", "Relationship Stage Change", "Relationship Event")


def merge(party_type: str, old: str, new: str) -> None:
    """Fold the relationship of `old` into that of `new`; the history of both stays under the one that is kept."""
    field = party_type.lower()
    gone, kept = (frappe.db.get_value("Relationship", {field: party}, "name") for party in (old, new))
    if gone and kept:
        _take_links(kept, gone)
        fold_into(kept, gone)


def _take_links(kept: str, gone: str) -> None:
    """Links that only the folded relationship has are not lost."""
    links = [field for _kind, field in LINKS]
    have, give = (frappe.db.get_value("Relationship", name, links, as_dict=True) for name in (kept, gone))
    missing = {field: give[field] for field in links if give[field] and not have[field]}
    if missing:
        frappe.db.set_value("Relationship", gone, dict.fromkeys(missing), update_modified=False)
        frappe.db.set_value("Relationship", kept, missing, update_modified=False)


def after_merge(party_type: str, party: str) -> None:
    """A message that was linked to both is linked twice to the one that is left, and would count twice.

    Frappe keeps each link once (Communication.deduplicate_timeline_links), but only where the message itself is saved.
    """
    link = frappe.qb.DocType("Communication Link")
    theirs = (link.link_doctype == party_type) & (link.link_name == party)
    query = frappe.qb.from_(link).select(link.parent, Min(link.name)).where(theirs)
    twice = query.groupby(link.parent).having(Count("*") > 1).run()
    if twice:
        messages, kept = zip(*twice, strict=True)
        second = theirs & link.parent.isin(messages) & link.name.notin(kept)
        frappe.qb.from_(link).delete().where(second).run()


def rename(party_type: str, old: str, new: str) -> None:
    """Follow a renamed party where it is named in plain text (Frappe follows the links)."""
    for doctype in NAMED:
        t = frappe.qb.DocType(doctype)
        frappe.qb.update(t).set(t.party, new).where((t.party_type == party_type) & (t.party == old)).run()


def remove(doc: Any, party_type: str, party: str) -> None:
    """Remove a deleted party's rows. A relationship that was known earlier, as lead or prospect, goes back to that."""
    field = party_type.lower()
    row = frappe.db.get_value("Relationship", {field: party}, ["name", *(f for _k, f in LINKS)], as_dict=True)
    if party_type == "Customer":
        excluded = frappe.qb.DocType("Relationship Excluded Customer")
        frappe.qb.from_(excluded).delete().where(excluded.customer == party).run()
    event = frappe.qb.DocType("Relationship Event")
    frappe.qb.from_(event).delete().where((event.party_type == party_type) & (event.party == party)).run()
    if not row:
        return
    others = [(kind, row[f]) for kind, f in LINKS if f != field and row[f]]
    if not others:
        remove_history([row.name])
        remove_rows([row.name])
        return
    kind, name = others[0]
    frappe.db.set_value(
        "Relationship", row.name, {field: None, "party_type": kind, "party": name}, update_modified=False
    )
    outbox.mark(doc, kind, name, None, "deleted")
