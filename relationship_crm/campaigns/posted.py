"""Posted invoices of a company as attribution reads them: net amount, day of the order, what is paid, what is returned.

Sales Invoices count where they are business of their own: submitted, no opening balance, no merged sales of a counter, not
internal. Those sales count as the POS Invoices they were made of. Cancelled documents are not read, so nothing has to be
taken back. Amounts are in the company's currency, rounded to what ERPNext keeps of it.

What is outstanding is in the currency of the receivable account, as is the total it is held against: so a change of the
exchange rate between invoice and payment leaves no part unpaid. Of a past day it is the sum of the payment ledger up to
then; today it is what the invoice says. An invoice and its returns together are paid by what came in for them, and by no more
than is left of them: what has to be paid back is not counted. Counter sales are paid as they say.

The number of queries does not depend on the number of invoices. Rows come as one text each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import frappe
import numpy as np
from frappe.utils import getdate
from pypika import JoinType
from pypika.functions import Coalesce, Min, NullIf, Sum
from pypika.terms import Function

from relationship_crm.campaigns.apportion import units
from relationship_crm.campaigns.attribution import paid_part
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
    union_all,
)
from relationship_crm.ledger.site import SiteLedger
from relationship_crm.signals.sources import case, filled, own_invoice

SALES_INVOICE, POS_INVOICE = "Sales Invoice", "POS Invoice"
DOCTYPES = (SALES_INVOICE, POS_INVOICE)
#: With more customers than this everything is read and the rest left aside: long lists of names cost more than rows.
MANY = 5_000
#: Later than any document.
_EVER = date(9999, 12, 30)

_queries = Queries()


@dataclass(frozen=True)
class Posted:
    """Invoices and returns, one position each; amounts in whole units of the currency, days since 1970-01-01."""

    kind: np.ndarray  # 0 Sales Invoice, 1 POS Invoice
    name: np.ndarray
    customer: np.ndarray  # names
    posted: np.ndarray
    ordered: np.ndarray  # day of the earliest order of an invoice's rows, else the day it was posted
    amount: np.ndarray
    paid: np.ndarray
    returns: np.ndarray  # position of the returned invoice, -1 for none
    debit: np.ndarray  # debit notes: revenue, but no purchase of their own

    def __len__(self) -> int:
        return len(self.name)

    @property
    def roots(self) -> np.ndarray:
        """The position of the invoice that began each family: of an invoice its own, of a return that of what it returns."""
        root = np.where(self.returns < 0, np.arange(len(self)), self.returns)
        while (root[root] != root).any():
            root = root[root]
        return root

    def families(self) -> Families:
        """Invoices net of their returns."""
        root = self.roots
        amount, paid = np.zeros((2, len(self)), dtype=np.int64)
        np.add.at(amount, root, self.amount)
        np.add.at(paid, root, self.paid)
        own = np.flatnonzero(root == np.arange(len(self)))
        return Families(own, self.ordered[own], amount[own], paid[own])

    def chosen(self, which: np.ndarray) -> Posted:
        """Some of them (True by position), with whole families: who is chosen must be by customer."""
        place = np.cumsum(which) - 1
        back = self.returns[which]
        known = (back >= 0) & which[back]
        arrays = {name: getattr(self, name)[which] for name in self.__dataclass_fields__}
        return Posted(**{**arrays, "returns": np.where(known, place[back], -1)})


@dataclass(frozen=True)
class Families:
    """Invoices with all their returns, one position each: where the invoice is among those read, and what is left of it."""

    position: np.ndarray
    ordered: np.ndarray
    amount: np.ndarray
    paid: np.ndarray


@dataclass(frozen=True)
class Range:
    """Of which company, up to which day, of which customers; everything and everybody unless told otherwise.

    Of very many customers the queries read everybody's and the rest has to be left aside, unless `strict`.
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

    def columns(self, key: tuple, build: Any) -> list[tuple[str, ...]]:
        """The columns of a long query as texts, none where there are no rows."""
        rows = self.rows(key, lambda: packed(build()))
        return list(zip(*[row[0].split(UNIT) for row in rows], strict=True))

    def own(self, document: Any, kind: int) -> Any:
        """The condition that an invoice counts here."""
        business = own_invoice(document) if kind == 0 else document.docstatus == 1
        mine = business & (document.company == Arg("company")) & (document.posting_date < Arg("as_of_next"))
        return mine & InList(document.customer, "customers") if self.restricted else mine


