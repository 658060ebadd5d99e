"""Documents find the contract line they are under, and use it: called by the document events in `overrides`.

Finding must never stop a document of ERPNext, except where somebody chose a line that cannot be; the overage rule may.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import strip_html

from relationship_crm.contracts import consent, ledger, sources, terms
from relationship_crm.contracts.deciding import Changed, Refused
from relationship_crm.contracts.explaining import note
from relationship_crm.contracts.fields import (
    AGREED,
    AGREED_BY,
    CHOICE,
    CHOSEN,
    CONTRACT,
    FOUND,
    LINE,
    NONE,
    NOTE,
    SHOWN_ONLY,
    WHOLE,
)
from relationship_crm.contracts.finding import Found, find, promises_for
from relationship_crm.contracts.matching import of_company
from relationship_crm.contracts.sources import Work
from relationship_crm.contracts.terms import QUANTITY, Promise
from relationship_crm.contracts.uses import uses
from relationship_crm.guard import letting


class NotTheirs(frappe.ValidationError):
    """A line was chosen that is no line of this customer, or does not count this kind of work."""


@letting(NotTheirs, frappe.PermissionError)
def match(doc: Any) -> None:
    """Before a document is stored: find its lines, or check the chosen ones; say why and what remains."""
    if doc.get(CHOICE) == NONE:
        doc.update({NOTE: None, AGREED: 0, AGREED_BY: None})
        _name(doc, [(row, None) for row in sources.rows_of(doc)])
        return
    choice = _choice(doc)
    _follow_head(doc)
    rows = sources.by_row(doc)
    works = [work for _row, work in rows]
    if not works:
        return
    same = _same_as_before(doc, works)
    if not (same and any(work.line_key for work in works)):
        promises = promises_for(works)
        found = _found(doc, choice, works, promises)
        _check(doc, choice, found)
        _write(doc, choice, rows, found, promises)
    if doc.get(AGREED) or doc.get(AGREED_BY):
        consent.check(doc, AGREED, AGREED_BY, managers(doc), same)


def _choice(doc: Any) -> str:
    """How the line comes about. A contract that is named without saying how was chosen by whoever named it."""
    if doc.get(CHOICE):
        return doc.get(CHOICE)
    return CHOSEN if doc.get(CONTRACT) or any(row.get(LINE) for row in sources.rows_of(doc)) else FOUND


def _follow_head(doc: Any) -> None:
    """Another contract was chosen above: the lines of the one before do not count any more."""
    before = doc.get_doc_before_save()
    if not before or not doc.get(CONTRACT) or before.get(CONTRACT) == doc.get(CONTRACT):
        return
    lines, rows = [row.get(LINE) for row in sources.rows_of(before)], sources.rows_of(doc)
    if [row.get(LINE) for row in rows] == lines:
        for row in rows:
            row.set(LINE, None)


def _same_as_before(doc: Any, works: Sequence[Work]) -> bool:
    """Whether the document asks for the same, on the same lines, as it did when it was stored last."""
    before = doc.get_doc_before_save()
    if not before or before.get(CHOICE) != doc.get(CHOICE) or before.get(CONTRACT) != doc.get(CONTRACT):
        return False
    return [_asked(work) for work in works] == [_asked(work) for work in sources.of(before)]


def _asked(work: Work) -> tuple[Any, ...]:
    return (*work.facts, work.line_key)


def _found(doc: Any, choice: str, works: Sequence[Work], promises: Sequence[Promise]) -> list[Found]:
    if choice == FOUND:
        return find(works, promises)
    if any(work.line_key for work in works):
        return find(works, promises, keep=True, search=False)
    return find(works, promises, within=doc.get(CONTRACT))


def _check(doc: Any, choice: str, found: Sequence[Found]) -> None:
    """A line that was chosen is one of the customer's, and counts such work."""
    if choice != CHOSEN:
        return
    for one in found:
        work, promise = one.work, one.promise
        if not work.line_key:
            continue
        if not promise or (work.customer and promise.head.customer != work.customer):
            told = _("{0} is no promise of a contract with {1}.").format(work.line_key, work.customer)
            frappe.throw(told, NotTheirs)
        if work.counts != promise.counts or not of_company(promise, work):
            told = _("{0} of {1} cannot be used by this document.").format(promise.title, promise.contract)
            frappe.throw(told, NotTheirs)
    if doc.get(CONTRACT) and not any(one.promise for one in found):
        frappe.throw(_("No promise of {0} fits.").format(doc.get(CONTRACT)), NotTheirs)


