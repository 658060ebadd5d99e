"""The survey's public page, as the internet sees it: through Frappe's WSGI application, without a browser's good manners."""

from __future__ import annotations

import html
import random
import re
import string
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import frappe
import pytest
import visitors
from conftest import forget
from frappe.utils import add_days, now_datetime, today
from visitors import ANONYMOUS, CUSTOMER, EMAIL, OTHER, SURVEY, Visitor, fresh, invited, keep, response_to

from relationship_crm.surveys import answers, limits
from relationship_crm.surveys.token import LENGTH, hash_of

ALPHABET = string.ascii_letters + string.digits + "-_"
#: Tables that a look at a page might write to, beside our own.
LOGS = (
    *("Error Log", "Communication", "Comment", "Version", "View Log", "Web Page View", "Activity Log"),
    *("Access Log", "Route History", "Email Queue", "Email Unsubscribe", "Notification Log", "ToDo"),
)


@pytest.fixture(scope="module", autouse=True)
def place(house: Any) -> Iterator[None]:
    """What the visitors find; committed, and taken away again."""
    forget()
    visitors.made()
    yield
    forget()
    visitors.unmade()


@pytest.fixture(autouse=True)
def clean(house: Any) -> Iterator[None]:
    """Instead of the suite's bare house: its settings are locked until a test is over, and a visitor would wait for it."""
    forget()
    yield
    forget()


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts are not counted, where the count is not the question."""
    for name in ("BY_LINK_AND_ADDRESS", "BY_LINK", "BY_ADDRESS", "GUESSES"):
        monkeypatch.setattr(limits, name, 10**9)


@pytest.fixture
def guest() -> Iterator[Visitor]:
    visitor = Visitor()
    yield visitor
    visitor.close()


def our_tables() -> list[str]:
    ours = frappe.get_all(
        "DocType", {"module": "Relationship CRM", "issingle": 0}, pluck="name", order_by="name"
    )
    return [f"`tab{name}`" for name in (*ours, *LOGS) if frappe.db.table_exists(name)]


def state() -> dict[str, Any]:
    """A checksum over every row of every table of ours, and of Frappe's logs."""
    fresh()
    return dict(frappe.db.sql(f"checksum table {', '.join(our_tables())}"))


def rows() -> int:
    fresh()
    return frappe.db.count("Survey Response") + frappe.db.count("Survey Answer")


def fields(**given: Any) -> dict[str, Any]:
    return {f"q-{key.replace('__', '-')}": value for key, value in given.items()}


# looking


def test_looking_writes_nothing(guest: Visitor) -> None:
    _name, token = invited()
    before = state()
    for path in ("", "?a=9", "?a=99", "?lang=de", "?done=1", "?missing=1", "/stop", "/stop?done=1"):
        assert guest.get(f"/s/{token}{path}").status == 200
        assert guest.open(f"/s/{token}{path}", "HEAD").text == ""
    assert guest.get(f"/s/{'x' * LENGTH}").status == 404
    assert state() == before


def test_looking_again_at_what_was_answered_writes_nothing(guest: Visitor) -> None:
    _name, token = invited()
    assert guest.post(f"/s/{token}", fields(recommend="9", comment="Fine")).status == 303
    before = state()
    assert "Fine" in guest.get(f"/s/{token}").text
    assert "9 of 10" in guest.get(f"/s/{token}?done=1").text
    guest.get(f"/s/{token}?a=2")
    assert state() == before


def test_the_page(guest: Visitor) -> None:
    invitation, token = invited()
    page = guest.get(f"/s/{token}")
    number = frappe.db.get_value("Survey Invitation", invitation, "voucher_no").replace("-", "\u2011")
    assert f"<h1>How was {number}?</h1>" in page.text
    assert "Tell us, Maria Berger." in page.text
    assert 'lang="en"' in page.text and "Question 1 of 5" in page.text and "<script" not in page.text
    # what needs good will is not asked yet
    assert "Whom may we ask?" not in page.text and "Why do you work with us?" not in page.text
    assert page.text.count('type="radio"') == 11 + (5 + 1) + (7 + 1)
    assert " checked" not in page.text
    headers = {
        key: page.headers[key]
        for key in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag", "X-Frame-Options")
    }
    assert headers == {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Frame-Options": "DENY",
    }
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    # nothing is loaded from anywhere
    assert not re.search(r'(?:src=|url\(|@import|href="(?:https?:)?//)', page.text)


