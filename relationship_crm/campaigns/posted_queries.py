"""The queries of posted invoices, and which invoices count: see `posted`. Rendered once a process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import getdate
from pypika import JoinType
from pypika.functions import Coalesce, Min, NullIf, Sum
from pypika.terms import Function

from relationship_crm.campaigns.bookings import unit_of
from relationship_crm.ledger.database import Queries
from relationship_crm.ledger.dialect import (
    UNIT,
    Arg,
    DayNumber,
    InList,
    Value,
    packed,
    query,
    table,
)
from relationship_crm.ledger.site import SiteLedger
from relationship_crm.signals.sources import case, filled, own_invoice

SALES_INVOICE, POS_INVOICE = "Sales Invoice", "POS Invoice"
DOCTYPES = (SALES_INVOICE, POS_INVOICE)
#: With more customers than this everything is read and the rest left aside: long lists of names cost more than rows.
MANY = 5_000
#: The place of the customer among the columns of invoices.
CUSTOMER = 2
#: Later than any document.
_EVER = date(9999, 12, 30)

_queries = Queries()


@dataclass(frozen=True)
class Range:
    """Of which company, up to which day, of which customers; everything and everybody unless told otherwise.

    Of very many customers the queries read everybody's and the rest is left aside, unless `strict`.
    """

    company: str
    as_of: date | None = None
    customers: tuple[str, ...] | None = None
    strict: bool = False

    @property
    def restricted(self) -> bool:
        """Whether the queries ask for the customers by name."""
        return self.customers is not None and (self.strict or len(self.customers) <= MANY)

    @property
    def past(self) -> bool:
        """Whether what is outstanding has to be taken from the ledger."""
        return self.as_of is not None and self.as_of < getdate()

    @property
    def currency(self) -> str:
        """The company's currency."""
        return frappe.get_cached_value("Company", self.company, "default_currency") or ""

    @property
    def unit(self) -> Decimal:
        """The smallest amount that its ledger holds, .01 in most currencies: not the smallest coin, as of Swiss francs."""
        return unit_of(self.company)

    def arguments(self) -> dict[str, Any]:
        """Run-time values of the queries."""
        return {
            "company": self.company,
            "currency": self.currency,
            "as_of_next": (self.as_of or _EVER) + timedelta(days=1),
            "customers": list(self.customers or ()),
            "places": max(-int(self.unit.as_tuple().exponent), 0),
        }

    def rows(self, key: tuple, build: Any) -> Iterable[Any]:
        """The rows of a query, rendered once a process."""
        ledger = SiteLedger()
        rendered = _queries.get((*key, self.restricted, self.past), build, ledger.dialect)
        return ledger.rows(rendered, self.arguments())

    def columns(self, key: tuple, build: Any, customer: int) -> list[tuple[str, ...]]:
        """The columns of a long query as texts, none where there are no rows; `customer`: the place of the one that names them."""
        rows = (row[0].split(UNIT) for row in self.rows(key, lambda: packed(build())))
        if self.customers is None:
            return list(zip(*rows, strict=True))
        wanted = set(self.customers)
        return list(zip(*(row for row in rows if row[customer] in wanted), strict=True))

    def own(self, document: Any, kind: int) -> Any:
        """The condition that an invoice counts here."""
        business = own_invoice(document) if kind == 0 else document.docstatus == 1
        mine = business & (document.company == Arg("company")) & (document.posting_date < Arg("as_of_next"))
        return mine & InList(document.customer, "customers") if self.restricted else mine


def _rounded(amount: Any) -> Function:
    return Function("ROUND", amount, Arg("places"))


def invoices_query(of: Range, kind: int) -> Any:
    d = table(DOCTYPES[kind], "d")
    statement = query().from_(d).where(of.own(d, kind))
    outstanding = d.outstanding_amount
    if of.past and kind == 0:
        left = _left(of)
        statement = statement.join(left, JoinType.left).on(left.invoice == d.name)
        outstanding = Coalesce(left.amount, 0)
    total = case(
        (
            d.party_account_currency == Arg("currency"),
            Coalesce(NullIf(d.base_rounded_total, 0), d.base_grand_total),
        ),
        otherwise=Coalesce(NullIf(d.rounded_total, 0), d.grand_total),
    )
    return statement.select(
        Value(kind),
        d.name,
        d.customer,
        DayNumber(d.posting_date),
        _rounded(d.base_net_total),
        total,
        outstanding,
        d.return_against,
        d.is_debit_note if kind == 0 else Value(0),
    )


def _left(of: Range) -> Any:
    """What the payment ledger leaves open of each invoice, in the currency of the receivable account.

    Where the ledger is immutable a cancelled payment stays and is reversed on the day of the cancellation: neither counts.
    """
    p = table("Payment Ledger Entry", "p")
    statement = query().from_(p)
    for doctype in ("Payment Entry", "Journal Entry", SALES_INVOICE):
        voucher = table(doctype, f"v_{frappe.scrub(doctype)}")
        statement = (
            statement.join(voucher, JoinType.left)
            .on((p.voucher_type == Value(doctype)) & (voucher.name == p.voucher_no))
            .where(Coalesce(voucher.docstatus, 1) == 1)
        )
    statement = statement.where(
        (p.delinked == 0)
        & (p.company == Arg("company"))
        & (p.account_type == Value("Receivable"))
        & (p.against_voucher_type == Value(SALES_INVOICE))
        & (p.posting_date < Arg("as_of_next"))
    )
    if of.restricted:
        statement = statement.where(InList(p.party, "customers"))
    invoice = p.against_voucher_no
    return (
        statement.select(invoice.as_("invoice"), Sum(p.amount_in_account_currency).as_("amount"))
        .groupby(invoice)
        .as_("l")
    )


def orders_query(of: Range, kind: int) -> Any:
    """The day of the earliest order of each invoice that has one, and of returns, which do not need it.

    Rows of an invoice know whether it is submitted, and the order knows the company: the wide invoices are not read again.
    """
    i, o = table(f"{DOCTYPES[kind]} Item", "i"), table("Sales Order", "o")
    statement = (
        query()
        .from_(i)
        .join(o)
        .on(o.name == i.sales_order)
        .where((i.docstatus == 1) & filled(i.sales_order) & (o.company == Arg("company")))
    )
    if of.restricted:
        statement = statement.where(InList(o.customer, "customers"))
    return statement.select(Value(kind), i.parent, DayNumber(Min(o.transaction_date))).groupby(i.parent)


def total_query(of: Range, kind: int) -> Any:
    d = table(DOCTYPES[kind], "d")
    return query().from_(d).where(of.own(d, kind)).select(Sum(_rounded(d.base_net_total)))


def openings_query(of: Range) -> Any:
    d = table(SALES_INVOICE, "d")
    mine = (d.docstatus == 1) & (d.is_opening == Value("Yes")) & (d.company == Arg("company"))
    statement = query().from_(d).where(mine & (d.posting_date < Arg("as_of_next")))
    if of.restricted:
        statement = statement.where(InList(d.customer, "customers"))
    return statement.select(d.customer).distinct()
