"""ERPNext's Budgets over what a campaign's cost is booked on: what they allow, what is planned and booked, and new ones.

A Budget allows an amount on an account in a fiscal year against a project, a cost center or a dimension; one against a node
of a tree holds for all below it. ERPNext stops bookings, or warns of them. A plan is held to the same: a plan that goes
beyond a Budget, given what others have booked on it, is stopped or warned of. Hours are in no Budget, as in no ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import fmt_money, getdate

from relationship_crm.campaigns import bases, bookings
from relationship_crm.campaigns.bases import CAMPAIGN, Basis
from relationship_crm.campaigns.expenses import accounts_of

if TYPE_CHECKING:
    from frappe.model.document import Document

BUDGET = "Budget"
STOP, WARN, IGNORE = "Stop", "Warn", "Ignore"


class BudgetExceeded(frappe.ValidationError):
    """The plan goes beyond a Budget that stops."""


@dataclass(frozen=True)
class Applied:
    """A Budget of one account over a campaign; amounts in the company's currency."""

    budget: str
    against: str  # the project, cost center or value that it is against
    account: str
    start: date
    end: date
    amount: Decimal
    action: str  # Stop, Warn or Ignore
    planned: Decimal  # by this campaign
    booked: Decimal  # on this campaign
    others: Decimal  # booked on what else the Budget is for

    @property
    def left(self) -> Decimal:
        """What nobody has booked yet."""
        return self.amount - self.booked - self.others

    @property
    def beyond(self) -> Decimal:
        """By how much plan and others' bookings go beyond it; 0 where they do not."""
        return max(self.planned + self.others - self.amount, Decimal(0))


def applying(doc: Document) -> list[Applied]:
    """The Budgets over a campaign in the years of its plan; a constant number of queries."""
    basis = bases.of(doc)
    if not basis.column or not basis.value or not frappe.get_meta(BUDGET).has_field(basis.column):
        return []
    nodes = bases.above(basis.doctype, [basis.value])[basis.value]
    days = [getdate(day) for day in (doc.start_date, doc.end_date, *(row.cost_date for row in doc.cost_plan))]
    rows = _budgets(basis, nodes, min(days), max(days))
    if not rows:
        return []
    spent = _Spent(basis, [row.against for row in rows])
    plan = planned(doc)
    return [
        Applied(
            row.budget,
            row.against,
            row.account,
            getdate(row.start),
            getdate(row.end),
            Decimal(str(row.amount or 0)),
            row.action or IGNORE,
            sum((amount for (account, day), amount in plan.items() if _in(row, account, day)), Decimal(0)),
            *spent.of(row),
        )
        for row in rows
    ]


def _in(row: Any, account: str, day: date) -> bool:
    return account == row.account and getdate(row.start) <= day <= getdate(row.end)


def planned(doc: Document) -> dict[tuple[str, date], Decimal]:
    """What a campaign plans to spend, by expense account and day; lines of an item go on its expense account."""
    found: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    lines = [row for row in doc.cost_plan if not row.hours]
    of_items = accounts_of([row.item_code for row in lines if not row.account], doc.company)
    for row in lines:
        if account := row.account or of_items.get(row.item_code):
            found[account, getdate(row.cost_date)] += Decimal(str(row.amount or 0))
    return found


def _accounts() -> tuple[Any, Any, Any, Any, Any]:
    """Accounts of Budgets: query, Budget, what holds account and amount, first and last day.

    Version 15 has a table of accounts and one fiscal year, 16 one account and days of its own.
    """
    head = frappe.qb.DocType(BUDGET)
    query = frappe.qb.from_(head)
    if not frappe.get_meta(BUDGET).has_field("accounts"):
        return query, head, head, head.budget_start_date, head.budget_end_date
    line, year = frappe.qb.DocType("Budget Account"), frappe.qb.DocType("Fiscal Year")
    query = query.join(line).on((line.parent == head.name) & (line.parenttype == BUDGET))
    query = query.join(year).on(year.name == head.fiscal_year)
    return query, head, line, year.year_start_date, year.year_end_date


def _budgets(basis: Basis, nodes: Sequence[str], start: date, end: date) -> list[Any]:
    """Submitted Budgets on bookings, by account."""
    query, head, line, first, last = _accounts()
    return (
        query.select(
            head.name.as_("budget"),
            head[basis.column].as_("against"),
            line.account,
            line.budget_amount.as_("amount"),
            first.as_("start"),
            last.as_("end"),
            head.action_if_annual_budget_exceeded.as_("action"),
        )
        .where((head.docstatus == 1) & (head.company == basis.company) & head[basis.column].isin(list(nodes)))
        .where((head.applicable_on_booking_actual_expenses == 1) & (first <= end) & (last >= start))
        .orderby(first, line.account, head.name)
        .run(as_dict=True)
    )


