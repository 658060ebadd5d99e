"""The mails of a wave. What Frappe does to a mail (its frame, style sheets written into each tag, a plain text beside the HTML)
is done once for each message and language; for each person only the words and links are filled in.

Style sheets cost about a hundred times what filling in does, so a wave of many thousands is queued in minutes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import make_msgid
from typing import Any

import frappe
from frappe import _
from frappe.core.utils import html2text
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.doctype.email_queue.email_queue import QueueBuilder
from frappe.utils import escape_html
from markupsafe import Markup

from relationship_crm.campaigns.messages import MARK, PLACEHOLDERS, fill_in, one_line
from relationship_crm.campaigns.token import address_of_page
from relationship_crm.surveys.markup import render
from relationship_crm.surveys.sending import PRIORITY, sender_of
from relationship_crm.surveys.words import direction

CAMPAIGN = "Relationship Campaign"
#: Stands for the secret of a link in what is prepared; letters and digits, which nothing rewrites.
TOKEN = "x0token0x"
STAND_IN = re.compile(r"x0([a-z_]+)0x")
#: A preview's and a test's secret: it opens nothing.
NOWHERE = "preview"
INTERESTED, NOT_COMING = "1", "0"


@dataclass(frozen=True)
class Prepared:
    """A message in a language, made ready for everybody who gets it."""

    subject: str
    html: str
    text: str
    #: What the timeline keeps: the words, and neither link nor answers to click.
    words: str

    def for_person(self, values: Mapping[str, str], token: str) -> tuple[str, str, str, str]:
        """Subject, HTML, plain text and words of the timeline for somebody."""
        known = {**values, "token": token}

        def filled(match: re.Match[str]) -> str:
            return known.get(match.group(1)) or ""

        def escaped(match: re.Match[str]) -> str:
            return escape_html(filled(match))

        return (
            one_line(fill_in(self.subject, values))[:250],
            STAND_IN.sub(escaped, self.html),
            STAND_IN.sub(filled, self.text),
            STAND_IN.sub(escaped, self.words),
        )


class Mailer(QueueBuilder):
    """A mail whose HTML and text are ready when Frappe queues it, with a way out that mail programs show as a button."""

    def __init__(self, account: Any, html: str = "", text: str = "", stop: str = "", **values: Any) -> None:
        super().__init__(**values)
        self.account, self.ready, self.ready_text, self.stop = account, html, text, stop

    def get_outgoing_email_account(self) -> Any:
        """The account of the wave, looked up once for all of its mails."""
        return self.account

    def email_html_content(self) -> str:
        """The HTML as it is; where there is none yet, as Frappe makes it."""
        return self.ready or super().email_html_content()

    def email_text_content(self) -> str:
        """The same for the text."""
        return self.ready_text or super().email_text_content()

    def prepare_email_content(self) -> Any:
        """Frappe's mail, with the headers of RFC 2369 and, where the site has a certificate, RFC 8058."""
        mail = super().prepare_email_content()
        if self.stop:
            mail.set_header("List-Unsubscribe", f"<{self.stop}>")
        if self.stop.startswith("https:"):
            mail.set_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        return mail


class Mails:
    """The mails of one activity."""

    def __init__(self, activity: Any) -> None:
        self.activity = activity
        self.rows = {row.name: row for row in activity.messages}
        self.sender = sender_of(activity.sender)
        self.account = EmailAccount.find_outgoing(match_by_email=self.sender, _raise_error=True)
        self._prepared: dict[tuple[str, str], Prepared] = {}

    def prepared(self, message_row: str, language: str) -> Prepared:
        """A message in a language, made when it is first asked for."""
        key = (message_row, language)
        if key not in self._prepared:
            self._prepared[key] = self._prepare(self.rows[message_row], language)
        return self._prepared[key]

    def queue(
        self, row: Mapping[str, Any], written: tuple[str, str, str, str], token: str, **more: Any
    ) -> bool:
        """Give a mail to Frappe's queue; False where Frappe drops it, as the person unsubscribed with Frappe itself."""
        subject, html, text, _words = written
        mailer = Mailer(
            self.account,
            html=html,
            text=text,
            stop=f"{address_of_page(token)}/stop",
            recipients=[row["email"]],
            subject=subject,
            message=html,
            sender=self.sender,
            reply_to=self.activity.reply_to or None,
            reference_doctype=CAMPAIGN,
            reference_name=self.activity.campaign,
            add_unsubscribe_link=0,  # the message has its own, which asks before it writes
            send_priority=PRIORITY,
            **more,
        )
        return bool(mailer.process())

    def _prepare(self, message: Any, language: str) -> Prepared:
        subject = message.subject or self.activity.title
        body = MARK.sub(_stand_in, frappe.utils.expand_relative_urls(message.message or ""))
        link = address_of_page(TOKEN)
        html = render(
            "emails/campaign_message.html",
            language=language,
            direction=direction(language),
            message=Markup(body),  # sanitized when it was saved
            buttons=buttons(self.activity.channel, message, link, language),
            sender="",
            stop=f"{link}/stop",
            stop_label=_("Send me no more messages like this", language),
        )
        mailer = Mailer(
            self.account,
            recipients=[],
            subject=one_line(MARK.sub("", subject)),
            message=html,
            text_content=html2text(html),  # Frappe 16 itself leaves out where links lead
            sender=self.sender,
        )
        return Prepared(subject, mailer.email_html_content(), mailer.email_text_content(), body)


def buttons(channel: str, message: Any, link: str, language: str) -> list[dict[str, str]]:
    """What can be clicked in a message: interested; invited to an event, also that one cannot come."""
    label = message.button_label
    found = [{"label": MARK.sub(_stand_in, label), "link": f"{link}?r={INTERESTED}"}] if label else []
    if channel == "Event":
        found = found or [{"label": _("I will come", language), "link": f"{link}?r={INTERESTED}"}]
        found.append({"label": _("I cannot come", language), "link": f"{link}?r={NOT_COMING}"})
    return found


def new_message_id() -> str:
    """A Message-ID without its brackets, as Frappe keeps it: replies name it."""
    return make_msgid(domain=frappe.local.site).strip("<>")


def _stand_in(match: re.Match[str]) -> str:
    name = match.group(1)
    return f"x0{name}0x" if name in PLACEHOLDERS else match.group(0)
