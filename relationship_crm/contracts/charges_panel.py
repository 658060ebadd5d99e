"""What the form of a contract shows of its charges: what was charged on which invoice, what is due, what comes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate

from relationship_crm.contracts import owing
from relationship_crm.contracts.claims import OVERAGE, Claim, Open
from relationship_crm.contracts.linked_billing import LINKS
from relationship_crm.contracts.owing import Standing

#: What a row of the panel is.
BILLED, DRAFTED, DUE, COLLECTED_LATER, PLANNED, DIFFERS = (
    "Billed",
    "Drafted",
    "Due",
    "Collected Later",
    "Planned",
    "Differs From a Draft",
)
INVOICE = "Sales Invoice"


def panel(contract: Any, today: date | None = None) -> dict[str, Any]:
    """Rows of the panel in the order of days, sums, and what may be done. A draft shows the schedule as it would be."""
    day = getdate(today)
    standing = (
        owing.of_document(contract)
        if contract.docstatus == 0
        else owing.read([contract.name]).get(contract.name)
    )
    if not standing:
        return {"rows": [], "currency": contract.currency, "billing": contract.billing}
    now = {id(one) for one in standing.due(day, now=True)} if contract.docstatus == 1 else set()
    rows = [*_charged(standing), *_open(standing, day, now), *_linked(contract)]
    rows.sort(key=lambda row: (str(row["start"]), row["title"], row["kind"]))
    due = [row["amount"] for row in rows if row["status"] == DUE]
    return {
        "billing": contract.billing,
        "currency": standing.head.currency,
        "rows": rows,
        "charged": sum(row["amount"] for row in rows if row["status"] == BILLED),
        "drafted": sum(row["amount"] for row in rows if row["status"] == DRAFTED),
        "due": sum(amount for amount in due if amount > 0),
        "credit": -sum(amount for amount in due if amount < 0),
        "planned": sum(row["amount"] for row in rows if row["status"] == PLANNED),
        "next": min((row["due_on"] for row in rows if row["status"] == PLANNED), default=None),
        "notes": _notes(contract, standing),
    }


def _charged(standing: Standing) -> list[dict[str, Any]]:
    """What stands on invoices, by their rows."""
    rows: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in standing.claims:
        rows[claim.invoice, claim.row].append(claim)
    return [
        _row(
            standing,
            own,
            DRAFTED if own[0].drafted else BILLED,
            own[0].due_on,
            invoice=invoice,
        )
        for (invoice, _row_key), own in rows.items()
    ]


def _open(standing: Standing, day: date, now: set[int]) -> list[dict[str, Any]]:
    """What is to be charged: a row for each period, and one for the entries of a line."""
    found = []
    for one in standing.scheduled:
        due_on = max(day, one.due_on) if one.differs else one.due_on
        found.append(_row(standing, [one], _status(one, now), due_on))
    entries: dict[tuple[str, str], list[Open]] = defaultdict(list)
    for one in standing.overage:
        entries[one.line, _status(one, now)].append(one)
    later = next((end for _start, end in standing.collecting.periods if end >= day), standing.last)
    for (_line, status), own in entries.items():
        if sum(one.amount for one in own):
            waits = status == PLANNED
            due_on = later if waits else standing.collecting.on(day) or day
            found.append(_row(standing, own, COLLECTED_LATER if waits else status, due_on))
    return found


def _status(one: Open, now: set[int]) -> str:
    if one.drafted:
        return DIFFERS
    return DUE if id(one) in now else PLANNED


def _row(
    standing: Standing, own: list[Any], status: str, due_on: date, invoice: str | None = None
) -> dict[str, Any]:
    first = own[0]
    promise = standing.promises.get(first.line)
    return {
        "title": promise.title if promise else first.line,
        "kind": first.kind,
        "start": min(one.start for one in own),
        "end": max(one.end for one in own),
        "due_on": due_on,
        "qty": float(sum(one.qty for one in own)) if first.kind == OVERAGE else None,
        "uom": promise.uom or promise.counts if promise and first.kind == OVERAGE else None,
        "amount": float(sum(one.amount for one in own)),
        "status": status,
        "certain": all(getattr(one, "certain", True) for one in own),
        "invoice": invoice,
    }


def _linked(contract: Any) -> list[dict[str, Any]]:
    """Invoices of the contract's subscription or repeated invoice."""
    found = []
    for field in LINKS:
        if not contract.get(field):
            continue
        columns = ["name", "posting_date", "from_date", "to_date", "net_total", "docstatus"]
        filters = {field: contract.get(field), "docstatus": ("<", 2)}
        for row in frappe.get_all(
            INVOICE, filters=filters, fields=columns, order_by="posting_date asc, name asc"
        ):
            found.append(
                {
                    "title": contract.get(field),
                    "kind": LINKS[field],
                    "start": row.from_date or row.posting_date,
                    "end": row.to_date or row.posting_date,
                    "due_on": row.posting_date,
                    "amount": flt(row.net_total),
                    "status": BILLED if row.docstatus == 1 else DRAFTED,
                    "certain": True,
                    "invoice": row.name,
                }
            )
    return found


def _notes(contract: Any, standing: Standing) -> list[str]:
    """What somebody has to look at."""
    notes = []
    drafts = sorted({one.invoice for one in (*standing.scheduled, *standing.overage) if one.drafted})
    if drafts:
        notes.append(
            _(
                "{0} does not charge what is owed by now. Delete the draft and it is made anew, or submit it and the difference follows."
            ).format(", ".join(drafts))
        )
    if contract.get("subscription"):
        columns = ("status", "end_date", "cancelation_date", "cancel_at_period_end")
        row = frappe.db.get_value("Subscription", contract.subscription, columns, as_dict=True)
        ends = row and (row.cancelation_date or row.end_date)
        if row and not row.cancel_at_period_end and (not ends or getdate(ends) > standing.last):
            notes.append(_("The subscription goes on after the contract's last day."))
    return notes
