"""Somebody with a browser: requests through Frappe's own WSGI application, each with a connection of its own.

They run in a thread, for Frappe keeps site, user and connection by thread; so the test's own connection stays as it is.
What a request sees must be committed: the fixture `public` does so, and takes it away again. conftest.py offers the
fixtures to all tests.
"""

from __future__ import annotations

import os
import string
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import erp
import frappe
import pytest
from committed import fresh, keep, remove_customers, remove_where
from werkzeug.test import Client

SITE = os.environ.get("RCRM_SITE", "")
PREFIX = "RCRM Page"
CUSTOMER, OTHER_CUSTOMER = f"{PREFIX} Customer", f"{PREFIX} Other"
EMAIL = "rcrm-page@example.com"
SURVEY, ANONYMOUS, OTHER = f"{PREFIX} Survey", f"{PREFIX} Anonymous", f"{PREFIX} Second"
USER, PASSWORD = "rcrm-page-user@example.com", "a fine day in May"
ITEMS = (
    ("recommend", "NPS", "satisfaction", 1, 1, "How likely are you to recommend us?", "Not at all", "Very"),
    ("late", "CSAT", "trust_company", 0, 0, "How often were we late?", "Never", "Always"),
    ("easy", "CES", "trust_company", 0, 0, "It was easy.", "No", "Yes"),
    ("comment", "Text", "", 0, 0, "What should we do better?", "", ""),
    ("idea", "Idea", "", 0, 0, "What do you miss?", "", ""),
    ("friend", "Referral", "", 0, 0, "Whom may we ask?", "", ""),
    ("quote", "Testimonial", "", 0, 0, "Why do you work with us?", "", ""),
)
TEXTS = (
    ("en", "Mail Subject", "", "How was {document}?"),
    ("en", "Introduction", "", "Tell us, {name}."),
    ("en", "Thank You", "", "We read every answer."),
    ("de", "Question", "recommend", "Empfehlen Sie uns weiter?"),
    ("de", "Low Label", "recommend", "Nein"),
    ("de", "Thank You", "", "Wir lesen jede Antwort."),
)
#: What links are made of.
ALPHABET = string.ascii_letters + string.digits + "-_"
#: Tables that a look at a page might write to, beside our own.
LOGS = (
    *("Error Log", "Communication", "Comment", "Version", "View Log", "Web Page View", "Activity Log"),
    *("Access Log", "Route History", "Email Queue", "Email Unsubscribe", "Notification Log", "ToDo"),
)


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    headers: Any

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")


def _once(client: Client, path: str, method: str, kwargs: dict[str, Any]) -> Answer:
    from frappe.app import application  # noqa: F401  (imported in this thread, too)

    response = client.open(path, method=method, **kwargs)
    found = Answer(response.status_code, response.get_data(as_text=True), response.headers)
    response.close()
    return found


@contextmanager
def _no_test() -> Iterator[None]:
    """Requests are answered as everywhere: version 16 remembers for all threads that these are tests, and keeps no sessions then."""
    tested = getattr(frappe, "in_test", False)
    if tested:
        frappe.in_test = False
    try:
        yield
    finally:
        if tested:
            frappe.in_test = True


@dataclass
class Visitor:
    """A browser, its cookies, and an address nobody else comes from (posts are counted by address)."""

    client: Client = field(init=False)
    address: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:12]}")
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    def __post_init__(self) -> None:
        from frappe.app import application

        self.client = Client(application)

    def open(self, path: str, method: str = "GET", **kwargs: Any) -> Answer:
        headers = {
            "X-Frappe-Site-Name": SITE,
            "X-Forwarded-For": self.address,
            "Accept-Language": "en",
            **kwargs.pop("headers", {}),
        }
        with _no_test():
            call = self.threads.submit(_once, self.client, path, method, {"headers": headers, **kwargs})
            return call.result()

    def get(self, path: str, **kwargs: Any) -> Answer:
        return self.open(path, "GET", **kwargs)

    def post(self, path: str, data: Any = None, **kwargs: Any) -> Answer:
        return self.open(path, "POST", data=data, **kwargs)

    def open_desk(self) -> Answer:
        """The desk, which makes the token that posts must carry; version 16 has it at another address."""
        answer = self.get("/app")
        return self.get("/desk") if answer.status == 301 and "/desk" in answer.location else answer

    def close(self) -> None:
        self.threads.shutdown()


@pytest.fixture
def guest() -> Iterator[Visitor]:
    """Somebody who is not logged in."""
    visitor = Visitor()
    yield visitor
    visitor.close()