def test_the_click_in_the_mail_fills_in_and_no_more(guest: Visitor) -> None:
    _name, token = invited()
    page = guest.get(f"/s/{token}?a=9").text
    assert re.findall(r'name="q-recommend" value="(\d+)" checked', page) == ["9"]
    assert page.count(" checked") == 1 and "You chose 9 in the e-mail." in page
    for nonsense in ("11", "-1", "x", "9&a=8", '"><script>', "%00", ""):
        assert guest.get(f"/s/{token}?a={nonsense}").status == 200
    assert " checked" not in guest.get(f"/s/{token}?a=11").text
    assert "<script" not in guest.get(f'/s/{token}?a="><script>alert(1)</script>&lang="><script>').text


def test_languages(guest: Visitor) -> None:
    _name, token = invited(language="de")
    page = guest.get(f"/s/{token}").text
    assert (
        '<html lang="de" dir="ltr">' in page
        and "Empfehlen Sie uns weiter?" in page
        and "Frage 1 von 5" in page
    )
    assert "It was easy." in page  # what German lacks is asked in the survey's own language
    assert 'lang="en"' in guest.get(f"/s/{token}?lang=en").text
    assert '<html lang="de"' in guest.get(f"/s/{token}?lang=fr").text  # not spoken
    sent = guest.post(f"/s/{token}", {**fields(recommend="9"), "language": "en"})
    assert sent.status == 303 and response_to(_name).language == "en"
    assert "We read every answer." in guest.get(sent.location).text


# links that are not open


def test_links_that_are_not_open_look_all_the_same(guest: Visitor) -> None:
    _name, token = invited()
    expired = invited(expires_on=add_days(today(), -1))[1]
    withdrawn = invited(status="Withdrawn")[1]
    ended = invited(status="Expired")[1]
    tampered = token[:-1] + ALPHABET[(ALPHABET.index(token[-1]) + 1) % 64]
    name_itself, hash_itself = _name, hash_of(token)
    guessed = "".join(random.Random(1).choices(ALPHABET, k=LENGTH))
    malformed = (
        "",
        "x",
        token + "x",
        token[:-1],
        token.lower(),
        f" {token}",
        f"{token}/x",
        f"{token}/stop/x",
        "..%2f..%2fapp",
    )
    before = state()
    pages = {
        (answer.status, answer.text)
        for link in (guessed, tampered, expired, withdrawn, ended, name_itself, hash_itself, *malformed)
        for answer in (
            guest.get(f"/s/{link}"),
            guest.get(f"/s/{link}?a=9&done=1"),
            guest.post(f"/s/{link}", fields(recommend="9")),
        )
        if link or answer.status != 404  # "/s/" alone is nobody's page
    }
    assert len(pages) == 1
    ((status, text),) = pages
    assert status == 404 and "This link is not open" in text
    assert token not in text and CUSTOMER not in text
    assert state() == before
    assert guest.get(f"/s/{token}").status == 200


def test_a_link_closes_while_somebody_is_typing(guest: Visitor) -> None:
    name, token = invited()
    assert guest.get(f"/s/{token}").status == 200
    frappe.db.set_value("Survey Invitation", name, "status", "Withdrawn")
    keep()
    assert guest.post(f"/s/{token}", fields(recommend="9")).status == 404
    assert response_to(name) is None


# answering


def test_answers_are_stored_with_what_they_are_worth(guest: Visitor) -> None:
    name, token = invited()
    sent = guest.post(
        f"/s/{token}", fields(recommend="9", late="2", easy="7", comment=" Label the boxes.\r\nPlease. ")
    )
    assert (sent.status, sent.location) == (303, f"/s/{token}?done=1")
    doc = response_to(name)
    found = {
        row.item_key: (row.kind, row.dimension, row.score, row.value, row.answered, row.text)
        for row in doc.answers
    }
    assert found == {
        "recommend": ("NPS", "satisfaction", 9, 0.9, 1, None),
        "late": ("CSAT", "trust_company", 2, 0.75, 1, None),  # reversed: 1 - (2-1)/4
        "easy": ("CES", "trust_company", 7, 1, 1, None),
        "comment": ("Text", "", 0, 0, 0, "Label the boxes.\nPlease."),
    }
    assert doc.answers[0].question == "How likely are you to recommend us?"
    assert (doc.party_type, doc.party, doc.customer, doc.email) == ("Customer", CUSTOMER, CUSTOMER, EMAIL)
    assert (doc.has_nps, doc.nps, doc.complete, doc.anonymous, doc.owner) == (1, 9, 1, 0, "Guest")
    assert doc.voucher_type == "Delivery Note" and doc.company and doc.territory and doc.customer_group
    invitation = frappe.get_doc("Survey Invitation", name)
    assert (invitation.status, invitation.answered_on) == ("Answered", doc.answered_on)
    marked = frappe.get_all(
        "Relationship Event", {"voucher_no": doc.name}, ["party_type", "party"], order_by="name"
    )
    assert [(row.party_type, row.party) for row in marked] == [("Customer", CUSTOMER)]
    thanks = guest.get(sent.location).text
    assert "We read every answer." in thanks and "9 of 10" in thanks and "Label the boxes." in thanks


