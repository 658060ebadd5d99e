"""An amendment: what changed from which day on, and what has to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import flt, formatdate, getdate

from relationship_crm.contracts import terms
from relationship_crm.contracts.explaining import number, unit
from relationship_crm.contracts.rules import Rule
from relationship_crm.contracts.usage import book

if TYPE_CHECKING:
    from frappe.model.document import Document

CONTRACT = "Service Contract"


def set_changes(doc: Document) -> None:
    """Rows of changes: those of the contract before, and quantities that differ from it from `changes_from` on.

    Without a day the amendment corrects: a quantity that was changed before is corrected from when it was agreed. Worked out
    anew at every save of the draft.
    """
    before: Any = frappe.get_doc(CONTRACT, doc.amended_from) if doc.amended_from else None
    kept = {line.line_key: line for line in doc.lines}
    rows = [_row(row) for row in (before.changes if before else ()) if row.line_key in kept]
    for old in before.lines if before else ():
        line = kept.get(old.line_key)
        if line is None or flt(line.included_qty) == flt(old.included_qty):
            continue
        earlier = [row for row in rows if row["line_key"] == line.line_key]
        if not doc.changes_from:
            if earlier:
                earlier[-1]["included_qty"] = line.included_qty
            continue
        day = getdate(doc.changes_from)
        if earlier and earlier[-1]["from_date"] > day:
            frappe.throw(
                _(
                    "Row {0}: the quantity was changed from {1} already; another change has to count from then or later."
                ).format(line.idx, formatdate(earlier[-1]["from_date"]))
            )
        if earlier and earlier[-1]["from_date"] == day:
            earlier[-1]["included_qty"] = line.included_qty
            continue
        rows.append(
            {
                "line_key": line.line_key,
                "line_title": line.line_title,
                "from_date": day,
                "included_before": old.included_qty,
                "included_qty": line.included_qty,
            }
        )
    doc.set("changes", rows)


def _row(row: Any) -> dict[str, Any]:
    columns = ("line_key", "line_title", "included_before", "included_qty")
    return {**{column: row.get(column) for column in columns}, "from_date": getdate(row.from_date)}


def check(doc: Document) -> None:
    """An amendment keeps the customer and what was used: it neither drops a used line nor counts it otherwise, nor takes away
    more of a line that stops than is left of it."""
    before: Any = frappe.get_doc(CONTRACT, doc.amended_from)
    for field in ("customer", "company"):
        if doc.get(field) != before.get(field):
            frappe.throw(_("{0} stays the same in an amendment.").format(_(doc.meta.get_label(field))))
    old = book(terms.of_document(before))
    used = {old.promises[at].key for at in set(old.usage.line.tolist())}
    kept = {line.line_key: line for line in doc.lines}
    for line in before.lines:
        if line.line_key not in used:
            continue
        now = kept.get(line.line_key)
        if not now:
            frappe.throw(_("{0} was used: end it by a date instead of removing it.").format(line.line_title))
        if (line.counts, line.uom or "") != (now.counts, now.uom or ""):
            frappe.throw(
                _("Row {0}: {1} was used already and stays in its unit.").format(now.idx, line.line_title)
            )
    beyond = dict(zip((promise.key for promise in old.promises), old.overage, strict=True))
    new = book(terms.of_document(doc))
    for promise, overage in zip(new.promises, new.overage, strict=True):
        more = overage - beyond.get(promise.key, 0.0)
        if promise.rule is Rule.STOP and more > 0:
            frappe.throw(
                _("{0}: {1} {2} of it were used already and would not be included any more.").format(
                    promise.title, number(more), unit(promise)
                )
            )