def _write(
    doc: Any,
    choice: str,
    rows: Sequence[tuple[Any, Work]],
    found: Sequence[Found],
    promises: Sequence[Promise],
) -> None:
    """Put contract, line and what there is to say into the document."""
    _name(doc, [(row, one.promise) for (row, _work), one in zip(rows, found, strict=True)])
    kinds = {promise.counts for promise in promises}
    # most of what is delivered is under no contract: nothing is said about that
    told = [one for one in found if one.promise or (one.work.counts in kinds and one.work.counts != QUANTITY)]
    doc.set(CHOICE, choice if told or choice == CHOSEN else None)
    doc.set(NOTE, note(told) or None)


def _name(doc: Any, named: Sequence[tuple[Any, Promise | None]]) -> None:
    """Name contract and line on rows; on a document with rows the contract, where it is one."""
    for row, promise in named:
        row.set(LINE, promise.key if promise else None)
        row.set(CONTRACT, promise.contract if promise else None)
    if doc.doctype not in WHOLE:
        contracts = {promise.contract for _row, promise in named if promise}
        doc.set(CONTRACT, contracts.pop() if len(contracts) == 1 else None)


def managers(doc: Any) -> list[str | None]:
    """Account managers of the contracts a document uses."""
    contracts = {row.get(CONTRACT) for row in sources.rows_of(doc) if row.get(CONTRACT)}
    names = {"name": ("in", sorted(contracts))}
    return (
        frappe.get_all("Service Contract", names, pluck="account_manager", order_by="name")
        if contracts
        else []
    )


@letting(Refused, Changed)
def use(doc: Any) -> None:
    """A document stands: write what it uses. Raises Refused by the rules of the lines."""
    works, before = _standing(doc), _standing(doc.get_doc_before_save())
    if not any(work.line_key for work in (*works, *before)) or [*map(_asked, works)] == [
        *map(_asked, before)
    ]:
        return
    promises = terms.of_lines(work.line_key for work in works)
    wanted = uses(works, promises)
    if doc.doctype in SHOWN_ONLY:
        ledger.check(wanted, promises, doc.get(AGREED_BY))
    else:
        ledger.sync(doc.doctype, doc.name, wanted, doc.get(AGREED_BY), promises)


def _standing(doc: Any) -> list[Work]:
    """What a document says was done, while it stands."""
    return sources.of(doc) if doc and sources.SOURCES[doc.doctype].live(doc) else []


@letting(Refused, Changed)
def release(doc: Any) -> None:
    """A document is cancelled or deleted: what it used is free again. A return that is cancelled is a use."""
    if doc.doctype not in SHOWN_ONLY and any(row.get(LINE) for row in sources.rows_of(doc)):
        ledger.sync(doc.doctype, doc.name, [], doc.get(AGREED_BY))


@letting(NotTheirs, frappe.PermissionError)
def move(doc: Any) -> None:
    """A submitted document is about to be changed: somebody may have moved it to another line, or agreed to overage."""
    before = doc.get_doc_before_save()
    if not before or (_named(before) == _named(doc) and before.get(AGREED) == doc.get(AGREED)):
        return
    if before.get(CHOICE) == doc.get(CHOICE) == FOUND:
        doc.set(CHOICE, CHOSEN)
    match.__wrapped__(doc)


def _named(doc: Any) -> list[Any]:
    """How a document names contract and lines."""
    rows = [(row.get(CONTRACT) or "", row.get(LINE) or "") for row in sources.rows_of(doc)]
    return [doc.get(CHOICE) or "", doc.get(CONTRACT) or "", *rows]


def receive(doc: Any) -> None:
    """The same as `use` for what a customer reports: a mail or a message from the portal is never turned away.

    Where nobody is there to be told, it stays without contract and says why.
    """
    try:
        use(doc)
    except Refused as refusal:
        if in_person():
            raise
        frappe.clear_last_message()
        # after the event: the document is stored already
        doc.db_set({LINE: None, CONTRACT: None, NOTE: strip_html(str(refusal))}, update_modified=False)


def in_person() -> bool:
    """Whether somebody at the desk waits for an answer: no background job, no customer in the portal."""
    user_type = frappe.get_cached_value("User", frappe.session.user, "user_type")
    return user_type == "System User" and not getattr(frappe.local, "job", None)
