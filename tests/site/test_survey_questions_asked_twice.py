"""Surveys that ask twice whom we may contact, or twice for ideas: each answer has a record of its own."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from answering import new_survey

from relationship_crm.surveys.reading import Given, as_text
from relationship_crm.surveys.scales import REFERRAL

pytestmark = pytest.mark.usefixtures("unasked")

SURVEY = "RCRM Asks Twice"


@pytest.fixture
def asker(house) -> str:
    """A customer who is asked for two people and for two ideas."""
    items = (("first", REFERRAL), ("second", REFERRAL), ("product", "Idea"), ("service", "Idea"))
    new_survey(SURVEY, *((key, kind, "") for key, kind in items))
    return erp.customer("RCRM Asker")


def person(name: str = "", email: str = "") -> str:
    return as_text(REFERRAL, Given(None, name, email, ""))


def say(response: Any, **given: str) -> Any:
    """Answers by question, as a guest; the response."""
    if isinstance(response, str):
        response = frappe.get_doc(
            {
                "doctype": "Survey Response",
                "survey": SURVEY,
                "party_type": "Customer",
                "party": response,
                "answered_on": "2026-03-04 10:00:00",
            }
        )
    response.set("answers", [{"item_key": key, "text": text} for key, text in given.items()])
    response.flags.ignore_permissions = True  # who answers is a guest
    frappe.set_user("Guest")
    response.save()
    frappe.set_user("Administrator")
    return response


def named(response: Any) -> dict[str, tuple[str, str]]:
    """Name of the record and of whom it names, by question."""
    rows = frappe.get_all(
        "Customer Referral",
        {"response": response.name},
        ["response_item", "name", "contact_name"],
        order_by="creation asc",
    )
    return {row.response_item: (row.name, row.contact_name) for row in rows}


def ideas(response: Any) -> dict[str, str]:
    rows = frappe.get_all(
        "Customer Idea", {"response": response.name}, ["response_item", "title"], order_by="creation asc"
    )
    return {row.response_item: row.title for row in rows}


def test_each_name_is_recorded(asker: str) -> None:
    response = say(asker, first=person("Ada", "ada@x.example"), second=person("Bo", "bo@x.example"))
    found = named(response)
    assert {key: who for key, (_name, who) in found.items()} == {"first": "Ada", "second": "Bo"}
    for name, _who in found.values():
        doc = frappe.get_doc("Customer Referral", name)
        assert (doc.referrer, doc.source, doc.status) == (asker, "Survey", "Open")
        assert str(doc.referral_date) == "2026-03-04"


def test_each_follows_its_own_answer(asker: str) -> None:
    response = say(asker, first=person("Ada"), second=person("Bo"))
    before = named(response)
    say(response, first=person("Ada Lovelace"), second=person("Bo"))
    assert named(response) == {"first": (before["first"][0], "Ada Lovelace"), "second": before["second"]}
    say(response, second=person("Bo"))  # the first is taken back
    assert named(response) == {"second": before["second"]}
    say(response)
    assert named(response) == {}


def test_one_person_named_twice_is_one_referral(asker: str) -> None:
    response = say(asker, first=person("Ada", "ada@x.example"), second=person("Ada L.", "ada@x.example"))
    assert list(named(response)) == ["first"]
    say(response, second=person("Ada L.", "ada@x.example"))  # taken back there, but not here
    assert {key: who for key, (_name, who) in named(response).items()} == {"second": "Ada L."}


def test_each_idea_is_recorded(asker: str) -> None:
    response = say(asker, product="Sell it in green", service="Come on Sundays")
    assert ideas(response) == {"product": "Sell it in green", "service": "Come on Sundays"}
    say(response, product="Sell it in red")
    assert ideas(response) == {"product": "Sell it in red"}
