"""Payments: against the terms, and in advance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pypika import JoinType
from pypika.functions import Coalesce, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.engine.dimensions import TRUST_COMPANY
from relationship_crm.ledger.dialect import (
    AddDays,
    AsFloat,
    DateDiff,
    Divide,
    Exists,
    Greatest,
    Least,
    Value,
    query,
    table,
    union_all,
)
from relationship_crm.signals.base import Scope, Signal, select_events
from relationship_crm.signals.sources import case, one_of, own_invoice

#: The kind of yardstick that holds a customer group's median delay.
PAYMENT_DELAY = "payment_delay"
#: So many days late a payment is worth half.
HALF_VALUE_DAYS = 15
#: After so many days an invoice counts as not paid; what comes later does not count any more.
GIVEN_UP = 90
#: Journals by which customers pay; the others write off, revalue or contra.
PAYING_JOURNALS = ("Journal Entry", "Bank Entry", "Cash Entry", "Credit Card Entry")
#: Journals that settle an invoice, be it without a payment: credit, contra, and what exchange rates left open.
SETTLING_JOURNALS = (*PAYING_JOURNALS, "Credit Note", "Contra Entry", "Exchange Gain Or Loss")
HALF_A_CENT = 0.005


@dataclass(frozen=True)
class Payments:
    """Payments allocated to invoices: the query's FROM and WHERE, and the terms to select from."""

    statement: QueryBuilder
    ledger: Any
    invoice: Any
    paid: Any  # the payment's own day: its ledger row may be dated at the invoice
    entered: Any

    @property
    def share(self) -> Any:
        """The part of the invoice that a ledger row pays."""
        return Divide(-self.ledger.amount, self.invoice.base_grand_total)

    @property
    def counted_on(self) -> Any:
        """The day both the payment and the invoice exist."""
        return Greatest(self.paid, self.invoice.posting_date)


def _receivables(ledger: Any) -> Any:
    """Valid rows of the receivables ledger that belong to a Sales Invoice."""
    return (
        (ledger.delinked == 0)
        & (ledger.account_type == Value("Receivable"))
        & (ledger.party_type == Value("Customer"))
        & (ledger.against_voucher_type == Value("Sales Invoice"))
    )


def _with_vouchers(statement: QueryBuilder, ledger: Any, entry: Any, journal: Any) -> QueryBuilder:
    """The statement with a ledger row's Payment Entry or Journal Entry joined."""
    return (
        statement.join(entry, JoinType.left)
        .on((ledger.voucher_type == Value("Payment Entry")) & (entry.name == ledger.voucher_no))
        .join(journal, JoinType.left)
        .on((ledger.voucher_type == Value("Journal Entry")) & (journal.name == ledger.voucher_no))
    )


def allocated(scope: Scope) -> Payments:
    """What customers paid on which invoice."""
    p, i = table("Payment Ledger Entry", "p"), table("Sales Invoice", "i")
    entry, journal = table("Payment Entry", "pe"), table("Journal Entry", "je")
    paid = Coalesce(entry.posting_date, journal.posting_date)
    entered = Coalesce(entry.creation, journal.creation)
    statement = query().from_(p).join(i).on(i.name == p.against_voucher_no)
    statement = (
        _with_vouchers(statement, p, entry, journal)
        .where(_receivables(p) & (p.amount < 0))
        .where(one_of(p.voucher_type, ("Payment Entry", "Journal Entry")))
        .where(
            (entry.docstatus == 1)
            | (
                (journal.docstatus == 1)
                & (journal.is_system_generated == 0)
                & one_of(journal.voucher_type, PAYING_JOURNALS)
            )
        )
        .where(own_invoice(i) & (i.is_return == 0))
    )
    statement = scope.limit(statement, date=paid, created=entered, party=p.party)
    statement = scope.limit(statement, date=i.posting_date, created=i.creation, party=i.customer)
    return Payments(statement, p, i, paid, entered)


def _still_open(scope: Scope, i: Any) -> QueryBuilder:
    """What payments and credit notes had left open of an invoice 90 days after its due date."""
    p, credit = table("Payment Ledger Entry", "p"), table("Sales Invoice", "cn")
    entry, journal = table("Payment Entry", "pe"), table("Journal Entry", "je")
    own = p.voucher_no == p.against_voucher_no  # the invoice itself, and what was paid at the counter
    settled_on = Coalesce(entry.posting_date, journal.posting_date, credit.posting_date)
    settles = (
        (entry.docstatus == 1)
        | (credit.docstatus == 1)
        | ((journal.docstatus == 1) & one_of(journal.voucher_type, SETTLING_JOURNALS))
    )
    statement = (
        _with_vouchers(query().from_(p), p, entry, journal)
        .join(credit, JoinType.left)
        .on(
            (p.voucher_type == Value("Sales Invoice"))
            & (p.voucher_no != p.against_voucher_no)
            & (credit.name == p.voucher_no)
        )
        .where((p.against_voucher_no == i.name) & _receivables(p))
        .where(own | (settles & (settled_on <= AddDays(i.due_date, GIVEN_UP))))
    )
    entered = Coalesce(entry.creation, journal.creation, credit.creation, i.creation)
    return scope.limit(statement, created=entered, party=p.party).select(Sum(p.amount))