def test_partial_answers_are_kept(guest: Visitor) -> None:
    name, token = invited()
    sent = guest.post(f"/s/{token}", fields(recommend="", easy="6", comment="More later"))
    assert sent.location == f"/s/{token}?missing=1"
    doc = response_to(name)
    assert [row.item_key for row in doc.answers] == ["easy", "comment"] and not doc.complete
    assert frappe.db.get_value("Survey Invitation", name, "status") == "Partly Answered"
    page = guest.get(sent.location).text
    assert "These questions still need an answer:" in page and 'href="#q-recommend"' in page
    assert 'value="6" checked' in page and "More later" in page and 'aria-invalid="true"' in page
    guest.post(f"/s/{token}", fields(recommend="8", easy="6", comment="More later"))
    assert response_to(name).name == doc.name and response_to(name).complete == 1
    assert frappe.db.get_value("Survey Invitation", name, "status") == "Answered"


def test_one_click_and_one_more(guest: Visitor) -> None:
    name, token = invited()
    sent = guest.post(f"/s/{token}", {**fields(recommend="9", easy=""), "one": "1"})
    assert sent.location.endswith("?done=1") and response_to(name).complete == 1
    thanks = guest.get(sent.location).text
    assert "Answered so far: 1 of 5." in thanks and f'href="/s/{token}#q-late"' in thanks


def test_answers_change_until_the_link_expires(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="2", easy="1", comment="Bad"))
    first = response_to(name)
    guest.post(f"/s/{token}", fields(recommend="8", easy="", comment=""))
    doc = response_to(name)
    assert (doc.name, doc.creation) == (first.name, first.creation)
    assert [(row.item_key, row.score) for row in doc.answers] == [("recommend", 8)]
    assert frappe.db.count("Survey Answer", {"parent": doc.name}) == 1
    frappe.db.set_value("Survey Invitation", name, "expires_on", add_days(today(), -1))
    keep()
    assert guest.post(f"/s/{token}", fields(recommend="0")).status == 404
    assert response_to(name).nps == 8


def test_two_posts_at_once_make_one_response() -> None:
    name, token = invited()
    several = [Visitor() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda v: v.post(f"/s/{token}", fields(recommend="9", comment="Once")), several)
        )
    assert [one.status for one in found] == [303] * 4
    fresh()
    assert frappe.db.count("Survey Response", {"invitation": name}) == 1
    assert len(response_to(name).answers) == 2
    for visitor in several:
        visitor.close()


def test_several_people_at_once() -> None:
    links = [invited() for _ in range(24)]
    several = [Visitor() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        jobs = [(several[n % 8], token) for n, (_name, token) in enumerate(links)]
        sent = fields(recommend="3", easy="7", comment="So so")  # low: each opens a follow-up, too
        found = list(pool.map(lambda job: job[0].post(f"/s/{job[1]}", sent), jobs))
    assert [one.status for one in found] == [303] * len(links)
    docs = [response_to(name) for name, _token in links]
    assert all(doc.nps == 3 and doc.follow_up for doc in docs)
    for visitor in several:
        visitor.close()


def test_a_question_that_was_dropped_keeps_its_answer(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="9", late="1"))
    survey = frappe.get_doc("Relationship Survey", SURVEY)
    dropped = next(item for item in survey.items if item.item_key == "late")
    try:
        survey.remove(dropped)
        survey.save()
        keep()
        page = guest.post(f"/s/{token}", fields(recommend="8", late="5"))  # the page was open before
        assert page.status == 422 and "has changed since you opened it" in page.text
        assert 'value="8" checked' in page.text  # what was typed is still there
        assert guest.post(f"/s/{token}", fields(recommend="8")).status == 303
        assert {row.item_key: (row.score, row.value) for row in response_to(name).answers} == {
            "recommend": (8, 0.8),
            "late": (1, 1),
        }
    finally:
        fresh()
        survey = frappe.get_doc("Relationship Survey", SURVEY)
        survey.append("items", {**dropped.as_dict(no_default_fields=True), "idx": 2})
        survey.items.sort(key=lambda item: [row[0] for row in visitors.ITEMS].index(item.item_key))
        for place_, item in enumerate(survey.items, 1):
            item.idx = place_
        survey.save()
        keep()


def test_a_question_that_is_asked_in_another_way(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="9", easy="7"))
    frappe.db.sql(
        "update `tabSurvey Answer` set kind = 'NPS', score = 10 where parent = %s and item_key = 'easy'",
        response_to(name).name,
    )
    keep()
    for path in ("", "?done=1"):
        assert guest.get(f"/s/{token}{path}").status == 200
    assert guest.post(f"/s/{token}", {"step": "offer", **fields(quote="Good")}).status == 303
    assert [row.item_key for row in response_to(name).answers] == ["recommend", "quote"]


