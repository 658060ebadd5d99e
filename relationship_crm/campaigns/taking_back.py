"""What a step wrote, so that it can be taken back: columns of rows as they were, and rows that it made.

What others have changed since stays as they made it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import frappe

from relationship_crm.assessment.bulk import read_rows

#: DocType, name, columns.
Place = tuple[str, str, tuple[str, ...]]


class Kept:
    """What rows were before a step, and are after it."""

    def __init__(self, by: str) -> None:
        #: Who takes the step.
        self.by = by
        self._before: dict[Place, list[Any]] = {}
        self._after: dict[Place, list[Any]] = {}
        self._made: list[tuple[str, str]] = []

    def keep(self, doctype: str, name: str, columns: Sequence[str]) -> None:
        """Remember columns of a row as they are now."""
        self._before.update(self._read(doctype, [name], columns))

    def keep_where(self, doctype: str, filters: dict[str, Any], columns: Sequence[str]) -> None:
        """The same of all rows that fit the filters."""
        # rows the step itself writes to, whoever takes it
        names = frappe.get_all(doctype, filters, pluck="name", order_by="name")
        self._before.update(self._read(doctype, names, columns))

    def made(self, doctype: str, *names: str) -> None:
        """Remember rows that the step made; those that were there before were changed at most."""
        there = {(kind, name) for kind, name, _columns in self._before}
        self._made += [(doctype, name) for name in names if (doctype, name) not in there]

    def as_json(self) -> str:
        """All of it with the rows as they are now, after the step."""
        rows = []
        for doctype, columns, names in self._groups():
            now = self._read(doctype, names, columns)
            for name in names:
                place = (doctype, name, columns)
                rows.append([doctype, name, columns, self._before[place], now.get(place)])
        return json.dumps({"by": self.by, "rows": rows, "made": self._made})

    @classmethod
    def from_json(cls, text: str) -> Kept:
        """What `as_json` wrote."""
        told = json.loads(text)
        kept = cls(told["by"])
        for doctype, name, columns, before, after in told["rows"]:
            place = (doctype, name, tuple(columns))
            kept._before[place], kept._after[place] = before, after
        kept._made = [(doctype, name) for doctype, name in told["made"]]
        return kept

    def restore(self) -> None:
        """Take the step back: what it made goes, what it changed is as before, column by column."""
        for doctype, name in self._made:
            if frappe.db.exists(doctype, name):
                # who may take the step back may take all of it back
                frappe.delete_doc(doctype, name, ignore_permissions=True, force=True)
        for doctype, columns, names in self._groups():
            now = self._read(doctype, names, columns)
            for name in names:
                place = (doctype, name, columns)
                if place in now:
                    self._put_back(place, now[place])

    def _put_back(self, place: Place, now: list[Any]) -> None:
        doctype, name, columns = place
        before, after = self._before[place], self._after.get(place) or [None] * len(columns)
        values = {
            column: was
            for column, was, left, found in zip(columns, before, after, now, strict=True)
            if was != left and found == left
        }
        if values:
            frappe.db.set_value(doctype, name, values)

    def _groups(self) -> Iterable[tuple[str, tuple[str, ...], list[str]]]:
        groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for doctype, name, columns in self._before:
            groups.setdefault((doctype, columns), []).append(name)
        return [(doctype, columns, names) for (doctype, columns), names in groups.items()]

    @staticmethod
    def _read(doctype: str, names: Iterable[str], columns: Sequence[str]) -> dict[Place, list[Any]]:
        columns = tuple(columns)
        rows = read_rows(doctype, ("name", *columns), "name", names)
        return {(doctype, row[0], columns): [_plain(value) for value in row[1:]] for row in rows}


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value if value is None or isinstance(value, int | float | str) else str(value)
