"""What the survey page takes from a post, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship_crm.surveys.reading import (
    LONGEST_TEXT,
    Given,
    as_text,
    from_stored,
    harmless,
    read,
)
from relationship_crm.surveys.scales import BOUNDS


@dataclass
class Item:
    item_key: str
    kind: str


@dataclass
class Row:
    kind: str
    score: float = 0
    answered: int = 0
    text: str | None = None


ITEMS = [
    Item("recommend", "NPS"),
    Item("satisfied", "CSAT"),
    Item("easy", "CES"),
    Item("comment", "Text"),
    Item("friend", "Referral"),
    Item("quote", "Testimonial"),
    Item("idea", "Idea"),
]


def sent(**fields: str | list[str]) -> dict[str, list[str]]:
    """Fields of a post; two underscores stand for a hyphen."""
    return {
        "q-" + name.replace("__", "-"): value if isinstance(value, list) else [value]
        for name, value in fields.items()
    }


def test_answers_of_all_kinds():
    found = read(
        ITEMS,
        sent(
            recommend="10",
            satisfied="1",
            easy="",
            comment=" Good.\r\nThanks ",
            friend="Ada",
            friend__email="ada@example.com",
            friend__agreed="1",
            quote="They keep their word.",
            quote__agreed="1",
            idea="A blue one",
        ),
    )
    assert found.clean
    assert found.given == {
        "recommend": Given(10),
        "satisfied": Given(1),
        "comment": Given(None, "Good.\nThanks"),
        "friend": Given(None, "Ada", "ada@example.com", "", True),
        "quote": Given(None, "They keep their word.", agreed=True),
        "idea": Given(None, "A blue one"),
    }


@pytest.mark.parametrize(
    "value",
    [
        "11",
        "-1",
        "1.5",
        "9 ",
        " 9",
        "٩",
        "９",
        "nine",
        "1e1",
        "0x9",
        "009",
        "9\n",
        "\x00",
        "[9]",
        "true",
        "NaN",
    ],
)
def test_what_is_no_number_on_the_scale(value):
    found = read(ITEMS, sent(recommend=value))
    assert found.errors == {"recommend": "error_wrong"} and not found.given


@pytest.mark.parametrize("key, value", [("satisfied", "0"), ("satisfied", "6"), ("easy", "8"), ("easy", "0")])
def test_each_scale_has_its_own_ends(key, value):
    assert read(ITEMS, sent(**{key: value})).errors == {key: "error_wrong"}


def test_two_values_for_one_field_are_none():
    assert read(ITEMS, sent(recommend=["1", "9"])).errors == {"recommend": "error_wrong"}
    assert read(ITEMS, sent(comment=["a", "b"])).errors == {"comment": "error_wrong"}
    assert read(ITEMS, sent(friend="Ada", friend__email=["a@b.de", "c@d.de"])).errors == {
        "friend": "error_wrong"
    }


def test_fields_of_another_survey():
    found = read(ITEMS, sent(recommend="9", other="3"))
    assert found.foreign and not found.clean
    assert read(ITEMS, sent(recommend__email="a@b.de")).foreign  # a scale has no address
    assert not read(ITEMS, {"language": ["de"], "csrf_token": ["x"], "utm_source": ["mail"]}).foreign


def test_texts_have_a_length():
    assert read(ITEMS, sent(comment="x" * LONGEST_TEXT)).clean
    assert read(ITEMS, sent(comment="x" * (LONGEST_TEXT + 1))).errors == {"comment": "error_long"}
    # a browser counts a line break once and sends two characters
    assert read(ITEMS, sent(comment="x\r\n" * (LONGEST_TEXT // 2))).clean
    assert read(ITEMS, sent(friend="x" * 141, friend__phone="123", friend__agreed="1")).errors == {
        "friend": "error_long"
    }


@pytest.mark.parametrize(
    "fields, error",
    [
        ({"friend": "Ada", "friend__agreed": "1"}, "error_referral"),
        ({"friend__email": "ada@example.com", "friend__agreed": "1"}, "error_referral"),
        ({"friend": "Ada", "friend__email": "ada@example.com"}, "error_agreed"),
        ({"friend": "Ada", "friend__email": "ada at example.com", "friend__agreed": "1"}, "error_email"),
        ({"friend": "Ada", "friend__email": "a@b,c@d.de", "friend__agreed": "1"}, "error_email"),
        ({"friend": "Ada", "friend__phone": "call me", "friend__agreed": "1"}, "error_phone"),
        ({"friend": "Ada", "friend__phone": "1" * 31, "friend__agreed": "1"}, "error_phone"),
        ({"friend": "Ada\nBcc: x@y.de", "friend__phone": "123", "friend__agreed": "1"}, "error_long"),
    ],
)
def test_a_referral_needs_a_name_an_address_and_a_yes(fields, error):
    assert read(ITEMS, sent(**fields)).errors == {"friend": error}


def test_an_untouched_referral_is_no_answer():
    found = read(ITEMS, sent(friend="", friend__email="", friend__phone=" "))
    assert found.clean and not found.given


@pytest.mark.parametrize(
    "text, kept",
    [
        ("<script>alert(1)</script>", "‹script>alert(1)‹/script>"),
        (
            '"<img src=x onerror=alert(1)>"',
            '"‹img src=x onerror=alert(1)>"',
        ),  # valid JSON: Frappe cleans it not
        ("<!--x-->", "‹!--x-->"),
        ("<?php", "‹?php"),
        ("a < b, 5<6, <3, <", "a < b, 5<6, <3, <"),
        ("a\x00b\x1bc\x9fd", "abcd"),
        ("\ud800x", "x"),
        ("x\r\ny\rz\t!", "x\ny\nz\t!"),
        ("Привет 🙂 שלום", "Привет 🙂 שלום"),
    ],
)
def test_no_tag_gets_through(text, kept):
    assert harmless(text) == kept


@given(st.text())
def test_no_text_begins_a_tag(text):
    found = harmless(text)
    assert harmless(found) == found
    for place, character in enumerate(found[:-1]):
        assert character != "<" or not (
            found[place + 1].isascii() and (found[place + 1].isalpha() or found[place + 1] in "/!?")
        )


@given(
    st.dictionaries(
        st.sampled_from(["q-" + i.item_key + e for i in ITEMS for e in ("", "-email", "-agreed")]),
        st.lists(st.text(), max_size=2),
    )
)
def test_whatever_is_sent_is_read_or_refused(fields):
    found = read(ITEMS, fields)
    for key, answer in found.given.items():
        kind = next(item.kind for item in ITEMS if item.item_key == key)
        assert bool(answer)
        assert (answer.score is None) != (kind in BOUNDS)


def test_stored_answers_are_shown_again():
    friend = Given(None, "Ada", "ada@example.com", "", True)
    assert from_stored(Row("Referral", text=as_text("Referral", friend))) == friend
    assert from_stored(Row("NPS", score=0.0, answered=1)) == Given(0)
    assert not from_stored(Row("NPS"))
    assert from_stored(Row("Testimonial", text="Good"), agreed=True) == Given(None, "Good", agreed=True)
    assert from_stored(Row("Text", text="a\nb")) == Given(None, "a\nb")
