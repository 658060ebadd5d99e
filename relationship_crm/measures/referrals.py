"""Referrals that became paying customers: who recommended whom, and when whom they recommended had paid."""

from __future__ import annotations

from typing import Any

from pypika import JoinType
from pypika import analytics as window
from pypika.functions import Coalesce, Min
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.ledger.dialect import AsFloat, Greatest, Value, query, table, union_all
from relationship_crm.measures.deeds import deed
from relationship_crm.signals.base import Scope
from relationship_crm.signals.payments import (
    HALF_A_CENT,
    PAYING_JOURNALS,
    PAYMENT_SOURCES,
    SETTLING_JOURNALS,
)
from relationship_crm.signals.sources import case, filled, one_of, own_invoice

#: What a query of a measure is told by, in a statement that asks several.
PAID_REFERRALS = "paid_referrals"


def referral_branches(scope: Scope) -> list[QueryBuilder]:
    """Kind, referrer, referred customer, and the referral's day where it has a record of its own.

    Told by the record of a referral, by the referred customer's own record, or by the lead it came from; the same pair
    may come several times.
    """
    branches = []
    if scope.has("Customer", "relationship_referred_by"):
        c = table("Customer", "c")
        by = c.relationship_referred_by
        branches.append(_pair(scope, query().from_(c), by, c))
    if scope.has("Lead", "relationship_referred_by"):
        c, lead = table("Customer", "c"), table("Lead", "l")
        statement = query().from_(lead).join(c).on(c.lead_name == lead.name)
        branches.append(_pair(scope, statement, lead.relationship_referred_by, c))
    if scope.has("Customer Referral"):
        f, c = table("Customer Referral", "f"), table("Customer", "c")
        open_lead = filled(f.referred_lead) & (Coalesce(f.referred_customer, Value("")) == Value(""))
        for same in (c.name == f.referred_customer, open_lead & (c.lead_name == f.referred_lead)):
            statement = query().from_(f).join(c).on(same)
            branches.append(_pair(scope, statement, f.referrer, c, f))
    return branches


def _pair(scope: Scope, statement: QueryBuilder, by: Any, customer: Any, record: Any = None) -> QueryBuilder:
    """The pair that a statement tells of; nobody refers themselves."""
    statement = scope.limit(
        statement.where(filled(by) & (by != customer.name)), created=customer.creation, party=by
    )
    day = None
    if record is not None:
        day = record.referral_date
        statement = scope.limit(statement, date=day, created=record.creation)
    return deed(statement, PAID_REFERRALS, party=by, subject=customer.name, day=day)


def _happened(
    statement: QueryBuilder, invoice: Any, day: Any, *, owed: Any = 0, paid: Any = 0, net: Any = 0
) -> QueryBuilder:
    """What a day did to an invoice: to what is owed on it, to what was paid, to what it is worth net of returns."""
    return statement.select(
        invoice.customer.as_("customer"),
        invoice.name.as_("invoice"),
        day.as_("day"),
        AsFloat(owed).as_("owed"),
        AsFloat(paid).as_("paid"),
        AsFloat(net).as_("net"),
    )


