"""Ideas and testimonials: heard on the desk, in surveys and in the portal; told what became of them; quoted with consent."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from desk import empty_outbox, events, user
from erp import NORTH, SOUTH
from frappe.utils import add_days, getdate, now_datetime
from frappe.website.serve import get_response_content

from relationship_crm import portal
from relationship_crm.advocacy import ideas, testimonials
from relationship_crm.relationship_crm.report.testimonials import testimonials as report

SALES = ("Sales User", "Sales Manager")
ROLE = "Relationship User"
XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(autouse=True)
def bare(house) -> None:
    frappe.db.delete("Customer Idea")
    frappe.db.delete("Survey Response")


def idea(customer: str, title: str = "A longer cable", **values: Any) -> Any:
    return frappe.get_doc(
        {"doctype": "Customer Idea", "customer": customer, "title": title, **values}
    ).insert()


def person(customer: str, email: str = "ida@rcrm.example.com", **values: Any) -> str:
    doc = {
        "doctype": "Contact",
        "first_name": "Ida",
        "email_ids": [{"email_id": email, "is_primary": 1}],
        "links": [{"link_doctype": "Customer", "link_name": customer}],
    }
    return frappe.get_doc({**doc, **values}).insert().name


def portal_user(customer: str, email: str = "portal@rcrm.example.com") -> str:
    """A user of the website who belongs to a customer."""
    if not frappe.db.exists("User", email):
        frappe.get_doc(
            {
                "doctype": "User",
                "email": email,
                "first_name": "Ida",
                "send_welcome_email": 0,
                "user_type": "Website User",
                "roles": [{"role": "Customer"}],
            }
        ).insert()
    doc = frappe.get_doc("Customer", customer)
    doc.append("portal_users", {"user": email})
    doc.save()
    return email


def page() -> str:
    """The portal's page as the session's user sees it."""
    frappe.local.form_dict = frappe._dict()
    frappe.local.path = "ideas"
    return get_response_content("ideas")


# the record


def test_realised_has_its_day(house) -> None:
    customer = erp.customer("RCRM Inventor")
    empty_outbox()
    doc = idea(customer, "  A   longer cable ", submitted_on="2024-01-02")
    assert doc.title == "A longer cable"
    assert events() == [("Customer", customer, "Customer Idea")]
    doc.status = "Realised"
    doc.save()
    assert getdate(doc.realised_on) == getdate()
    doc.realised_on = "2024-01-01"
    with pytest.raises(frappe.ValidationError, match="before it was submitted"):
        doc.save()
    doc.reload()
    doc.status = "Planned"
    doc.save()
    assert doc.realised_on is None
    with pytest.raises(frappe.MandatoryError):
        idea(customer, "   ")


# telling


@pytest.fixture
def mails(monkeypatch) -> list[dict[str, Any]]:
    """What would have been mailed."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(frappe, "sendmail", lambda **mail: sent.append(mail))
    return sent


def test_the_contact_is_told_when_that_is_wanted(house, mails) -> None:
    customer = erp.customer("RCRM Inventor")
    doc = idea(customer, f"Cable {XSS}", contact=person(customer))
    doc.status = "Under Review"
    doc.save()
    assert not mails  # nobody asked for it
    doc.update({"tell_customer": 1, "answer": f"Soon.\n{XSS}"})
    doc.save()
    assert not mails  # the status is the same
    doc.status = "Planned"
    doc.save()
    assert [mail["recipients"] for mail in mails] == [["ida@rcrm.example.com"]]
    message = mails[0]["message"]
    assert "We plan to make your idea real." in message and "Soon." in message
    assert "<script" not in message and "<img" not in message
    kept = frappe.get_last_doc(
        "Communication", {"reference_doctype": "Customer Idea", "reference_name": doc.name}
    )
    assert (kept.communication_type, kept.recipients) == ("Automated Message", "ida@rcrm.example.com")
    assert [
        (row.link_doctype, row.link_name) for row in kept.timeline_links if row.link_doctype == "Customer"
    ] == [("Customer", customer)]


def test_in_the_contacts_language(house, mails) -> None:
    customer = erp.customer("RCRM Inventor", language="ru")
    doc = idea(customer, contact=person(customer), tell_customer=1)
    doc.status = "Planned"
    doc.save()
    assert mails  # the words are in the catalogue, test_translations looks after them


