"""Looking after low answers, as the tests of follow-ups need it."""

from __future__ import annotations

from typing import Any

import frappe
import pytest
from answering import new_survey
from desk import SALES, USER, user

from relationship_crm.surveys import rounds

FOLLOW_UP = "Survey Follow Up"
ANNA, BERT, CHEF = "rcrm.anna@example.com", "rcrm.bert@example.com", "rcrm.chef@example.com"
ITEMS = (
    ("nps", "NPS", "satisfaction", "Would you recommend us?"),
    ("goods", "CSAT", "satisfaction", "The goods?"),
    ("effort", "CES", "satisfaction", "Was it hard?", 1),
    ("why", "Text", "", "Why?"),
)


@pytest.fixture
def people(clean: None) -> None:
    """An account manager, a colleague, a manager; nobody else holds the manager's role."""
    frappe.db.delete(FOLLOW_UP)
    frappe.db.delete("Has Role", {"role": "Relationship Manager"})
    user(ANNA, *SALES, USER)
    user(BERT, *SALES, USER)
    user(CHEF, *SALES, "Relationship Manager")
    quiet()


@pytest.fixture
def asks(people: None) -> str:
    """A survey whose low answers they look after."""
    return looked_after("RCRM Loop")


def quiet() -> None:
    """Notifications stay in the desk: the site has no account to mail them from, and in tests Frappe would mail at once."""
    frappe.db.set_value("Notification Settings", {"name": ("!=", "")}, "enable_email_notifications", 0)
    frappe.clear_document_cache("Notification Settings")


def looked_after(name: str, **values: Any) -> str:
    """A survey; who answers low is to hear from us within two days, or it is escalated after five."""
    return new_survey(name, *ITEMS, **{"follow_up_days": 2, "escalate_after_days": 5, **values})


def follow_up_of(response: Any) -> Any:
    """The follow-up of a response as a document, None where there is none."""
    name = frappe.db.get_value(FOLLOW_UP, {"response": response.name})
    return frappe.get_doc(FOLLOW_UP, name) if name else None


def make_rounds() -> None:
    """What the scheduler does, without its commits."""
    rounds.rounds(lambda: None)


def tasks(follow_up: str) -> list[tuple[str, str]]:
    """Who got a task for a follow-up, and its status, oldest first."""
    rows = frappe.get_all(
        "ToDo",
        {"reference_type": FOLLOW_UP, "reference_name": follow_up},
        ["allocated_to", "status"],
        order_by="creation asc",
    )
    return [(row.allocated_to, row.status) for row in rows]
