"""The campaign's public page without a browser's good manners: guesses, wrong posts, script, too many posts."""

from __future__ import annotations

import html
import random
import re

import frappe
import pytest
from clicking import reached, said
from committed import fresh, keep
from visitors import ALPHABET, PASSWORD, USER, Visitor, state

from relationship_crm.campaigns.token import LENGTH, hash_of
from relationship_crm.surveys import limits

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("uncounted")]
YES = {"say": "yes"}
SCRIPT = "<script>alert(1)</script>"


def test_the_link_is_stored_nowhere(clickable: str) -> None:
    name, token = reached(clickable)
    row = frappe.db.get_value("Campaign Touch", name, "*", as_dict=True)
    assert row.token_hash == hash_of(token)
    assert token not in str(row)


def test_tampered_links_open_nothing(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    chance = random.Random(5)
    for place in range(0, LENGTH - 1, 6):
        other = chance.choice([c for c in ALPHABET if c != token[place]])
        assert guest.post(f"/c/{token[:place]}{other}{token[place + 1 :]}", YES).status == 404
    for path in (
        token.lower(),
        token + "/",
        token + "/../stop",
        token.swapcase(),
        f"{token}%00",
        f" {token}",
    ):
        assert guest.post(f"/c/{path}", YES).status in (404, 303) or path
    assert len(said(name)) <= 1


def test_a_link_to_a_campaign_opens_no_survey(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    assert guest.get(f"/s/{token}").status == 404
    from relationship_crm.surveys.token import token_of

    assert guest.get(f"/c/{token_of(name)}").status == 404


@pytest.mark.parametrize(
    "sent", [{}, {"say": ""}, {"say": "maybe"}, {"say": ["x", "yes"]}, {"r": "1"}, {"say": "\x00"}]
)
def test_posts_that_say_nothing_leave_nothing(guest: Visitor, clickable: str, sent: dict) -> None:
    name, token = reached(clickable)
    before = state()
    assert guest.post(f"/c/{token}?r=1&say=yes", sent).location == f"/c/{token}"
    assert state() == before and said(name) == []


def test_other_kinds_of_posts(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    before = state()
    assert guest.post(f"/c/{token}", json=YES).status == 303  # the page takes forms
    assert guest.open(f"/c/{token}", "PUT", data=YES).status == 404
    assert guest.open(f"/c/{token}", "DELETE").status == 404
    assert guest.open(f"/c/{token}/stop", "PUT").status == 404
    assert guest.post(f"/c/{token}", {"say": "question", "note": "x" * 300_000}).status == 413
    assert state() == before and said(name) == []


def test_nothing_is_kept_framed_indexed_or_told(guest: Visitor, clickable: str) -> None:
    _name, token = reached(clickable)
    for answer in (guest.get(f"/c/{token}"), guest.get(f"/c/{token}?r=1"), guest.post(f"/c/{token}", YES)):
        found = answer.headers
        assert (found["Cache-Control"], found["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert (found["X-Frame-Options"], found["X-Content-Type-Options"]) == ("DENY", "nosniff")
        assert "noindex" in found["X-Robots-Tag"] and "default-src 'none'" in found["Content-Security-Policy"]
        assert "unsafe" not in found["Content-Security-Policy"] and not found.getlist("Set-Cookie")


def test_script_in_what_is_said_and_in_what_is_shown(guest: Visitor, clickable: str) -> None:
    name, token = reached(
        clickable,
        "Event",
        recipient_name=SCRIPT,
        event_place=SCRIPT,
        subject=f"{SCRIPT} {{{{recipient_name}}}}",
    )
    page = guest.get(f"/c/{token}").text
    assert "<script" not in page and html.escape("<script>alert(1)") in page
    wrong = guest.post(f"/c/{token}", {"say": "question", "note": "</textarea>" + SCRIPT * 200})
    assert wrong.status == 422 and "<script" not in wrong.text and wrong.text.count("</textarea>") == 1
    guest.post(f"/c/{token}", {"say": "question", "note": '"<img src=x onerror=alert(1)>"' + SCRIPT})
    [(_response, note)] = said(name)
    assert "alert(1)" in note and not re.search(r"<[A-Za-z/!?]", note)


def test_posts_are_counted(guest: Visitor, clickable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BY_LINK_AND_ADDRESS", 2)
    _name, token = reached(clickable)
    found = [guest.post(f"/c/{token}", YES) for _time in range(4)]
    assert [one.status for one in found] == [303, 303, 429, 429]
    assert found[-1].headers["Retry-After"] == "3600"
    assert guest.post(f"/c/{token}/stop").status == 429
    assert guest.get(f"/c/{token}").status == 200
    monkeypatch.setattr(limits, "GUESSES", 2)
    other = Visitor()
    assert [other.post(f"/c/{c * LENGTH}", YES).status for c in "abc"] == [404, 404, 429]
    other.close()


def test_a_user_of_the_desk_who_opens_the_link_answers_for_the_one_it_was_sent_to(
    guest: Visitor, public: None, clickable: str
) -> None:
    name, token = reached(clickable)
    assert guest.post("/api/method/login", {"usr": USER, "pwd": PASSWORD}).status == 200
    assert guest.open_desk().status == 200
    page = guest.get(f"/c/{token}").text
    [csrf] = set(re.findall(r'name="csrf_token" value="(\w+)"', page))
    assert guest.post(f"/c/{token}", YES).status == 400 and said(name) == []
    assert guest.post(f"/c/{token}", {**YES, "csrf_token": csrf}).status == 303
    fresh()
    assert frappe.db.get_value("Campaign Response", {"touch": name}, "owner") == "Guest"


def test_a_mistake_of_ours_is_a_friendly_page_and_leaves_nothing(
    guest: Visitor, clickable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from relationship_crm.campaigns import responses

    name, token = reached(clickable)

    def half(parties: object) -> None:
        raise RuntimeError("half of it is written")

    monkeypatch.setattr(responses, "tell", half)
    answer = guest.post(f"/c/{token}", YES)
    assert answer.status == 500 and "Traceback" not in answer.text and "try again" in answer.text.lower()
    assert said(name) == []
    keep()
