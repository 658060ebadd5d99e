"""The outbox: ERPNext's documents say that a party has news, nothing more.

A sale appends one row inside its own transaction: no read, no queue, no ORM, no row two sales could fight for. Whether
the sale is committed or rolled back, so is its row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe
import frappe.utils

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.assessment.parties import Key
from relationship_crm.switches import is_enabled

PARTY_TYPES = ("Customer", "Lead", "Prospect")


def mark(
    doc: Any, party_type: str | None, party: str | None, event_date: Any = None, action: str = ""
) -> None:
    """Note that a document changed something for a party.

    Database errors rise: after a deadlock the document's own rows are gone, and hiding that would commit half of it.
    """
    if not party or party_type not in PARTY_TYPES or _is_building() or not is_enabled():
        return
    now, user = frappe.utils.now(), frappe.session.user
    frappe.db.sql(
        """insert into `tabRelationship Event`
        (name, creation, modified, owner, modified_by, docstatus, idx,
         party_type, party, voucher_type, voucher_no, event_date, action)
        values (%s, %s, %s, %s, %s, 0, 0, %s, %s, %s, %s, %s, %s)""",
        (
            frappe.generate_hash(length=16),
            now,
            now,
            user,
            user,
            party_type,
            party,
            doc.doctype,
            str(doc.name),
            event_date or None,
            action[:140],
        ),
    )


def mark_party(party_type: str, party: str, reason: Any) -> None:
    """Note news of a party that come from one of our own documents."""
    mark(reason, party_type, party, None, "changed")


def mark_all(parties: Iterable[Key], voucher_type: str, action: str = "changed") -> None:
    """Note news of many parties that come from our own documents, by rows of one statement."""
    known = [key for key in parties if key[1] and key[0] in PARTY_TYPES]
    if not known or _is_building() or not is_enabled():
        return
    columns = ("name", "party_type", "party", "voucher_type", "action")
    rows = [(frappe.generate_hash(length=16), *key, voucher_type, action[:140]) for key in known]
    write_rows("Relationship Event", columns, rows)


def _is_building() -> bool:
    flags = frappe.flags
    return bool(flags.in_install or flags.in_uninstall or flags.in_patch or flags.in_migrate)


@dataclass(frozen=True)
class Batch:
    """Events taken from the outbox: their names, and the parties they speak of."""

    names: tuple[str, ...]
    parties: tuple[Key, ...]


def take(limit: int) -> Batch:
    """The oldest waiting events; they stay until `done` is called."""
    event = frappe.qb.DocType("Relationship Event")
    rows = (
        frappe.qb.from_(event)
        .select(event.name, event.party_type, event.party)
        .orderby(event.creation)
        .limit(limit)
        .run()
    )
    return Batch(tuple(r[0] for r in rows), tuple(dict.fromkeys((r[1], r[2]) for r in rows)))


def waiting(keys: Iterable[Key]) -> Batch:
    """The events waiting for these parties."""
    keys = set(keys)
    event = frappe.qb.DocType("Relationship Event")
    rows = (
        frappe.qb.from_(event)
        .select(event.name, event.party_type, event.party)
        .where(event.party.isin([party for _kind, party in keys]))
        .run()
    )
    mine = [r for r in rows if (r[1], r[2]) in keys]
    return Batch(tuple(r[0] for r in mine), tuple(dict.fromkeys((r[1], r[2]) for r in mine)))


def done(batch: Batch) -> None:
    """Remove events by name, each by a statement of its own.

    Never by time: a longer transaction may commit an older event later. Never by a list of names: where it names most
    of the rows MariaDB reads the whole table, waits for every sale under way and makes new ones wait.
    """
    for name in batch.names:
        frappe.db.sql("delete from `tabRelationship Event` where name = %s", (name,))


def count() -> int:
    """Events waiting in all."""
    return frappe.db.count("Relationship Event")
