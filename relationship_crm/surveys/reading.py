"""What a visitor sent, held against the survey's own questions. Plain Python, no Frappe.

Nothing is taken over that was not asked: a field without a question, two values for one field, a number beside its scale
or a text that is too long spoils the whole post, and nothing of it is stored. The page shows it again with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from relationship_crm.surveys.scales import BOUNDS, REFERRAL, TESTIMONIAL, is_scaled

#: Fields of the page are named by this and the question's key; keys themselves hold no hyphen.
PREFIX = "q-"
LONGEST_TEXT, LONGEST_NAME, LONGEST_EMAIL, LONGEST_PHONE = 2000, 140, 140, 30
#: Further fields of a question: the referred person's address, and boxes that must be ticked by hand.
EMAIL, PHONE, AGREED = "-email", "-phone", "-agreed"
EXTRA = {REFERRAL: (EMAIL, PHONE, AGREED), TESTIMONIAL: (AGREED,)}
ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]\\]+@[^\s@<>\"',;:()\[\]\\]+\.[^\s@<>\"',;:()\[\]\\.]+")
NUMBER = re.compile(r"\+?[0-9()/.\- ]*[0-9][0-9()/.\- ]*", re.ASCII)
#: What a browser would take for the beginning of a tag. "a < b" and "<3" stay as they are.
TAG = re.compile(r"<(?=[A-Za-z/!?])")


class Item(Protocol):
    """A question: a row of the survey, or anything with its fields."""

    item_key: str
    kind: str


@dataclass(frozen=True)
class Given:
    """One answer. Of a referral, the text is the name of the person."""

    score: int | None = None
    text: str = ""
    email: str = ""
    phone: str = ""
    agreed: bool = False

    def __bool__(self) -> bool:
        return self.score is not None or bool(self.text or self.email or self.phone)


@dataclass(frozen=True)
class Reading:
    """Answers by question; what is wrong by question, as a key of the page's words; fields that nobody asked for."""

    given: dict[str, Given] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    foreign: bool = False

    @property
    def clean(self) -> bool:
        """Whether all of it may be stored."""
        return not self.errors and not self.foreign


def harmless(text: str) -> str:
    """The text without control characters, and without anything that could be read as a tag.

    The desk shows texts as HTML. Frappe cleans what it stores, but passes by whatever is valid JSON, and a tag in quotation
    marks is. So no tag may come this far; a look-alike stands in for its first character.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return TAG.sub("‹", "".join(kept)).strip()


def read(items: Iterable[Item], fields: Mapping[str, Sequence[str]]) -> Reading:
    """The answers in a post. `fields` are its fields with all values each had."""
    given: dict[str, Given] = {}
    errors: dict[str, str] = {}
    known: set[str] = set()
    for item in items:
        names = [PREFIX + item.item_key + extra for extra in ("", *EXTRA.get(item.kind, ()))]
        known.update(names)
        values = [fields.get(name, ()) for name in names]
        if any(len(value) > 1 for value in values):
            errors[item.item_key] = "error_wrong"
            continue
        one = dict(
            zip(("", *EXTRA.get(item.kind, ())), (value[0] if value else "" for value in values), strict=True)
        )
        answer, error = _answer(item.kind, one)
        if error:
            errors[item.item_key] = error
        if answer:
            given[item.item_key] = answer
    foreign = any(name.startswith(PREFIX) and name not in known for name in fields)
    return Reading(given, errors, foreign)


def _answer(kind: str, values: Mapping[str, str]) -> tuple[Given, str]:
    if is_scaled(kind):
        return _score(kind, values[""])
    text = harmless(values[""])
    agreed = values.get(AGREED, "") == "1"
    if kind == REFERRAL:
        return _referral(Given(None, text, harmless(values[EMAIL]), harmless(values[PHONE]), agreed))
    answer = Given(None, text, agreed=agreed and kind == TESTIMONIAL)
    return answer, "error_long" if len(text) > LONGEST_TEXT else ""


def _score(kind: str, value: str) -> tuple[Given, str]:
    if not value:
        return Given(), ""
    if not re.fullmatch(r"[0-9]{1,2}", value, re.ASCII) or not BOUNDS[kind].holds(int(value)):
        return Given(), "error_wrong"
    return Given(int(value)), ""


def _referral(answer: Given) -> tuple[Given, str]:
    if not answer:
        return answer, ""
    if max(len(answer.text) - LONGEST_NAME, len(answer.email) - LONGEST_EMAIL) > 0 or "\n" in answer.text:
        return answer, "error_long"
    if len(answer.phone) > LONGEST_PHONE or (answer.phone and not NUMBER.fullmatch(answer.phone)):
        return answer, "error_phone"
    if answer.email and not ADDRESS.fullmatch(answer.email):
        return answer, "error_email"
    if not answer.text or not (answer.email or answer.phone):
        return answer, "error_referral"
    return answer, "" if answer.agreed else "error_agreed"


def as_text(kind: str, answer: Given) -> str:
    """How an answer in words is kept; a referral on three lines: name, e-mail, phone."""
    return "\n".join((answer.text, answer.email, answer.phone)) if kind == REFERRAL else answer.text


def from_stored(row: Any, agreed: bool = False) -> Given:
    """The answer that a stored row holds, to show it again. Whoever sent a referral had agreed."""
    if is_scaled(row.kind):
        return Given(int(row.score)) if row.answered else Given()
    if row.kind == REFERRAL:
        name, email, phone = (*(row.text or "").split("\n"), "", "", "")[:3]
        return Given(None, name, email, phone, agreed=bool(row.text))
    return Given(None, row.text or "", agreed=agreed)
