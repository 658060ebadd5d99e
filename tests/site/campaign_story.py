"""A campaign from its plan to its result, by real documents, as test_campaign_scenario tells it. Nothing here commits."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import spending
import waves
from campaigning import campaign, rule, target_list
from erp import ADVICE, COMPANY, CRAFT, NORTH
from frappe.query_builder.functions import Sum
from frappe.utils import add_days, flt, today
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns import freezing
from relationship_crm.campaigns.token import token_of
from relationship_crm.campaigns.web import CampaignPage

#: Everybody on the list, of whom a fifth is left out by lot.
LISTED, CONTACTED, CONTROL = 625, 500, 125
ERPNEXT_CAMPAIGN = "RCRM Spring Offer"
PRINT, POST = "RCRM Print", "RCRM Post"


def customers(number: int = LISTED) -> list[str]:
    """Customers with an address and a phone number; one more of another group, who is not meant."""
    columns = (
        *("name", "customer_name", "customer_type", "customer_group", "territory", "email_id", "mobile_no"),
        *("default_currency", "disabled", "is_internal_customer"),
    )
    rows = [
        (
            f"RCRM Story {i:03d}",
            f"RCRM Story {i:03d}",
            "Company",
            CRAFT if i < number else erp.TRADE,
            NORTH,
            f"story{i:03d}@example.com",
            f"+49 30 55{i:05d}",
            "USD",
            0,
            0,
        )
        for i in range(number + 1)
    ]
    write_rows("Customer", columns, rows)
    return [row[0] for row in rows]


def planned() -> Any:
    """The campaign with its dynamic list, its plan (800.00 for print, 250.00 for post) and ERPNext's campaign."""
    whom = target_list("RCRM Crafts", rule("Customer Group", reference=CRAFT))
    erp.ensure("Campaign", ERPNEXT_CAMPAIGN, campaign_name=ERPNEXT_CAMPAIGN)
    return campaign(
        whom,
        title="RCRM Story",
        with_control_group=1,
        control_share=20,
        cost_basis="Project",
        project=spending.project("RCRM Story"),
        erpnext_campaign=ERPNEXT_CAMPAIGN,
        cost_plan=[
            spending.line(800, today(), account=spending.expense(PRINT)),
            spending.line(250, today(), account=spending.expense(POST)),
        ],
    )


def frozen(doc: Any) -> None:
    """What the button does, in the test's own transaction."""
    freezing.freeze(doc.name)
    doc.reload()


def wave(doc: Any, channel: str = "Email", **values: Any) -> Any:
    """A wave of it; mails and calls say the same to everybody."""
    frappe.db.set_value("Relationship Campaign", doc.name, "status", "Running")
    return waves.wave(doc.name, waves.message("<p>Our spring offer</p>"), channel=channel, **values)


def journal(amount: float, account: str, project: str) -> Any:
    """Cost that comes from no purchase invoice."""
    cost_center = frappe.get_cached_value("Company", COMPANY, "cost_center")
    rows = [
        {
            "account": account,
            "debit_in_account_currency": amount,
            "project": project,
            "cost_center": cost_center,
        },
        {"account": erp.account("Cash"), "credit_in_account_currency": amount},
    ]
    doc = frappe.get_doc(
        {"doctype": "Journal Entry", "company": COMPANY, "posting_date": today(), "accounts": rows}
    ).insert()
    return doc.submit() or doc


def bought(amount: float, account: str, project: str) -> Any:
    """A purchase invoice on the campaign's project."""
    return spending.purchase(today(), [(spending.FLYER, amount, account, {"project": project})])


def in_the_ledger(project: str) -> float:
    """What the general ledger has on the expense accounts of a project, asked of it directly."""
    entry, account = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Account")
    found = (
        frappe.qb.from_(entry)
        .join(account)
        .on(account.name == entry.account)
        .where((account.root_type == "Expense") & (entry.project == project) & (entry.is_cancelled == 0))
        .select(Sum(entry.debit) - Sum(entry.credit))
    ).run()
    return flt(found[0][0], 2)


def click(touch: str, say: str = "yes") -> int:
    """The page's post, as the browser of whoever got the mail sends it; the status of the answer."""
    token = token_of(touch)
    environ = EnvironBuilder(path=f"/c/{token}", method="POST", data={"say": say}).get_environ()
    kept = getattr(frappe.local, "request", None)
    frappe.local.request = Request(environ)
    try:
        return CampaignPage(f"c/{token}").answer(token, "", {}).status_code
    finally:
        frappe.local.request = kept


def sell(customer: str, amount: float, **values: Any) -> Any:
    """An order of today and its invoice."""
    order = erp.order(customer, today(), [(ADVICE, 1, amount)], add_days(today(), 3), **values)
    return erp.invoice_of(order, today(), [(0, 1)])