# what is refused


@pytest.mark.parametrize(
    "sent, words",
    [
        (fields(other="5", recommend="9"), "has changed since you opened it"),  # an item of another survey
        (fields(recommend__email="a@b.de", recommend="9"), "has changed since you opened it"),
        (fields(recommend="11"), "choose one of the answers offered"),
        (fields(recommend="-1"), "choose one of the answers offered"),
        (fields(recommend="nine"), "choose one of the answers offered"),
        (fields(recommend=["8", "9"]), "choose one of the answers offered"),
        (fields(recommend="9", late="0"), "choose one of the answers offered"),
        (fields(recommend="9", comment="x" * 2001), "too long"),
        (fields(recommend="9", comment="x" * 100_000), "too long"),
        (fields(), "answer at least one question"),
        (fields(comment="  \x00 "), "answer at least one question"),
        ({"recommend": "9"}, "answer at least one question"),
    ],
)
def test_a_post_that_is_not_right_leaves_nothing(guest: Visitor, sent: dict[str, Any], words: str) -> None:
    name, token = invited()
    before = state()
    page = guest.post(f"/s/{token}", sent)
    assert page.status == 422 and words in page.text and 'role="alert"' in page.text
    assert state() == before and response_to(name) is None


def test_a_post_that_is_too_large(guest: Visitor) -> None:
    name, token = invited()
    assert guest.post(f"/s/{token}", fields(recommend="9", comment="x" * 300_000)).status == 413
    assert response_to(name) is None


def test_other_kinds_of_posts(guest: Visitor) -> None:
    name, token = invited()
    before = state()
    assert guest.post(f"/s/{token}", json={"q-recommend": "9"}).status == 422  # the page takes forms
    assert guest.open(f"/s/{token}", "PUT", data=fields(recommend="9")).status == 404
    assert guest.open(f"/s/{token}", "DELETE").status == 404
    assert guest.post(f"/s/{token}?q-recommend=9").status == 422  # nor answers from the address
    assert guest.post(f"/s/{token}", {"step": "offer", **fields(friend="Ada")}).status == 422
    assert state() == before and response_to(name) is None


SCRIPT = "<script>alert(1)</script>"
#: Valid JSON, which Frappe stores as it comes.
QUOTED = '"<img src=x onerror=alert(1)>"'


def test_script_in_text(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="2", comment=SCRIPT, idea=QUOTED))
    doc = response_to(name)
    assert doc.follow_up  # a low answer is looked after, and quotes the text
    stored = frappe.db.sql(
        "select text from `tabSurvey Answer` where parent = %s union all select comment from `tabSurvey Follow Up`"
        " where response = %s",
        (doc.name, doc.name),
        as_list=True,
    )
    texts = [row[0] for row in stored if row[0]]
    assert len(texts) >= 2 and not any(re.search(r"<[A-Za-z/!?]", text) for text in texts)
    for page in (guest.get(f"/s/{token}"), guest.get(f"/s/{token}?done=1")):
        assert "alert(1)" in page.text and "<script" not in page.text and "<img" not in page.text
    # the page itself escapes, should a tag ever be there
    frappe.db.sql(
        "update `tabSurvey Answer` set text = %s where parent = %s and kind = 'Text'", (SCRIPT, doc.name)
    )
    keep()
    for page in (guest.get(f"/s/{token}"), guest.get(f"/s/{token}?done=1")):
        assert html.escape(SCRIPT) in page.text and "<script" not in page.text


def test_script_in_the_survey_and_in_names(guest: Visitor) -> None:
    from relationship_crm.surveys import mail

    name, token = invited(recipient_name=SCRIPT, voucher_no='"><svg onload=alert(1)>')
    page = guest.get(f"/s/{token}").text
    assert "<script" not in page and "<svg" not in page and html.escape(SCRIPT) in page
    invitation = frappe.get_doc("Survey Invitation", name)
    subject, body = mail.invitation_mail(invitation, "https://example.com/s/x")
    assert "<script" not in body and "<svg" not in body and html.escape(SCRIPT) in body
    assert "<script" not in mail.message_text(invitation) and "\n" not in subject


def test_what_was_typed_comes_back_escaped(guest: Visitor) -> None:
    _name, token = invited()
    page = guest.post(f"/s/{token}", fields(recommend="99", comment='</textarea><script>x</script>"'))
    assert page.status == 422 and "<script" not in page.text and page.text.count("</textarea>") == 2


# contributions


def test_offers_are_made_to_those_who_are_content(guest: Visitor) -> None:
    _name, token = invited()
    content = guest.post(f"/s/{token}", fields(recommend="9", late="1"))
    assert "Whom may we ask?" in guest.get(content.location).text
    _name, token = invited()
    unhappy = guest.post(f"/s/{token}", fields(recommend="9", late="5"))
    assert "Whom may we ask?" not in guest.get(unhappy.location).text


