"""The chain of recommendations around a customer: who brought them, whom they brought, and what that was worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe

from relationship_crm.advocacy.chain import chain_of, children_of
from relationship_crm.advocacy.paid import DECLINED, REFERRAL
from relationship_crm.advocacy.referrals import CONTACT, LONGEST_CHAIN
from relationship_crm.advocacy.revenue import revenue_of
from relationship_crm.relationship_crm.report import rows

FIELDS = (
    *("name", "referrer", "referred_lead", "referred_customer", "contact_name", "contact_email"),
    *("contact_phone", "status", "referral_date", "first_paid_on"),
)


@frappe.whitelist()
def referral_chain(customer: str) -> dict[str, Any]:
    """A customer as a tree: those who brought them, and whom they brought, each with status and revenue.

    Customers the user may not read stay without a name, and what stands behind them is not shown.
    """
    frappe.has_permission(REFERRAL, "read", throw=True)
    frappe.has_permission("Customer", "read", doc=customer, throw=True)
    records = below([customer])
    edges = [(r.referrer, r.referred_customer) for r in records if r.referred_customer]
    above = ancestors(customer)
    seen = visible({customer, *above, *(name for edge in edges for name in edge)})
    revenue, children = revenue_of(seen), children_of(e for e in edges if set(e) <= set(seen))
    titles, leads = titles_of(seen), leads_of(records)
    by_referrer: dict[str, list[Any]] = {}
    for record in records:
        by_referrer.setdefault(record.referrer, []).append(record)

    def figures(name: str) -> dict[str, Any]:
        chain = chain_of(name, children)
        first, total = revenue.get(name, (0.0, 0.0))
        return {
            "customer": name,
            "title": titles.get(name, name),
            "revenue_12m": first,
            "revenue_total": total,
            "chain_customers": len(chain),
            "chain_total": sum(revenue[c][1] for c in chain),
        }

    def node(record: Any, path: tuple[str, ...]) -> dict[str, Any]:
        name = record.referred_customer
        shown = {
            "referral": record.name,
            "status": record.status,
            "referral_date": record.referral_date,
            "first_paid_on": record.first_paid_on,
            "hidden": bool(name) and name not in seen,
            "lead": record.referred_lead,
            "children": [],
        }
        if name and name in seen:
            shown.update(figures(name))
            if name not in path:
                shown["children"] = [node(r, (*path, name)) for r in by_referrer.get(name, ())]
            return shown
        title = "" if shown["hidden"] else lead_title(record, leads)
        return {**shown, "customer": None, "title": title, "revenue_12m": None, "revenue_total": None}

    return {
        **figures(customer),
        "currency": rows.currency(),
        "brought_by": [
            {"customer": name, "title": titles.get(name, name)} if name in seen else {"hidden": True}
            for name in above
        ],
        "children": [node(record, (customer,)) for record in by_referrer.get(customer, ())],
    }


def below(customers: Iterable[str]) -> list[Any]:
    """The records of a customer's chain, one query a generation."""
    found: dict[str, Any] = {}
    asked, waiting = set(), set(customers)
    for _generation in range(LONGEST_CHAIN):
        if not waiting:
            break
        fresh = frappe.get_all(
            REFERRAL,
            {"referrer": ("in", sorted(waiting)), "status": ("!=", DECLINED)},
            list(FIELDS),
            order_by="referral_date asc, creation asc",
        )
        found.update({row.name: row for row in fresh})
        asked |= waiting
        waiting = {row.referred_customer for row in fresh if row.referred_customer} - asked
    return list(found.values())


def ancestors(customer: str) -> list[str]:
    """Who brought a customer, who brought them, and so on; of several the first."""
    found: list[str] = []
    name: str | None = customer
    while len(found) < LONGEST_CHAIN:
        name = next(
            iter(
                frappe.get_all(
                    REFERRAL,
                    {"referred_customer": name, "status": ("!=", DECLINED)},
                    pluck="referrer",
                    order_by="referral_date asc, creation asc",
                    limit=1,
                )
            ),
            None,
        )
        if not name or name in found or name == customer:
            break
        found.append(name)
    return found


def visible(customers: Iterable[str]) -> set[str]:
    """Those of the customers that the user may read."""
    names = sorted({name for name in customers if name})
    if not names:
        return set()
    return set(frappe.get_list("Customer", {"name": ("in", names)}, pluck="name", order_by="name asc"))


def titles_of(customers: Iterable[str]) -> dict[str, str]:
    """Names of customers as people know them."""
    names = sorted(customers)
    if not names:
        return {}
    fields = ["name", "customer_name"]
    return dict(
        frappe.get_all("Customer", {"name": ("in", names)}, fields, order_by="name asc", as_list=True)
    )


def leads_of(records: Iterable[Any]) -> dict[str, str]:
    """Names of the leads that records name, as people know them."""
    names = sorted({record.referred_lead for record in records if record.referred_lead})
    if not names:
        return {}
    fields = ["name", "lead_name"]
    return dict(frappe.get_all("Lead", {"name": ("in", names)}, fields, order_by="name asc", as_list=True))


def lead_title(record: Any, leads: Mapping[str, str]) -> str:
    """Who was recommended and is no customer: the lead's name, else what is known of them."""
    known = (leads.get(record.referred_lead), *(record.get(field) for field in CONTACT))
    return next(filter(None, known), "")