@pytest.mark.parametrize("why", ["unsubscribed", "nobody", "elsewhere"])
def test_nobody_is_told_who_must_not_be(house, mails, why) -> None:
    customer = erp.customer("RCRM Inventor")
    contact = {
        "unsubscribed": lambda: person(customer, unsubscribed=1),
        "nobody": lambda: None,
        "elsewhere": lambda: person(erp.customer("RCRM Elsewhere")),
    }[why]()
    doc = idea(customer, contact=contact, tell_customer=1)
    doc.status = "Planned"
    doc.save()
    assert not mails
    assert any("Nobody was told" in str(message) for message in frappe.local.message_log)


# from a survey


def test_an_idea_from_a_survey_follows_its_answer(house) -> None:
    customer = erp.customer("RCRM Inventor")
    response = frappe._dict(
        name="rcrm-answer", customer=customer, anonymous=0, answered_on="2024-06-07 08:00:00"
    )
    text = "Sell it in green.\n" + "And in blue. " * 20
    frappe.set_user("Guest")
    name = ideas.create_idea_from_response(response, text)
    assert ideas.create_idea_from_response(response, "Sell it in red.") == name
    frappe.set_user("Administrator")
    doc = frappe.get_doc("Customer Idea", name)
    assert (doc.title, doc.description, doc.source, doc.customer) == (
        "Sell it in red.",
        "Sell it in red.",
        "Survey",
        customer,
    )
    assert getdate(doc.submitted_on) == getdate("2024-06-07")
    doc.status = "Under Review"
    doc.save()
    assert ideas.create_idea_from_response(response, "Something else.") == name
    assert frappe.db.get_value("Customer Idea", name, "title") == "Sell it in red."  # work has begun
    doc.status = "New"
    doc.save()
    assert ideas.create_idea_from_response(response, " ") is None
    assert not frappe.db.exists("Customer Idea", name)
    secret = frappe._dict(response, anonymous=1)
    assert ideas.create_idea_from_response(secret, text) is None


def test_a_long_line_is_no_title() -> None:
    assert ideas.title_of("Sell it\nin green") == "Sell it"
    title = ideas.title_of("word " * 100)
    assert len(title) <= 140 and title.endswith("…")


# the portal


def test_a_customer_submits_an_idea_in_the_portal(house) -> None:
    customer = erp.customer("RCRM Inventor")
    email = portal_user(customer)
    contact = person(customer, email)
    frappe.set_user(email)
    ideas.submit_idea(f"Green {XSS}", f"Not grey.\n{XSS}")
    assert frappe.local.response["location"] == "/ideas?thanks=1"
    html = page()
    assert "Green" in html and "Not grey." in html
    assert "<script>alert" not in html and "onerror=alert(2)>" not in html.replace("&gt;", "")
    frappe.set_user("Administrator")
    doc = frappe.get_last_doc("Customer Idea")
    assert (doc.customer, doc.contact, doc.source, doc.status) == (customer, contact, "Portal", "New")
    assert (
        "<" not in doc.title + doc.description and "&lt;" not in doc.description
    )  # tags are text, once and for all


def test_text_that_came_past_the_forms_is_shown_as_text(house) -> None:
    customer = erp.customer("RCRM Inventor")
    doc = idea(customer)
    raw = {"title": f"T{XSS}", "description": f"D{XSS}", "answer": f"A{XSS}"}
    frappe.db.set_value("Customer Idea", doc.name, raw)
    frappe.set_user(portal_user(customer))
    html = page()
    assert html.count("&lt;script&gt;alert(1)") == 3
    assert "<script>alert(1)" not in html and "<img src=x" not in html


def test_the_portal_shows_no_other_customers_ideas(house) -> None:
    mine, theirs = erp.customer("RCRM Mine"), erp.customer("RCRM Theirs")
    idea(mine, "My own idea", answer="We like it.")
    idea(theirs, "Somebody else's idea")
    email = portal_user(mine)
    frappe.set_user(email)
    html = page()
    assert "My own idea" in html and "We like it." in html
    assert "Somebody else" not in html
    with pytest.raises(frappe.PermissionError):
        ideas.submit_idea("Theirs", customer=theirs)
    with pytest.raises(frappe.PermissionError):
        frappe.get_list("Customer Idea", order_by="name")
    for name in frappe.get_all("Customer Idea", pluck="name", order_by="name"):
        assert not frappe.has_permission("Customer Idea", "read", doc=name)


