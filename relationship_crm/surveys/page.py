"""What the survey page shows, as plain values for its templates. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import frappe
from babel.core import UnknownLocaleError
from babel.dates import format_date
from frappe import _
from frappe.utils import getdate

from relationship_crm.surveys import reading, wording
from relationship_crm.surveys.low import low_answers
from relationship_crm.surveys.reading import Given
from relationship_crm.surveys.recipients import address_of
from relationship_crm.surveys.scales import (
    BOUNDS,
    IDEA,
    REFERRAL,
    TESTIMONIAL,
    TEXT,
    is_scaled,
    value_of,
)
from relationship_crm.surveys.words import base, direction, words

#: Asked after the questions, of those whose answers are not low.
OFFERS = (REFERRAL, TESTIMONIAL)
#: Seconds that an answer takes, to say beforehand how long it will take.
SECONDS = {TEXT: 25, REFERRAL: 30, TESTIMONIAL: 30, IDEA: 30}
SECONDS_SCALE = 8
#: Stages of the page: the questions, and what is offered afterwards.
QUESTIONS, OFFER = "questions", "offer"
#: Names of languages in themselves.
NAMES = {"en": "English", "de": "Deutsch", "ru": "Русский", "uk": "Українська"}


class Page:
    """A survey as one invited person sees it, in one language."""

    def __init__(self, invitation: Any, survey: Any, language: str, address: str) -> None:
        self.invitation, self.survey, self.language, self.address = invitation, survey, language, address
        self.words = words(language)

    def common(self, title: str) -> dict[str, Any]:
        """What every page of the survey has."""
        return {
            **frame(self.language, self.sender, title),
            "address": self.address,
            "stop": f"{self.address}/stop" if address_of(self.invitation) else "",
        }

    @property
    def sender(self) -> str:
        """Who asks."""
        return self.invitation.company or site_name()

    @property
    def heading(self) -> str:
        """What the page is called: as the mail was."""
        subject = wording.text(self.survey, self.language, wording.SUBJECT)
        return self._filled(subject) or self.words["heading"]

    @property
    def questions(self) -> list[Any]:
        """What is asked first."""
        return [item for item in self.survey.items if not self._is_offer(item)]

    @property
    def offers(self) -> list[Any]:
        """What is asked afterwards, of those who are content."""
        return [item for item in self.survey.items if self._is_offer(item)]

    def _is_offer(self, item: Any) -> bool:
        rated = any(is_scaled(one.kind) for one in self.survey.items)
        return item.kind in OFFERS and not item.required and rated and not self.survey.anonymous

    def items_of(self, step: str) -> list[Any]:
        """The questions of a stage."""
        return self.offers if step == OFFER else self.questions

    def consent(self) -> str:
        """What somebody agrees to who lets us quote them."""
        return self.words["testimonial_agreed"].format(self.invitation.company or self.words["we"])

    # the pages

    def form(
        self,
        given: Mapping[str, Given],
        errors: Mapping[str, str] | None = None,
        notice: str = "",
        prefilled: str = "",
        answered: bool = False,
        switches: Iterable[tuple[str, str]] = (),
        csrf_token: str = "",
    ) -> dict[str, Any]:
        """The questions. `errors` are keys of the page's words by question, `switches` other languages and their links."""
        found = self._items(self.questions, given, errors or {}, prefilled, answered)
        w = self.words
        return {
            **self.common(self.heading),
            "heading": self.heading,
            "introduction": paragraphs(self._text(wording.INTRODUCTION)),
            "about": self._about(),
            "facts": self._facts(found, answered),
            "notice": w[notice] if notice else "",
            "items": found,
            "step": QUESTIONS,
            "send": w["send_again"] if answered else w["send"],
            "switches": [
                {"code": code, "name": NAMES.get(base(code)) or _language_name(code), "href": href}
                for code, href in switches
            ],
            "csrf_token": csrf_token,
        }

    def thanks(
        self,
        given: Mapping[str, Given],
        errors: Mapping[str, str] | None = None,
        notice: str = "",
        typed: Mapping[str, Given] | None = None,
        all_offers: bool = False,
        csrf_token: str = "",
    ) -> dict[str, Any]:
        """What was stored, and what may be added. `typed` are offers that were sent and not taken.

        Offers that were taken are shown as answers; `all_offers` shows them to be changed.
        """
        w = self.words
        still_open = [item for item in self.questions if not given.get(item.item_key)]
        scaled_open = [item for item in still_open if is_scaled(item.kind)]
        taken = [item for item in self.offers if given.get(item.item_key)]
        offers = [
            item
            for item in self.offers
            if all_offers or item.item_key in (errors or {}) or (item not in taken and self._content(given))
        ]
        count = len(self.questions)
        return {
            **self.common(w["thanks"]),
            "heading": w["thanks"],
            "text": paragraphs(self._text(wording.THANKS) or w["thanks_text"]),
            "so_far": w["so_far"].format(count - len(still_open), count) if scaled_open else "",
            "go_on": f"{self.address}#{reading.PREFIX}{scaled_open[0].item_key}" if scaled_open else "",
            "answers": [
                {"question": item["question"], "answer": self._in_words(item)}
                for item in self._items(self.survey.items, given, {})
                if given.get(item["key"])
            ],
            "until": w["until"].format(self._until()),
            "change_offers": f"{self.address}?done=1&offers=1" if taken and not all_offers else "",
            "notice": w[notice] if notice else "",
            "items": self._items(offers, {**given, **(typed or {})}, errors or {}, numbered=False),
            "step": OFFER,
            "csrf_token": csrf_token,
        }

    def once(self) -> dict[str, Any]:
        """After an anonymous answer: nothing can be shown."""
        text = self._text(wording.THANKS) or self.words["thanks_text"]
        return {
            **self.common(self.words["thanks"]),
            "heading": self.words["thanks"],
            "text": [*paragraphs(text), self.words["once"]],
        }

    def stop(self, done: bool, csrf_token: str = "") -> dict[str, Any]:
        """The page that ends all asking."""
        w, where = self.words, hidden(address_of(self.invitation))
        heading = w["stopped" if done else "stop_heading"]
        return {
            **self.common(heading),
            "heading": heading,
            "text": [w["stopped_text" if done else "stop_text"].format(where)],
            "action": "" if done else f"{self.address}/stop",
            "stop": "",
            "csrf_token": csrf_token,
        }

    # parts

    def _text(self, part: str) -> str:
        return self._filled(wording.text(self.survey, self.language, part))

    def _filled(self, text: str) -> str:
        return fill_in(text, self.invitation, self.sender, unbroken)

    def _about(self) -> str:
        invitation = self.invitation
        if not invitation.voucher_no or invitation.voucher_type not in ABOUT:
            return ""
        if unbroken(invitation.voucher_no) in self.heading + self._text(wording.INTRODUCTION):
            return ""  # said already
        kind = ABOUT[invitation.voucher_type].get(base(self.language)) or _(
            invitation.voucher_type, lang=self.language
        )
        return self.words["about"].format(f"{kind} {unbroken(invitation.voucher_no)}")

    def _facts(self, found: list[dict[str, Any]], answered: bool) -> list[str]:
        w = self.words
        if answered:
            return [w["again"].format(self._until())]
        seconds = sum(SECONDS.get(item["kind"], SECONDS_SCALE) for item in found)
        facts = [w["effort"].format(len(found), max(1, round(seconds / 60)))]
        if any(item["required"] for item in found) and not all(item["required"] for item in found):
            facts.append(w["need"])
        facts.append(w["anonymous"] if self.survey.anonymous else w["until"].format(self._until()))
        return facts

    def _until(self) -> str:
        return in_words(self.invitation.expires_on, self.language)

    def _content(self, given: Mapping[str, Given]) -> bool:
        """Whether nothing was answered low, so that we may ask for a favour."""
        rows = [
            {
                "kind": item.kind,
                "score": given[item.item_key].score,
                "value": value_of(item.kind, given[item.item_key].score, bool(item.reverse)),
                "answered": 1,
            }
            for item in self.survey.items
            if is_scaled(item.kind) and given.get(item.item_key)
        ]
        return bool(rows) and not low_answers(rows, self.survey.low_nps, self.survey.low_share)

    def _in_words(self, item: dict[str, Any]) -> str:
        if item["points"]:
            chosen = item["given"].score
            return self.words["of"].format(chosen, item["points"][-1]["value"])
        given = item["given"]
        return "\n".join(filter(None, (given.text, given.email, given.phone)))

    def _items(
        self,
        items: Iterable[Any],
        given: Mapping[str, Given],
        errors: Mapping[str, str],
        prefilled: str = "",
        answered: bool = True,
        numbered: bool = True,
    ) -> list[dict[str, Any]]:
        w, survey, language = self.words, self.survey, self.language
        found = []
        items = list(items)
        for number, item in enumerate(items, 1):
            answer = given.get(item.item_key, Given())
            low, high = (wording.text(survey, language, part, item) for part in (wording.LOW, wording.HIGH))
            error = errors.get(item.item_key)
            found.append(
                {
                    "key": item.item_key,
                    "field": reading.PREFIX + item.item_key,
                    "kind": item.kind,
                    "number": w["number"].format(number, len(items)) if numbered else "",
                    "question": wording.text(survey, language, wording.QUESTION, item),
                    "required": bool(item.required),
                    "low": low,
                    "high": high,
                    "points": _points(item.kind, answer, low, high),
                    "given": answer,
                    "error": w[error] if error else "",
                    "alone": item.item_key == prefilled and len(items) > 1 and not answered,
                    "chosen": w["chosen"].format(answer.score) if item.item_key == prefilled else "",
                    "agree": {
                        REFERRAL: w["referral_agreed"].format(self.sender or w["we"]),
                        TESTIMONIAL: self.consent(),
                    }.get(item.kind, ""),
                    "longest": {
                        REFERRAL: reading.LONGEST_NAME,
                    }.get(item.kind, reading.LONGEST_TEXT),
                }
            )
        return found


