"""Number cards of campaigns: each counts only what the user may see, and opens the list or report behind it.

Money of several companies is in the reporting currency, at stored rates; a company whose currency has none is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import add_days, flt, get_datetime, getdate, now_datetime

from relationship_crm.assessment.site import company_rates
from relationship_crm.campaigns import by_stage, calls, costs, credits, dialling, frequency
from relationship_crm.campaigns.attribution import NOBODY
from relationship_crm.campaigns.by_stage import Tally
from relationship_crm.campaigns.outcome import CAMPAIGN
from relationship_crm.campaigns.pressure import Pressure
from relationship_crm.campaigns.sight import Sight
from relationship_crm.cards import TEXT, Card, card
from relationship_crm.engine.grid import day_number
from relationship_crm.relationship_crm.report import rows

#: How far back the response rate looks.
RATE_DAYS = 90
#: Under what the credited revenue of a user is kept, and for how many seconds.
KEPT, FRESH = "relationship_crm_credited_revenue", 600


@frappe.whitelist()
def running_campaigns(filters: str | dict | list | None = None) -> Card:
    """Campaigns that run today."""
    wanted = {"status": ["=", "Running"], "is_template": ["=", 0]}
    found = frappe.get_list(CAMPAIGN, filters=wanted, pluck="name", order_by="name asc")
    return card(len(found), "Int", ["List", CAMPAIGN], wanted)


@frappe.whitelist()
def planned_campaign_cost(filters: str | dict | list | None = None) -> Card:
    """What plans of campaigns say for this calendar year."""
    first, last = _year()
    company = _companies()
    line = frappe.qb.DocType(costs.PLAN)
    found = (
        frappe.qb.from_(line)
        .select(line.parent, Sum(line.amount))
        .where((line.parenttype == CAMPAIGN) & line.parent.isin([*company, ""]))
        .where((line.cost_date >= first) & (line.cost_date <= last))
        .groupby(line.parent)
    ).run()
    return _money(((company[name], flt(amount)) for name, amount in found), first, last)


@frappe.whitelist()
def actual_campaign_cost(filters: str | dict | list | None = None) -> Card:
    """What was booked on campaigns in this calendar year."""
    first, last = _year()
    company = _companies()
    now, before = (costs.compared(list(company), day) for day in (last, first - timedelta(days=1)))
    spent = ((of, now[name].total.actual - before[name].total.actual) for name, of in company.items())
    return _money(((of, float(amount)) for of, amount in spent), first, last)


@frappe.whitelist()
def credited_revenue(filters: str | dict | list | None = None) -> Card:
    """What was invoiced net this calendar year and some campaign gets the credit for."""
    first, last = _year()
    # reads all invoices of all customers whom some campaign reached: too much for every look at a workspace
    key = f"{KEPT}|{frappe.session.user}|{last}"
    found = frappe.cache.get_value(key, expires=True)
    if found is None:
        found = _credited(first)
        frappe.cache.set_value(key, found, expires_in_sec=FRESH)
    return _money(found, first, last)


def _credited(first: date) -> list[tuple[str, float]]:
    """Net amount with credit by company, posted since a day, of customers the user may read."""
    sight, begin, found = Sight(), day_number(first), []
    for company in sorted(set(_companies().values())):
        book = credits.load(company, None, sight.customers())
        of = book.credits()
        since = (of.touch != NOBODY) & (book.found.posted[of.invoice] >= begin)
        found.append((company, float(book.money(int(of.amount[since].sum())))))
    return found


@frappe.whitelist()
def campaign_response_rate(filters: str | dict | list | None = None) -> Card:
    """How many of the people contacted within the last 90 days have responded."""
    last = getdate()
    first = add_days(last, 1 - RATE_DAYS)
    whole = Tally()
    for tally in by_stage.tallies(
        by_stage.people(list(_companies()), first, last, Sight()), "campaign"
    ).values():
        whole.contacted += tally.contacted
        whole.responded += tally.responded
    shown = rows.percent(whole.rate.value) if whole.contacted else "–"
    options = {"from_date": str(first), "to_date": str(last)}
    return card(shown, TEXT, ["query-report", "Response by Stage"], options)


@frappe.whitelist()
def calls_due_today(filters: str | dict | list | None = None) -> Card:
    """The user's own calls that are to be made by tonight."""
    frappe.has_permission(calls.TOUCH, "read", throw=True)
    tonight = get_datetime(f"{getdate(now_datetime())} 23:59:59")
    options = {
        "channel": ["=", calls.CALL],
        "assigned_to": ["=", frappe.session.user],
        "status": ["in", [calls.WAITING, calls.REACHED]],
        "next_contact_on": ["<=", str(tonight)],
    }
    due = dialling.count_due(frappe.session.user, tonight)
    return card(due, "Int", ["List", calls.TOUCH], options)


@frappe.whitelist()
def nobody_hears_from_us(filters: str | dict | list | None = None) -> Card:
    """Relationships that should hear from us, and did not within a year."""
    return _pressure(Pressure.SILENCE, "silence")


@frappe.whitelist()
def we_pester_them(filters: str | dict | list | None = None) -> Card:
    """Relationships that heard from us more often within a year than their stage allows."""
    return _pressure(Pressure.PESTERED, "pestered")


def _pressure(one: Pressure, key: str) -> Card:
    count = len(frequency.of_class(frequency.read({}), one))
    options = {"view": "Customers", "pressure": key}
    return card(count, "Int", ["query-report", "Contact Frequency"], options)


def _companies() -> dict[str, str]:
    """The campaigns that the user may read, with their companies."""
    found = frappe.get_list(
        CAMPAIGN,
        filters={"is_template": 0},
        fields=["name", "company"],
        order_by="name asc",
    )
    return {row.name: row.company for row in found}


def _year() -> tuple[date, date]:
    """The first and the last day of this calendar year."""
    today = getdate()
    return date(today.year, 1, 1), date(today.year, 12, 31)


def _money(amounts: Iterable[tuple[str, float]], first: date, last: date) -> Card:
    """Amounts by company in the reporting currency."""
    rates = company_rates(rows.currency())
    by_company: dict[str, float] = defaultdict(float)
    for company, amount in amounts:
        by_company[company] += amount
    value = sum(amount * rates.get(company, 0.0) for company, amount in by_company.items())
    options = {"from_date": str(first), "to_date": str(last)}
    route = ["query-report", "Campaign Performance"]
    if any(by_company.values()) and not rates.keys() & by_company.keys():
        return card("–", TEXT, route, options)  # 0.00 would say that there is nothing
    return card(flt(value, 2), "Currency", route, options)
