"""Criteria on the party's own record: group, territory, account manager, language; a lead's source and status; Email Groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from pypika.terms import ValueWrapper

from relationship_crm.campaigns.criteria.base import (
    IS,
    IS_NOT,
    Criterion,
    Parties,
    Rule,
    Scope,
    lead_source_field,
    of_one_kind,
    parties_in,
    reference_of_lead_source,
    unless,
)
from relationship_crm.ledger import gathered
from relationship_crm.relationship_crm.report.rows import branch

#: The party's own columns.
GROUP = {"Customer": "customer_group", "Prospect": "customer_group"}
TERRITORY = dict.fromkeys(("Customer", "Prospect", "Lead"), "territory")
MANAGER = {"Customer": "account_manager", "Prospect": "prospect_owner", "Lead": "lead_owner"}
LANGUAGE = {"Customer": "language", "Lead": "language"}


def _with_value(columns: Mapping[str, str], values: Sequence[str], scope: Scope) -> Parties:
    """Parties of the list's kinds whose column has one of the values. One query."""
    queries = []
    for kind in scope.kinds:
        if kind in columns:
            t = frappe.qb.DocType(kind)
            # the kind is one of ours, no user's text
            queries.append(
                frappe.qb.from_(t)
                .select(ValueWrapper(kind).as_("kind"), t.name)
                .where(t[columns[kind]].isin(list(values)))
            )
    if not queries:
        return {}
    query = queries[0]
    for other in queries[1:]:
        query = query + other
    return parties_in(query)


def _in(columns: Mapping[str, str], tree: str = "") -> Any:
    """A criterion's find: the column is the value, or below it in a tree."""

    def find(rule: Rule, scope: Scope) -> Parties:
        values = branch(tree, rule.reference) if tree else [rule.reference]
        return unless(rule, _with_value(columns, values, scope), scope)

    return find


def _lead_source(rule: Rule, scope: Scope) -> Parties:
    return unless(rule, _leads(lambda t: t[lead_source_field()] == rule.reference), scope)


def _lead_status(rule: Rule, scope: Scope) -> Parties:
    return unless(rule, _leads(lambda t: t.status == rule.choice), scope)


def _leads(condition: Any) -> Parties:
    t = frappe.qb.DocType("Lead")
    return of_one_kind("Lead", gathered.read_column(frappe.qb.from_(t).select(t.name).where(condition(t))))


def lead_statuses() -> dict[str, str]:
    """Statuses of leads that are not customers yet."""
    options = frappe.get_meta("Lead").get_field("status").options.split("\n")
    return {status: _(status) for status in options if status and status != "Converted"}


def _email_group(rule: Rule, scope: Scope) -> Parties:
    """Parties with somebody in an Email Group who did not leave it: through a contact or their own address."""
    m = frappe.qb.DocType("Email Group Member")
    link, contact = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Contact")
    members = (
        frappe.qb.from_(m).select(m.email).where((m.email_group == rule.reference) & (m.unsubscribed == 0))
    )
    query = (
        frappe.qb.from_(contact)
        .join(link)
        .on((link.parent == contact.name) & (link.parenttype == "Contact"))
        .select(link.link_doctype, link.link_name)
        .where(contact.email_id.isin(members) & link.link_doctype.isin(["Customer", "Lead", "Prospect"]))
    )
    for kind in ("Customer", "Lead"):
        t = frappe.qb.DocType(kind)
        query = query + frappe.qb.from_(t).select(ValueWrapper(kind), t.name).where(t.email_id.isin(members))
    return unless(rule, parties_in(query), scope)


CRITERIA = (
    Criterion(
        "Customer Group",
        lambda: _("Customer Group"),
        (IS, IS_NOT),
        _in(GROUP, "Customer Group"),
        reference=lambda: "Customer Group",
    ),
    Criterion(
        "Territory",
        lambda: _("Territory"),
        (IS, IS_NOT),
        _in(TERRITORY, "Territory"),
        reference=lambda: "Territory",
    ),
    Criterion(
        "Account Manager", lambda: _("Account Manager"), (IS, IS_NOT), _in(MANAGER), reference=lambda: "User"
    ),
    Criterion("Language", lambda: _("Language"), (IS, IS_NOT), _in(LANGUAGE), reference=lambda: "Language"),
    Criterion(
        "Lead Source",
        lambda: _("Lead Source"),
        (IS, IS_NOT),
        _lead_source,
        reference=reference_of_lead_source,
    ),
    Criterion("Lead Status", lambda: _("Lead Status"), (IS, IS_NOT), _lead_status, choices=lead_statuses),
    Criterion(
        "Email Group", lambda: _("Email Group"), (IS, IS_NOT), _email_group, reference=lambda: "Email Group"
    ),
)