def test_a_testimonial_is_kept_with_the_consent_in_its_words(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="10", comment="Stays"))
    offer = {
        "step": "offer",
        **fields(quote="They keep their word.", quote__agreed="1", friend="", friend__email=""),
    }
    assert guest.post(f"/s/{token}", offer).location == f"/s/{token}?done=1"
    doc = response_to(name)
    assert (doc.testimonial_text, doc.testimonial_consent) == ("They keep their word.", 1)
    assert "may publish these words with my name" in doc.testimonial_consent_text
    assert str(doc.company) in doc.testimonial_consent_text
    assert (now_datetime() - doc.testimonial_consent_on).total_seconds() < 60
    # the offer did not take the answers away, and is not made again
    assert [row.item_key for row in doc.answers] == ["recommend", "comment", "quote"]
    thanks = guest.get(f"/s/{token}?done=1").text
    assert (
        'name="q-quote"' not in thanks and 'name="q-friend"' in thanks and "They keep their word." in thanks
    )
    # sending the questions again leaves the consent alone
    guest.post(f"/s/{token}", fields(recommend="9", comment="Stays"))
    again = response_to(name)
    assert (again.testimonial_consent, again.testimonial_consent_on) == (1, doc.testimonial_consent_on)
    # taken back
    assert 'name="q-quote-agreed" value="1" checked' in guest.get(f"/s/{token}?done=1&offers=1").text
    guest.post(f"/s/{token}", {"step": "offer", **fields(quote="They keep their word.")})
    doc = response_to(name)
    assert (doc.testimonial_text, doc.testimonial_consent) == ("They keep their word.", 0)
    assert (doc.testimonial_consent_on, doc.testimonial_consent_text) == (None, None)


def test_a_referral_becomes_a_record(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="10"))
    person = fields(friend="Ada Lovelace", friend__email="Ada@Example.com", friend__phone="+44 20 1234")
    refused = guest.post(f"/s/{token}", {"step": "offer", **person})
    assert (
        refused.status == 422 and "ask this person first" in refused.text and "Ada Lovelace" in refused.text
    )
    assert guest.post(f"/s/{token}", {"step": "offer", **person, **fields(friend__agreed="1")}).status == 303
    doc = response_to(name)
    assert doc.answers[-1].text == "Ada Lovelace\nAda@Example.com\n+44 20 1234"
    made = frappe.get_all("Customer Referral", {"response": doc.name}, "*", order_by="name")
    assert [(one.referrer, one.contact_name, one.contact_email, one.contact_phone) for one in made] == [
        (CUSTOMER, "Ada Lovelace", "ada@example.com", "+44 20 1234")
    ]
    guest.post(f"/s/{token}", {"step": "offer", **fields(friend="", friend__email="", friend__phone="")})
    fresh()
    assert not frappe.db.exists("Customer Referral", {"response": doc.name})


def test_an_idea_becomes_a_record(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="3", idea="A blue one"))
    doc = response_to(name)
    made = frappe.get_all("Customer Idea", {"response": doc.name}, "*", order_by="name")
    assert [(one.customer, one.description) for one in made] == [(CUSTOMER, "A blue one")]


