"""A campaign of the demo company, ready to be started: people, cost, a control group and a first wave."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import add_days, today

from relationship_crm.campaigns import freezing

LIST, TITLE = "Demo Customers Who Bought", "Demo Spring Offer"
#: What is planned and what was booked, by the number of the expense account.
PLANNED, BOOKED = (400.0, 150.0), 389.50


def plan(company: str) -> str:
    """The campaign's name. Nothing is sent: that takes the button Start."""
    _addresses()
    frappe.get_doc(
        {
            "doctype": "Campaign Target List",
            "list_name": LIST,
            "kind": "Dynamic",
            "customers": 1,
            "rules": [{"effect": "Include", "criterion": "Purchases", "operator": "at least", "amount": 1}],
        }
    ).insert()
    project = frappe.get_doc({"doctype": "Project", "project_name": TITLE, "company": company}).insert().name
    accounts = _expenses(company)
    lines = zip(("Flyers", "Postage"), accounts, PLANNED, strict=True)
    campaign = frappe.get_doc(
        {
            "doctype": "Relationship Campaign",
            "title": TITLE,
            "kind": "Cross-Sell",
            "company": company,
            "start_date": today(),
            "end_date": add_days(today(), 45),
            "goal": "Those who bought one thing get to know the others.",
            "cost_basis": "Project",
            "project": project,
            "with_control_group": 1,
            "control_share": 20,
            "lists": [{"target_list": LIST, "effect": "Include"}],
            "cost_plan": [
                {"description": what, "account": account, "amount": amount, "cost_date": today()}
                for what, account, amount in lines
            ],
        }
    ).insert()
    _book(company, project, accounts[0])
    freezing.freeze(campaign.name)
    _wave(campaign.name)
    return campaign.name


def _addresses() -> None:
    """Somebody to write to at each demo customer, at addresses that lead nowhere."""
    for number, name in enumerate(
        frappe.get_all(
            "Customer", {"customer_name": ["like", "Demo %"]}, pluck="name", order_by="creation, name"
        ),
        start=1,
    ):
        frappe.get_doc(
            {
                "doctype": "Contact",
                "first_name": f"Contact {number}",
                "is_primary_contact": 1,
                "email_ids": [{"email_id": f"demo{number}@example.com", "is_primary": 1}],
                "links": [{"link_doctype": "Customer", "link_name": name}],
            }
        ).insert()


def _expenses(company: str) -> list[str]:
    """Two accounts that can be booked on by hand."""
    filters = {"company": company, "root_type": "Expense", "is_group": 0, "account_type": ["in", ["", None]]}
    return frappe.get_all("Account", filters, pluck="name", order_by="lft", limit=2)


def _book(company: str, project: str, account: str) -> Any:
    cash = {"company": company, "account_type": "Cash", "is_group": 0}
    center = frappe.get_cached_value("Company", company, "cost_center")
    debit = {"debit_in_account_currency": BOOKED, "project": project, "cost_center": center}
    return (
        frappe.get_doc(
            {
                "doctype": "Journal Entry",
                "company": company,
                "posting_date": today(),
                "accounts": [
                    {"account": account, **debit},
                    {"account": frappe.db.get_value("Account", cash), "credit_in_account_currency": BOOKED},
                ],
            }
        )
        .insert()
        .submit()
    )


def _wave(campaign: str) -> None:
    frappe.get_doc(
        {
            "doctype": "Campaign Activity",
            "campaign": campaign,
            "title": "First letter by mail",
            "channel": "Email",
            "wave": 1,
            "audience": "Everybody",
            "send_on": today(),
            "messages": [
                {
                    "variant": "A",
                    "share": 1,
                    "subject": "Spring at Demo Trading",
                    "message": "<p>Dear {{ recipient_name }},</p><p>this spring there is {{ reward }} for you.</p>",
                    "reward": "a free lamp with your next order",
                    "button_label": "I am interested",
                }
            ],
        }
    ).insert()