def test_a_user_of_two_customers_chooses(house) -> None:
    one, two = erp.customer("RCRM One"), erp.customer("RCRM Two")
    portal_user(one)
    email = portal_user(two)
    frappe.set_user(email)
    assert '<select class="form-control" id="idea-customer"' in page()
    ideas.submit_idea("For the second", customer=two)
    frappe.set_user("Administrator")
    assert frappe.get_last_doc("Customer Idea").customer == two


@pytest.mark.parametrize(
    ("title", "text"), [(" ", "text"), ("t" * 141, ""), ("title", "x" * 5001)], ids=["none", "title", "text"]
)
def test_what_does_not_fit_comes_back(house, title, text) -> None:
    frappe.set_user(portal_user(erp.customer("RCRM Inventor")))
    ideas.submit_idea(title, text)
    assert frappe.local.response["location"] == "/ideas?new=1&problem=1"
    frappe.set_user("Administrator")
    assert not frappe.db.count("Customer Idea")


def test_strangers(house) -> None:
    customer = erp.customer("RCRM Inventor")
    idea(customer, "A secret idea")
    clerk = user("rcrm.ideas.desk@example.com", *SALES)
    frappe.set_user("Guest")
    with pytest.raises(frappe.PermissionError):
        ideas.submit_idea("Mine", customer=customer)
    frappe.set_user(clerk)
    assert "belongs to no customer" in page()
    with pytest.raises(frappe.PermissionError):
        ideas.submit_idea("Mine")


def test_disabled_customers_are_out(house) -> None:
    customer = erp.customer("RCRM Inventor")
    email = portal_user(customer)
    frappe.db.set_value("Customer", customer, "disabled", 1)
    frappe.set_user(email)
    assert portal.customers() == {}


# who sees what on the desk


def test_the_own_territory_only(house) -> None:
    north = idea(erp.customer("RCRM N", territory=NORTH))
    south = idea(erp.customer("RCRM S", territory=SOUTH))
    frappe.set_user(user("rcrm.ideas.north@example.com", *SALES, ROLE, territory=NORTH))
    assert frappe.get_list("Customer Idea", pluck="name", order_by="name") == [north.name]
    doc = frappe.get_doc("Customer Idea", south.name)
    doc.customer = north.customer  # taking it over
    with pytest.raises(frappe.PermissionError):
        doc.save()
    with pytest.raises(frappe.PermissionError):
        idea(south.customer)


def test_rename_and_delete_of_the_customer(house) -> None:
    doc = idea(erp.customer("RCRM Inventor"))
    frappe.rename_doc("Customer", doc.customer, "RCRM Inventor & Sons")
    assert frappe.db.get_value("Customer Idea", doc.name, "customer") == "RCRM Inventor & Sons"
    frappe.delete_doc("Customer", "RCRM Inventor & Sons")
    assert not frappe.db.exists("Customer Idea", doc.name)


# testimonials


@pytest.fixture
def survey(house) -> str:
    doc = {
        "doctype": "Relationship Survey",
        "survey_name": "RCRM Praise",
        "default_language": "en",
        "items": [
            {"item_key": "nps", "kind": "NPS", "dimension": "satisfaction", "question": "Would you?"},
            {"item_key": "why", "kind": "Text", "question": "Why?"},
        ],
    }
    return frappe.get_doc(doc).insert().name


def praise(survey: str, customer: str, nps: int = 10, text: str = "The best there is.", **values: Any) -> Any:
    answers = [{"item_key": "nps", "score": nps}] + ([{"item_key": "why", "text": text}] if text else [])
    doc = {
        "doctype": "Survey Response",
        "survey": survey,
        "party_type": "Customer",
        "party": customer,
        "answered_on": add_days(now_datetime(), -2),
        "answers": answers,
    }
    return frappe.get_doc({**doc, **values}).insert()


def consent(response: Any, **changes: Any) -> None:
    said = {
        "text": "The best there is.",
        "given_by": "Ida Ivers",
        "given_on": str(add_days(getdate(), -1)),
        "how": "Phone",
    }
    testimonials.record_consent(response.name, **{**said, **changes})


