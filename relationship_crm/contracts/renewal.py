"""Renewals: opened before the notice date with what the next term would cost, closed by a decision.

A renewal is Open, then Proposed (its quotation was submitted), then Renewed (the successor was submitted) or Not Renewed.
What is decided stands on the contract too, which signals and states read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cint, flt, get_link_to_form, getdate, now_datetime

from relationship_crm.assessment.outbox import mark
from relationship_crm.contracts import offers
from relationship_crm.contracts.chains import BY_PROPOSAL
from relationship_crm.contracts.tenure import tenure

CONTRACT, RENEWAL = "Service Contract", "Service Renewal"
OPEN, PROPOSED, RENEWED, NOT_RENEWED = "Open", "Proposed", "Renewed", "Not Renewed"
UNDECIDED = (OPEN, PROPOSED)
SETTINGS = "Relationship CRM Settings"
HEAD = (
    *("name", "docstatus", "customer", "company", "currency", "conversion_rate", "start_date", "end_date"),
    *("notice_date", "renewed_into", "decided_on", "terminated_per", "terminated_on"),
)
#: What only what happens to a renewal changes, not who edits it.
DECIDED = ("status", "quotation", "successor", "decided_on", "reason")


# -- opening


def due(today: date) -> list[str]:
    """Contracts about whose renewal it is to be decided: by proposal, soon at the last day of notice, nothing decided."""
    lead = cint(frappe.db.get_single_value(SETTINGS, "renewal_lead_days"))
    contract, renewal = frappe.qb.DocType(CONTRACT), frappe.qb.DocType(RENEWAL)
    query = (
        frappe.qb.from_(contract)
        .left_join(renewal)
        .on((renewal.contract == contract.name) & renewal.status.isin(UNDECIDED))
        .select(contract.name)
        .where((contract.docstatus == 1) & (contract.renewal == BY_PROPOSAL) & renewal.name.isnull())
        .where((contract.notice_date <= add_days(today, lead)) & (contract.end_date >= today))
        .where(
            contract.decided_on.isnull() & contract.terminated_on.isnull() & contract.terminated_per.isnull()
        )
        .orderby(contract.notice_date, contract.name)
    )
    return query.run(pluck=True)


def open_for(contracts: Sequence[str], today: date | None = None) -> list[str]:
    """Open renewals of contracts, with their figures; names of the renewals. The scheduler's: without permissions."""
    found = []
    for values in figures(contracts, today).values():
        doc = frappe.get_doc({"doctype": RENEWAL, **values})
        doc.flags.figures = True
        doc.insert(ignore_permissions=True)  # a nightly task has no user to ask
        found.append(doc.name)
    return found


def tidy() -> int:
    """Take away open renewals that nobody has touched and that there is nothing to decide about any more; how many."""
    contract, renewal = frappe.qb.DocType(CONTRACT), frappe.qb.DocType(RENEWAL)
    gone = (contract.docstatus != 1) | (contract.renewal != BY_PROPOSAL) | contract.name.isnull()
    query = (
        frappe.qb.from_(renewal)
        .left_join(contract)
        .on(contract.name == renewal.contract)
        .select(renewal.name)
        .where((renewal.status == OPEN) & (renewal.by_hand == 0) & gone)
        .where(renewal.quotation.isnull() & renewal.successor.isnull())
    )
    names = query.run(pluck=True)
    for name in names:
        frappe.delete_doc(RENEWAL, name, ignore_permissions=True)  # nightly: no user to ask
    return len(names)


def figures(contracts: Sequence[str], today: date | None = None) -> dict[str, dict[str, Any]]:
    """What a renewal says of each submitted contract; a constant number of queries."""
    if not contracts:
        return {}
    day = getdate(today)
    rows = frappe.get_all(
        CONTRACT,
        {"name": ("in", list(contracts)), "docstatus": 1},
        list(HEAD),
        order_by="notice_date asc, name asc",
    )
    heads = {row.name: row for row in rows}
    priced, use, known = offers.proposals(list(heads)), offers.used(heads, day), tenure(day)
    return {name: _figures(head, priced[name], use[name], known.chance(name)) for name, head in heads.items()}