@pytest.fixture
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts are not counted, where the count is not the question."""
    from relationship_crm.surveys import limits

    for name in ("BY_LINK_AND_ADDRESS", "BY_LINK", "BY_ADDRESS", "GUESSES"):
        monkeypatch.setattr(limits, name, 10**9)


# what they find


@pytest.fixture(scope="module")
def public(house: Any) -> Iterator[None]:
    """Surveys, customers, a contact and a user for a file of tests."""
    made()
    yield
    unmade()


def made() -> None:
    """Surveys, customers, a contact and a user; committed."""
    unmade()
    for name in (CUSTOMER, OTHER_CUSTOMER):
        erp.customer(name)
    frappe.get_doc(
        {
            "doctype": "Contact",
            "first_name": "Maria",
            "last_name": "Berger",
            "email_ids": [{"email_id": EMAIL, "is_primary": 1}],
            "links": [{"link_doctype": "Customer", "link_name": CUSTOMER}],
        }
    ).insert()
    for name in (SURVEY, ANONYMOUS, OTHER):
        survey(name, anonymous=int(name == ANONYMOUS))
    user = frappe.get_doc(
        {
            "doctype": "User",
            "email": USER,
            "first_name": "Page",
            "send_welcome_email": 0,
            "new_password": PASSWORD,
        }
    )
    user.flags.no_welcome_mail = True
    user.insert()
    user.add_roles("Sales User", "Relationship User")
    keep()


def survey(name: str, **values: Any) -> Any:
    """A survey of all kinds of questions; the anonymous one without those that need a name."""
    keys = ("item_key", "kind", "dimension", "required", "in_mail", "question", "low_label", "high_label")
    items = [dict(zip(keys, row, strict=True)) for row in ITEMS]
    for item in items:
        item["reverse"] = int(item["item_key"] == "late")
    if values.get("anonymous"):
        items = [item for item in items if item["kind"] not in ("Referral", "Testimonial")]
    if name == OTHER:
        items = [{**items[0], "item_key": "other", "kind": "Scale"}]
    texts = [dict(zip(("language", "part", "item_key", "text"), row, strict=True)) for row in TEXTS]
    known = {item["item_key"] for item in items} | {""}
    return frappe.get_doc(
        {
            "doctype": "Relationship Survey",
            "survey_name": name,
            "default_language": "en",
            "items": items,
            "texts": [text for text in texts if text["item_key"] in known],
            **values,
        }
    ).insert()


def invited(name: str = SURVEY, **values: Any) -> tuple[str, str]:
    """An invitation of its own, committed: its name and its token."""
    from relationship_crm.surveys import invitations, token

    number = f"RCRM-PAGE-{uuid.uuid4().hex[:10]}"
    occasion = invitations.Occasion(
        "By Hand", "Customer", CUSTOMER, frappe.utils.getdate(), "Delivery Note", number, "", erp.COMPANY
    )
    invitation = invitations.create(frappe.get_doc("Relationship Survey", name), [occasion]).waiting[0]
    frappe.db.set_value("Survey Invitation", invitation, {"status": "Sent", **values}, update_modified=False)
    keep()
    return invitation, token.token_of(invitation)


def response_to(invitation: str) -> Any:
    """The stored response, None where there is none."""
    fresh()
    name = frappe.db.get_value("Survey Response", {"invitation": invitation})
    return frappe.get_doc("Survey Response", name) if name else None


def fields(**given: Any) -> dict[str, Any]:
    """What the page's form sends: `recommend="9"`; two underscores stand for a field beside the question's own."""
    return {f"q-{key.replace('__', '-')}": value for key, value in given.items()}


def state() -> dict[str, Any]:
    """A checksum over every row of every table of ours, and of Frappe's logs."""
    fresh()
    of_ours = {"module": "Relationship CRM", "issingle": 0}
    ours = frappe.get_all("DocType", of_ours, pluck="name", order_by="name")
    tables = [f"`tab{name}`" for name in (*ours, *LOGS) if frappe.db.table_exists(name)]
    return dict(frappe.db.sql(f"checksum table {', '.join(tables)}"))


def rows() -> int:
    """Responses and answers of everybody."""
    fresh()
    return frappe.db.count("Survey Response") + frappe.db.count("Survey Answer")


def unmade() -> None:
    """Everything gone again, whatever a test left."""
    fresh()
    surveys = ("in", [SURVEY, ANONYMOUS, OTHER])
    responses = frappe.get_all("Survey Response", {"survey": surveys}, pluck="name", order_by="name")
    remove_where("Customer Idea", response=("in", [*responses, ""]))
    for doctype in ("Survey Response", "Survey Invitation"):
        remove_where(doctype, survey=surveys)
    remove_customers([CUSTOMER, OTHER_CUSTOMER])
    remove_where("Contact", email_id=("in", [EMAIL, USER]))
    remove_where("Relationship Survey", name=surveys)
    frappe.db.delete("Survey Recipient", {"address": EMAIL})
    frappe.db.delete("Email Unsubscribe", {"email": EMAIL})
    imports = frappe.get_all(
        "Data Import", {"reference_doctype": "Survey Response"}, pluck="name", order_by="name"
    )
    frappe.db.delete("Data Import Log", {"data_import": ("in", [*imports, ""])})
    frappe.db.delete("Data Import", {"name": ("in", [*imports, ""])})
    for name in frappe.get_all("File", {"file_name": ("like", "rcrm-page-%")}, pluck="name", order_by="name"):
        frappe.delete_doc("File", name, force=True)
    if frappe.db.exists("User", USER):
        frappe.delete_doc("User", USER, force=True, ignore_permissions=True)
    keep()
