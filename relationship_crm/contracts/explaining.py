"""What is said about a match: which line, why, and what remains of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from frappe import _
from frappe.utils import formatdate

from relationship_crm.contracts import matching
from relationship_crm.contracts.finding import Found, Standing
from relationship_crm.contracts.rules import LineState, in_words, may_use
from relationship_crm.contracts.terms import Promise


def note(found: Sequence[Found]) -> str:
    """A sentence for each line that a document uses, with the sum of what its rows ask for; plain text."""
    by_line: dict[str, list[Found]] = {}
    for one in found:
        if one.promise:
            by_line.setdefault(one.promise.key, []).append(one)
    told = [sentence(rows) for rows in by_line.values()]
    if any(not one.promise for one in found):
        told.append(
            _("Some rows fit no promise.") if told else _("No promise of the customer's contracts fits.")
        )
    return "\n".join(told)


def sentence(rows: Sequence[Found]) -> str:
    """Line, reason and what remains, e.g. "Support hours (SC-2026-0001): … 3.5 of 20 Hour are left until 14 April 2026."."""
    first = rows[0]
    promise = first.promise
    words = [f"{promise.title} ({promise.contract}):", f"{reason(first)};", remains(promise, first.standing)]
    asked = sum(row.qty for row in rows)
    if promise.limited and asked:
        # on a submitted document it would be read as what is left after it
        takes = _("This takes {0}.") if asked > 0 else _("This gives back {0}.")
        words.append(takes.format(number(abs(asked))))
    if first.standing and not first.origin and promise.limited and asked > first.standing.left:
        decision = may_use(
            LineState(first.standing.left, first.standing.until is not None), asked, promise.rule
        )
        words.append(in_words(decision, unit(promise), _))
    return " ".join(words)


def reason(found: Found) -> str:
    """Why it is this line."""
    if found.origin:
        return _("returned to where it was counted")
    if not found.match:
        return _("chosen")
    grade, work, promise = found.match.grade, found.work, found.promise
    if grade.equipment == matching.SERIAL:
        return _("serial number {0} is covered").format(", ".join(work.serials))
    if grade.equipment == matching.COVERED:
        return _("{0} is covered").format(", ".join(work.items))
    if grade.item == matching.ITEM:
        return _("{0} is promised").format(promise.row.item_code)
    if grade.item == matching.GROUP:
        return _("{0} is promised").format(promise.row.item_group)
    if grade.project == matching.SAME_PROJECT:
        return _("the contract is for this project")
    return _("in force on {0}").format(formatdate(work.day))


def remains(promise: Promise, standing: Standing | None) -> str:
    """What is left of a line and until when."""
    if not standing or standing.until is None:
        return _("not in force on that day.")
    if not math.isfinite(standing.left):
        return _("unlimited until {0}.").format(formatdate(standing.until))
    return _("{0} of {1} {2} are left until {3}.").format(
        number(standing.left), number(standing.available), unit(promise), formatdate(standing.until)
    )


def unit(promise: Promise) -> str:
    """The unit of a line as people read it."""
    return _(promise.uom) if promise.uom else _(promise.counts)


def number(quantity: float) -> str:
    """A quantity without needless zeros."""
    return f"{round(quantity, 3):g}"