def test_a_mistake_in_what_follows_does_not_lose_the_answer(
    guest: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        frappe.get_doc({"doctype": "ToDo", "description": "RCRM half done"}).insert(ignore_permissions=True)
        raise ZeroDivisionError

    monkeypatch.setattr(answers, "_look_after", broken)
    name, token = invited()
    assert guest.post(f"/s/{token}", fields(recommend="2")).status == 303
    assert response_to(name).nps == 2
    assert not frappe.db.exists("ToDo", {"description": "RCRM half done"})
    assert frappe.db.exists("Error Log", {"method": ("like", "Survey Response: broken%")})
    frappe.db.delete("Error Log", {"method": ("like", "Survey Response: broken%")})
    keep()


def test_whatever_goes_wrong_is_a_page(guest: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    _name, token = invited()
    before = rows()
    for error, status in ((ValueError(), 500), (frappe.QueryDeadlockError(1213, "Deadlock"), 503)):

        def fail(*_args: Any, wrong: Exception = error) -> None:
            frappe.get_doc({"doctype": "ToDo", "description": "RCRM half done"}).insert(
                ignore_permissions=True
            )
            raise wrong

        monkeypatch.setattr(answers, "store", fail)
        page = guest.post(f"/s/{token}", fields(recommend="2"))
        assert page.status == status and "Please try once more" in page.text
    assert rows() == before and not frappe.db.exists("ToDo", {"description": "RCRM half done"})


# anonymous


def test_an_anonymous_answer_leads_to_nobody(guest: Visitor) -> None:
    name, token = invited(ANONYMOUS)
    page = guest.get(f"/s/{token}").text
    assert "This survey is anonymous." in page
    assert (
        guest.post(f"/s/{token}", fields(easy="3")).status == 422
    )  # cannot be completed later: nothing stored
    before = set(frappe.get_all("Survey Response", pluck="name", order_by="name"))
    assert guest.post(f"/s/{token}", fields(recommend="1", comment="Bad")).status == 303
    fresh()
    (new,) = set(frappe.get_all("Survey Response", pluck="name", order_by="name")) - before
    doc = frappe.get_doc("Survey Response", new)
    assert not any(doc.get(field) for field in answers.IDENTITY) and doc.anonymous
    midnight = f"{today()} 00:00:00"
    for one in (doc, *doc.answers):
        assert (str(one.creation), str(one.modified), one.owner, one.modified_by) == (
            midnight,
            midnight,
            "Guest",
            "Guest",
        )
        assert len(one.name) == 16  # not one of Frappe's, which begin with the time
        assert not one.get("email")
    assert str(doc.answered_on) == midnight and doc.territory and doc.nps == 1
    assert not frappe.db.exists("Relationship Event", {"voucher_no": new})
    assert not frappe.db.exists("Survey Follow Up", {"response": new}) and not doc.follow_up
    invitation = frappe.get_doc("Survey Invitation", name)
    assert invitation.status == "Answered" and str(invitation.answered_on) == midnight
    # nothing is shown and nothing changes
    again = state()
    for path in ("", "?done=1", "?a=9"):
        shown = guest.get(f"/s/{token}{path}")
        assert shown.status == 200 and "neither shown nor changed" in shown.text and "Bad" not in shown.text
    assert guest.post(f"/s/{token}", fields(recommend="9")).status == 303
    assert state() == again


# not being asked again


def test_do_not_ask_me_again(guest: Visitor) -> None:
    _name, token = invited(expires_on=add_days(today(), -40), status="Expired")
    before = state()
    page = guest.get(f"/s/{token}/stop").text
    assert "r…\u2060@example.com" in page and EMAIL not in page and 'method="post"' in page
    assert state() == before
    done = guest.post(f"/s/{token}/stop", {"List-Unsubscribe": "One-Click"})
    assert done.location == f"/s/{token}/stop?done=1"
    assert "You will not be asked again" in guest.get(done.location).text
    fresh()
    row = frappe.db.get_value(
        "Survey Recipient", {"address": EMAIL}, ["do_not_ask", "do_not_ask_on"], as_dict=True
    )
    assert row.do_not_ask == 1 and row.do_not_ask_on
    kept = {"email": EMAIL, "reference_doctype": "Relationship Survey", "reference_name": SURVEY}
    assert frappe.db.count("Email Unsubscribe", kept) == 1
    assert guest.post(f"/s/{token}/stop").status == 303  # twice is once
    fresh()
    assert frappe.db.count("Email Unsubscribe", kept) == 1
    frappe.db.delete("Email Unsubscribe", kept)
    frappe.db.delete("Survey Recipient", {"address": EMAIL})
    keep()


# how often


def test_posts_are_counted(guest: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BY_LINK_AND_ADDRESS", 3)
    name, token = invited()
    found = [guest.post(f"/s/{token}", fields(recommend=str(n))) for n in range(5)]
    assert [one.status for one in found] == [303, 303, 303, 429, 429]
    assert "Please wait a little" in found[-1].text and found[-1].headers["Retry-After"] == "3600"
    assert response_to(name).nps == 2
    assert guest.get(f"/s/{token}").status == 200  # looking is free
    # a colleague behind the same address, with a link of their own
    _other_name, other = invited()
    assert guest.post(f"/s/{other}", fields(recommend="7")).status == 303
    # the same link from elsewhere, until the link itself has had enough
    monkeypatch.setattr(limits, "BY_LINK", 6)
    elsewhere = Visitor()
    assert elsewhere.post(f"/s/{token}", fields(recommend="9")).status == 303
    assert elsewhere.post(f"/s/{token}", fields(recommend="9")).status == 429
    elsewhere.close()


def test_guesses_are_counted(guest: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GUESSES", 2)
    found = [guest.post(f"/s/{c * LENGTH}", fields(recommend="9")).status for c in "abc"]
    assert found == [404, 404, 429]


def test_counting_names_no_link(guest: Visitor) -> None:
    _name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="9"))
    keys = [key.decode() for key in frappe.cache.keys("*")]
    assert not any(token in key for key in keys)
    assert any(hash_of(token) in key and guest.address in key for key in keys)


# somebody who is logged in


def test_somebody_who_is_logged_in(guest: Visitor) -> None:
    name, token = invited()
    logged_in = guest.post("/api/method/login", {"usr": visitors.USER, "pwd": visitors.PASSWORD})
    assert logged_in.status == 200
    assert guest.get("/app").status == 200  # the desk makes the token that posts must carry
    page = guest.get(f"/s/{token}").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert csrf
    refused = guest.post(f"/s/{token}", fields(recommend="9"))
    assert refused.status == 400 and response_to(name) is None
    sent = guest.post(f"/s/{token}", {**fields(recommend="9"), "csrf_token": csrf[1]})
    assert sent.status == 303
    doc = response_to(name)
    assert (doc.owner, doc.modified_by) == ("Guest", "Guest")  # the customer's word, not the user's
    stop = guest.get(f"/s/{token}/stop").text
    assert f'name="csrf_token" value="{csrf[1]}"' in stop
    # and is logged in still
    assert visitors.USER in guest.get("/api/method/frappe.auth.get_logged_user").text


# the link stays secret


def everywhere(text: str) -> list[str]:
    """Tables and columns of the whole database that hold a text; the mails themselves are left out."""
    fresh()
    columns = frappe.db.sql(
        "select table_name, group_concat(concat('`', column_name, '`')) from information_schema.columns where"
        " table_schema = database() and data_type in ('varchar', 'text', 'mediumtext', 'longtext', 'char', 'json')"
        " and table_name not like 'tabEmail Queue%%' group by table_name"
    )
    found = []
    for table, names in columns:
        if frappe.db.sql(
            f"select 1 from `{table}` where concat_ws(' ', {names}) like %s limit 1", f"%{text}%"
        ):
            found.append(table)
    return found


def test_the_link_is_written_down_nowhere(guest: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = frappe.get_site_config
    monkeypatch.setattr(
        frappe, "get_site_config", lambda *a, **k: {**kept(*a, **k), "enable_frappe_logger": 1, "monitor": 1}
    )
    _name, token = invited()
    logs = [*Path("../logs").glob("*.log*"), *Path(visitors.SITE, "logs").glob("*.log*")]
    sizes = {path: path.stat().st_size for path in logs}
    guest.get(f"/s/{token}?a=9")
    guest.post(f"/s/{token}", fields(recommend="2", comment="Secret"))
    guest.post(f"/s/{token}", fields(other="2"))
    guest.get(f"/s/{token}/stop")
    guest.get(f"/s/{token}x")
    # our own mistake
    with monkeypatch.context() as broken:
        broken.setattr(answers, "store", lambda *_args: 1 / 0)
        page = guest.post(f"/s/{token}", fields(recommend="9"))
        assert page.status == 500 and "Please try once more" in page.text and token not in page.text
    # Frappe's own, before it comes to us
    guest.post(f"/s/{token}", data="{", content_type="application/json")
    monitored = [row.decode() for row in frappe.cache.lrange("monitor-transactions", 0, -1)]
    assert any('"/s/"' in row for row in monitored) and not any(token in row for row in monitored)
    frappe.cache.delete_value("monitor-transactions")
    fresh()
    from frappe.deferred_insert import save_to_db

    save_to_db()
    keep()
    errors = frappe.get_all(
        "Error Log",
        {"creation": (">", frappe.utils.add_to_date(None, minutes=-5))},
        ["method", "error"],
        order_by="name",
    )
    assert any(row.method == "Survey page" and "ZeroDivisionError" in row.error for row in errors)
    assert everywhere(token) == []
    for path in {*Path("../logs").glob("*.log*"), *Path(visitors.SITE, "logs").glob("*.log*")}:
        with path.open(errors="replace") as file:
            file.seek(min(sizes.get(path, 0), path.stat().st_size))
            assert token not in file.read(), path
    frappe.db.delete("Error Log", {"method": "Survey page"})
    keep()


def test_the_link_is_not_in_lists_nor_exports(guest: Visitor) -> None:
    name, token = invited()
    guest.post("/api/method/login", {"usr": visitors.USER, "pwd": visitors.PASSWORD})
    row = guest.get(f"/api/resource/Survey Invitation/{name}")
    assert row.status == 200 and name in row.text
    listed = guest.get('/api/resource/Survey Invitation?fields=["*"]&limit_page_length=0')
    assert name in listed.text
    for page in (row, listed):
        assert token not in page.text and hash_of(token) not in page.text
    asked = guest.get('/api/resource/Survey Invitation?fields=["name","token_hash"]&limit_page_length=0')
    assert hash_of(token) not in asked.text


def test_errors_of_others_are_cleaned_too() -> None:
    token = "A" * LENGTH
    doc = frappe.get_doc(
        {
            "doctype": "Error Log",
            "method": f"GET /s/{token}",
            "error": f"<Request 'http://x/s/{token}?a=9' [GET]>",
        }
    ).insert()
    assert (doc.method, doc.error) == ("GET /s/…", "<Request 'http://x/s/…?a=9' [GET]>")


# whatever comes


def test_five_thousand_posts_of_rubbish(guest: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    from frappe.website import path_resolver

    # Frappe builds its map of routes anew for each request: half of the time, and not what is tried here
    monkeypatch.setattr(path_resolver, "resolve_from_map", lambda path: path)
    chance = random.Random(20240229)
    links = [invited()[1], invited(ANONYMOUS)[1], invited(OTHER)[1]]
    items = dict(zip(links, (SURVEY, ANONYMOUS, OTHER), strict=True))
    keys = {
        link: {item.item_key: item.kind for item in frappe.get_doc("Relationship Survey", name).items}
        for link, name in items.items()
    }
    before, counts, start = state(), {}, time.monotonic()
    for n in range(5000):
        link = chance.choice(links)
        path, sent = rubbish(chance, link, keys[link])
        answer = guest.post(path, **sent)
        counts[answer.status] = counts.get(answer.status, 0) + 1
        assert answer.status < 500, (n, path, sent, answer.text[:300])
        assert answer.status != 303, (n, path, sent)
        assert "Traceback" not in answer.text
    print(counts, round(time.monotonic() - start, 1), "s")
    assert set(counts) <= {400, 404, 413, 422} and counts[422] > 1500 and counts[404] > 1000
    assert state() == before


WRONG = (
    "11",
    "-1",
    "99999999999",
    "1.0",
    "9\n",
    "٩",
    "",
    "0x1",
    "true",
    "null",
    "[]",
    "{}",
    "\x00",
    "💥",
    "NaN",
    "'",
)
NASTY = (
    *(
        "' or 1=1 --",
        "<script>",
        "{{7*7}}",
        "${7*7}",
        "%s%s%n",
        "../../etc/passwd",
        "\x00\x01\x02",
        "\ud7ff",
        "💥" * 50,
    ),
    *("A" * 3000, "\r\nSet-Cookie: a=b", '{"a": [}', "‮gnp.exe", "%", "{0}", "{w}", "\u2028"),
)


def rubbish(chance: random.Random, link: str, kinds: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """A post that must not be stored: every one has at least one field that nobody could send by the page."""
    path = chance.choice(
        [f"/s/{link}"] * 6
        + [f"/s/{mutated(chance, link)}"] * 2
        + [
            f"/s/{''.join(chance.choices(ALPHABET, k=LENGTH))}",
            f"/s/{chance.choice(NASTY[:6])}",
            f"/s/{link}/x",
        ]
    )
    form: dict[str, Any] = {}
    for _ in range(chance.randint(0, 6)):
        key = chance.choice([*kinds, *NASTY, "other", "recommend", "x" * 300])
        form["q-" + key] = chance.choice([*WRONG, *NASTY, "5"])
    for key in chance.sample(["step", "language", "one", "lang", "a", "doctype", "name", "data", "_lang"], 3):
        form[key] = chance.choice([*NASTY, "offer", "de", "1"])
    spoil = chance.choice(["foreign", "scale", "long", "twice", "nothing"])
    scaled = [key for key, kind in kinds.items() if kind in ("NPS", "CSAT", "CES", "Scale")]
    if spoil == "foreign":
        form["q-" + chance.choice(["foreign", "", "-", "recommend-agreed", *NASTY])] = chance.choice(
            ["1", *NASTY]
        )
    elif spoil == "scale":
        form["q-" + chance.choice(scaled)] = chance.choice([value for value in WRONG if value.strip("\x00")])
    elif spoil == "long":
        form["q-" + chance.choice(scaled)] = "5" * chance.randint(3, 3000)
    elif spoil == "twice":
        form["q-" + chance.choice(scaled)] = ["5", "6"]
    else:
        form = {key: value for key, value in form.items() if not key.startswith("q-")}
    kind = chance.random()
    if kind < 0.1:
        return path, {"json": {key: value for key, value in form.items() if "\ud7ff" not in str(value)}}
    if kind < 0.15:
        body = bytes(chance.randrange(256) for _ in range(chance.randint(0, 400)))
        return path, {
            "data": body,
            "content_type": chance.choice(["application/x-www-form-urlencoded", "text/xml", "x"]),
        }
    if kind < 0.2:
        return path, {
            "data": b"--x\r\nContent-Disposition: form-data",
            "content_type": "multipart/form-data; boundary=x",
        }
    if kind < 0.4:
        return path, {"data": form, "content_type": "multipart/form-data"}
    return path, {"data": form}


def mutated(chance: random.Random, link: str) -> str:
    place = chance.randrange(len(link))
    return link[:place] + chance.choice([c for c in ALPHABET if c != link[place]]) + link[place + 1 :]
