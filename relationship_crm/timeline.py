"""What the timeline of a party keeps of messages that went out: Communications, many in one statement.

Written as rows, not as documents: saving one also writes to the party's own row, which a sale may be waiting for, and there is
nobody to notify.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import frappe

from relationship_crm.assessment.bulk import write_rows


@dataclass(frozen=True)
class Message:
    """A message to a party; `medium` as a Communication calls it. The link to an answer stays with who was asked: no part of it."""

    medium: str
    party_type: str
    party: str
    moment: datetime
    subject: str
    content: str
    sender: str = ""
    #: Of somebody who has no address of their own; else it is part of `sender`.
    sender_full_name: str = ""
    email: str = ""
    phone_no: str = ""
    contact: str = ""
    recipient_name: str = ""
    message_id: str = ""
    name: str = field(default_factory=lambda: frappe.generate_hash(length=16))


def note(messages: Sequence[Message]) -> None:
    """Write messages down on their parties and contacts: two statements, however many."""
    rows = [_communication(message) for message in messages]
    links = [_link(message) for message in messages if message.contact]
    if rows:
        write_rows("Communication", tuple(rows[0]), [tuple(row.values()) for row in rows])
    if links:
        write_rows("Communication Link", tuple(links[0]), [tuple(link.values()) for link in links])


def forget(names: Sequence[str]) -> None:
    """Take back what was noted of messages that could not be sent."""
    if names:
        frappe.db.delete("Communication Link", {"parent": ("in", names), "parenttype": "Communication"})
        frappe.db.delete("Communication", {"name": ("in", names)})


def _communication(message: Message) -> dict[str, Any]:
    full_name, address = frappe.utils.parse_addr(message.sender) if message.sender else ("", "")
    return {
        "name": message.name,
        "communication_type": "Automated Message",
        "communication_medium": message.medium,
        "sent_or_received": "Sent",
        "communication_date": message.moment,
        "status": "Linked",
        "seen": 1,
        "subject": message.subject,
        "content": message.content,
        "sender": address,
        "sender_full_name": message.sender_full_name or full_name,
        "recipients": message.email,
        "phone_no": message.phone_no,
        "reference_doctype": message.party_type,
        "reference_name": message.party,
        "message_id": message.message_id or None,
        "user": frappe.session.user,
    }


def _link(message: Message) -> dict[str, Any]:
    return {
        "name": frappe.generate_hash(length=16),
        "parent": message.name,
        "parenttype": "Communication",
        "parentfield": "timeline_links",
        "link_doctype": "Contact",
        "link_name": message.contact,
        "link_title": message.recipient_name,
        "communication_date": message.moment,
    }
