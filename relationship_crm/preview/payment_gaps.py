"""Payments that an export does not hold: without them, invoices that were paid would look unpaid."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from relationship_crm.preview.book import Book

#: Invoices due so long before the first payment of the whole company were hardly all left unpaid.
LONG_BEFORE = timedelta(days=60)
#: So many of them make it sure; fewer may be odd ones.
ENOUGH = 3
#: Open amounts that differ by less are rounding: ERPNext settles the rounded total.
ROUNDING = 1.0


def leave_out_unknown_payments(book: Book, notes: list[str]) -> None:
    """Take invoices out of the receivables ledger whose payments the files do not hold, and say so.

    Two signs: the payments begin long after the invoices, so that those of the time before are missing; or ERPNext's own
    *Outstanding Amount* of an invoice is less than what the files leave open.
    """
    entries = book.rows.get("Payment Ledger Entry")
    invoices = {row["name"]: row for row in book.rows.get("Sales Invoice", ()) if _is_bill(row)}
    if not entries or not invoices:
        return
    left = _open_amounts(entries, invoices)
    settled = {name for name, amount in left.items() if _settled_elsewhere(invoices[name], amount)}
    first = _first_payment(book, entries)
    before: set[str] = set()
    if first and _begins_late(first, left, invoices, settled):
        before = {name for name in left if invoices[name]["posting_date"] < first}
        notes.append(
            f"The payments begin on {first}, the invoices earlier: {len(before)} invoices from before that day are left out "
            "of what is said about payments, or those that were paid meanwhile would look unpaid. Export the payments from "
            "the first invoice on."
        )
    if settled - before:
        notes.append(
            f"{len(settled - before)} invoices are settled by their Outstanding Amount, and no file says by what: they are "
            "left out of what is said about payments."
        )
    gone = before | settled
    if gone:
        book.rows["Payment Ledger Entry"] = [r for r in entries if r.get("against_voucher_no") not in gone]


def _is_bill(invoice: dict[str, Any]) -> bool:
    return (
        invoice.get("docstatus") == 1 and not invoice.get("is_return") and bool(invoice.get("posting_date"))
    )


def _open_amounts(entries: list[dict[str, Any]], invoices: dict[str, Any]) -> dict[str, float]:
    """What the ledger leaves open of each invoice, in the invoice's own currency."""
    left: dict[str, float] = defaultdict(float)
    for row in entries:
        if row.get("against_voucher_no") in invoices and not row.get("delinked"):
            left[row["against_voucher_no"]] += row.get("amount_in_account_currency") or 0
    return left


def _settled_elsewhere(invoice: dict[str, Any], left: float) -> bool:
    outstanding = invoice.get("outstanding_amount")
    return outstanding is not None and left - outstanding > ROUNDING


def _first_payment(book: Book, entries: list[dict[str, Any]]) -> date | None:
    """The day of the first payment that the files hold; journals where there are no payments."""
    days: dict[str, list[date]] = {"Payment Entry": [], "Journal Entry": []}
    named = defaultdict(set)
    for row in entries:
        named[row.get("voucher_type")].add(row.get("voucher_no"))
    for doctype, found in days.items():
        rows = book.rows.get(doctype, ())
        found += [r["posting_date"] for r in rows if r["name"] in named[doctype] and r.get("posting_date")]
    found = days["Payment Entry"] or days["Journal Entry"]
    return min(found, default=None)


def _begins_late(first: date, left: dict[str, float], invoices: dict[str, Any], settled: set[str]) -> bool:
    """Whether many invoices were due long before the first payment and are still open in the files.

    Where ERPNext tells what is outstanding, only those count that it takes for settled.
    """
    told = any(invoices[name].get("outstanding_amount") is not None for name in left)
    suspects = settled if told else {name for name, amount in left.items() if amount > ROUNDING}
    long_due = [n for n in suspects if (invoices[n].get("due_date") or first) < first - LONG_BEFORE]
    return len(long_due) >= ENOUGH