def _figures(head: frappe._dict, priced: offers.Proposal, use: offers.Use, likely: Any) -> dict[str, Any]:
    return {
        "contract": head.name,
        "notice_date": head.notice_date,
        "end_date": head.end_date,
        "currency": head.currency,
        "current_price": float(priced.now),
        "indexed_price": float(priced.agreed),
        "price_from_use": use.price,
        "proposed_price": float(priced.agreed),
        "revenue": use.revenue,
        "costs": use.costs,
        "margin": 100 * use.margin if use.margin is not None else 0,
        "use_note": _use_note(use, priced),
        "probability": 100 * likely.value if likely and likely.value is not None else 0,
        "probability_note": likely.words if likely else "",
    }


def _use_note(use: offers.Use, priced: offers.Proposal) -> str:
    texts = [_("From the {0} days since the start.").format(use.days)]
    if not use.costs:
        texts.append(_("No costs were recorded."))
    if use.uncosted:
        texts.append(
            _(
                "{0} hours count for nothing: neither the activity type nor the employee has a costing rate."
            ).format(flt(use.uncosted, 2))
        )
    if use.margin is None:
        texts.append(_("Nothing was invoiced yet."))
    if not priced.certain:
        texts.append(_("The index of that month is not published yet; the last one stands in."))
    return " ".join(texts)


def refresh(names: Iterable[str], today: date | None = None) -> None:
    """Work the figures of open renewals out anew. What somebody proposed stays."""
    rows = frappe.get_all(
        RENEWAL,
        {"name": ("in", list(names)), "status": OPEN},
        ["name", "contract", "proposed_price", "indexed_price"],
        order_by="name asc",
    )
    found = figures([row.contract for row in rows], today)
    for row in rows:
        values = found.get(row.contract)
        if values is None:
            continue
        if row.proposed_price != row.indexed_price:
            values.pop("proposed_price")
        frappe.db.set_value(RENEWAL, row.name, values, update_modified=False)


# -- the record


def validate(doc: Any) -> None:
    """A renewal speaks of a submitted contract that is undecided; one at a time."""
    if doc.is_new():
        _begin(doc)
    elif not doc.flags.decided:
        before = doc.get_doc_before_save()
        doc.update({field: before.get(field) for field in DECIDED})
    if flt(doc.proposed_price) < 0:
        frappe.throw(_("A price is not negative."))


def _begin(doc: Any) -> None:
    doc.update({**dict.fromkeys(DECIDED), "status": OPEN})
    if not doc.flags.ignore_permissions:
        frappe.has_permission(CONTRACT, "read", doc.contract, throw=True)
    head = frappe.db.get_value(CONTRACT, doc.contract, HEAD, as_dict=True)
    be_undecided(head)
    other = frappe.db.get_value(RENEWAL, {"contract": doc.contract, "status": ("in", UNDECIDED)})
    if other:
        frappe.throw(_("{0} is open already.").format(get_link_to_form(RENEWAL, other)))
    if not doc.flags.figures:
        doc.by_hand = 1
        doc.update(figures([doc.contract])[doc.contract])


def be_undecided(head: Any) -> None:
    """Refuse where a contract (its columns `HEAD`) was decided about."""
    link = get_link_to_form(CONTRACT, head.name)
    if head.docstatus != 1:
        frappe.throw(_("{0} is not submitted.").format(link))
    if head.renewed_into:
        frappe.throw(
            _("{0} was renewed into {1} already.").format(link, get_link_to_form(CONTRACT, head.renewed_into))
        )
    if head.terminated_on or head.terminated_per:
        frappe.throw(_("{0} was terminated.").format(link))
    if head.decided_on:
        frappe.throw(_("It was decided already not to renew {0}.").format(link))


def deleted(doc: Any) -> None:
    """A decision stands in the books; what led to nothing may go."""
    if doc.status in (RENEWED, NOT_RENEWED) and not doc.flags.with_contract:
        frappe.throw(_("A renewal that was decided stays. Undo the decision first."))


# -- deciding


