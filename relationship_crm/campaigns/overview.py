"""What the form of a campaign shows of its cost: plan and actual by line, the documents behind them, and Budgets."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import frappe
from frappe import _

from relationship_crm.campaigns import bases, budget, costs, variance
from relationship_crm.campaigns.bases import CAMPAIGN
from relationship_crm.campaigns.bookings import HOURS, Booked

#: Documents shown behind a line; the ledger has them all.
SHOWN = 50


@frappe.whitelist()
def cost(campaign: str) -> dict[str, Any]:
    """Planned against actual cost of a campaign, as of today, with what is behind each line and Budgets over it.

    Amounts are numbers in the company's currency. Documents are named to those who may read the general ledger.
    """
    doc = frappe.get_doc(CAMPAIGN, campaign)
    doc.check_permission("read")
    found, behind = costs.explained(campaign)
    rows = {row.name: row for row in doc.cost_plan}
    basis = bases.of(doc)
    hours = [one for booked in behind.values() for one in booked if one.account == HOURS]
    return {
        "currency": doc.currency,
        "basis": {"doctype": basis.doctype, "column": basis.column, "value": basis.value},
        "lines": [_line(line, rows[line.name], behind[line.name]) for line in found.lines],
        "unplanned": _line(found.unplanned, None, behind[None]) if found.unplanned else None,
        "total": _figures(found.total),
        "hours": sum(one.hours for one in hours),
        "uncosted": sum(one.uncosted for one in hours),
        "budgets": [_budget(one) for one in budget.applying(doc)],
        "may_budget": bool(basis.value) and frappe.has_permission(budget.BUDGET, "create"),
    }


def _figures(line: variance.Line) -> dict[str, Any]:
    return {
        "planned": float(line.planned),
        "actual": float(line.actual),
        "variance": float(line.variance),
        "share": None if math.isnan(line.share) else 100 * line.share,
        "verdict": line.verdict.value,
    }


def _line(line: variance.Line, row: Any | None, booked: list[Booked]) -> dict[str, Any]:
    named = {
        "description": row.description if row else _("Not planned"),
        "item": row.item_code if row else None,
        "account": row.account if row else None,
        "hours": row.hours if row else 0,
        "day": row.cost_date if row else None,
    }
    return {**named, **_figures(line), "documents": _documents(booked), "count": len(_by_document(booked))}


def _by_document(booked: list[Booked]) -> dict[tuple, Decimal]:
    """Amounts by document, day, account and item, the latest first."""
    found: dict[tuple, Decimal] = {}
    for one in sorted(booked, key=lambda one: (one.day, one.voucher_no), reverse=True):
        key = (one.voucher_type, one.voucher_no, one.day, one.account, one.item)
        found[key] = found.get(key, Decimal(0)) + Decimal(str(one.amount))
    return found


def _documents(booked: list[Booked]) -> list[dict[str, Any]]:
    """What is behind a line, for those who may read it: of the ledger, of timesheets."""
    ledger, sheets = (frappe.has_permission(doctype, "read") for doctype in ("GL Entry", "Timesheet"))
    rows = [
        {
            "voucher_type": kind,
            "voucher_no": name,
            "day": day,
            "account": None if account == HOURS else account,
            "item": item,
            "amount": float(amount),
        }
        for (kind, name, day, account, item), amount in _by_document(booked).items()
        if (sheets if account == HOURS else ledger)
    ]
    return rows[:SHOWN]


def _budget(one: budget.Applied) -> dict[str, Any]:
    amounts = ("amount", "planned", "booked", "others", "left", "beyond")
    texts = ("budget", "against", "account", "start", "end", "action")
    return {
        **{name: float(getattr(one, name)) for name in amounts},
        **{name: getattr(one, name) for name in texts},
    }


@frappe.whitelist(methods=["POST"])
def make_erpnext_campaign(campaign: str) -> str:
    """ERPNext's Campaign of a campaign, for documents to name; its name. One of that title that is nobody's is taken.

    On version 16 saving it makes the UTM Campaign that documents link to.
    """
    doc = frappe.get_doc(CAMPAIGN, campaign)
    doc.check_permission("write")
    if doc.erpnext_campaign:
        return doc.erpnext_campaign
    if doc.is_template:
        frappe.throw(_("A template is named by no document."))
    doc.erpnext_campaign = _nobodys(doc.title) or _new(doc)
    doc.save()
    return doc.erpnext_campaign


def _nobodys(title: str) -> str | None:
    """A Campaign of that title that belongs to no campaign of ours."""
    for name in frappe.get_list(
        "Campaign", filters={"campaign_name": title}, pluck="name", order_by="name asc"
    ):
        if not frappe.db.exists(CAMPAIGN, {"erpnext_campaign": name}):
            return name
    return None


def _new(doc: Any) -> str:
    """Titles may be there twice, names of ERPNext's Campaigns may not."""
    title = doc.title
    if frappe.db.exists("Campaign", {"campaign_name": title}) or frappe.db.exists("Campaign", title):
        title = f"{title} ({doc.name})"
    values = {"doctype": "Campaign", "campaign_name": title, "description": doc.goal}
    return frappe.get_doc(values).insert().name
