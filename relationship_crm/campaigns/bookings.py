"""What was spent on campaigns: the general ledger on their bases, and hours from timesheets. Nothing is stored.

From the ledger count entries on expense accounts of the campaign's company, debit less credit in its currency. Cancelled
entries and closed years (Period Closing Voucher) do not. Of parallel finance books the company's default one counts, as in
ERPNext's reports. Hours count at the cost that submitted timesheets know: rows that name the campaign, and rows of its
project that name none; each row once. A constant number of queries whatever the number of campaigns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.model.meta import get_field_precision
from frappe.query_builder.functions import Coalesce, Date, Sum
from frappe.utils import add_days, cint, getdate
from pypika.terms import Case

from relationship_crm.campaigns import bases
from relationship_crm.campaigns.bases import PROJECT, Basis
from relationship_crm.campaigns.booked_items import Ledgered, divide
from relationship_crm.campaigns.fields import CAMPAIGN as NAMED
from relationship_crm.campaigns.variance import Actual

#: The account that hours are planned and found on: timesheets are not in the ledger.
HOURS = "hours from timesheets"
CLOSING = "Period Closing Voucher"
EXPENSE = "Expense"


@dataclass(frozen=True)
class Booked(Actual):
    """An amount with the document behind it; `hours` where a timesheet is it."""

    voucher_type: str = ""
    voucher_no: str = ""
    hours: float = 0.0
    uncosted: float = 0.0  # of these hours, at no cost


def read(found: Sequence[Basis], as_of: date | None = None) -> dict[str, list[Booked]]:
    """All that was booked on campaigns until a day, by campaign; without a day all there is."""
    booked: dict[str, list[Booked]] = defaultdict(list)
    for (column, doctype), group in bases.by_column(found).items():
        _ledger(column, doctype, group, as_of, booked)
    _hours([basis for basis in found if basis.hours], as_of, booked)
    return booked


def unit_of(company: str) -> Decimal:
    """The smallest amount that the ledger of a company holds."""
    currency = frappe.get_cached_value("Company", company, "default_currency")
    field = frappe.get_meta("GL Entry").get_field("debit")
    return Decimal(1).scaleb(-cint(get_field_precision(field, currency=currency)))


# -- general ledger


def _ledger(
    column: str, doctype: str, group: Sequence[Basis], as_of: date | None, booked: dict[str, list[Booked]]
) -> None:
    """Add what the ledger holds on the values of one column."""
    nodes = bases.below(doctype, [basis.value for basis in group])
    campaigns: dict[tuple[str, str], list[str]] = defaultdict(list)
    for basis in group:
        for node in nodes[basis.value]:
            campaigns[basis.company, node].append(basis.campaign)
    rows = entries(column, [node for _company, node in campaigns], {basis.company for basis in group}, as_of)
    for row in divide(column, [row for row in rows if (row.company, row.value) in campaigns]):
        one = Booked(row.amount, row.day, row.item, row.account, row.voucher_type, row.voucher_no)
        for campaign in campaigns[row.company, row.value]:
            booked[campaign].append(one)


def entries(
    column: str, values: Iterable[str], companies: Iterable[str], as_of: date | None = None
) -> list[Ledgered]:
    """Expenses booked on values of a column, by document, account and day."""
    entry, account, company = (frappe.qb.DocType(name) for name in ("GL Entry", "Account", "Company"))
    book = Coalesce(entry.finance_book, "")
    keys = (
        *(entry[column], entry.company, entry.account, entry.voucher_type, entry.voucher_no),
        *(entry.voucher_detail_no, entry.posting_date),
    )
    query = (
        frappe.qb.from_(entry)
        .join(account)
        .on(account.name == entry.account)
        .join(company)
        .on(company.name == entry.company)
        .where((entry.is_cancelled == 0) & (account.root_type == EXPENSE) & (entry.voucher_type != CLOSING))
        .where(entry.company.isin(sorted(set(companies))) & entry[column].isin(sorted(set(values))))
        .where((book == "") | (book == company.default_finance_book))
        .select(*keys, Sum(entry.debit - entry.credit))
        .groupby(*keys)
        .orderby(entry.posting_date, entry.voucher_no, entry.account)
    )
    if as_of:
        query = query.where(entry.posting_date <= as_of)
    return [
        Ledgered(*row[:5], row[5] or "", getdate(row[6]), Decimal(str(row[7] or 0))) for row in query.run()
    ]


# -- hours


def _hours(found: Sequence[Basis], as_of: date | None, booked: dict[str, list[Booked]]) -> None:
    """Add what timesheets say that hours cost."""
    if not found:
        return
    projects: dict[str, list[Basis]] = defaultdict(list)
    for basis in found:
        if basis.doctype == PROJECT and basis.value:
            projects[basis.value].append(basis)
    by_name = {basis.campaign: basis for basis in found}
    for row in _sheets(list(by_name), list(projects), as_of):
        own = [by_name[row.campaign]] if row.campaign else projects[row.project]
        for basis in own:
            if row.company in ("", basis.company):
                booked[basis.campaign].append(
                    Booked(
                        Decimal(str(row.cost or 0)),
                        getdate(row.day),
                        None,
                        HOURS,
                        "Timesheet",
                        row.voucher_no,
                        row.hours or 0.0,
                        row.uncosted or 0.0,
                    )
                )


def _sheets(campaigns: Sequence[str], projects: Sequence[str], as_of: date | None) -> list[Any]:
    """Hours by timesheet and day, of rows that name a campaign, else of rows of a project."""
    sheet, row = frappe.qb.DocType("Timesheet"), frappe.qb.DocType("Timesheet Detail")
    named, day = Coalesce(row[NAMED], ""), Date(row.from_time)
    wanted = row[NAMED].isin(campaigns)
    if projects:
        wanted |= (named == "") & row.project.isin(projects)
    free = Case().when(row.base_costing_amount == 0, row.hours).else_(0)
    query = (
        frappe.qb.from_(row)
        .join(sheet)
        .on(sheet.name == row.parent)
        .where((sheet.docstatus == 1) & wanted)
        .select(
            named.as_("campaign"),
            row.project,
            Coalesce(sheet.company, "").as_("company"),
            sheet.name.as_("voucher_no"),
            day.as_("day"),
            Sum(row.base_costing_amount).as_("cost"),
            Sum(row.hours).as_("hours"),
            Sum(free).as_("uncosted"),
        )
        .groupby(row[NAMED], row.project, sheet.company, sheet.name, day)
        .orderby(day, sheet.name)
    )
    if as_of:
        query = query.where(row.from_time < add_days(as_of, 1))
    return query.run(as_dict=True)