#: Documents as a customer calls them; others are translated as ERPNext does.
ABOUT: dict[str, dict[str, str]] = {
    "Delivery Note": {"en": "Delivery", "de": "Lieferung", "ru": "доставка", "uk": "доставка"},
    "Sales Invoice": {"en": "Invoice", "de": "Rechnung", "ru": "счёт", "uk": "рахунок"},
    "Sales Order": {"en": "Order", "de": "Auftrag", "ru": "заказ", "uk": "замовлення"},
    "Issue": {"en": "Request", "de": "Anfrage", "ru": "обращение", "uk": "звернення"},
    "Maintenance Visit": {"en": "Maintenance visit", "de": "Wartung", "ru": "обслуживание", "uk": "обслуговування"},
}  # fmt: skip


def frame(language: str, sender: str, title: str, own: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What every page has, also those that know no survey; with words of its own, if it has some."""
    return {
        "w": own or words(language),
        "language": language,
        "direction": direction(language),
        "sender": sender,
        "title": title,
        "stop": "",
    }


def prefilled(survey: Any, value: str) -> tuple[str, Given] | None:
    """The answer that was clicked in the mail, if it is one: question and answer."""
    for item in survey.items:
        if item.in_mail and is_scaled(item.kind):
            found = reading.read([item], {reading.PREFIX + item.item_key: [value]})
            answer = found.given.get(item.item_key)
            return (item.item_key, answer) if answer else None
    return None


def _points(kind: str, answer: Given, low: str, high: str) -> list[dict[str, Any]]:
    """The answers on a scale; its ends say what they mean."""
    if not is_scaled(kind):
        return []
    bounds = BOUNDS[kind]
    return [
        {
            "value": point,
            "chosen": answer.score == point,
            "meaning": low if point == bounds.low else high if point == bounds.high else "",
        }
        for point in bounds.points()
    ]


def paragraphs(text: str) -> list[str]:
    """A text by its paragraphs."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n") if part.strip()]