def decide_against(doc: Any, reason: str, note: str | None = None, day: date | None = None) -> None:
    """The contract is not renewed: it runs out, and it is known why."""
    must_be(doc, UNDECIDED)
    if not reason:
        frappe.throw(_("Say why it is not renewed."))
    head = frappe.db.get_value(CONTRACT, doc.contract, HEAD, as_dict=True, for_update=True)
    be_undecided(head)
    day = getdate(day)
    values = {"decided_on": day, "not_renewed_reason": reason, "ending_entered_on": now_datetime()}
    if note:
        values["ending_note"] = note
    set_contract(doc.contract, values)
    save(doc, status=NOT_RENEWED, decided_on=day, reason=reason, note=note or doc.note)
    mark(doc, "Customer", doc.customer, day, "not renewed")


def undo(doc: Any) -> None:
    """It may be renewed after all."""
    must_be(doc, (NOT_RENEWED,))
    head = frappe.db.get_value(CONTRACT, doc.contract, HEAD, as_dict=True, for_update=True)
    if head.terminated_on or head.terminated_per:
        frappe.throw(_("{0} was terminated.").format(get_link_to_form(CONTRACT, doc.contract)))
    set_contract(doc.contract, {"decided_on": None, "not_renewed_reason": None, "ending_entered_on": None})
    save(doc, status=_before(doc), decided_on=None, reason=None)
    mark(doc, "Customer", doc.customer, None, "undecided")


def _before(doc: Any) -> str:
    """What an undecided renewal is, by its quotation."""
    submitted = doc.quotation and frappe.db.get_value("Quotation", doc.quotation, "docstatus") == 1
    return PROPOSED if submitted else OPEN


def must_be(doc: Any, statuses: Sequence[str]) -> None:
    """Refuse what a renewal's status does not allow."""
    if doc.status not in statuses:
        frappe.throw(_("This renewal is {0}.").format(_(doc.status, context="Service Renewal")))


def set_contract(contract: str, values: Mapping[str, Any]) -> None:
    """Write a decision on the contract, and the state that follows."""
    from relationship_crm.contracts.lifecycle import refresh_state

    frappe.db.set_value(CONTRACT, contract, dict(values), update_modified=False)
    refresh_state(contract)


def save(doc: Any, **values: Any) -> None:
    """Change what follows from a decision or from other documents."""
    doc.update(values)
    doc.flags.decided = True
    # who may decide was asked before; it also follows from other documents
    doc.save(ignore_permissions=True)
    doc.flags.decided = False


# -- what happens to the contract


def of_contract(contract: str, statuses: Sequence[str] = UNDECIDED) -> list[Any]:
    """Renewals of a contract, the latest first."""
    names = frappe.get_all(
        RENEWAL,
        {"contract": contract, "status": ("in", list(statuses))},
        pluck="name",
        order_by="creation desc",
    )
    return [frappe.get_doc(RENEWAL, name) for name in names]


def renewed(contract: str, successor: str, day: Any) -> None:
    """A successor was submitted: that was the decision."""
    for doc in of_contract(contract, (*UNDECIDED, NOT_RENEWED))[:1]:
        save(doc, status=RENEWED, successor=successor, decided_on=day, reason=None)


def renewal_undone(contract: str, successor: str) -> None:
    """The successor was cancelled."""
    for doc in of_contract(contract, (RENEWED,)):
        if doc.successor == successor:
            save(doc, status=_before(doc), successor=None, decided_on=None)


def contract_terminated(contract: str, reason: str | None, day: Any) -> None:
    """Notice was given: nothing is left to be decided."""
    for doc in of_contract(contract):
        save(doc, status=NOT_RENEWED, decided_on=day, reason=reason)


def termination_withdrawn(contract: str) -> None:
    """The notice was taken back: it is open again, unless it had been decided against."""
    if frappe.db.get_value(CONTRACT, contract, "decided_on"):
        return
    for doc in of_contract(contract, (NOT_RENEWED,))[:1]:
        save(doc, status=_before(doc), decided_on=None, reason=None)


def contract_deleted(contract: str) -> None:
    """Its renewals go with it; where it was to be a successor, another one may be made."""
    for name in frappe.get_all(RENEWAL, {"successor": contract}, pluck="name", order_by="creation asc"):
        doc = frappe.get_doc(RENEWAL, name)
        save(doc, successor=None, status=_before(doc) if doc.status == RENEWED else doc.status)
    for doc in of_contract(contract, (OPEN, PROPOSED, RENEWED, NOT_RENEWED)):
        doc.flags.with_contract = True
        doc.delete(ignore_permissions=True)  # who may delete the contract may
