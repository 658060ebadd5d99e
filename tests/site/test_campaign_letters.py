"""Letters: one PDF, in the order of the post, with each person's words and address; those without an address are told so."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import frappe
import pytest
from asking import settings
from frappe.utils import getdate
from pypdf import PdfReader
from waves import contacted, frozen, message, person, rows, statuses, wave

from relationship_crm.campaigns import letters, touches
from relationship_crm.campaigns.letters import PrintFailed
from relationship_crm.campaigns.token import link_of

pytestmark = pytest.mark.usefixtures("quiet", "assets")


@pytest.fixture(scope="module")
def server(house) -> Iterator[str]:
    """What wkhtmltopdf fetches from the site: style sheets. Its address."""
    handler = partial(SimpleHTTPRequestHandler, directory=frappe.local.sites_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()


@pytest.fixture
def assets(server, monkeypatch) -> None:
    monkeypatch.setitem(frappe.local.conf, "host_name", server)


@pytest.fixture
def spring(quiet):
    return frozen()


def address(party: str, street: str, country: str = "Ecuador", doctype: str = "Customer", **values) -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "Address",
                "address_title": party,
                "address_type": "Billing",
                "address_line1": street,
                "city": "Quito",
                "country": country,
                "phone": "+593 2 000",
                "links": [{"link_doctype": doctype, "link_name": party}],
                **values,
            }
        )
        .insert()
        .name
    )


def written(doc) -> list[str]:
    """The pages of the latest PDF as text."""
    doc.reload()
    file = frappe.get_doc("File", {"file_url": doc.letters_file, "attached_to_name": doc.name})
    assert file.is_private == 1
    return pages(file)


def pages(file) -> list[str]:
    found = PdfReader(io.BytesIO(file.get_content())).pages
    return [" ".join(page.extract_text().split()) for page in found]


def mailing(of: str, *messages, **values):
    doc = wave(of, *messages, channel="Letter", **values)
    touches.create(doc)
    return doc


def test_one_file_of_all_letters_sorted_for_the_post(spring):
    for name, street, country, code in (
        ("Ada", "1 First Street", "Germany", "20095"),
        ("Bob", "2 Second Street", "Ecuador", "17"),
        ("Cleo", "3 Third Street", "Germany", "10115"),
    ):
        person(spring, name, account_manager="Administrator")
        address(f"RCRM {name}", street, country, pincode=code)
    person(spring, "Dan")
    text = "<p>Dear {{ recipient_name }}, take <b>{{ reward }}</b>.</p>"
    doc = mailing(spring, message(text, subject="For {{ customer_name }}", reward="a mug & hat"))
    counts = letters.write_due(doc, lambda: None)
    assert (counts.sent, counts.left_out) == (3, 1)
    found = written(doc)
    assert [name for page in found for name in ("Ada", "Bob", "Cleo") if f"Dear {name}" in page] == [
        "Bob",
        "Cleo",
        "Ada",
    ]
    assert "For RCRM Bob" in found[0] and "take a mug & hat" in found[0] and "Administrator" in found[0]
    assert "2 Second Street" in found[0] and "+593" not in found[0]
    assert statuses(doc)["Dan"] == "Left Out: No postal address"
    [bob] = rows(doc, recipient_name="Bob")
    assert (bob.status, getdate(bob.touched_on)) == ("Sent", getdate())
    kept = frappe.get_doc("Communication", bob.communication)
    assert kept.reference_name == "RCRM Bob" and "take <b>a mug &amp; hat</b>" in kept.content
    assert frappe.db.get_value("Survey Recipient", {"address": "bob@example.com"}, "last_contacted_on")
    assert letters.write_due(doc, lambda: None).all == 0


def test_the_contacts_own_address_is_before_the_customers(spring):
    person(spring, "Ada")
    address("RCRM Ada", "1 Old Street")
    address("RCRM Ada", "2 Disabled Street", is_primary_address=1, disabled=1)
    office = address("RCRM Ada", "3 Office Street")
    home = address("RCRM Ada", "4 Home Street")
    doc = mailing(spring)
    [row] = rows(doc)

    def street() -> str:
        from relationship_crm.campaigns.postal import addresses_of

        return addresses_of([row])[row.name]["address_line1"]

    assert street() == "1 Old Street"
    frappe.db.set_value("Customer", "RCRM Ada", "customer_primary_address", office)
    assert street() == "3 Office Street"
    frappe.db.set_value("Contact", row.contact, "address", home)
    assert street() == "4 Home Street"


def test_envelopes_and_a_code_to_answer(spring):
    person(spring, "Ada")
    address("RCRM Ada", "1 First Street")
    doc = mailing(spring, message(button_label="Tell me more"), envelopes=1)
    [row] = rows(doc)
    letter = letters.campaign_letter(frappe.get_doc("Campaign Touch", row.name))
    assert letter["link"] == link_of(row.name) and letter["reply"] == "Tell me more"
    letters.write_due(doc, lambda: None)
    files = frappe.get_all(
        "File", {"attached_to_name": doc.name}, ["name", "file_name", "is_private"], order_by="file_name"
    )
    assert [(f.file_name.split("-")[3], f.is_private) for f in files] == [("envelopes", 1), ("letters", 1)]
    file = frappe.get_doc("File", files[0].name)
    [envelope] = PdfReader(io.BytesIO(file.get_content())).pages
    assert "Ada 1 First Street Quito" in pages(file)[0]
    width, height = (float(side) / 72 * 25.4 for side in (envelope.mediabox.width, envelope.mediabox.height))
    assert (round(width), round(height)) == (220, 110)


def test_where_printing_fails_nothing_is_marked_as_sent(spring, monkeypatch):
    for name in ("Ada", "Bob"):
        person(spring, name)
        address(f"RCRM {name}", f"{name} Street")
    doc = mailing(spring)
    show = frappe.get_print

    def broken(doctype, name, *args, **more):
        if frappe.db.get_value(doctype, name, "recipient_name") == "Bob":
            raise OSError("No wkhtmltopdf executable found")
        return show(doctype, name, *args, **more)

    monkeypatch.setattr(frappe, "get_print", broken)
    with pytest.raises(PrintFailed, match="none was marked as sent: No wkhtmltopdf executable found"):
        letters.write_due(doc, lambda: None)
    assert statuses(doc) == {"Ada": "Waiting", "Bob": "Waiting"}
    assert not frappe.db.exists("File", {"attached_to_name": doc.name})


def test_who_says_no_while_letters_are_printed_drops_out(spring, monkeypatch):
    for name in ("Ada", "Bob"):
        person(spring, name)
        address(f"RCRM {name}", f"{name} Street")
    doc = mailing(spring)

    def said_no(counts) -> bool:
        frappe.db.set_value("Contact", {"email_id": "ada@example.com"}, "unsubscribed", 1)
        return True

    monkeypatch.setattr(letters, "STEP", 1)
    letters.write_due(doc, lambda: None, said_no)
    assert statuses(doc) == {"Ada": "Left Out: Does not want campaigns", "Bob": "Sent"}
    [page] = written(doc)
    assert "Bob Street" in page and "Ada" not in page


def test_letters_rest_too(spring):
    settings(contact_rest_days=7)
    person(spring, "Ada")
    address("RCRM Ada", "1 First Street")
    contacted(["ada@example.com"], days_ago=2)
    doc = mailing(spring)
    assert letters.write_due(doc, lambda: None).postponed == 1
    assert statuses(doc) == {"Ada": "Waiting: Contacted too recently"}


def test_somebody_stops_it(spring, monkeypatch):
    person(spring, "Ada")
    address("RCRM Ada", "1 First Street")
    doc = mailing(spring)
    monkeypatch.setattr(letters, "STEP", 1)
    assert letters.write_due(doc, lambda: None, lambda _counts: False).sent == 0
    assert statuses(doc) == {"Ada": "Waiting"}
