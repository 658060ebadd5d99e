"""What the rules of the lines say to uses that are about to be written, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import frappe
from frappe import _
from frappe.utils import escape_html, getdate

from relationship_crm.contracts import usage
from relationship_crm.contracts.explaining import unit
from relationship_crm.contracts.rules import Decision, Reason, in_words, may_use, state_of
from relationship_crm.contracts.terms import Promise
from relationship_crm.contracts.uses import Use, of_entry


class Refused(frappe.ValidationError):
    """The rule of a line does not allow a use."""


class Changed(frappe.ValidationError):
    """Somebody else used or changed the contract while the document was worked on; it may be tried again."""


def decide(
    gone: Sequence[frappe._dict],
    new: Sequence[Use],
    promises: Mapping[str, Promise],
    late: Sequence[frappe._dict],
    agreed_by: str | None,
) -> None:
    """Refuse what the rules of the lines refuse. Raises Refused.

    A return is never refused; cancelling one is a use. What vanishes makes room first.
    """
    asking = [use for use in new if use.qty > 0]
    undone = [entry for entry in gone if entry.qty < 0 and entry.line_key in promises]
    if not asking and not undone:
        return
    entries = _entries({use.line_key for use in asking} | {entry.line_key for entry in undone}, late)
    for use in map(of_entry, gone):
        if use.qty > 0 and use.line_key in entries:
            entries[use.line_key].remove((use.day, use.qty))
    for use in new:
        if use.qty <= 0 and use.line_key in entries:
            entries[use.line_key].append((use.day, use.qty))
    refused = []
    for use in [*(_undoing(entry) for entry in undone), *sorted(asking, key=lambda use: use.day)]:
        promise = promises[use.line_key]
        state = state_of(promise.line, entries[use.line_key], use.day)
        decision = may_use(state, use.qty, promise.rule, bool(agreed_by))
        entries[use.line_key].append((use.day, use.qty))
        if not decision.allowed:
            refused.append((promise, decision))
    if refused:
        _refuse(refused)


def _undoing(entry: frappe._dict) -> Use:
    """To take back what was given back is to use it."""
    use = of_entry(entry)
    return replace(use, qty=-use.qty)


def _entries(keys: set[str], late: Sequence[frappe._dict]) -> dict[str, list[tuple[date, float]]]:
    """Day and quantity of the entries of lines that stand, with what others wrote meanwhile."""
    found: dict[str, list[tuple[date, float]]] = {key: [] for key in keys}
    reversed_ = {entry.reversal_of for entry in late if entry.reversal_of}
    for name, key, day, qty in usage.entries(sorted(keys)):
        if name not in reversed_ and key in found:
            found[key].append((getdate(day), qty))
    for entry in late:
        if not entry.is_cancelled and entry.line_key in found:
            found[entry.line_key].append((getdate(entry.posting_date), entry.qty))
    return found


def _refuse(refused: Sequence[tuple[Promise, Decision]]) -> None:
    """Say what is left and what was asked for, once a line. Raises Refused."""
    told = {}
    for promise, decision in refused:
        words = in_words(decision, unit(promise), _)
        told.setdefault(
            promise.key, f"<b>{escape_html(promise.title)}</b> ({escape_html(promise.contract)}): {words}"
        )
    ways = [_("Another promise can be chosen on the document, or that it is not under contract.")]
    if any(decision.reason is Reason.NEEDS_CONSENT for _promise, decision in refused):
        ways.insert(0, _("A manager or the contract's account manager can agree to it on the document."))
    frappe.throw("<br>".join([*told.values(), *ways]), Refused, title=_("Not Included in the Contract"))
