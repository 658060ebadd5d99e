"""Static target lists: putting parties on them, one by one or many at once, by name or by e-mail address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count

from relationship_crm.assessment.bulk import read_rows, write_rows
from relationship_crm.campaigns import selection
from relationship_crm.campaigns.selection import ENTRY, LIST, STATIC
from relationship_crm.campaigns.standing import COLUMNS
from relationship_crm.permissions import PARTY_TYPES
from relationship_crm.surveys.recipients import Key

Row = tuple[str, str, str]


def entry_name(target_list: str, party_type: str, party: str, contact: str = "") -> str:
    """The one name of a party, or of one contact of it, on a list."""
    return hashlib.sha256("\n".join((target_list, party_type, party, contact)).encode()).hexdigest()[:20]


def add(target_list: str, rows: Iterable[Row]) -> int:
    """Put parties (type, name, contact or nothing) on a static list; how many were not on it. Those the user may not read are
    passed over.

    Raises frappe.ValidationError where the list is not static.
    """
    check_static(target_list)
    wanted = list(dict.fromkeys(rows))
    allowed = {kind: set(selection.readable(kind, active=False)) for kind in {row[0] for row in wanted}}
    wanted = [row for row in wanted if row[1] in allowed[row[0]]]
    before = count(target_list)
    titles = _titles([(kind, party) for kind, party, _contact in wanted])
    write_rows(
        ENTRY,
        ("name", "target_list", "party_type", "party", "contact", "party_title"),
        [
            (
                entry_name(target_list, kind, party, contact),
                target_list,
                kind,
                party,
                contact or None,
                titles.get((kind, party), party),
            )
            for kind, party, contact in wanted
        ],
        update=("party_title",),
    )
    return count(target_list) - before


def add_list(target_list: str, source: str) -> int:
    """Put those on a static list who are on another list today; how many were not on it."""
    if target_list == source:
        frappe.throw(_("Choose another list."))
    found = selection.of_list(frappe.get_doc(LIST, source))
    return add(
        target_list,
        ((*key, contact) for key, chosen in found.items() for contact in chosen.contacts or ("",)),
    )


def remove(target_list: str, parties: Sequence[Key]) -> int:
    """Take parties off a static list, with all their contacts; how many rows went."""
    check_static(target_list)
    wanted = set(parties)
    rows = read_rows(
        ENTRY, ("name", "party_type", "party", "target_list"), "party", {key[1] for key in wanted}
    )
    names = [name for name, kind, party, on in rows if on == target_list and (kind, party) in wanted]
    if names:
        frappe.db.delete(ENTRY, {"name": ("in", names)})
    return len(names)


def count(target_list: str) -> int:
    """Rows of a static list."""
    t = frappe.qb.DocType(ENTRY)
    return frappe.qb.from_(t).select(Count("*")).where(t.target_list == target_list).run()[0][0]


def check_static(target_list: str) -> None:
    """Raises frappe.ValidationError unless a list is one that people are put on."""
    if frappe.db.get_value(LIST, target_list, "kind") != STATIC:
        text = _("{0} finds its people by rules; nobody can be put on it or taken off.")
        frappe.throw(text.format(frappe.bold(frappe.utils.escape_html(target_list))))


# a row as people write it, in a form or a file


def complete(doc: Any) -> None:
    """Find the party of a new entry: by its name, by the name people call it, or by an e-mail address.

    Raises frappe.ValidationError where there is none, or more than one.
    """
    if doc.email and not doc.party:
        doc.party_type, doc.party, contact = _by_email(doc.email)
        doc.contact = doc.contact or contact
        doc.email = None  # the party has it; here it would be forgotten when people ask to be
    elif doc.party and not frappe.db.exists(doc.party_type, doc.party):
        doc.party = _by_title(doc.party_type, doc.party)
    if not doc.party_type or not doc.party:
        frappe.throw(_("Name the party, or the e-mail address of somebody there."))


def check(doc: Any) -> None:
    """Raises frappe.ValidationError where an entry is on the list already, or its contact belongs to somebody else."""
    check_static(doc.target_list)
    name = entry_name(doc.target_list, doc.party_type, doc.party, doc.contact or "")
    if doc.is_new() and frappe.db.exists(ENTRY, name):
        frappe.throw(
            _("{0} is on the list already.").format(frappe.bold(frappe.utils.escape_html(doc.party)))
        )
    if doc.contact:
        link = {"parenttype": "Contact", "parent": doc.contact}
        if not frappe.db.exists(
            "Dynamic Link", {**link, "link_doctype": doc.party_type, "link_name": doc.party}
        ):
            text = _("Contact {0} does not belong to {1}.")
            frappe.throw(
                text.format(*(frappe.bold(frappe.utils.escape_html(t)) for t in (doc.contact, doc.party)))
            )
    key = (doc.party_type, doc.party)
    doc.party_title = _titles([key]).get(key, doc.party)


def _by_title(party_type: str, title: str) -> str:
    if party_type not in PARTY_TYPES:
        frappe.throw(_("Only customers, leads and prospects can be put on a list."))
    names = frappe.get_list(
        party_type, {COLUMNS[party_type][0]: title}, pluck="name", order_by="name", limit=2
    )
    if len(names) == 1:
        return names[0]
    text = _("There are several {0} called {1}; give the ID.") if names else _("There is no {0} {1}.")
    frappe.throw(text.format(_(party_type), frappe.bold(frappe.utils.escape_html(title))))
    return ""


def _by_email(email: str) -> Row:
    """Whoever has an address: a contact of a customer, prospect or lead, else the party itself."""
    link, contact = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Contact")
    rows = (
        frappe.qb.from_(contact)
        .join(link)
        .on((link.parent == contact.name) & (link.parenttype == "Contact"))
        .select(link.link_doctype, link.link_name, contact.name)
        .where((contact.email_id == email.strip()) & link.link_doctype.isin(PARTY_TYPES))
        .orderby(contact.is_primary_contact, order=frappe.qb.desc)
        .orderby(contact.creation, contact.name)
    ).run()
    for kind in ("Customer", "Lead"):
        own = frappe.get_all(kind, {"email_id": email.strip()}, pluck="name", order_by="creation, name")
        rows += tuple((kind, name, "") for name in own)
    order = {"Customer": 0, "Prospect": 1, "Lead": 2}
    if not rows:
        frappe.throw(_("Nobody has the address {0}.").format(frappe.bold(frappe.utils.escape_html(email))))
    return min(rows, key=lambda row: order[row[0]])


def _titles(keys: Sequence[Key]) -> dict[Key, str]:
    """What people call the parties; one query a type."""
    found: dict[Key, str] = {}
    for kind in sorted({kind for kind, _party in keys}):
        names = {party for party_type, party in keys if party_type == kind}
        found |= {
            (kind, name): title or name
            for name, title in read_rows(kind, ("name", COLUMNS[kind][0]), "name", names)
        }
    return found
