"""What happens when a contract is saved, submitted, cancelled."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import frappe
from frappe.utils import getdate
from pypika import Case

from relationship_crm.contracts import (
    amendment,
    charged,
    checks,
    linked_billing,
    links,
    renewal,
    states,
    successor,
    templates,
    warnings,
)
from relationship_crm.contracts.ledger import ENTRY
from relationship_crm.contracts.numbering import set_keys
from relationship_crm.contracts.sources import SOURCES

if TYPE_CHECKING:
    from frappe.model.document import Document

CONTRACT = "Service Contract"


def validate(doc: Document) -> None:
    """Before a contract is stored: what a template leaves open is filled, terms are checked, figures derived."""
    if doc.template and not doc.lines:
        templates.fill(doc)
    checks.dates(doc)
    checks.links(doc)
    successor.check(doc)
    checks.lines(doc)
    checks.coverage(doc)
    set_keys(doc)
    amendment.set_changes(doc)
    checks.money(doc)
    doc.title = doc.customer_name or doc.customer
    doc.state = state_of(doc)


def before_submit(doc: Document) -> None:
    """From now on documents can use it."""
    if doc.amended_from:
        amendment.check(doc)
    doc.state = state_of(doc)


def on_submit(doc: Document) -> None:
    """An amendment takes over what was used, charged and linked."""
    if doc.amended_from:
        links.take_over(doc.amended_from, doc.name)
    successor.submitted(doc)
    linked_billing.name_earlier(doc)


def on_update_after_submit(doc: Document) -> None:
    """It may have been linked to a subscription, or moved to another way of billing."""
    checks.links(doc)
    linked_billing.name_earlier(doc)


def on_cancel(doc: Document) -> None:
    """The ledger and the documents stay: an amendment takes them over."""
    doc.ignore_linked_doctypes = (*SOURCES, CONTRACT, ENTRY)
    links.unhand(doc.name)
    successor.cancelled(doc)
    doc.db_set("state", states.CANCELLED, update_modified=False)


def on_trash(doc: Document) -> None:
    """What speaks of it alone goes with it."""
    renewal.contract_deleted(doc.name)
    warnings.forget(doc.name)
    charged.forget(doc.name)


def state_of(doc: Document) -> str:
    """The state that a contract's dates and acts give it today."""
    return states.state(facts_of(doc), getdate())


def facts_of(doc: Document) -> states.Facts:
    """What decides the state, from a document or a row."""
    return states.Facts(
        docstatus=int(doc.docstatus),
        start=getdate(doc.start_date),
        end=getdate(doc.end_date),
        terminated_per=getdate(doc.terminated_per) if doc.terminated_per else None,
        renewed_into=doc.renewed_into,
        not_renewed=bool(doc.decided_on) and not doc.renewed_into,
    )


def refresh_state(contract: str) -> str:
    """Set the state of a contract after something was done with it; the state."""
    columns = ("docstatus", "start_date", "end_date", "terminated_per", "renewed_into", "decided_on", "state")
    row = frappe.db.get_value(CONTRACT, contract, columns, as_dict=True)
    state = states.state(facts_of(row), getdate())
    if state != row.state:
        frappe.db.set_value(CONTRACT, contract, "state", state, update_modified=False)
    return state


def roll_states(today: date) -> None:
    """Set the states of all contracts by their dates; one statement, and no row written that stays."""
    head = frappe.qb.DocType(CONTRACT)
    over, ended = head.terminated_per < today, head.end_date < today
    successor = head.renewed_into.isnotnull() & (head.renewed_into != "")
    leaving = head.terminated_per.isnotnull() | (head.decided_on.isnotnull() & ~successor)
    state = (
        Case()
        .when(over, states.TERMINATED)
        .when(ended & successor, states.RENEWED)
        .when(ended, states.EXPIRED)
        .when(head.start_date > today, states.WAITING)
        .when(leaving, states.IN_NOTICE)
        .else_(states.ACTIVE)
    )
    frappe.qb.update(head).set(head.state, state).where((head.docstatus == 1) & (head.state != state)).run()
    frappe.clear_document_cache(CONTRACT)  # of all: which rows were written is not asked


def renamed(customer: str) -> None:
    """A customer has another name, or contracts came to it by a merge: contracts show it."""
    customer_name = frappe.db.get_value("Customer", customer, "customer_name")
    head = frappe.qb.DocType(CONTRACT)
    query = frappe.qb.update(head).set(head.customer_name, customer_name).set(head.title, customer_name)
    query.where((head.customer == customer) & (head.customer_name != customer_name)).run()
