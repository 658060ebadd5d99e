"""What each campaign's new customers cost, and when their margin covered it; of one campaign customer by customer."""

from __future__ import annotations

import math
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, formatdate, getdate

from relationship_crm.campaigns.acquisition import Acquisition, Paid, acquired, campaigns_of
from relationship_crm.campaigns.attribution import Model
from relationship_crm.campaigns.bases import CAMPAIGN
from relationship_crm.campaigns.sight import Sight
from relationship_crm.relationship_crm.report import rows

COST, MARGIN = "#e0703c", "#1f6b5c"
SHOWN_IN_CHART = 12


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    if not filters.company:
        frappe.throw(_("Choose a company: its campaigns are added up in its currency."))
    as_of = getdate(filters.as_of) if filters.as_of else None
    currency = frappe.get_cached_value("Company", filters.company, "default_currency")
    wanted = {field: filters.get(field) for field in ("kind", "status", "name") if filters.get(field)}
    if filters.campaign:
        wanted["name"] = filters.campaign
    campaigns = campaigns_of(filters.company, **wanted)
    sight = Sight()
    model = Model(filters.model) if filters.model else None
    found = acquired(filters.company, campaigns, as_of, model, sight) if campaigns else []
    told = message(sight)
    if filters.campaign and found:
        one = found[0]
        data = [_customer(won, currency) for won in one.customers]
        _named(data)
        return customer_columns(), data, told, one_chart(one, currency), summary(found, currency)
    data = [_row(row, one, currency) for row, one in zip(campaigns, found, strict=True)]
    if not filters.all:
        data = [row for row in data if row.cost or row.customers]
    return columns(), data, told, chart(data), summary(found, currency)


def message(sight: Sight) -> str:
    """What the figures are, and of whom."""
    said = _(
        "New customers are those whose first purchase gives the campaign the largest credit. Their margin is what they were"
        " invoiced net since, less what it cost; services cost nothing here."
    )
    note = sight.note()
    return frappe.utils.escape_html(f"{said} {note}".strip())


# -- rows


def _row(row: Any, one: Acquisition, currency: str) -> frappe._dict:
    each = one.cost_per_customer
    return frappe._dict(
        campaign=row.name,
        title=row.title,
        kind=row.kind,
        status=row.status,
        start_date=row.start_date,
        customers=len(one.customers),
        goal=row.goal_customers or None,
        cost_per_customer=None if math.isnan(each) else each,
        currency=currency,
        **_paid(one.paid, bool(one.customers)),
    )


def _customer(won: Any, currency: str) -> frappe._dict:
    return frappe._dict(
        customer=won.customer,
        first_purchase=won.day,
        first_amount=won.amount,
        currency=currency,
        **_paid(won.paid, True),
    )


def _paid(paid: Paid, anybody: bool) -> dict[str, Any]:
    return {
        "cost": paid.cost,
        "margin": paid.margin,
        "month": paid.month,
        "paid_back": formatdate(paid.day, "MM-yyyy") if paid.day else _("not yet") if anybody else "",
        "missing": paid.missing if anybody else None,
    }


def _named(data: list[frappe._dict]) -> None:
    names = rows_of_customers([row.customer for row in data])
    for row in data:
        row.customer_name = names.get(row.customer, row.customer)


def rows_of_customers(customers: list[str]) -> dict[str, str]:
    """Titles of customers by name."""
    found = frappe.get_all(
        "Customer",
        filters={"name": ["in", customers]},
        fields=["name", "customer_name"],
        order_by="name asc",
    )
    return {row.name: row.customer_name for row in found}


def columns() -> list[dict[str, Any]]:
    """Of all campaigns."""
    return [
        rows.column("title", _("Campaign"), "Data", 210),
        rows.column("campaign", _("No."), "Link", 125, options=CAMPAIGN, hidden=1),
        rows.column("kind", _("Kind"), "Data", 110),
        rows.column("status", _("Status"), "Data", 100),
        rows.column("start_date", _("Start Date"), "Date", 105),
        rows.money("cost", _("Actual Cost"), 130),
        rows.column("customers", _("New Customers"), "Int", 125),
        rows.column("goal", _("Wanted"), "Int", 85),
        rows.money("cost_per_customer", _("Cost per New Customer"), 175),
        rows.money("margin", _("Margin Since"), 130),
        rows.column("month", _("Paid Back in Month"), "Int", 150),
        rows.column("paid_back", _("Paid Back"), "Data", 105),
        rows.money("missing", _("Missing"), 120),
        rows.currency_column(),
    ]


def customer_columns() -> list[dict[str, Any]]:
    """Of one campaign's new customers."""
    return [
        rows.column("customer", _("Customer"), "Link", 170, options="Customer"),
        rows.column("customer_name", _("Customer Name"), "Data", 190),
        rows.column("first_purchase", _("First Purchase"), "Date", 120),
        rows.money("first_amount", _("Net Amount"), 130),
        rows.money("cost", _("Its Cost"), 120),
        rows.money("margin", _("Margin Since"), 130),
        rows.column("month", _("Paid Back in Month"), "Int", 150),
        rows.column("paid_back", _("Paid Back"), "Data", 105),
        rows.money("missing", _("Missing"), 120),
        rows.currency_column(),
    ]


# -- charts and summary


def chart(data: list[frappe._dict]) -> dict[str, Any] | None:
    """Cost and margin of the campaigns that won somebody, the dearest first."""
    shown = sorted((row for row in data if row.customers), key=lambda row: (-row.cost, row.campaign))
    shown = shown[:SHOWN_IN_CHART]
    if not shown:
        return None
    values = {
        _("Actual Cost"): [flt(row.cost, 2) for row in shown],
        _("Margin Since"): [flt(row.margin, 2) for row in shown],
    }
    return rows.bars(
        [row.title for row in shown],
        values,
        colors=[COST, MARGIN],
        fieldtype="Currency",
        options="currency",
        currency=shown[0].currency,
    )


def one_chart(one: Acquisition, currency: str) -> dict[str, Any]:
    """Cumulated margin against the cost, month by month."""
    months = [
        formatdate(frappe.utils.add_months(one.first_month, at), "MM-yyyy")
        for at in range(len(one.cumulated))
    ]
    datasets = [
        {"name": _("Margin Since"), "values": one.cumulated},
        {"name": _("Actual Cost"), "values": [flt(one.paid.cost, 2)] * len(months)},
    ]
    return {
        "data": {"labels": months, "datasets": datasets},
        "type": "line",
        "colors": [MARGIN, COST],
        "fieldtype": "Currency",
        "options": "currency",
        "currency": currency,
    }


def summary(found: list[Acquisition], currency: str) -> list[dict[str, Any]]:
    """The figures above the chart."""
    cost, margin = (sum(getattr(one.paid, name) for one in found) for name in ("cost", "margin"))
    customers = sum(len(one.customers) for one in found)
    winning = [one for one in found if one.customers]
    covered = sum(one.paid.month is not None for one in winning)
    money = {"datatype": "Currency", "currency": currency}
    return [
        {"label": _("Actual Cost"), "value": cost, **money},
        {"label": _("New Customers"), "value": customers, "datatype": "Int"},
        {
            "label": _("Cost per New Customer"),
            "value": flt(cost / customers, 2) if customers else "–",
            **(money if customers else {"datatype": "Data"}),
        },
        {"label": _("Margin Since"), "value": margin, **money},
        {
            "label": _("Campaigns Paid Back"),
            "value": _("{0} of {1}").format(covered, len(winning)),
            "datatype": "Data",
            "indicator": "Green" if winning and covered == len(winning) else "Orange",
        },
    ]
