"""From what was done to what is written into the ledger: on which line, how much of its unit, on which day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from frappe.utils import getdate

from relationship_crm.contracts.counted import Origin, origins
from relationship_crm.contracts.sources import ADJUSTMENT, Work
from relationship_crm.contracts.terms import HOURS, QUANTITY, Promise
from relationship_crm.contracts.units import HOUR, factor


@dataclass(frozen=True)
class Use:
    """A use of a line (a return where negative), in its unit; `detail` is the voucher's row."""

    line_key: str
    day: date
    qty: float
    detail: str = ""
    kind: str = "Use"
    item_code: str = ""
    employee: str = ""
    note: str = ""

    @property
    def same(self) -> tuple[str, date, int, str]:
        """What makes two uses of a voucher the same."""
        return self.line_key, self.day, round(self.qty * 1_000_000), self.detail


def quantity(work: Work, promise: Promise) -> float:
    """How much of a line's unit something done is; 0 where it cannot be told."""
    if work.counts == HOURS:
        hours = work.billable if promise.row.hours_counted == "Billable" else work.qty
        return hours * factor(HOUR, promise.uom or HOUR)
    if work.counts == QUANTITY:
        return work.qty * factor(work.uom, promise.uom or work.uom, work.item_code or None)
    return work.qty


def uses(
    works: Sequence[Work], promises: Mapping[str, Promise], returned: Mapping[str, Origin] | None = None
) -> list[Use]:
    """What is used by work that names its line. Work on lines that are not in `promises` is left out.

    What is returned is given back on the day it was delivered: it never was used.
    """
    if returned is None:
        returned = origins_of(works)
    found = []
    for work in works:
        promise = promises.get(work.line_key)
        qty = quantity(work, promise) if promise else 0.0
        if not qty:
            continue
        origin = returned.get(work.origin)
        found.append(
            Use(
                line_key=work.line_key,
                day=origin.day if origin else work.day,
                qty=qty,
                detail=work.detail,
                kind="Adjustment" if work.voucher_type == ADJUSTMENT else "Return" if qty < 0 else "Use",
                item_code=work.item_code,
                employee=work.employee,
                note=work.note,
            )
        )
    return found


def origins_of(works: Sequence[Work]) -> dict[str, Origin]:
    """Where the rows were counted that works return: a query for each kind of document."""
    found: dict[str, Origin] = {}
    for doctype in {work.voucher_type for work in works if work.origin}:
        found |= origins(doctype, [work.origin for work in works if work.voucher_type == doctype])
    return found


def of_entry(entry: Any) -> Use:
    """The use that an entry of the ledger tells of."""
    return Use(entry.line_key, getdate(entry.posting_date), entry.qty, entry.voucher_detail or "", entry.kind)
