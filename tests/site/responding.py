"""Campaigns as the tests of responses need them: members and touches as rows, as the lists and senders write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from erp import COMPANY
from frappe.utils import add_days, now_datetime, today

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns.token import hash_of, token_of

#: A Campaign of ERPNext.
THEIRS = "RCRM Their Spring"
#: What campaigns leave behind.
KEPT = (
    *("Campaign Response", "Campaign Touch", "Campaign Member", "Campaign Target Entry"),
    *("Survey Recipient", "Email Unsubscribe"),
)


def no_campaigns() -> None:
    """Nobody was contacted yet."""
    for doctype in KEPT:
        frappe.db.delete(doctype)


def campaign(title: str = "RCRM Spring", **values: Any) -> str:
    """A campaign that began ten days ago and ends in twenty; its list is frozen."""
    doc = frappe.get_doc(
        {
            "doctype": "Relationship Campaign",
            "title": title,
            "kind": "Retention",
            "company": COMPANY,
            "campaign_owner": "Administrator",
            "start_date": add_days(today(), -10),
            "end_date": add_days(today(), 20),
            "cost_basis": "Project",
            **values,
        }
    )
    doc.flags.ignore_validate = True
    return doc.insert().name


def campaign_of_erpnext() -> str:
    """The only campaign, with a Campaign of ERPNext behind it; nobody was contacted yet."""
    no_campaigns()
    frappe.get_doc({"doctype": "Campaign", "campaign_name": THEIRS}).insert()
    return campaign(erpnext_campaign=THEIRS)


def activity(of: str, channel: str = "Email", button_url: str = "", **values: Any) -> Any:
    """A wave with one message. Written as rows: how waves are checked is not what these tests are about."""
    doc = frappe.get_doc(
        {
            "doctype": "Campaign Activity",
            "campaign": of,
            "title": f"{channel} of {of}",
            "channel": channel,
            "wave": 1,
            "audience": "Everybody",
            "send_on": today(),
            "messages": [
                {
                    "variant": "A",
                    "share": 1,
                    "subject": "News",
                    "message": "<p>News</p>",
                    "button_label": "I am interested",
                    "button_url": button_url,
                }
            ],
            **values,
        }
    )
    doc.flags.ignore_validate = True
    return doc.insert()


def member(of: str, party: str, party_type: str = "Customer", **values: Any) -> str:
    """Somebody on the frozen list."""
    row = {
        "name": frappe.generate_hash(length=20),
        "campaign": of,
        "arm": "Contacted",
        "party_type": party_type,
        "party": party,
        "customer": party if party_type == "Customer" else None,
        "recipient_name": "Ada",
        "stage_name": "Client",
        "rung": 5,
        **values,
    }
    write_rows("Campaign Member", tuple(row), [tuple(row.values())])
    return row["name"]


def touch(of: Any, who: str, moment: datetime | None = None, **values: Any) -> str:
    """A member who was reached by a wave."""
    person = frappe.db.get_value("Campaign Member", who, "*", as_dict=True)
    name = frappe.generate_hash(length=20)
    row = {
        "name": name,
        "campaign": of.campaign,
        "activity": of.name,
        "member": who,
        "channel": of.channel,
        "status": "Sent",
        "touched_on": moment or now_datetime(),
        "variant": "A",
        "message_row": of.messages[0].name if of.messages else None,
        "token_hash": hash_of(token_of(name)),
        **{
            column: person[column]
            for column in (
                *("party_type", "party", "customer", "recipient_name", "contact", "language", "email"),
                *("mobile_no", "stage_name", "rung"),
            )
        },
        **values,
    }
    write_rows("Campaign Touch", tuple(row), [tuple(row.values())])
    return name


def responses(**filters: Any) -> list[Any]:
    """Responses as they stand, oldest first."""
    return frappe.get_all("Campaign Response", filters, ["*"], order_by="responded_on, creation, name")


def response(**filters: Any) -> Any:
    """The only one."""
    found = responses(**filters)
    assert len(found) == 1, [(row.party, row.response, row.source) for row in found]
    return found[0]