def _may_have_been_open(i: Any, deadline: Any) -> Any:
    """Open today, or settled after the deadline: the others, by far the most, need no closer look.

    Not for a back-test: a payment entered later with an earlier date would hide what was open as known then.
    """
    p = table("Payment Ledger Entry", "any")
    # a journal may have settled it without a payment: written off, for one
    doubtful = case(
        (p.posting_date > deadline, 1), (p.voucher_type == Value("Journal Entry"), 1), otherwise=0
    )
    rows = query().from_(p).where((p.against_voucher_no == i.name) & _receivables(p))
    return Exists(
        rows.select(Sum(p.amount)).having(
            (AsFloat(Sum(p.amount)) > Value(HALF_A_CENT)) | (Max(doubtful) == 1)
        )
    )


def _unpaid(scope: Scope) -> Any:
    """Invoices of which something was open 90 days after their due date: customer, day, open share, name."""
    i = table("Sales Invoice", "i")
    deadline = AddDays(i.due_date, GIVEN_UP)
    statement = query().from_(i).where(own_invoice(i) & (i.is_return == 0) & scope.until(deadline))
    if not scope.known:
        statement = statement.where(_may_have_been_open(i, deadline))
    statement = statement.where(AsFloat(_still_open(scope, i)) > Value(HALF_A_CENT))
    return scope.limit(statement, created=i.creation, party=i.customer).select(
        i.customer.as_("customer"),
        deadline.as_("day"),
        i.creation.as_("known_at"),
        Divide(_still_open(scope, i), i.base_grand_total).as_("share"),
        i.name.as_("invoice"),
    )


def terms_events(scope: Scope) -> Any:
    """Payments by days late, and what is unpaid 90 days after it was due, then."""
    a = allocated(scope)
    late = DateDiff(a.paid, a.invoice.due_date)
    c = table("Customer", "c")
    paid = select_events(
        a.statement.join(c, JoinType.left)  # every invoice has a customer; an inner join would start from it
        .on(c.name == a.invoice.customer)
        .where(late <= GIVEN_UP),
        party_type="Customer",
        party=a.invoice.customer,
        date=a.counted_on,
        known_at=Greatest(a.entered, a.invoice.creation),
        value=late,
        weight=Least(Value(1.0), a.share),
        voucher_type=a.ledger.voucher_type,
        voucher_no=a.ledger.voucher_no,
        segment=Coalesce(c.customer_group, Value("")),
    )
    u, c = _unpaid(scope).as_("u"), table("Customer", "c")
    customer, day, share = (Field(name, table=u) for name in ("customer", "day", "share"))
    unpaid = select_events(
        query().from_(u).join(c, JoinType.left).on(c.name == customer),
        party_type="Customer",
        party=customer,
        date=day,
        known_at=Field("known_at", table=u),
        value=GIVEN_UP,
        weight=Least(Value(1.0), share),
        voucher_type="Sales Invoice",
        voucher_no=Field("invoice", table=u),
        segment=Coalesce(c.customer_group, Value("")),
    )
    return union_all([paid, unpaid])


def against_usual_delay(late: np.ndarray, usual: np.ndarray, _segments: Sequence[str]) -> np.ndarray:
    """1 / (1 + days late beyond what is usual in the group / 15); a group that pays early is taken as punctual."""
    usual = np.maximum(np.nan_to_num(usual), 0)
    return 1 / (1 + np.maximum(late - usual, 0) / HALF_VALUE_DAYS)


def advance_events(scope: Scope) -> Any:
    """Invoices that were paid, wholly or in part, before they were written."""
    a = allocated(scope)
    i = a.invoice
    return select_events(
        a.statement.where(a.paid < i.posting_date),
        party_type="Customer",
        party=i.customer,
        date=i.posting_date,
        known_at=i.creation,
        value=Value(0.5) + Least(Value(1.0), Sum(a.share)) * Value(0.5),
        voucher_type="Sales Invoice",
        voucher_no=i.name,
    ).groupby(i.name)


PAYMENT_SOURCES = ("Payment Ledger Entry", "Payment Entry", "Journal Entry", "Sales Invoice", "Customer")

PAYMENT_TERMS = Signal(
    key="payment_terms",
    label="Payment against the terms",
    description=(
        "Who pays on time, compared with what is usual in the customer group, trusts us and can be trusted. "
        "What is not paid 90 days after it was due counts as unpaid."
    ),
    dimensions=(TRUST_COMPANY,),
    weight=0.3,
    half_life=365,
    cap=3,
    events=terms_events,
    sources=PAYMENT_SOURCES,
    judge=against_usual_delay,
    yardstick=PAYMENT_DELAY,
)
ADVANCE_PAYMENT = Signal(
    key="advance_payment",
    label="Payment in advance",
    description="Who pays before the invoice is written shows trust; the larger the part, the more.",
    dimensions=(TRUST_COMPANY,),
    weight=1,
    half_life=365,
    cap=3,
    events=advance_events,
    sources=PAYMENT_SOURCES,
)
