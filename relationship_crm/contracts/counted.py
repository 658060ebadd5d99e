"""What standing documents count on lines, from the database alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import frappe
from frappe.utils import getdate

from relationship_crm.contracts.fields import CONTRACT, LINE
from relationship_crm.contracts.sources import ADJUSTMENT, SOURCES, Source, Work


@dataclass(frozen=True)
class Origin:
    """Where something returned was counted when it was delivered."""

    line_key: str
    contract: str
    day: date


def origins(doctype: str, rows: Sequence[str]) -> dict[str, Origin]:
    """Lines and days of delivered rows by name; those under no contract are missing."""
    source = SOURCES[doctype]
    wanted = sorted({row for row in rows if row})
    if not wanted:
        return {}
    head, row = frappe.qb.DocType(doctype), frappe.qb.DocType(source.child)
    query = (
        frappe.qb.from_(row)
        .join(head)
        .on(head.name == row.parent)
        .select(row.name, row[LINE], row[CONTRACT], head[source.day])
        .where(row.name.isin(wanted) & (row[LINE] != ""))
    )
    return {name: Origin(key, contract or "", getdate(day)) for name, key, contract, day in query.run()}


def counted_on(keys: Sequence[str]) -> list[Work]:
    """All that standing documents count on lines, from the documents alone: a query for each kind of document."""
    found: list[Work] = []
    for source in SOURCES.values():
        if source.counted and keys:
            found += _counted(source, sorted(set(keys)))
    return found


def _counted(source: Source, keys: Sequence[str]) -> list[Work]:
    head = frappe.qb.DocType(source.doctype)
    named = LINE if source.doctype != ADJUSTMENT else "line_key"
    columns = [head.name.as_("head_name"), head.docstatus.as_("head_docstatus")]
    columns += [head[column].as_(f"head_{column}") for column in source.columns]
    if source.child:
        row = frappe.qb.DocType(source.child)
        query = frappe.qb.from_(row).join(head).on(head.name == row.parent)
        query = query.select(
            row.name, row[LINE], row[CONTRACT], *(row[column] for column in source.child_columns)
        )
        query = query.where((row.parenttype == source.doctype) & row[LINE].isin(keys)).orderby(
            row.parent, row.idx
        )
    else:
        query = frappe.qb.from_(head).where(head[named].isin(keys)).orderby(head.name)
        if source.doctype != ADJUSTMENT:
            query = query.select(head[LINE], head[CONTRACT])
    works = []
    for record in query.select(*columns).run(as_dict=True):
        outer = frappe._dict({k[5:]: v for k, v in record.items() if k.startswith("head_")})
        if not source.child:
            outer.update({k: v for k, v in record.items() if not k.startswith("head_")})
        if source.live(outer):
            work = source.work(outer, record if source.child else outer)
            works += [work] if work else []
    return works
