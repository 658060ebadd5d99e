"""The mail that says how much of a contract is used: for the customer, or for somebody inside the company."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils import format_date, get_url, get_url_to_form

from relationship_crm.contracts import wording
from relationship_crm.contracts.overview import ALL, CONTRACT, Standing, unit_of
from relationship_crm.contracts.portal import quantity_in_words
from relationship_crm.contracts.terms import Promise
from relationship_crm.surveys.markup import render
from relationship_crm.surveys.words import direction

#: Shares are quotients of whole numbers; a hair's breadth below the threshold is on it.
HAIR = 1e-9


@dataclass(frozen=True)
class News:
    """A line that reached a threshold nobody was told of."""

    promise: Promise
    percent: int
    start: date
    end: date
    used: float
    available: float
    left: float
    overage: float
    at: int  # its position in the standing

    @property
    def share(self) -> int:
        """What is used of what is available, in whole percent; 100 only where it is all."""
        return int(100 * (self.used / self.available + HAIR))

    @property
    def name(self) -> str:
        """The name of the record."""
        return name_of(self.promise.key, self.start, self.percent)


def name_of(key: str, start: date, percent: int) -> str:
    """What identifies a warning."""
    return f"{key}|{start}|{percent}"


def mail(found: Sequence[News], name: str, standing: Standing, inside: bool) -> tuple[str, str]:
    """Subject and HTML, for the customer or for somebody inside the company."""
    head = found[0].promise.head
    if inside:
        link, button = get_url_to_form(CONTRACT, head.name), _("Open the Contract")
        intro = _("Of the service contract {0} with {1} so much is used:").format(
            head.name, head.customer_name
        )
        footer = _("These mails can be switched off on the contract, under Service.")
    else:
        link = get_url(f"/contracts/{quote(head.name, safe='')}") if head.portal_visible else ""
        button = _("See What Was Used")
        intro = _("Of your service contract {0} so much is used:").format(head.name)
        footer = ""
    language = frappe.local.lang or "en"
    message = render(
        "emails/contract_usage.html",
        language=language,
        direction=direction(language),
        hello=_("Hello {0},").format(name) if name else _("Hello,"),
        intro=intro,
        lines=[_line(one, standing) for one in found],
        link=link,
        button=button,
        footer=footer,
    )
    return _subject(found, head.name), message


def _subject(found: Sequence[News], contract: str) -> str:
    first = found[0]
    if len(found) > 1:
        text = _("{0}: how much is used").format(contract)
    elif first.percent >= 100 * ALL:
        text = _("{0}: {1} is used up").format(contract, first.promise.title)
    else:
        text = _("{0}: {1} % of {2} is used").format(contract, first.share, first.promise.title)
    return " ".join(text.split())  # one line, whatever was written: it becomes a header


def _line(one: News, standing: Standing) -> dict[str, str | int]:
    unit = unit_of(one.promise)
    told = _("Used: {0} of {1} {2}. Left: {3}.").format(
        quantity_in_words(one.used), quantity_in_words(one.available), unit, quantity_in_words(one.left)
    )
    if one.overage:
        told = _("Used: {0} {1}, all {2} that were available and {3} more.").format(
            quantity_in_words(one.used),
            unit,
            quantity_in_words(one.available),
            quantity_in_words(one.overage),
        )
    return {
        "title": one.promise.title,
        "percent": min(one.share, 100),
        "full": int(one.percent >= 100 * ALL),
        "told": told,
        "period": _("Period {0} to {1}").format(format_date(one.start), format_date(one.end)),
        "forecast": _("At the present pace: {0}").format(standing.in_words(one.at)) if one.left > 0 else "",
        "beyond": wording.beyond(one.promise.row, one.promise.head.currency),
    }


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """What is translated within is in this language."""
    before = frappe.local.lang
    frappe.local.lang = language or before
    try:
        yield
    finally:
        frappe.local.lang = before
