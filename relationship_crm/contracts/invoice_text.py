"""What a contract's invoice says, in the customer's language: periods, and the entries behind overage."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, flt, formatdate

from relationship_crm.contracts.claims import Open, Quantity
from relationship_crm.contracts.terms import Promise

#: Entries that a row of the invoice lists; the attached file has all of them.
LISTED = 20
#: A cell that begins with one of these would be a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def number(quantity: Quantity) -> str:
    """A quantity without idle zeros."""
    return f"{float(quantity):.6f}".rstrip("0").rstrip(".")


def span(start: date, end: date, lang: str) -> str:
    """From one day to another."""
    if start == end:
        return formatdate(start)
    return _("{0} to {1}", lang=lang).format(formatdate(start), formatdate(end))


def scheduled(promise: Promise | None, one: Open, lang: str) -> str:
    """A row for a period, as HTML."""
    title = escape_html(promise.title if promise else one.line)
    days = span(one.start, one.end, lang)
    if one.amount < 0:
        text = _("{0}: credit for {1}", lang=lang).format(title, days)
    elif one.differs:
        text = _("{0}: difference for {1}", lang=lang).format(title, days)
    else:
        text = f"{title}: {days}"
    if not one.certain:
        text += "<br>" + _("By the last index published; a difference follows.", lang=lang)
    return text


def overage(
    promise: Promise | None, charged: Sequence[Open], entries: dict[str, frappe._dict], lang: str
) -> str:
    """A row for what was used beyond the contract, with the entries behind it, as HTML."""
    title = escape_html(promise.title if promise else charged[0].line)
    quantity, uom = number(sum(one.qty for one in charged)), escape_html(unit(promise, lang))
    days = span(min(one.start for one in charged), max(one.end for one in charged), lang)
    lines = [_("{0}: {1} {2} beyond the contract, {3}", lang=lang).format(title, quantity, uom, days)]
    for one in charged[:LISTED]:
        entry = entries.get(one.entry) or frappe._dict()
        voucher = " ".join(
            filter(None, (_(entry.voucher_type, lang=lang) if entry else "", entry.voucher_no))
        )
        parts = (
            formatdate(one.start),
            voucher,
            entry.note or entry.item_code,
            f"{number(one.qty)} {unit(promise, lang)}",
        )
        lines.append(escape_html(", ".join(part.strip() for part in parts if part and part.strip())))
    if len(charged) > LISTED:
        lines.append(_("and {0} more in the attached list", lang=lang).format(len(charged) - LISTED))
    return "<br>".join(lines)


def unit(promise: Promise | None, lang: str) -> str:
    """What a line counts."""
    if not promise:
        return ""
    return _(promise.uom or promise.counts, lang=lang)


def entries_of(charged: Sequence[Open]) -> dict[str, frappe._dict]:
    """The usage entries behind charges, by name."""
    names = sorted({one.entry for one in charged if one.entry})
    if not names:
        return {}
    entry = frappe.qb.DocType("Service Usage Entry")
    columns = ("name", "voucher_type", "voucher_no", "item_code", "employee", "note", "qty")
    query = frappe.qb.from_(entry).select(*(entry[column] for column in columns))
    return {row.name: row for row in query.where(entry.name.isin(names)).run(as_dict=True)}


def entries_csv(
    rows: Sequence[tuple[Promise | None, Sequence[Open]]],
    entries: dict[str, frappe._dict],
    currency: str,
    lang: str,
) -> bytes:
    """The entries behind an invoice's overage as a table for spreadsheets."""
    out = StringIO()
    table = csv.writer(out)
    table.writerow(
        [
            _("Date", lang=lang),
            _("Promise", lang=lang),
            _("Voucher", lang=lang),
            _("Item", lang=lang),
            _("Employee", lang=lang),
            _("Note", lang=lang),
            _("Unit", lang=lang),
            _("Used", lang=lang),
            _("Charged", lang=lang),
            _("Rate", lang=lang),
            _("Amount", lang=lang),
            _("Currency", lang=lang),
        ]
    )
    for promise, charged in rows:
        for one in charged:
            entry = entries.get(one.entry) or frappe._dict()
            words = (
                promise.title if promise else one.line,
                " ".join(filter(None, (_(entry.voucher_type or "", lang=lang), entry.voucher_no))),
                entry.item_code,
                entry.employee,
                entry.note,
                unit(promise, lang),
            )
            figures = (number(flt(entry.qty)), number(one.qty), number(one.rate), str(one.amount))
            table.writerow([str(one.start), *map(_plain, words), *figures, currency])
    # spreadsheets take a file without the mark for another encoding
    return out.getvalue().encode("utf-8-sig")


def _plain(text: Any) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = str(text or "")
    return f"'{text}" if text.startswith(FORMULA) else text
