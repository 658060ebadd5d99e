"""The stage on the party's own record, so that lists, filters and conditions of ERPNext can use it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import frappe
from pypika import MySQLQuery, Table
from pypika.terms import FormatParameter

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.ledger.dialect import column

FIELDS = ("relationship_stage", "relationship_rung", "relationship_composite", "relationship_dissolution")


def update(present: Iterable[tuple[str, str, str, int, float, int]]) -> int:
    """Copy stage, rung, composite and flag to Customer, Lead and Prospect where they differ; how many.

    `present` are (party type, party, and the values in the order of `FIELDS`). `modified` stays: nothing the user owns
    changed, and a form that is open may still be saved.
    """
    by_type: dict[str, list[tuple]] = {}
    for party_type, *values in present:
        by_type.setdefault(party_type, []).append(tuple(values))
    return sum(_update(party_type, rows) for party_type, rows in by_type.items())


def _update(party_type: str, now: list[tuple]) -> int:
    shown = {row[0]: row for row in read_rows(party_type, ("name", *FIELDS), "name", [row[0] for row in now])}
    changed = [row for row in now if row[0] in shown and _plain(row) != _plain(shown[row[0]])]
    # row by row: for a list of most of the names MariaDB would read, and lock, the parties of everybody
    for party, *values in sorted(changed, key=lambda row: row[0]):
        frappe.db.sql(_statement(party_type), (*values, party))
        frappe.clear_document_cache(party_type, party)
    return len(changed)


def _plain(row: Sequence[Any]) -> tuple[str, int, float, int]:
    """What a row of party, stage, rung, composite and flag shows; Frappe keeps "not set" in several ways."""
    _party, stage, rung, composite, flag = row
    return stage or "", rung or 0, round(float(composite or 0), 1), flag or 0


@lru_cache(maxsize=8)
def _statement(party_type: str) -> str:
    party = Table(f"tab{party_type}")
    statement = MySQLQuery.update(party)
    for field in FIELDS:
        statement = statement.set(column(party, field), FormatParameter())
    return statement.where(party.name == FormatParameter()).get_sql()