class _Spent:
    """What was booked on the nodes of Budgets, and which of it on the campaign itself."""

    def __init__(self, basis: Basis, against: Sequence[str]):
        self._below = bases.below(basis.doctype, [*against, basis.value])
        self._own = set(self._below[basis.value])
        nodes = {node for value in against for node in self._below[value]}
        self._entries = bookings.entries(basis.column, nodes, [basis.company])

    def of(self, row: Any) -> tuple[Decimal, Decimal]:
        """On the campaign, and on everything else that a Budget is for."""
        nodes = set(self._below[row.against])
        own = others = Decimal(0)
        for entry in self._entries:
            if entry.value in nodes and _in(row, entry.account, entry.day):
                if entry.value in self._own:
                    own += entry.amount
                else:
                    others += entry.amount
        return own, others


def check(doc: Document) -> None:
    """Hold the plan to the Budgets. Raises BudgetExceeded where one that stops is exceeded; others are told."""
    for row in applying(doc):
        if not row.planned or not row.beyond or row.action not in (STOP, WARN):
            continue
        said = _told(row, doc.currency)
        if row.action == STOP and not _approves(doc.company):
            frappe.throw(said, BudgetExceeded, title=_("Budget Exceeded"))
        frappe.msgprint(said, title=_("Budget Exceeded"), indicator="orange")


def _told(row: Applied, currency: str) -> str:
    def money(amount: Decimal) -> str:
        return frappe.bold(fmt_money(float(amount), currency=currency))

    said = _("The budget for {0} against {1} is {2}.").format(
        frappe.bold(row.account), frappe.bold(row.against), money(row.amount)
    )
    if row.others:
        said += " " + _("{0} of it is spent on other things.").format(money(row.others))
    return f"{said} " + _("The plan of {0} goes beyond it by {1}.").format(
        money(row.planned), money(row.beyond)
    )


def _approves(company: str) -> bool:
    """Whether the user may exceed budgets: ERPNext lets a role of the company do that."""
    role = frappe.get_cached_doc("Company", company).get("exception_budget_approver_role")
    return bool(role) and role in frappe.get_roles()


# -- new ones


@frappe.whitelist(methods=["POST"])
def make(campaign: str, action: str = STOP) -> dict[str, list[str]]:
    """Drafts of ERPNext's Budgets for a campaign's plan, by fiscal year and account.

    Returns `made`, the names of the drafts, and `kept`, accounts that have a Budget already. Raises frappe.PermissionError
    where the user may not make Budgets, ValidationError where there is nothing to make them for.
    """
    doc = frappe.get_doc(CAMPAIGN, campaign)
    doc.check_permission("read")
    frappe.has_permission(BUDGET, "create", throw=True)
    if action not in (STOP, WARN, IGNORE):
        frappe.throw(_("Choose whether bookings beyond the budget are stopped, warned of or ignored."))
    basis = bases.of(doc)
    if not basis.value:
        frappe.throw(_("Choose first what the cost of this campaign is booked on."))
    kept = _budgeted(doc, basis)
    years: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    left_out = set()
    for (account, day), amount in planned(doc).items():
        if any(_in(row, account, day) for row in kept):
            left_out.add(account)
        elif amount:
            years[_year(day, doc.company)][account] += amount
    if not years and not left_out:
        frappe.throw(_("The plan has no line with an account, so there is nothing to budget."))
    made = []
    for year, accounts in sorted(years.items()):
        made += [_insert(basis, year, part, action) for part in _parts(accounts)]
    return {"made": made, "kept": sorted(left_out)}


def _budgeted(doc: Document, basis: Basis) -> list[Any]:
    """Accounts that have a Budget against just this basis, drafts too: ERPNext allows no second one."""
    query, head, line, first, last = _accounts()
    return (
        query.select(line.account, first.as_("start"), last.as_("end"))
        .where((head.docstatus < 2) & (head.company == basis.company) & (head[basis.column] == basis.value))
        .run(as_dict=True)
    )


def _year(day: date, company: str) -> str:
    from erpnext.accounts.utils import get_fiscal_year

    return get_fiscal_year(day, company=company)[0]


def _parts(accounts: dict[str, Decimal]) -> list[dict[str, Decimal]]:
    """Accounts as Budgets hold them: all in one, or each in its own."""
    if frappe.get_meta(BUDGET).has_field("accounts"):
        return [accounts]
    return [{account: amount} for account, amount in sorted(accounts.items())]


def _insert(basis: Basis, year: str, accounts: dict[str, Decimal], action: str) -> str:
    """A draft. A campaign's cost comes in lumps, so months are not held to a twelfth each."""
    values: dict[str, Any] = {
        "doctype": BUDGET,
        "company": basis.company,
        "budget_against": basis.doctype,
        basis.column: basis.value,
        "applicable_on_booking_actual_expenses": 1,
        "action_if_annual_budget_exceeded": action,
        "action_if_accumulated_monthly_budget_exceeded": IGNORE,
    }
    rows = [
        {"account": account, "budget_amount": float(amount)} for account, amount in sorted(accounts.items())
    ]
    if frappe.get_meta(BUDGET).has_field("accounts"):
        values.update({"fiscal_year": year, "accounts": rows})
    else:
        values.update({"from_fiscal_year": year, "to_fiscal_year": year, **rows[0]})
    return frappe.get_doc(values).insert().name
