"""Surveys, contacts and the mail queue, as the tests of surveys need them. Nothing here commits."""

from __future__ import annotations

from datetime import date
from email import message_from_string
from typing import Any

import frappe
import pytest
from erp import ADVICE, WIDGET, customer, delivery, ensure, order
from frappe.utils import add_days, getdate, today

ACCOUNT = "RCRM Surveys"
SURVEY = "RCRM Asks"
ADA = "ada@example.com"
DELIVERY = {"event": "Delivery"}
#: What asking and answering leaves behind.
KEPT = (
    *("Survey Invitation", "Survey Recipient", "Survey Response", "Survey Answer", "Survey Follow Up"),
    *("Email Queue", "Email Queue Recipient"),
)


@pytest.fixture
def unasked(clean: None) -> None:
    """Mail can be queued; no survey but the test's own is switched on, nobody was asked yet."""
    mailer()
    frappe.db.set_value("Relationship Survey", {"name": ("!=", "")}, "enabled", 0)
    for doctype in KEPT:
        frappe.db.delete(doctype)
    settings(survey_rest_days=90, survey_quiet_with_open_issue=1)


@pytest.fixture
def ada(unasked: None) -> str:
    """A customer with one contact."""
    name = customer("RCRM Ada", account_manager="Administrator")
    contact(name, ADA)
    return name


def settings(**values: Any) -> None:
    """Settings of the app, until the test is over."""
    frappe.db.set_single_value("Relationship CRM Settings", values)
    frappe.clear_document_cache("Relationship CRM Settings", "Relationship CRM Settings")


def never() -> None:
    """Tests roll back; what senders would commit stays open."""


def mailer() -> None:
    """An account that mail can be queued for. Nothing is sent: nobody flushes the queue."""
    ensure(
        "Email Account",
        ACCOUNT,
        email_account_name=ACCOUNT,
        email_id="surveys@example.com",
        enable_outgoing=1,
        default_outgoing=1,
        smtp_server="localhost",
        no_smtp_authentication=1,
    )
    frappe.local.outgoing_email_account = {}


def contact(party: str, email: str, party_type: str = "Customer", **values: Any) -> str:
    """A contact of a party, its primary one unless told otherwise."""
    doc = frappe.get_doc(
        {
            "doctype": "Contact",
            "first_name": email.split("@")[0].title(),
            "is_primary_contact": 1,
            "email_ids": [{"email_id": email, "is_primary": 1}],
            "links": [{"link_doctype": party_type, "link_name": party}],
            **values,
        }
    )
    return doc.insert().name


def survey(name: str = SURVEY, trigger: dict[str, Any] | None = None, **values: Any) -> Any:
    """A survey of one question in the mail and a reason, with a trigger that was enabled long ago."""
    doc = frappe.get_doc(
        {
            "doctype": "Relationship Survey",
            "survey_name": name,
            "default_language": "en",
            "reminder_after_days": 7,
            "expires_after_days": 30,
            "items": [
                {
                    "item_key": "csat",
                    "kind": "CSAT",
                    "dimension": "satisfaction",
                    "question": "How satisfied are you?",
                    "in_mail": 1,
                },
                {"item_key": "reason", "kind": "Text", "question": "Why?"},
            ],
            "texts": [
                {"language": "en", "part": "Mail Subject", "text": "How was it?"},
                {"language": "en", "part": "Mail Message", "text": "May we ask how it went?"},
                {"language": "de", "part": "Mail Subject", "text": "Wie war es?"},
                {"language": "de", "part": "Mail Message", "text": "Dürfen wir fragen, wie es lief?"},
                {"language": "de", "part": "Question", "item_key": "csat", "text": "Wie zufrieden sind Sie?"},
            ],
            "triggers": [{"enabled": 1, "sample_percent": 100, "wait_days": 0, **trigger}] if trigger else [],
            **values,
        }
    ).insert()
    for row in doc.triggers if trigger and trigger.get("enabled", 1) else ():
        row.db_set("enabled_on", "2020-01-01 00:00:00")
    frappe.clear_document_cache("Relationship Survey", doc.name)
    return doc


def deliver(customer: str, day: date | str | None = None, item: str = WIDGET, **values: Any) -> Any:
    """Order and delivery of a day."""
    when = getdate(day or today())
    sold = order(customer, when, [(item, 1, 100)], deliver=when)
    return delivery(sold, when, [(0, 1)], **values)


def advise(customer: str, day: date | str | None = None) -> Any:
    """A delivery of something that needs no stock."""
    return deliver(customer, day, ADVICE)


def look(day: date | str | None = None) -> int:
    """What the scheduler does first: make the invitations that triggers ask for; how many are new."""
    from relationship_crm.surveys.invitations import create
    from relationship_crm.surveys.triggers import enabled_triggers, occasions

    made = 0
    for trigger in enabled_triggers():
        doc = frappe.get_doc("Relationship Survey", trigger.survey)
        made += create(doc, occasions(trigger, getdate(day or today()), 500)).new
    return made


def send(day: date | str | None = None) -> Any:
    """What it does next: send what is due."""
    from relationship_crm.surveys.sending import send_due

    return send_due(never, getdate(day or today()))


def invitations(**filters: Any) -> list[Any]:
    """Invitations as they stand."""
    return [
        frappe.get_doc("Survey Invitation", name)
        for name in frappe.get_all("Survey Invitation", filters, pluck="name", order_by="creation, name")
    ]


def invitation(**filters: Any) -> Any:
    """The only one."""
    found = invitations(**filters)
    assert len(found) == 1, [(f.party, f.status, f.voucher_no) for f in found]
    return found[0]


def mails(recipient: str) -> list[tuple[str, str, Any]]:
    """Subject, HTML and row of what waits in the mail queue for an address."""
    parents = frappe.get_all(
        "Email Queue Recipient", {"recipient": recipient}, pluck="parent", order_by="creation"
    )
    found = []
    for row in frappe.get_all(
        "Email Queue",
        {"name": ("in", parents or [""]), "reference_doctype": "Relationship Survey"},
        ["*"],
        order_by="creation",
    ):
        message = message_from_string(row.message)
        parts = [p for p in message.walk() if p.get_content_type() == "text/html"]
        html = parts[0].get_payload(decode=True).decode()
        from email.header import decode_header, make_header

        found.append((str(make_header(decode_header(message["Subject"]))), html, row))
    return found


def days_ago(days: int) -> str:
    """A day, counted from today."""
    return str(add_days(today(), -days))