def stored(response: Any) -> tuple:
    return frappe.db.get_value("Survey Response", response.name, list(testimonials.FIELDS))


def test_a_promoter_with_words_is_offered(survey) -> None:
    customer = erp.customer("RCRM Promoter")
    assert testimonials.offer(praise(survey, customer).name)["text"] == "The best there is."
    assert testimonials.offer(praise(survey, customer, nps=8).name)["text"] == ""
    assert testimonials.offer(praise(survey, customer, text="").name)["text"] == ""


def test_consent_by_hand_says_who_when_and_how(survey) -> None:
    customer = erp.customer("RCRM Promoter")
    response = praise(survey, customer)
    empty_outbox()
    consent(response)
    text, given, on, told = stored(response)
    assert (text, given, getdate(on)) == ("The best there is.", 1, add_days(getdate(), -1))
    assert "Ida Ivers" in told and "Phone" in told and "Administrator" in told
    assert ("Customer", customer, "Survey Response") in events()
    assert frappe.get_doc("Survey Response", response.name).answers[0].score == 10


@pytest.mark.parametrize(
    "changes",
    [
        {"text": " "},
        {"given_by": ""},
        {"how": "Telepathy"},
        {"given_on": "2999-01-01"},
        {"given_on": "2001-01-01"},
        {"text": "x" * 5001},
    ],
)
def test_what_a_consent_wants(survey, changes) -> None:
    response = praise(survey, erp.customer("RCRM Promoter"))
    with pytest.raises(frappe.ValidationError):
        consent(response, **changes)
    assert not stored(response)[1]


def test_a_consent_taken_back(survey) -> None:
    response = praise(survey, erp.customer("RCRM Promoter"))
    with pytest.raises(frappe.ValidationError):
        testimonials.withdraw_consent(response.name)
    consent(response)
    testimonials.withdraw_consent(response.name, "Changed the supplier. <b>Sorry</b>")
    assert stored(response)[1:] == (0, None, None)
    told = frappe.get_last_doc("Comment", {"reference_name": response.name}).content
    assert "Ida Ivers" in told and "<b>Sorry" not in told


def test_the_list_of_what_may_be_quoted(survey) -> None:
    north, south = erp.customer("RCRM N", territory=NORTH), erp.customer("RCRM S", territory=SOUTH)
    quoted, asked = praise(survey, north), praise(survey, south, nps=9, text="Quick.")
    praise(survey, north, nps=3, text="Slow.")
    consent(quoted, text="The best.")
    data = report.execute({})[1]
    assert {(row.name, row.state, row.text, row.nps) for row in data} == {
        (quoted.name, "Usable", "The best.", 10),
        (asked.name, "To Ask", "Quick.", 9),
    }
    assert [row.name for row in report.execute({"state": "Usable"})[1]] == [quoted.name]
    assert [row.name for row in report.execute({"state": "To Ask"})[1]] == [asked.name]
    assert [row.name for row in report.execute({"territory": SOUTH})[1]] == [asked.name]
    figures = {row["label"]: row["value"] for row in report.execute({})[4]}
    assert figures == {"May Be Quoted": 1, "Could Be Asked": 1}
    frappe.set_user(user("rcrm.quotes.north@example.com", *SALES, ROLE, territory=NORTH))
    assert [row.name for row in report.execute({})[1]] == [quoted.name]


def test_who_may_record_a_consent(survey) -> None:
    response = praise(survey, erp.customer("RCRM S", territory=SOUTH))
    north = user("rcrm.consent.north@example.com", *SALES, ROLE, territory=NORTH)
    analyst = user("rcrm.consent.analyst@example.com", *SALES, "Relationship Analyst")
    clerk = user("rcrm.consent.user@example.com", *SALES, ROLE)
    frappe.set_user(north)
    with pytest.raises(frappe.PermissionError):
        consent(response)
    frappe.set_user(analyst)
    assert testimonials.offer(response.name)["may_record"] is False
    for call in (lambda: consent(response), lambda: testimonials.withdraw_consent(response.name)):
        with pytest.raises(frappe.PermissionError):
            call()
    frappe.set_user(clerk)
    consent(response)
