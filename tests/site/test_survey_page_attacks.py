"""The survey's public page without a browser's good manners: wrong posts, script, too many posts, rubbish."""

from __future__ import annotations

import html
import random
import re
import time
from typing import Any

import frappe
import pytest
from committed import keep
from visitors import ALPHABET, ANONYMOUS, OTHER, SURVEY, Visitor, fields, invited, response_to, state

from relationship_crm.surveys import limits
from relationship_crm.surveys.token import LENGTH

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("public", "uncounted")]


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


# script


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
