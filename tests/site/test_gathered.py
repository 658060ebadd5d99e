"""Long results in one text say the same as rows: whatever is in them, however long they are; and so do the lists read that way."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from campaigning import campaign, persons, target_list

from relationship_crm.campaigns import consent, listing
from relationship_crm.campaigns.consent import OPTED_OUT
from relationship_crm.ledger import gathered
from relationship_crm.ledger.dialect import Arg, Value, query, table, union_all
from relationship_crm.surveys.recipients import linked_contacts

pytestmark = pytest.mark.usefixtures("unasked")
TEXTS = {
    "RCRM T1": "a plain one",
    "RCRM T2": None,
    "RCRM T3": "",
    "RCRM T4": "100 %, \\ 'quoted', \"twice\"; ü, 漢, 🙂",
}


@pytest.fixture
def notes():
    """Records with all kinds of texts; gives a function that changes one."""
    for title, text in TEXTS.items():
        doc = frappe.get_doc({"doctype": "Note", "title": title, "public": 1}).insert()
        doc.db_set("content", text)  # the form would make HTML of it
    return lambda text: frappe.db.set_value("Note", {"title": "RCRM T1"}, "content", text)


def both() -> list[list[list[str]]]:
    """The same three columns, by each builder and by names."""
    t, d = frappe.qb.DocType("Note"), table("Note")
    ours = query().from_(d).where(d.title >= Arg("first")).where(d.title <= Arg("last"))
    arguments = {"first": "RCRM T1", "last": "RCRM T4"}
    columns = ("title", "content", "public")
    return [
        sorted(gathered.read(frappe.qb.from_(t).where(t.title.isin(list(TEXTS))).select(*columns))),
        sorted(gathered.read(ours.select(d.title, d.content, d.public), arguments)),
        sorted(gathered.read_texts("Note", columns, "title", [*TEXTS, "RCRM T5"])),
    ]


@pytest.mark.parametrize("text", ["plain", "one\x1eof two", "one\x1fof two", "\x1e\x1f", "line\nline\ttab"])
def test_every_text_comes_back_as_it_is(notes, text):
    notes(text)
    expected = [["RCRM T1", text, "1"], *([title, TEXTS[title] or "", "1"] for title in list(TEXTS)[1:])]
    for found in both():
        assert found == expected


def test_what_is_longer_than_one_text_may_be_comes_whole(notes, monkeypatch):
    notes("long " * 1000)
    expected = both()
    for length in (5, 100, 4000, 5060, 5090):  # in the first row, and within the last ones
        monkeypatch.setattr(gathered, "_LIMIT", f"SET STATEMENT group_concat_max_len={length} FOR ")
        assert both() == expected
    assert len(expected[0][0][1]) == 5000


def test_what_looks_like_a_condition_stays_a_value(notes):
    d, t = table("Note"), frappe.qb.DocType("Note")
    for value in ("' or '1'='1", "\\' or 1=1 -- ", "%s", "%(v0)s"):
        ours = query().from_(d).select(d.title).where(d.title == Value(value))
        theirs = frappe.qb.from_(t).select(t.title).where(t.title == value)
        found = [gathered.read(statement) for statement in (ours, union_all([ours, ours]), theirs)]
        assert found == [[], [], []]


def test_nothing_is_no_row(notes):
    t = frappe.qb.DocType("Note")
    assert gathered.read(frappe.qb.from_(t).where(t.title == "RCRM T5").select(t.title)) == []
    assert gathered.read_texts("Note", ("title",), "title", ["RCRM T5"]) == []
    assert gathered.read_texts("Note", ("title",), "title", []) == []


def test_an_empty_text_is_a_row(notes):
    t = frappe.qb.DocType("Note")
    empty = frappe.qb.from_(t).where(t.title == "RCRM T2")
    assert gathered.read_column(empty.select(t.content)) == [""]


def test_of_most_records_all_are_read_and_the_rest_is_left_aside(notes, monkeypatch):
    monkeypatch.setattr(gathered, "MANY", 0)
    monkeypatch.setattr(frappe.db, "estimate_count", lambda doctype: 3)
    assert gathered.most(("Note",), 2) and not gathered.most(("Note",), 1)
    two = gathered.read_texts("Note", ("content", "title"), "title", ["RCRM T1", "RCRM T3"])
    assert sorted(two) == [["", "RCRM T3"], ["a plain one", "RCRM T1"]]


@pytest.fixture
def long_lists(monkeypatch):
    """A function after which lists are read as the very long ones are."""

    def start() -> None:
        monkeypatch.setattr(gathered, "MANY", 0)
        monkeypatch.setattr(consent, "MANY", 0)
        monkeypatch.setattr(frappe.db, "estimate_count", lambda doctype: 0)

    return start


def test_a_long_list_has_the_same_people_as_a_short_one(long_lists):
    """Somebody of each kind: who left everything, this campaign, another campaign; who gave consent; of two customers."""
    names = [erp.customer(f"RCRM Long {i}") for i in range(7)]
    mails = [f"long{i}@example.com" for i in range(6)]
    contacts = [contact(name, mail) for name, mail in zip(names, [*mails, mails[0]], strict=True)]
    contact(names[5], "second@example.com", is_primary_contact=0)
    doc = campaign(target_list("RCRM All", contacts="All Contacts"))
    other = campaign(target_list("RCRM Other"))
    for mail, values in (
        (mails[1], {"global_unsubscribe": 1}),
        (mails[2], {"reference_doctype": doc.doctype, "reference_name": doc.name}),
        (mails[3], {"reference_doctype": doc.doctype, "reference_name": other.name}),
    ):
        frappe.get_doc({"doctype": "Email Unsubscribe", "email": mail, **values}).insert()
    frappe.db.set_value("Contact", contacts[4], "unsubscribed", 1)
    frappe.get_doc(
        {"doctype": "Survey Recipient", "address": "second@example.com", "no_campaigns": 1}
    ).insert()
    short, standing = listing.members(doc)
    assert {person.recipient.email for person in short if person.reason == OPTED_OUT} == {
        *(mails[i] for i in (1, 2, 4)),
        "second@example.com",
    }
    assert len(persons(doc)) == 8
    long_lists()
    assert listing.members(doc) == (short, standing)


def test_contacts_of_others_stay_out_of_a_long_list(long_lists):
    one, other = erp.customer("RCRM One"), erp.customer("RCRM Other")
    mine = contact(one, "one@example.com")
    contact(other, "other@example.com")
    long_lists()
    found = linked_contacts({("Customer", one)})
    assert [[person.contact for person in people] for people in found.values()] == [[mine]]
