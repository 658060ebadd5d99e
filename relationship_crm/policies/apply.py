"""Policies at work on a document: fill before it is validated, tell then, ask for a role or stop before submit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.utils import getdate

from relationship_crm.guard import never_in_the_way
from relationship_crm.policies.conditions import holds
from relationship_crm.stamp import relationship_of
from relationship_crm.switches import is_enabled

CACHE_KEY = "relationship_crm_policies"
MESSAGE, ROLE, STOP, FILL = "Message", "Require a role", "Stop", "Fill a field"


class RelationshipPolicyError(frappe.ValidationError):
    """A policy that an administrator switched on stopped a document."""


def forget_policies() -> None:
    """Drop the kept policies; called when one changes."""
    frappe.cache.delete_value(CACHE_KEY)
    setattr(frappe.local, CACHE_KEY, None)


def load_policies() -> list[dict[str, Any]]:
    """All policies that somebody switched on, the most important first, kept until one changes."""
    kept = getattr(frappe.local, CACHE_KEY, None)
    if kept is None:  # once a request: with the cache down each look is two queries
        kept = frappe.cache.get_value(CACHE_KEY, generator=_read_policies)
        setattr(frappe.local, CACHE_KEY, kept)
    return kept


def _read_policies() -> list[dict[str, Any]]:
    """By plain queries: `get_all` would read two DocTypes' meta first, dozens of queries while the cache is down."""
    table, condition = (
        frappe.qb.DocType(d) for d in ("Relationship Policy", "Relationship Policy Condition")
    )
    query = frappe.qb.from_(table).select("*").where(table.enabled == 1)
    policies = query.orderby(table.priority, order=Order.desc).orderby(table.creation).run(as_dict=True)
    if not policies:
        return []
    rows = (
        frappe.qb.from_(condition)
        .select(condition.parent, condition.subject, condition.field, condition.operator, condition.value)
        .where(condition.parent.isin([policy.name for policy in policies]))
        .orderby(condition.parent)
        .orderby(condition.idx)
        .run(as_dict=True)
    )
    for policy in policies:
        policy["conditions"] = [dict(r) for r in rows if r.parent == policy.name]
    return [dict(policy) for policy in policies]


def document_date(doc: Any) -> Any:
    """The day a document stands for."""
    return getdate(doc.get("posting_date") or doc.get("transaction_date"))


def applies(policy: dict[str, Any], doc: Any, relationship: Any) -> bool:
    """Whether a policy speaks of a document: its DocType, company, dates and conditions."""
    day = document_date(doc)
    return (
        policy["document_type"] == doc.doctype
        and (not policy.get("company") or policy["company"] == doc.get("company"))
        and (not policy.get("from_date") or getdate(policy["from_date"]) <= day)
        and (not policy.get("to_date") or day <= getdate(policy["to_date"]))
        and holds(policy["conditions"], relationship, doc)
    )


def _matching(doc: Any, party_type: str | None, party: str | None, *actions: str) -> Iterator[dict[str, Any]]:
    policies = [p for p in load_policies() if p["document_type"] == doc.doctype and p["action"] in actions]
    if not policies or not is_enabled():
        return
    relationship = relationship_of(doc, party_type, party)
    yield from (p for p in policies if applies(p, doc, relationship))


@never_in_the_way
def before_validate(doc: Any, party_type: str | None, party: str | None) -> None:
    """Fill fields; the most important policy first, a filled field is not filled again.

    Before ERPNext validates, so that what follows from a field (a payment schedule, a price) follows from the new value.
    """
    filled: set[str] = set()
    for policy in _matching(doc, party_type, party, FILL):
        field = policy["target_field"]
        if field in filled or (policy.get("only_if_empty") and doc.get(field)):
            continue
        filled.add(field)
        fill(doc, field, policy["target_value"])


@never_in_the_way
def on_validate(doc: Any, party_type: str | None, party: str | None) -> None:
    """Show messages."""
    for policy in _matching(doc, party_type, party, MESSAGE):
        frappe.msgprint(_message(policy, doc), title=policy["title"], indicator="orange", alert=True)


def fill(doc: Any, field: str, value: Any) -> None:
    """Set a field of a document; a sales person becomes the first row of the sales team.

    New payment terms drop the payment schedule and the due date, which ERPNext fills only while they are empty (and a
    due date later than the new terms allow would stop the document).
    """
    if (
        field == "sales_person"
        and not doc.meta.has_field("sales_person")
        and doc.meta.has_field("sales_team")
    ):
        if not doc.get("sales_team"):
            doc.append("sales_team", {"sales_person": value, "allocated_percentage": 100})
        return
    before = doc.get(field)
    doc.set(field, frappe.utils.cast(doc.meta.get_field(field).fieldtype, value))
    if field == "payment_terms_template" and doc.get(field) != before:
        doc.set("payment_schedule", [])
        if doc.meta.has_field("due_date"):
            doc.due_date = None


def before_submit(doc: Any, party_type: str | None, party: str | None) -> None:
    """Stop the document, or ask for a role, where a policy says so. The only place where we may stop a document."""
    verdict = _verdict(doc, party_type, party)
    if verdict:
        frappe.throw(verdict[1], RelationshipPolicyError, title=verdict[0])


@never_in_the_way
def _verdict(doc: Any, party_type: str | None, party: str | None) -> tuple[str, str] | None:
    for policy in _matching(doc, party_type, party, ROLE, STOP):
        if policy["action"] == ROLE and policy["role"] in frappe.get_roles():
            continue
        return policy["title"], _message(policy, doc)
    return None


def _message(policy: dict[str, Any], doc: Any) -> str:
    if policy.get("message"):
        return frappe.utils.escape_html(policy["message"])
    if policy["action"] == ROLE:
        text = _("Only the role {0} may submit this {1}: policy {2}.")
        return text.format(_(policy["role"]), _(doc.doctype), frappe.utils.escape_html(policy["title"]))
    return _("Policy {0} applies to this {1}.").format(
        frappe.utils.escape_html(policy["title"]), _(doc.doctype)
    )
