"""Which column of which DocType a header of an export means.

ERPNext writes headers in three ways: Data Import's export ("Item Code (Items)": the label of the child table), the
report view's export ("Item Code (Sales Invoice Item)": the child DocType), and fieldnames where labels would clash.
Data Export writes several lines, with DocTypes and fieldnames among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    "referred by": "relationship_referred_by",  # fields of ours, where the app was installed before
    "first promised on": "relationship_promised_date",
    "tone": "relationship_tone",
    "tone: about": "relationship_tone_about",
    "tone: marked on": "relationship_tone_on",
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


def find_header(doctype: str, rows: Iterator[tuple[int, list[str]]]) -> tuple[list[str], list[Place | None]]:
    """The header of a file and the places of its columns; the rows stand at the first of the data afterwards."""
    _line, header = next(rows, (1, []))
    first = header[0].strip().lstrip("\ufeff") if header else ""
    if (
        first == "Column Labels:"
    ):  # Data Export without its other lines: who follows the first gap is not said
        gap = header.index("", 1) if "" in header[1:] else len(header)
        return header, [None, *read_header(doctype, header[1:gap]), *[None] * (len(header) - gap)]
    if any(cell.strip() for cell in header) and first not in ("Data Import Template", "DocType:"):
        return header, read_header(doctype, header)
    blocks = header if first == "DocType:" else []
    for _line, row in rows:
        title = row[0].strip() if row else ""
        if title == "DocType:":
            blocks = row
        elif title == "Column Labels:":
            header = row
        elif title == "Column Name:":
            places = _places_of_blocks(doctype, blocks, row)
        elif title == "Info:":
            return header, places
    return header, []


def _places_of_blocks(doctype: str, blocks: Sequence[str], names: Sequence[str]) -> list[Place | None]:
    """Places by Data Export's lines of DocTypes (at the first column of each) and fieldnames."""
    places: list[Place | None] = []
    for i, name in enumerate(names):
        if i and i < len(blocks) and blocks[i] in TABLES and name in ("name", "parent"):
            doctype = blocks[i]
        elif name == "name":  # a table of no interest
            doctype = ""
        places.append(Place(doctype, name) if i and doctype and name in columns_of(doctype) else None)
    return places


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
