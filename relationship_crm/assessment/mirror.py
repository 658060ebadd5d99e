"""The stage on the party's own record, so that lists, filters and conditions of ERPNext can use it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import frappe
from pypika import MySQLQuery, Table
from pypika.terms import FormatParameter

from relationship_crm.ledger.dialect import column

FIELDS = {
    "relationship_stage": "stage_name",
    "relationship_rung": "rung",
    "relationship_composite": "composite",
    "relationship_dissolution": "dissolution",
}


def update(relationships: Iterable[Sequence[str]]) -> int:
    """Copy stage, rung, composite and flag to Customer, Lead and Prospect where they differ; how many.

    `relationships` are (name of the relationship, party type, party). `modified` stays: nothing the user owns changed,
    and a form that is open may still be saved.
    """
    by_type: dict[str, list[str]] = {}
    for name, party_type, _party in relationships:
        by_type.setdefault(party_type, []).append(name)
    return sum(_update(party_type, names) for party_type, names in by_type.items())


def _update(party_type: str, names: list[str]) -> int:
    party, relationship = frappe.qb.DocType(party_type), frappe.qb.DocType("Relationship")
    link = relationship[party_type.lower()]
    rows = (
        frappe.qb.from_(relationship)
        .join(party)
        .on(party.name == link)
        .select(party.name, *[party[f] for f in FIELDS], *[relationship[f] for f in FIELDS.values()])
        .where(relationship.name.isin(names))
        .run()
    )
    changed = []
    for name, stage, rung, composite, flag, *now in rows:
        if (stage or "", rung or 0, round(float(composite or 0), 1), flag or 0) != (
            now[0] or "",
            now[1] or 0,
            round(float(now[2] or 0), 1),
            now[3] or 0,
        ):
            changed.append((name, now))
    # row by row: for a list of most of the names MariaDB would read, and lock, the parties of everybody
    for name, now in sorted(changed):
        frappe.db.sql(_statement(party_type), (*now, name))
        frappe.clear_document_cache(party_type, name)
    return len(changed)


@lru_cache(maxsize=8)
def _statement(party_type: str) -> str:
    party = Table(f"tab{party_type}")
    statement = MySQLQuery.update(party)
    for field in FIELDS:
        statement = statement.set(column(party, field), FormatParameter())
    return statement.where(party.name == FormatParameter()).get_sql()