def _entries(scope: Scope) -> QueryBuilder:
    """The receivables ledger of invoices: what they claim, and what valid vouchers took off."""
    i, p, credit = (
        table("Sales Invoice", "i"),
        table("Payment Ledger Entry", "p"),
        table("Sales Invoice", "cn"),
    )
    entry, journal = table("Payment Entry", "pe"), table("Journal Entry", "je")
    own = p.voucher_no == p.against_voucher_no  # the invoice itself, and what was paid at the counter
    settles = (journal.docstatus == 1) & one_of(journal.voucher_type, SETTLING_JOURNALS)
    pays = (journal.is_system_generated == 0) & one_of(journal.voucher_type, PAYING_JOURNALS)
    day = Coalesce(entry.posting_date, journal.posting_date, credit.posting_date, i.posting_date)
    entered = Coalesce(entry.creation, journal.creation, credit.creation, i.creation)
    amount = p.amount_in_account_currency  # in it, nothing is left when exchange rates moved
    statement = (
        query()
        .from_(i)
        .join(p)
        .on((p.against_voucher_no == i.name) & (p.against_voucher_type == Value("Sales Invoice")))
        .join(entry, JoinType.left)
        .on((p.voucher_type == Value("Payment Entry")) & (entry.name == p.voucher_no))
        .join(journal, JoinType.left)
        .on((p.voucher_type == Value("Journal Entry")) & (journal.name == p.voucher_no))
        .join(credit, JoinType.left)
        .on((p.voucher_type == Value("Sales Invoice")) & own.negate() & (credit.name == p.voucher_no))
        .where(own_invoice(i) & (i.is_return == 0) & (i.is_debit_note == 0))
        .where((p.delinked == 0) & (p.account_type == Value("Receivable")))
        .where(own | (entry.docstatus == 1) | settles | (credit.docstatus == 1))
    )
    statement = scope.limit(statement, date=i.posting_date, created=i.creation, party=i.customer)
    statement = scope.limit(statement, date=day, created=entered)
    paid = case(((own | (entry.docstatus == 1) | (settles & pays)) & (amount < 0), -amount), otherwise=0)
    net = case((own & (amount > 0), i.base_net_total), otherwise=0)
    return _happened(statement, i, Greatest(day, i.posting_date), owed=amount, paid=paid, net=net)


def _returns(scope: Scope, doctype: str) -> QueryBuilder:
    """Credit notes on invoices."""
    i, back = table(doctype, "i"), table(doctype, "b")
    statement = (
        query()
        .from_(i)
        .join(back)
        .on((back.return_against == i.name) & (back.is_return == 1) & (back.docstatus == 1))
    )
    statement = scope.limit(statement, date=back.posting_date, created=back.creation, party=i.customer)
    return _happened(statement, i, Greatest(back.posting_date, i.posting_date), net=back.base_net_total)


def _counter_sales(scope: Scope) -> QueryBuilder:
    """Sales at the counter, which are paid when they are made."""
    i = table("POS Invoice", "i")
    statement = query().from_(i).where((i.docstatus == 1) & (i.is_return == 0))
    statement = scope.limit(statement, date=i.posting_date, created=i.creation, party=i.customer)
    return _happened(statement, i, i.posting_date, paid=i.base_grand_total, net=i.base_net_total)


def paid_query(scope: Scope) -> Any:
    """Customer, since when an invoice of theirs is paid, since when it is given back again (None: never).

    An invoice is paid on the first day on which nothing is owed on it and something was paid. It is given back when its
    credit notes have eaten it up. Of invoices that were never given back the first to be paid is enough. None where the
    ledger has no payments.
    """
    branches = []
    if all(scope.has(doctype) for doctype in PAYMENT_SOURCES):
        branches += [_entries(scope), _returns(scope, "Sales Invoice")]
    if scope.has("POS Invoice"):
        branches += [_counter_sales(scope), _returns(scope, "POS Invoice")]
    if not branches:
        return None
    h = union_all(branches).as_("h")
    customer, invoice, day = (Field(name, table=h) for name in ("customer", "invoice", "day"))

    def so_far(column: str) -> Any:
        return window.Sum(Field(column, table=h)).over(customer, invoice).orderby(day).as_(column)

    s = query().from_(h).select(customer, invoice, day, *map(so_far, ("owed", "paid", "net"))).as_("s")
    names = ("customer", "invoice", "day", "owed", "paid", "net")
    customer, invoice, day, owed, paid, net = (Field(name, table=s) for name in names)
    nothing = Value(HALF_A_CENT)
    bills = (
        query()
        .from_(s)
        .select(
            customer,
            invoice,
            Min(case(((owed <= nothing) & (paid > nothing), day))).as_("paid_on"),
            Min(case((net <= nothing, day))).as_("back_on"),
        )
        .groupby(customer, invoice)
        .as_("bills")
    )
    customer, invoice, paid_on, back_on = (
        Field(name, table=bills) for name in ("customer", "invoice", "paid_on", "back_on")
    )
    given_back = case((back_on.isnull(), Value("")), otherwise=invoice)
    return (
        query()
        .from_(bills)
        .where(paid_on.notnull())
        .select(customer, Min(paid_on), Min(back_on))
        .groupby(customer, given_back)
    )
