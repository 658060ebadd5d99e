"""Waves of campaigns: a frozen list of people, an activity with its messages, and what became of both. Nothing here commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from email import message_from_string
from email.header import decode_header, make_header
from typing import Any

import erp
import frappe
import pytest
from asking import contact, mailer, settings
from frappe.utils import add_days, getdate, now_datetime, today
from responding import KEPT, campaign, member

from relationship_crm.campaigns import run, sending, tasks, touches

CAMPAIGN = "Relationship Campaign"


@pytest.fixture
def quiet(clean: None) -> None:
    """Mail can be queued; nobody was contacted yet, and nobody needs to rest."""
    mailer()
    for doctype in (*KEPT, "Campaign Activity", "Survey Invitation", "Email Queue", "Email Queue Recipient"):
        frappe.db.delete(doctype)
    settings(contact_rest_days=0, campaign_batch_size=500, campaign_consent="Unless Refused")


@pytest.fixture
def queued(monkeypatch) -> list[str]:
    """What was put into the queue; nothing is committed."""
    found: list[str] = []

    def enqueue(method, **more) -> None:
        if method == "relationship_crm.campaigns.run.execute":
            found.append(more["name"])

    monkeypatch.setattr(frappe, "enqueue", enqueue)
    monkeypatch.setattr(run._Run, "_commit", lambda self: None)
    monkeypatch.setattr(tasks, "_commit", lambda: None)
    return found


def frozen(title: str = "RCRM Spring", **values: Any) -> str:
    """A campaign whose list is frozen."""
    name = campaign(title, **values)
    frappe.db.set_value(CAMPAIGN, name, {"members_status": "Frozen", "status": "Running"})
    return name


def person(of: str, name: str, email: str = "", **values: Any) -> str:
    """A customer with a contact, on the list; the member's name."""
    party = erp.customer(f"RCRM {name}")
    address = email or f"{name.lower()}@example.com"
    known = frappe.db.get_value("Contact", {"email_id": address}, "name")
    row = {"email": address, "person_key": address, "recipient_name": name, **values}
    return member(of, party, contact=known or contact(party, address), **row)


def people(of: str, *names: str, **values: Any) -> list[str]:
    return [person(of, name, **values) for name in names]


def message(text: str = "<p>Good day {{ recipient_name }}</p>", **values: Any) -> dict[str, Any]:
    """A row of an activity's messages."""
    row = {"variant": "A", "share": 1, "subject": "News for {{ recipient_name }}", "message": text}
    return {**row, "button_label": "I am interested", **values}


def wave(of: str, *messages: dict[str, Any], channel: str = "Email", **values: Any) -> Any:
    """An activity as its form saves it."""
    doc = {
        "doctype": "Campaign Activity",
        "campaign": of,
        "title": "RCRM Wave",
        "channel": channel,
        "wave": 1,
        "audience": "Everybody",
        "send_on": today(),
        "messages": list(messages or [message()]),
    }
    return frappe.get_doc({**doc, **values}).insert()


def send(doc: Any, day: Any = None, clock: datetime | None = None) -> sending.Counts:
    """Make the touches where there are none, and send what is due on a day; nothing is committed."""
    if not touches.counts(doc.name):
        touches.create(doc)
    moment = clock or datetime.combine(getdate(day or today()), now_datetime().time())
    return sending.send_due(doc, lambda: None, clock=lambda: moment)


def rows(doc: Any, **filters: Any) -> list[Any]:
    """Touches of an activity, in the order of the names of their people."""
    chosen = {"activity": doc.name, **filters}
    return frappe.get_all("Campaign Touch", chosen, ["*"], order_by="recipient_name, name")


def statuses(doc: Any) -> dict[str, str]:
    """The status of each person, with the reason where there is one."""
    return {r.recipient_name: f"{r.status}: {r.reason}" if r.reason else r.status for r in rows(doc)}


def recipients() -> Counter[str]:
    """How many mails wait for each address."""
    return Counter(frappe.get_all("Email Queue Recipient", pluck="recipient", order_by="name"))


def mail(address: str) -> tuple[str, str, str, Any]:
    """Subject, HTML, plain text and headers of the only mail to an address."""
    [parent] = frappe.get_all(
        "Email Queue Recipient", {"recipient": address}, pluck="parent", order_by="name"
    )
    found = message_from_string(frappe.db.get_value("Email Queue", parent, "message"))
    subject = str(make_header(decode_header(found["Subject"])))
    parts = {part.get_content_type(): part.get_payload(decode=True) for part in found.walk()}
    return subject, parts["text/html"].decode(), parts["text/plain"].decode(), found


def contacted(addresses: Iterable[str], days_ago: int) -> None:
    """These addresses were contacted so many days ago."""
    from relationship_crm.campaigns import rest

    rest.known(addresses)
    rest.contacted(list(addresses), add_days(now_datetime(), -days_ago))
