"""The campaign's public page: one click from the mail, questions, invitations, the way out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frappe
import pytest
from clicking import EMAIL, SHOP, again, reached, said
from committed import fresh, keep
from frappe.utils import add_days, add_to_date, now_datetime, today
from visitors import Visitor, state

from relationship_crm.campaigns.token import LENGTH

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("uncounted")]
YES, NO = {"say": "yes"}, {"say": "no"}


def attendance(name: str) -> str:
    fresh()
    return frappe.db.get_value("Campaign Touch", name, "attendance") or ""


# one click


def test_a_look_writes_nothing(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    before = state()
    for path in (
        "",
        "?r=1",
        "?r=0",
        "?r=9",
        "?done=yes",
        "?done=question",
        "?full=1",
        "/stop",
        "/stop?done=1",
        "?lang=de",
    ):
        assert guest.get(f"/c/{token}{path}").status == 200
    assert guest.open(f"/c/{token}?r=1", "HEAD").status == 200
    assert state() == before and said(name) == []


def test_one_click_opens_a_page_that_posts_by_itself(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    page = guest.get(f"/c/{token}?r=1")
    assert 'id="say"' in page.text and 'value="yes"' in page.text and "I am interested" in page.text
    [script] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    assert "isTrusted" in script and "form.submit()" in script
    from relationship_crm.public_page import digest

    assert f"script-src 'sha256-{digest(script)}'" in page.headers["Content-Security-Policy"]
    answer = guest.post(f"/c/{token}", YES)
    assert (answer.status, answer.location) == (303, f"/c/{token}?done=yes")
    assert said(name) == [("Interested", "")]
    thanks = guest.get(answer.location)
    assert "we have noted your interest" in thanks.text and "Not interested" in thanks.text
    assert "<script" not in thanks.text and "script-src" not in thanks.headers["Content-Security-Policy"]


def test_twice_is_once_and_the_mind_may_change(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    for sent in (YES, YES, NO):
        assert guest.post(f"/c/{token}", sent).status == 303
    assert said(name) == [("Not Interested", "")]
    assert "this is not for you" in guest.get(f"/c/{token}?done=no").text
    assert "I am interested" in guest.get(f"/c/{token}?done=yes").text  # said no more: the choice again


def test_a_response_is_the_members_with_everything_known_then(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    guest.post(f"/c/{token}", YES)
    fresh()
    row = frappe.get_all("Campaign Response", {"touch": name}, ["*"], order_by="name")[0]
    assert (row.campaign, row.source, row.email, row.stage_name) == (clickable, "Click", EMAIL, "Client")
    assert (row.owner, row.variant) == ("Guest", "A") and row.member


def test_after_the_click_it_goes_on_to_the_messages_page(guest: Visitor, clickable: str) -> None:
    _name, token = reached(clickable, button_url=SHOP)
    assert "shop.example.com" not in guest.get(f"/c/{token}?r=1").text
    thanks = guest.get(guest.post(f"/c/{token}", YES).location).text
    assert f'content="2;url={SHOP}"' in thanks and f'href="{SHOP}"' in thanks
    assert "You are being taken to shop.example.com." in thanks


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil.example.com", "http://[", "ftp://x.de"]
)
def test_it_goes_on_to_pages_of_the_web_alone(guest: Visitor, clickable: str, link: str) -> None:
    name, token = reached(clickable)
    row = frappe.db.get_value("Campaign Touch", name, "message_row")
    frappe.db.set_value("Campaign Message", row, "button_url", link)
    keep()
    frappe.clear_document_cache("Campaign Activity", frappe.db.get_value("Campaign Touch", name, "activity"))
    thanks = guest.get(
        guest.post(f"/c/{token}?next=https://evil.example.com", {**YES, "go_on": SHOP}).location
    )
    assert "http-equiv" not in thanks.text and "evil" not in thanks.text and link not in thanks.text


# questions


def test_a_question_is_kept_with_its_words(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    answer = guest.post(f"/c/{token}", {"say": "question", "note": "How much?\r\nAnd when?"})
    assert answer.location == f"/c/{token}?done=question"
    assert "Your question has arrived" in guest.get(answer.location).text
    guest.post(f"/c/{token}", {"say": "question", "note": "How much?\r\nAnd when?"})
    assert said(name) == [("Question", "How much?\nAnd when?")]


@pytest.mark.parametrize(("note", "words"), [("  ", "write your question"), ("x" * 2001, "too long")])
def test_a_question_that_is_none_leaves_nothing(
    guest: Visitor, clickable: str, note: str, words: str
) -> None:
    name, token = reached(clickable)
    page = guest.post(f"/c/{token}", {"say": "question", "note": note})
    assert page.status == 422 and words in page.text and 'role="alert"' in page.text
    assert said(name) == []


# invitations


def tomorrow(days: int = 1) -> Any:
    return add_to_date(now_datetime(), days=days)


def test_an_invitation_is_accepted_or_declined(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable, "Event", event_on=tomorrow(), event_place="Hall 5")
    page = guest.get(f"/c/{token}").text
    assert "Where: Hall 5" in page and "I will come" in page and "I cannot come" in page
    assert 'value="no"' in guest.get(f"/c/{token}?r=0").text
    assert "You are registered" in guest.get(guest.post(f"/c/{token}", YES).location).text
    assert (said(name), attendance(name)) == ([("Registered", "")], "Registered")
    guest.post(f"/c/{token}", NO)
    assert (said(name), attendance(name)) == ([("Declined", "")], "Declined")


def test_when_all_seats_are_taken_it_is_said(guest: Visitor, clickable: str) -> None:
    first, token = reached(clickable, "Event", event_on=tomorrow(), event_seats=1)
    second, late = again(first, clickable, "rcrm-click-2@example.com")
    assert guest.post(f"/c/{token}", YES).location.endswith("?done=yes")
    assert guest.post(f"/c/{token}", YES).location.endswith("?done=yes")  # whoever has a seat keeps it
    answer = guest.post(f"/c/{late}", YES)
    assert answer.location == f"/c/{late}?full=1"
    assert "All seats are taken" in guest.get(answer.location).text
    assert (said(second), attendance(second)) == ([("Interested", "")], "")
    guest.post(f"/c/{token}", NO)
    assert guest.post(f"/c/{late}", YES).location.endswith("?done=yes")
    assert attendance(second) == "Registered"


def test_two_at_once_do_not_take_the_last_seat(clickable: str) -> None:
    first, token = reached(clickable, "Event", event_on=tomorrow(), event_seats=2)
    links = [token, *(again(first, clickable, f"rcrm-click-{n}@example.com")[1] for n in range(5))]
    visitors = [Visitor() for _link in links]
    with ThreadPoolExecutor(len(links)) as pool:
        found = list(
            pool.map(lambda pair: pair[0].post(f"/c/{pair[1]}", YES), zip(visitors, links, strict=True))
        )
    for visitor in visitors:
        visitor.close()
    assert sorted(one.status for one in found if one.status != 503) == [303] * sum(
        one.status == 303 for one in found
    )
    taken = [one for one in found if one.location.endswith("?done=yes")]
    fresh()
    wave = frappe.db.get_value("Campaign Touch", first, "activity")
    assert (
        len(taken) == 2 == frappe.db.count("Campaign Touch", {"activity": wave, "attendance": "Registered"})
    )


def test_nobody_registers_for_what_is_over(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable, "Event", event_on=tomorrow(-2), event_until=tomorrow(-1))
    for path in ("", "?r=1"):
        page = guest.get(f"/c/{token}{path}").text
        assert "This event has taken place" in page and "I will come" not in page
    assert guest.post(f"/c/{token}", YES).location == f"/c/{token}"
    assert said(name) == []


# the way out


def test_no_more_of_these(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable, email="rcrm-click-out@example.com")
    other, _token = reached(clickable, email="rcrm-click-in@example.com")
    page = guest.get(f"/c/{token}/stop")
    assert "r…" in page.text and "rcrm-click-out@" not in page.text and "Send me no more" in page.text
    answer = guest.post(f"/c/{token}/stop")
    assert (answer.status, answer.location) == (303, f"/c/{token}/stop?done=1")
    assert "You will get no more messages like this" in guest.get(answer.location).text
    assert guest.post(f"/c/{token}/stop").status == 303
    fresh()
    rows = frappe.get_all("Survey Recipient", {"no_campaigns": 1}, ["address", "do_not_ask"], order_by="name")
    assert [(row.address, row.do_not_ask) for row in rows] == [("rcrm-click-out@example.com", 0)]
    of = {"email": "rcrm-click-out@example.com", "reference_name": clickable}
    assert frappe.db.count("Email Unsubscribe", of) == 1
    from relationship_crm.campaigns.consent import OPTED_OUT, unwilling

    touches = frappe.get_all("Campaign Touch", {"name": ("in", [name, other])}, ["*"], order_by="name")
    assert unwilling(touches) == {name: OPTED_OUT}
    assert said(name) == []


# links that are not open


def test_links_that_do_not_exist_or_are_closed_all_answer_the_same(guest: Visitor, clickable: str) -> None:
    waiting = reached(clickable, status="Waiting", touched_on=None)[1]
    taken_back = reached(clickable, status="Withdrawn")[1]
    unknown = "x" * LENGTH
    pages = {
        (answer.status, re.sub(r"\s", "", answer.text))
        for token in (waiting, taken_back, unknown, "x", unknown + "x", unknown[:-1] + "é")
        for path in ("", "?r=1", "/stop", "/else")
        for answer in (guest.get(f"/c/{token}{path}"),)
    }
    assert {status for status, _text in pages} == {404} and len(pages) == 1
    assert guest.post(f"/c/{waiting}", YES).status == guest.post(f"/c/{unknown}", YES).status == 404


def test_after_the_outcome_is_counted_only_the_way_out_is_open(guest: Visitor, clickable: str) -> None:
    name, token = reached(clickable)
    before = frappe.db.get_value("Relationship Campaign", clickable, ["end_date", "outcome_days"])
    try:
        for end, expected in ((-30, 200), (-31, 404)):
            frappe.db.set_value(
                "Relationship Campaign", clickable, {"end_date": add_days(today(), end), "outcome_days": 30}
            )
            keep()
            assert guest.get(f"/c/{token}").status == expected
        assert guest.post(f"/c/{token}", YES).status == 404 and said(name) == []
        assert guest.get(f"/c/{token}/stop").status == 200
    finally:
        frappe.db.set_value(
            "Relationship Campaign", clickable, dict(zip(("end_date", "outcome_days"), before, strict=True))
        )
        keep()


# languages


def test_it_speaks_the_persons_language(guest: Visitor, clickable: str) -> None:
    _name, token = reached(clickable, language="de", subject="Frühling {{ recipient_name }}")
    page = guest.get(f"/c/{token}")
    assert "Ich habe Interesse" in page.text and 'lang="de"' in page.text and "Frühling Ada" in page.text
    assert "Мне интересно" in guest.get(f"/c/{token}?lang=ru").text
    _name, token = reached(clickable, language="ar")
    assert 'dir="rtl"' in guest.get(f"/c/{token}").text
