"""Responses from a file: found by address, contact or customer, once however often the file is read."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from desk import MANAGER, SALES, user
from erp import NORTH, SOUTH
from frappe.core.doctype.data_import.importer import Importer
from frappe.utils import getdate
from responding import campaign, member, no_campaigns, response, responses

HEAD = "Campaign,Response,Responded On,Email,Party Type,Party,Contact,Note"


@pytest.fixture
def spring(clean):
    no_campaigns()
    return campaign()


@pytest.fixture
def ada(spring):
    name = erp.customer("RCRM Ada")
    contact(name, "ada@example.com")
    return name


def read(*lines: str) -> list[tuple[bool, str]]:
    """What becomes of each line of a file: whether it went well, and what was said."""
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": f"rcrm-{frappe.generate_hash(length=6)}.csv",
            "is_private": 1,
            "content": "\n".join([HEAD, *lines]),
        }
    ).insert(ignore_permissions=True)  # whoever may import may upload
    doc = frappe.get_doc(
        {
            "doctype": "Data Import",
            "reference_doctype": "Campaign Response",
            "import_type": "Insert New Records",
            "import_file": file.file_url,
            "mute_emails": 1,
        }
    )
    doc.flags.ignore_permissions = True  # the desk asks for its role before
    doc.insert()
    log: list[tuple[bool, str]] = []
    importer = Importer("Campaign Response", data_import=doc)
    frappe.flags.in_import = True
    try:
        for number, payload in enumerate(importer.import_file.get_payloads_for_import()):
            frappe.db.savepoint(f"line_{number}")
            frappe.clear_messages()
            try:
                importer.process_doc(payload.doc)
                log.append((True, str(frappe.local.message_log)))
            except Exception as error:
                frappe.db.rollback(save_point=f"line_{number}")
                log.append((False, str(error)))
    finally:
        frappe.flags.in_import = False
    return log


def test_a_line_finds_its_person_by_any_of_the_three(spring, ada):
    bob, carl = erp.customer("RCRM Bob"), erp.customer("RCRM Carl")
    person = contact(bob, "bob@example.com")
    who = [
        member(spring, ada, email="ada@example.com"),
        member(spring, bob, email="bob@example.com", contact=person),
        member(spring, carl, email="carl@example.com"),
    ]
    log = read(
        f"{spring},Interested,2026-03-04,Ada@Example.com,,,,",
        f"{spring},Question,2026-03-05,,,,{person},How much?",
        f"{spring},Not Interested,2026-03-06,,Customer,{carl},,",
    )
    assert [well for well, _said in log] == [True] * 3, log
    found = responses(campaign=spring)
    assert [row.member for row in found] == who
    assert [row.source for row in found] == ["Import"] * 3
    assert [(row.response, str(getdate(row.responded_on)), row.note) for row in found] == [
        ("Interested", "2026-03-04", None),
        ("Question", "2026-03-05", "How much?"),
        ("Not Interested", "2026-03-06", None),
    ]


def test_a_file_read_twice_gives_no_doubles_and_brings_what_is_new(spring, ada):
    line = f"{spring},Interested,2026-03-04,ada@example.com,,,,"
    assert all(well for well, _said in [*read(line), *read(line)])
    first = response(campaign=spring)
    [(well, said)] = read(f"{spring},Interested,2026-03-04,,Customer,{ada},,Wants a catalogue")
    assert well and "kept already" not in said  # not by address: another key, for nobody is on the list
    [(well, said)] = read(f"{spring},Interested,2026-03-04 18:00:00,ada@example.com,,,,Wants a catalogue")
    assert well and "kept already" in said
    assert frappe.db.get_value("Campaign Response", first.name, "note") == "Wants a catalogue"


def test_of_members_every_way_to_name_them_is_the_same(spring, ada):
    member(spring, ada, email="ada@example.com")
    read(f"{spring},Interested,2026-03-04,ada@example.com,,,,")
    read(f"{spring},Interested,2026-03-04,,Customer,{ada},,")
    assert response(campaign=spring).email == "ada@example.com"


def test_who_is_not_on_the_list_is_taken_and_said(spring, ada):
    [(well, said)] = read(f"{spring},Interested,2026-03-04,ada@example.com,,,,")
    assert well and "not on the list" in said
    lead = erp.lead("RCRM Lead", email_id="lead@example.com")
    assert read(f"{spring},Interested,2026-03-04,lead@example.com,,,,")[0][0]
    assert response(party=lead).party_type == "Lead"


def test_lines_that_are_nobodys_or_foreign_are_refused_and_leave_nothing(spring, ada):
    user("rcrm.reads@example.com", *SALES, MANAGER, territory=NORTH)
    there = erp.customer("RCRM There", territory=SOUTH)
    contact(there, "there@example.com")
    frappe.set_user("rcrm.reads@example.com")
    log = read(
        f"{spring},Interested,2026-03-04,nobody@example.com,,,,",
        f"{spring},Interested,2026-03-04,,,,,",
        f"{spring},Interested,2026-03-04,there@example.com,,,,",
        f"{spring},Interested,2999-03-04,ada@example.com,,,,",
        f"{spring},Interested,2026-03-04,ada@example.com,,,,",
    )
    frappe.set_user("Administrator")
    assert [well for well, _said in log] == [False, False, False, False, True]
    assert "Nobody in the book" in log[0][1] and "Say who responded" in log[1][1]
    assert "still to come" in log[3][1]
    assert response(campaign=spring).customer == ada
