"""Praise and displeasure: marked by who may read the message, told to the outbox, taken back."""

from __future__ import annotations

import contact
import erp
import frappe
import pytest
from desk import empty_outbox, events, user
from erp import NORTH, SOUTH

from relationship_crm.advocacy import tone

SALES = ("Sales User", "Sales Manager")
FIELDS = ["relationship_tone", "relationship_tone_about", "relationship_tone_by", "relationship_tone_on"]


@pytest.fixture
def customer(house) -> str:
    return erp.customer("RCRM Writes")


def letter(customer: str, sent: bool = False) -> str:
    return contact.message("Customer", customer, "2024-03-05 10:00:00", sent=sent)


def stored(name: str) -> tuple:
    return frappe.db.get_value("Communication", name, FIELDS)


def test_praise_is_noted_with_who_and_when(customer) -> None:
    name = letter(customer)
    modified = frappe.db.get_value("Communication", name, "modified")
    empty_outbox()
    shown = tone.mark_tone(name, "Praise", "Company")
    assert (shown["tone"], shown["about"]) == ("Praise", "Company")
    kind, about, by, on = stored(name)
    assert (kind, about, by) == ("Praise", "Company", "Administrator")
    assert on
    assert (
        frappe.db.get_value("Communication", name, "modified") == modified
    )  # an open form can still be saved
    assert events() == [("Customer", customer, "Communication")]


def test_displeasure_with_an_employee_and_undo(customer) -> None:
    name = letter(customer)
    tone.mark_tone(name, "Displeasure", "Employee")
    assert stored(name)[:2] == ("Displeasure", "Employee")
    empty_outbox()
    shown = tone.clear_tone(name)
    assert (shown["tone"], shown["about"], shown["by"]) == ("", "", "")
    assert [value or "" for value in stored(name)] == ["", "", "", ""]
    assert events() == [("Customer", customer, "Communication")]  # what it had added goes again


def test_a_second_click_changes_the_mark(customer) -> None:
    name = letter(customer)
    tone.mark_tone(name, "Praise", "Company")
    tone.mark_tone(name, "Praise", "Employee")
    assert stored(name)[:2] == ("Praise", "Employee")


def test_every_party_of_the_message_has_news(customer) -> None:
    lead = erp.lead("RCRM Writes Too")
    name = letter(customer)
    doc = frappe.get_doc("Communication", name)
    doc.append("timeline_links", {"link_doctype": "Lead", "link_name": lead})
    doc.save()
    empty_outbox()
    tone.mark_tone(name, "Praise")
    assert {(kind, party) for kind, party, _type in events()} == {("Customer", customer), ("Lead", lead)}


@pytest.mark.parametrize(
    ("tone_", "about"), [("Anger", "Company"), ("", "Company"), ("Praise", "Competitor"), ("Praise", "")]
)
def test_other_words_are_refused(customer, tone_, about) -> None:
    name = letter(customer)
    with pytest.raises(frappe.ValidationError):
        tone.mark_tone(name, tone_, about)
    assert not stored(name)[0]


def test_our_own_messages_have_no_tone(customer) -> None:
    name = letter(customer, sent=True)
    with pytest.raises(frappe.ValidationError):
        tone.mark_tone(name, "Praise")
    assert tone.tones("Customer", customer, [name]) == {}


def test_the_timeline_knows_the_marks_of_its_own_messages(customer) -> None:
    marked, plain, other = letter(customer), letter(customer), letter(erp.customer("RCRM Other"))
    tone.mark_tone(marked, "Praise")
    found = tone.tones("Customer", customer, frappe.as_json([marked, plain, other, "no such message"]))
    assert {name: row["tone"] for name, row in found.items()} == {marked: "Praise", plain: ""}


# who may


def test_nobody_without_a_role_of_ours(customer) -> None:
    name = letter(customer)
    frappe.set_user(user("rcrm.tone.none@example.com", *SALES))
    for call in (
        lambda: tone.mark_tone(name, "Praise"),
        lambda: tone.clear_tone(name),
        lambda: tone.tones("Customer", customer, [name]),
    ):
        with pytest.raises(frappe.PermissionError):
            call()


def test_only_messages_of_the_own_territory(house) -> None:
    mine, theirs = (letter(erp.customer(f"RCRM Tone {t}", territory=t)) for t in (NORTH, SOUTH))
    frappe.set_user(user("rcrm.tone.north@example.com", *SALES, "Relationship User", territory=NORTH))
    assert tone.mark_tone(mine, "Praise")["tone"] == "Praise"
    with pytest.raises(frappe.PermissionError):
        tone.mark_tone(theirs, "Praise")
    with pytest.raises(frappe.PermissionError):
        tone.clear_tone(theirs)
    with pytest.raises(frappe.PermissionError):
        tone.tones("Customer", f"RCRM Tone {SOUTH}", [theirs])
    assert not stored(theirs)[0]


def test_a_message_of_nobody_is_not_marked(house) -> None:
    name = (
        frappe.get_doc(
            {
                "doctype": "Communication",
                "communication_type": "Communication",
                "communication_medium": "Email",
                "sent_or_received": "Received",
                "subject": "To whom it may concern",
                "content": "…",
                "sender": "stranger@example.com",
            }
        )
        .insert()
        .name
    )
    with pytest.raises(frappe.PermissionError):
        tone.mark_tone(name, "Praise")
