"""Which column of which DocType a header of an export means.

ERPNext writes headers in three ways: Data Import's export ("Item Code (Items)": the label of the child table), the
report view's export ("Item Code (Sales Invoice Item)": the child DocType), and fieldnames where labels would clash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relationship_crm.preview.labels import CHILD_TABLES, LABELS
from relationship_crm.preview.tables import TABLES
from relationship_crm.preview.text import scrub

#: Labels every DocType has; "ID" is ERPNext's label of the name.
COMMON = {
    "id": "name",
    "name": "name",
    "created on": "creation",
    "last updated on": "modified",
    "last modified on": "modified",
    "document status": "docstatus",
    "parent": "parent",
    "parenttype": "parenttype",
    "parent type": "parenttype",
    "no.": "idx",
    "no": "idx",
    "index": "idx",
}


@dataclass(frozen=True)
class Place:
    """Where a cell goes: a DocType and one of its columns."""

    doctype: str
    column: str


def columns_of(doctype: str) -> set[str]:
    """The columns the ledger keeps of a DocType and those other columns can be worked out from."""
    return set(TABLES[doctype])


def column_for(doctype: str, text: str) -> str | None:
    """The column a label or fieldname means, None for one the ledger does not read."""
    text = text.strip()
    known = columns_of(doctype)
    if text in known:
        return text
    lowered = text.lower()
    # ERPNext calls a child row's own link to its parent differently from a field of that name
    if lowered == "name" and LABELS.get(doctype, {}).get(lowered):
        return LABELS[doctype][lowered]
    for found in (LABELS.get(doctype, {}).get(lowered), COMMON.get(lowered), scrub(text)):
        if found in known:
            return found
    return None


def read_header(doctype: str, header: Sequence[str]) -> list[Place | None]:
    """The place of every column of a file; None where the ledger does not need it."""
    children: Mapping[str, tuple[str, str]] = CHILD_TABLES.get(doctype, {})
    places: list[Place | None] = []
    for text in header:
        places.append(_place(doctype, text.strip().lstrip("\ufeff"), children))
    return places


def _place(doctype: str, text: str, children: Mapping[str, tuple[str, str]]) -> Place | None:
    column = column_for(doctype, text)
    if column:
        return Place(doctype, column)
    if text.endswith(")") and " (" in text:
        label, _, inside = text[:-1].rpartition(" (")
        for child, (table_label, _field) in children.items():
            if inside in (table_label, child):
                return _in(child, label)
    table, dot, name = text.partition(".")
    if dot:
        for child, (_label, field) in children.items():
            if table in (field, child):
                return _in(child, name)
    return None


def _in(doctype: str, text: str) -> Place | None:
    column = column_for(doctype, text)
    return Place(doctype, column) if column else None
