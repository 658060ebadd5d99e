"""Campaigns, members, touches and responses as the tests of attribution and effect need them, written as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import frappe
from erp import COMPANY
from frappe.query_builder.functions import Sum
from frappe.utils import flt

from relationship_crm.assessment.bulk import write_rows

_number = iter(range(1, 10**9))


def campaign(title: str, company: str = COMPANY, **values: Any) -> str:
    """A campaign that ran in spring 2024, written as a row: nothing of its plan matters here."""
    name = f"RC-T-{title}"
    row = {
        "title": title,
        "kind": "Cross-Sell",
        "campaign_owner": "Administrator",
        "company": company,
        "currency": frappe.get_cached_value("Company", company, "default_currency"),
        "start_date": "2024-01-01",
        "end_date": "2024-03-31",
        "status": "Running",
        "cost_basis": "Project",
        "outcome_days": 90,
        "with_control_group": 1,
        "control_share": 20,
        **values,
    }
    write_rows("Relationship Campaign", ("name", *row), [(name, *row.values())])
    return name


def touch(of: str, party: str, day: date | str, party_type: str = "Customer", **values: Any) -> str:
    """A message that reached somebody on a day."""
    name = f"T{next(_number):08d}"
    row = {
        "campaign": of,
        "channel": "Email",
        "status": "Sent",
        "touched_on": f"{day} 10:00:00",
        "party_type": party_type,
        "party": party,
        "customer": party if party_type == "Customer" else None,
        "company": frappe.db.get_value("Relationship Campaign", of, "company"),
        "token_hash": name,
        **values,
    }
    write_rows("Campaign Touch", ("name", *row), [(name, *row.values())])
    return name


def response(
    of: str,
    party: str,
    day: date | str,
    kind: str = "Interested",
    party_type: str = "Customer",
    **values: Any,
) -> str:
    """Somebody answered, without a touch unless one is given."""
    name = f"A{next(_number):08d}"
    row = {
        "campaign": of,
        "response": kind,
        "source": "By Hand",
        "responded_on": f"{day} 11:00:00",
        "party_type": party_type,
        "party": party,
        "customer": party if party_type == "Customer" else None,
        "company": frappe.db.get_value("Relationship Campaign", of, "company"),
        "response_key": name,
        **values,
    }
    write_rows("Campaign Response", ("name", *row), [(name, *row.values())])
    return name


def members(
    of: str, arm: str, parties: Iterable[str], assigned: str = "2024-01-01", **values: Any
) -> list[str]:
    """Customers in an arm of a campaign, one person each."""
    columns = ("name", "campaign", "arm", "assigned_on", "party_type", "party", "customer", *values)
    rows = [
        (
            f"M{next(_number):08d}",
            of,
            arm,
            f"{assigned} 09:00:00",
            "Customer",
            party,
            party,
            *values.values(),
        )
        for party in parties
    ]
    write_rows("Campaign Member", columns, rows)
    return [row[0] for row in rows]


def booked(company: str = COMPANY) -> float:
    """What the general ledger has on the company's income accounts."""
    entry, account = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Account")
    found = (
        frappe.qb.from_(entry)
        .join(account)
        .on(account.name == entry.account)
        .where((account.root_type == "Income") & (entry.company == company) & (entry.is_cancelled == 0))
        .select(Sum(entry.credit) - Sum(entry.debit))
    ).run()
    return flt(found[0][0], 2)
