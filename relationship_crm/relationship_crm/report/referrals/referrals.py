"""Who recommended us, to whom, and what those customers have bought since: directly, and through their own recommendations."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe import _

from relationship_crm.advocacy.chain import chain_of, children_of
from relationship_crm.advocacy.paid import CUSTOMER, DECLINED, PAID
from relationship_crm.advocacy.revenue import revenue_of
from relationship_crm.advocacy.tree import FIELDS, lead_title, leads_of, titles_of, visible
from relationship_crm.relationship_crm.report import rows

NOTHING = (0.0, 0.0)
SHOWN_IN_CHART = 10


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    found = read(filters)
    book = Book(found)
    view = {"List": (list_columns, listed), "Chain": (chain_columns, grown)}.get(
        filters.view, (referrer_columns, by_referrer)
    )
    columns, data = view[0](), view[1](book)
    return columns, data, None, chart(by_referrer(book)), summary(book)


def read(filters: frappe._dict) -> list[frappe._dict]:
    """The referrals the user may see, the newest first."""
    wanted = [
        *rows.between(filters, "referral_date"),
        *rows.same(filters, "referrer", "status", "source"),
    ]
    if segment := rows.inside(filters):
        members = frappe.get_all("Customer", segment, pluck="name", order_by="name")
        wanted.append(["referrer", "in", members or [""]])
    return frappe.get_list(
        "Customer Referral",
        fields=[*FIELDS, "source"],
        filters=wanted,
        order_by="referral_date desc, creation desc",
    )


class Book:
    """The referrals of a report with names and revenue; customers the user may not read bring neither."""

    def __init__(self, found: list[frappe._dict]) -> None:
        self.referrals = found
        counted = [r for r in found if r.referred_customer and r.status != DECLINED]
        self.seen = visible({r.referrer for r in found} | {r.referred_customer for r in counted})
        edges = [(r.referrer, r.referred_customer) for r in reversed(counted)]
        self.children = children_of(e for e in edges if e[1] in self.seen)
        self.titles = titles_of(self.seen)
        self.revenue = revenue_of(self.seen)
        self.leads = leads_of(found)
        self.currency = rows.currency()

    def chain(self, customer: str) -> set[str]:
        """Everybody a customer brought, directly or through others."""
        return chain_of(customer, self.children)

    def sums(self, customers: Any) -> tuple[float, float]:
        """Revenue of some customers, of their first 12 months and in all."""
        pairs = [self.revenue.get(name, NOTHING) for name in customers]
        return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)

    def referred(self, referral: frappe._dict) -> str:
        """Whom a referral names."""
        if referral.referred_customer:
            if referral.referred_customer in self.seen:
                return self.titles[referral.referred_customer]
            return _("A customer you may not see")
        return lead_title(referral, self.leads)


def by_referrer(book: Book) -> list[frappe._dict]:
    """One row a referrer, the dearest chain first."""
    given: dict[str, list[frappe._dict]] = defaultdict(list)
    for referral in book.referrals:
        given[referral.referrer].append(referral)
    data = []
    for referrer, referrals in given.items():
        chain = book.chain(referrer)
        first, total = book.sums(book.children.get(referrer, ()))
        chain_first, chain_total = book.sums(chain)
        data.append(
            frappe._dict(
                referrer=referrer,
                title=book.titles.get(referrer, referrer),
                given=len(referrals),
                customers=sum(bool(r.referred_customer) for r in referrals),
                paid=sum(r.status == PAID for r in referrals),
                revenue_12m=first,
                revenue_total=total,
                chain_customers=len(chain),
                chain_12m=chain_first,
                chain_total=chain_total,
                currency=book.currency,
            )
        )
    return sorted(data, key=lambda row: (-row.chain_total, -row.given, row.title))


def listed(book: Book) -> list[frappe._dict]:
    """One row a referral."""
    data = []
    for referral in book.referrals:
        known = referral.referred_customer in book.seen if referral.referred_customer else False
        first, total = book.revenue.get(referral.referred_customer, NOTHING) if known else (None, None)
        data.append(
            frappe._dict(
                **referral,
                title=book.titles.get(referral.referrer, referral.referrer),
                referred=book.referred(referral),
                revenue_12m=first,
                revenue_total=total,
                currency=book.currency,
            )
        )
    return data


def grown(book: Book) -> list[frappe._dict]:
    """The chains as trees: whom nobody brought first, below them whom they brought."""
    brought = {child for children in book.children.values() for child in children}
    roots = sorted((c for c in book.children if c not in brought), key=lambda c: -book.sums(book.chain(c))[1])
    data: list[frappe._dict] = []

    def grow(customer: str, path: tuple[str, ...]) -> None:
        first, total = book.revenue.get(customer, NOTHING)
        chain = book.chain(customer)
        data.append(
            frappe._dict(
                customer=customer,
                title=book.titles.get(customer, customer),
                indent=len(path),
                parent_customer=path[-1] if path else None,
                revenue_12m=first if path else None,  # nobody brought the first of a chain
                revenue_total=total if path else None,
                chain_customers=len(chain),
                chain_total=book.sums(chain)[1],
                currency=book.currency,
            )
        )
        for child in book.children.get(customer, ()):
            if child not in path and child != customer:
                grow(child, (*path, customer))

    for root in roots:
        grow(root, ())
    return data


def referrer_columns() -> list[dict[str, Any]]:
    """Columns by referrer."""
    return [
        rows.column("title", _("Recommended By"), "Data", 200),
        rows.column("given", _("Referrals"), "Int", 100),
        rows.column("customers", _("Became Customers"), "Int", 150),
        rows.column("paid", _("Paid"), "Int", 80),
        rows.money("revenue_12m", _("Their Revenue, First 12 Months"), 230),
        rows.money("revenue_total", _("Their Revenue in All")),
        rows.column("chain_customers", _("Customers in the Chain"), "Int", 180),
        rows.money("chain_12m", _("Chain, First 12 Months"), 190),
        rows.money("chain_total", _("Chain in All")),
        rows.column("referrer", _("Customer"), "Link", 150, options="Customer"),
        rows.currency_column(),
    ]


def list_columns() -> list[dict[str, Any]]:
    """Columns of the list."""
    return [
        rows.column("name", _("Referral"), "Link", 120, options="Customer Referral"),
        rows.column("referral_date", _("Recommended On"), "Date", 150),
        rows.column("title", _("Recommended By"), "Data", 180),
        rows.column("referred", _("Recommended"), "Data", 180),
        rows.column("status", _("Status"), "Data", 110),
        rows.column("first_paid_on", _("First Paid On"), "Date", 120),
        rows.money("revenue_12m", _("Revenue, First 12 Months"), 190),
        rows.money("revenue_total", _("Revenue in All")),
        rows.column("source", _("Source"), "Data", 100),
        rows.column("referred_customer", _("Customer"), "Link", 150, options="Customer"),
        rows.column("referred_lead", _("Lead"), "Link", 150, options="Lead"),
        rows.currency_column(),
    ]


def chain_columns() -> list[dict[str, Any]]:
    """Columns of the tree."""
    return [
        rows.column("title", _("Customer"), "Data", 320),
        rows.column("chain_customers", _("Customers in the Chain"), "Int", 180),
        rows.money("revenue_12m", _("Own Revenue, First 12 Months"), 230),
        rows.money("revenue_total", _("Own Revenue in All")),
        rows.money("chain_total", _("Chain in All")),
        rows.column("customer", _("Customer"), "Link", 150, options="Customer"),
        rows.currency_column(),
    ]


def chart(data: list[frappe._dict]) -> dict[str, Any] | None:
    """The chains that brought most."""
    worth = [row for row in data if row.chain_total > 0][:SHOWN_IN_CHART]
    if not worth:
        return None
    series = {_("Chain in All"): [row.chain_total for row in worth]}
    titles = [row.title for row in worth]
    return rows.bars(titles, series, colors=["#2f9a80"], fieldtype="Currency", options="currency")


def summary(book: Book) -> list[dict[str, Any]]:
    """The figures above the chart; each customer counts once, whoever recommended them."""
    brought = {child for children in book.children.values() for child in children}
    first, total = book.sums(brought)
    became = sum(r.status in (CUSTOMER, PAID) for r in book.referrals)
    return [
        {"label": _("Referrals"), "value": len(book.referrals), "datatype": "Int"},
        {"label": _("Became Customers"), "value": became, "datatype": "Int"},
        {
            "label": _("Paid"),
            "value": sum(r.status == PAID for r in book.referrals),
            "datatype": "Int",
            "indicator": "Green",
        },
        {
            "label": _("Revenue in the First 12 Months"),
            "value": first,
            "datatype": "Currency",
            "currency": book.currency,
        },
        {
            "label": _("Revenue They Brought"),
            "value": total,
            "datatype": "Currency",
            "currency": book.currency,
        },
    ]
