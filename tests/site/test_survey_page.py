"""The survey's public page, as a visitor sees it: questions, languages, links that are closed, the way out."""

from __future__ import annotations

import random
import re

import frappe
import pytest
import visitors
from committed import fresh, keep
from frappe.utils import add_days, today
from visitors import ALPHABET, CUSTOMER, EMAIL, SURVEY, Visitor, fields, invited, response_to, state

from relationship_crm.surveys.token import LENGTH, hash_of

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("public", "uncounted")]


# looking


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


# somebody who is logged in


def test_somebody_who_is_logged_in(guest: Visitor) -> None:
    name, token = invited()
    logged_in = guest.post("/api/method/login", {"usr": visitors.USER, "pwd": visitors.PASSWORD})
    assert logged_in.status == 200
    assert guest.open_desk().status == 200
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
