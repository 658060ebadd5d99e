"""The key of a contract line: the first contract of the amendment chain and a number, e.g. SC-2026-0001/2.

Amendments copy it, so what was used stays with the promise; no number is given twice in a chain, nor to a copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe

if TYPE_CHECKING:
    from frappe.model.document import Document

LINE = "Service Contract Line"


def set_keys(doc: Document) -> None:
    """Give a key to every line that has none of its own chain."""
    root = root_of(doc)
    seen: set[str] = set()
    for line in doc.lines:
        if not _belongs(line.line_key, root) or line.line_key in seen:
            line.line_key = ""
        seen.add(line.line_key)
    missing = [line for line in doc.lines if not line.line_key]
    if not missing:
        return
    number = max([0, *(_number(key) for key in {*seen, *_given(root)} if key)])
    for line in missing:
        number += 1
        line.line_key = f"{root}/{number}"


def root_of(doc: Document) -> str:
    """The first contract of the amendment chain; its name need not exist any more."""
    if not doc.amended_from:
        return doc.name
    row = frappe.qb.DocType(LINE)
    query = frappe.qb.from_(row).select(row.line_key).where(row.parent == doc.amended_from)
    query = query.where((row.parenttype == doc.doctype) & (row.line_key != "")).limit(1)
    found = query.run(pluck=True)
    return found[0].rpartition("/")[0] if found else doc.amended_from


def keys_of(contract: str) -> list[str]:
    """Keys of a contract's lines."""
    row = frappe.qb.DocType(LINE)
    query = frappe.qb.from_(row).select(row.line_key).where(row.parent == contract)
    return query.where(row.parenttype == "Service Contract").orderby(row.idx).run(pluck=True)


def _given(root: str) -> list[str]:
    """Keys that lines of the chain have or had."""
    row = frappe.qb.DocType(LINE)
    pattern = root.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "/%"
    return frappe.qb.from_(row).select(row.line_key).where(row.line_key.like(pattern)).run(pluck=True)


def _belongs(key: str | None, root: str) -> bool:
    start, _slash, number = (key or "").rpartition("/")
    return start == root and number.isdigit()


def _number(key: str) -> int:
    number = key.rpartition("/")[2]
    return int(number) if number.isdigit() else 0