def unbroken(number: str) -> str:
    """A document's number that no line breaks: with hyphens that hold."""
    return number.replace("-", "\N{NON-BREAKING HYPHEN}")


def fill_in(text: str, invitation: Any, sender: str, number: Callable[[str], str] = str) -> str:
    """A survey's text with what may stand in it: {name}, {company}, {document}."""
    for mark, value in (
        ("{name}", invitation.recipient_name or ""),
        ("{company}", sender),
        ("{document}", number(invitation.voucher_no or "")),
    ):
        text = text.replace(mark, value)
    return text


def in_words(day: Any, language: str) -> str:
    """A day as the language says it, '' for none. Without the full stop of "г.": a sentence ends with it."""
    if not day:
        return ""
    try:
        return format_date(getdate(day), "long", locale=language.replace("-", "_")).removesuffix(".")
    except (UnknownLocaleError, ValueError):
        return format_date(getdate(day), "long", locale="en")


def hidden(address: str) -> str:
    """An address that its owner recognises and others do not: a…@example.com, …4567."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…\N{WORD JOINER}{at}{domain}" if at else f"…{address[-4:]}"


def site_name() -> str:
    """What the site calls itself, where no company asked."""
    company = frappe.defaults.get_global_default("company")
    return company or ""


def _language_name(code: str) -> str:
    return frappe.get_cached_value("Language", code, "language_name") or code