def read(of: Range) -> Posted:
    """All invoices and returns of a range."""
    columns = of.columns(("invoices",), lambda: union_all([_invoices(of, kind) for kind in (0, 1)]))
    if not columns:
        return _nothing()
    kind, name, customer, posted, net, total, outstanding, back, debit = columns
    unit = of.unit
    posted_on = np.array(posted, dtype=np.int64)
    amounts = np.array(net, dtype=float)
    place = {key: i for i, key in enumerate(zip(kind, name, strict=True))}
    ordered = posted_on.copy()
    for document_kind, document, day in of.rows(
        ("orders",), lambda: union_all([_orders(of, i) for i in (0, 1)])
    ):
        position = place.get((str(document_kind), document))
        if position is not None:
            ordered[position] = day
    returns = np.fromiter(
        (place.get(key, -1) if key[1] else -1 for key in zip(kind, back, strict=True)), np.int64, len(name)
    )
    part = paid_part(amounts, np.array(total, dtype=float), np.array(outstanding, dtype=float))
    found = Posted(
        np.array(kind, dtype=np.int8),
        np.array(name, dtype=object),
        np.array(customer, dtype=object),
        posted_on,
        np.where(returns >= 0, posted_on, ordered),
        units(amounts, unit),
        units(part, unit),
        returns,
        np.array(debit, dtype=np.int8) == 1,
    )
    return replace(found, paid=_at_most_the_rest(found))


def _at_most_the_rest(found: Posted) -> np.ndarray:
    """Paid parts, lowered by what was paid for goods that came back: it is to be paid back, or was.

    It is taken from the last document of the family, so that a family is never paid by more than is left of it.
    """
    root = found.roots
    amount, paid = np.zeros((2, len(found)), dtype=np.int64)
    np.add.at(amount, root, found.amount)
    np.add.at(paid, root, found.paid)
    order = np.lexsort((found.posted, found.returns >= 0, root))
    last = order[np.append(np.diff(root[order]) != 0, True)] if len(order) else order
    returned = last[found.returns[last] >= 0]
    much = np.maximum(paid[root[returned]] - np.maximum(amount[root[returned]], 0), 0)
    lowered = found.paid.copy()
    lowered[returned] -= much
    return lowered


def read_of(of: Range) -> tuple[Posted, np.ndarray]:
    """The invoices of a range's customers, and the place of each one's customer among them."""
    names = of.customers or ()
    found = read(of)
    customer = positions(found.customer, {name: i for i, name in enumerate(names)})
    known = customer >= 0
    return (found, customer) if known.all() else (found.chosen(known), customer[known])


def net_total(of: Range) -> int:
    """Net amount of all invoices and returns of a range together, in whole units: one aggregate a kind of document."""
    rows = of.rows(("total",), lambda: union_all([_total(of, kind) for kind in (0, 1)]))
    return int(units([float(sum(Decimal(str(row[0] or 0)) for row in rows))], of.unit)[0])


def openings(of: Range) -> set[str]:
    """Customers with an opening invoice: they bought before the books begin."""
    return {row[0] for row in of.rows(("openings",), lambda: _openings(of))}


def _rounded(amount: Any) -> Function:
    return Function("ROUND", amount, Arg("places"))


def _invoices(of: Range, kind: int) -> Any:
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


def _orders(of: Range, kind: int) -> Any:
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


def _total(of: Range, kind: int) -> Any:
    d = table(DOCTYPES[kind], "d")
    return query().from_(d).where(of.own(d, kind)).select(Sum(_rounded(d.base_net_total)))


def _openings(of: Range) -> Any:
    d = table(SALES_INVOICE, "d")
    mine = (d.docstatus == 1) & (d.is_opening == Value("Yes")) & (d.company == Arg("company"))
    statement = query().from_(d).where(mine & (d.posting_date < Arg("as_of_next")))
    if of.restricted:
        statement = statement.where(InList(d.customer, "customers"))
    return statement.select(d.customer).distinct()


def _nothing() -> Posted:
    numbers, names = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object)
    return Posted(
        numbers.astype(np.int8), names, names, numbers, numbers, numbers, numbers, numbers, numbers == 1
    )


def positions(names: np.ndarray, place: Mapping[str, int]) -> np.ndarray:
    """The positions of names, -1 of those that are not known."""
    return np.fromiter((place.get(name, -1) for name in names), np.int64, len(names))
