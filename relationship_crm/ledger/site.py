"""The ledger of a Frappe site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
import frappe.utils

from relationship_crm.ledger.database import NOTHING, SequentialLedger
from relationship_crm.ledger.dialect import Dialect, Rendered


def bound(rendered: Rendered, arguments: dict[str, Any]) -> dict[str, Any]:
    """The values of a query's placeholders; an empty list matches nothing."""
    values = dict(rendered.values)
    for name in rendered.arguments:
        values[name] = arguments[name]
    for name in rendered.lists:
        values[name] = tuple(arguments[name]) or (NOTHING,)
    return values


class SiteLedger(SequentialLedger):
    """ERPNext's own tables, read through Frappe's connection (permissions are the caller's business)."""

    dialect = Dialect.MARIADB
    packs = True

    def __init__(self) -> None:
        self.count = 0

    def has(self, doctype: str, column: str | None = None) -> bool:
        if not frappe.db.table_exists(doctype):
            return False
        return column is None or frappe.db.has_column(doctype, column)

    def rows(self, rendered: Rendered, arguments: dict[str, Any]) -> tuple[tuple, ...]:
        self.count += 1
        return frappe.db.sql(rendered.sql, bound(rendered, arguments))

    def replace_yardsticks(self, rows: Iterable[tuple[str, str, int, float]]) -> None:
        """Put population figures (kind, segment, month, value) in place of those of the same kinds."""
        rows = list(rows)
        if not rows:
            return
        yardstick = frappe.qb.DocType("Relationship Yardstick")
        kinds = sorted({row[0] for row in rows})
        frappe.qb.from_(yardstick).delete().where(yardstick.kind.isin(kinds)).run()
        now, user = frappe.utils.now(), frappe.session.user
        stamps = ["name", "creation", "modified", "owner", "modified_by"]
        frappe.db.bulk_insert(
            "Relationship Yardstick",
            [*stamps, "kind", "segment", "month", "value"],
            [(frappe.generate_hash(length=16), now, now, user, user, *row) for row in rows],
            chunk_size=2000,
        )
