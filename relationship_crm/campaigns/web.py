"""A campaign's public page: a click in a mail, a code on a letter, an invitation.

    GET  /c/<token>         what can be answered; with ?r=1 or ?r=0 the answer of the mail's button, about to be sent;
                            with ?done=… the thanks
    POST /c/<token>         an answer or a question; then a redirect to the thanks
    GET  /c/<token>/stop    "no more messages like this"
    POST /c/<token>/stop    no more campaigns to this person

One click in the mail is enough: the page it opens sends the answer at the first sign of a person (a pointer, a key, a finger). A GET
alone writes nothing, for programs that check mails open every link; without JavaScript there is a button.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import frappe
from frappe.utils import add_days, cint, get_datetime, getdate, now_datetime
from werkzeug.wrappers import Response

from relationship_crm import public_page
from relationship_crm.campaigns import attendance, optout, page_words, responses, touches
from relationship_crm.campaigns.messages import fill_in, one_line, words_of
from relationship_crm.surveys import limits
from relationship_crm.surveys.answers import as_guest
from relationship_crm.surveys.markup import source
from relationship_crm.surveys.page import frame, hidden, site_name
from relationship_crm.surveys.reading import harmless
from relationship_crm.surveys.token import LENGTH, hash_of
from relationship_crm.surveys.words import OWN, base

PREFIX = "c/"
TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")
TOUCH, ACTIVITY, CAMPAIGN = "Campaign Touch", "Campaign Activity", "Relationship Campaign"
YES, NO, QUESTION = "yes", "no", "question"
#: What the buttons of a mail say.
CLICKED = {"1": YES, "0": NO}
#: Touches whose links were never given out, or were taken back.
CLOSED = (touches.WITHDRAWN, touches.LEFT_OUT)


class CampaignPage(public_page.PublicPage):
    """Frappe's hook: renders all addresses below /c/."""

    prefix, title = PREFIX, "Campaign page"

    def answer(self, token: str, action: str, query: Mapping[str, str]) -> Response:
        """The page of a touch, by its token."""
        posting = frappe.local.request.method == "POST"
        token_hash = hash_of(token) if TOKEN.fullmatch(token) else ""
        touch = token_hash and frappe.db.get_value(TOUCH, {"token_hash": token_hash}, "*", as_dict=True)
        if posting and not limits.allowed(token_hash if touch else None):
            return self.message("too_many", 429)
        if not touch or action not in ("", "stop"):
            return self.message("closed", 404)
        return Visit(touch, token, posting, query).respond(action) or self.message("closed", 404)

    def words(self, language: str) -> Mapping[str, str]:
        """The words of campaigns."""
        return page_words.words(language)


class Visit:
    """One request of somebody who holds a link that exists."""

    def __init__(self, touch: Any, token: str, posting: bool, query: Mapping[str, str]) -> None:
        self.touch, self.posting, self.query = touch, posting, query
        self.sent = frappe.local.request.form
        self.activity = frappe.get_cached_doc(ACTIVITY, touch.activity)
        self.address = f"/{PREFIX}{token}"
        self.language = _language(touch.language, query)
        self.w = page_words.words(self.language)
        self.is_event = touch.channel == touches.EVENT
        #: What a yes and a no are called, in the records and in the page's words.
        self.says = (
            {YES: "Registered", NO: "Declined"}
            if self.is_event
            else {YES: "Interested", NO: "Not Interested"}
        )
        self.called = {YES: "come", NO: "not_come"} if self.is_event else {YES: "yes", NO: "no"}

    def respond(self, action: str) -> Response | None:
        """What the request asks for, if the link is open for it."""
        if not self.touch.touched_on or self.touch.status in CLOSED:
            return None
        if action == "stop":  # also long after the campaign has ended
            return self._stop() if optout.address_of(self.touch) else None
        if not self._is_open():
            return None
        return self._take() if self.posting else self._show()

    def _is_open(self) -> bool:
        """Until the days have passed in which the campaign's outcome is counted."""
        campaign = frappe.get_cached_doc(CAMPAIGN, self.touch.campaign)
        return getdate() <= getdate(add_days(campaign.end_date, cint(campaign.outcome_days)))

    # GET

    def _show(self) -> Response:
        done = self.query.get("done", "")
        if done in (YES, NO, QUESTION) and self._said(done):
            return self._thanks(done)
        if "full" in self.query and self.is_event:
            return self._page(self._subject(), facts=self._facts(), notice=self.w["full"], choices=(NO,))
        wanted = CLICKED.get(self.query.get("r", ""))
        if wanted and not (wanted == YES and self._is_over()):
            return self._page(
                self.w["confirm"],
                text=[self.w["confirm_text"]],
                facts=[self._subject(), *self._facts()],
                choices=(wanted,),
                by_itself=True,
                ask=False,
            )
        notice = self.w["over"] if self._is_over() else ""
        choices = () if notice else (YES, NO)
        return self._page(self._subject(), facts=self._facts(), notice=notice, choices=choices)

    def _thanks(self, done: str) -> Response:
        key = f"said_{self.called.get(done, QUESTION)}"
        link = self._button_url() if done == YES else ""
        other = {YES: (NO,), NO: () if self._is_over() else (YES,)}.get(done, ())
        return self._page(
            self.w[key],
            text=[] if link else [self.w[f"{key}_text"]],
            facts=self._facts() if done == YES else [],
            choices=other,
            second=True,
            go_on=link,
            ask=done != QUESTION,
        )

    def _page(
        self,
        heading: str,
        text: Any = (),
        facts: Any = (),
        notice: str = "",
        choices: Any = (),
        second: bool = False,
        by_itself: bool = False,
        go_on: str = "",
        ask: bool = True,
        error: str = "",
        typed: str = "",
        status: int = 200,
    ) -> Response:
        script = source("campaign/page.js") if by_itself else ""
        values = {
            **self._frame(heading),
            "heading": heading,
            "text": text,
            "facts": facts,
            "notice": notice,
            "choices": [
                {
                    "say": say,
                    "label": self.w[self.called[say]],
                    "second": second or (say == NO and not by_itself),
                    "by_itself": by_itself,
                }
                for say in choices
            ],
            "go_on": go_on,
            "go_on_host": urlsplit(go_on).hostname or "",
            "ask": ask,
            "error": error,
            "typed": typed,
            "longest": responses.LONGEST,
            "csrf_token": public_page.csrf_token(),
            "script": script,
        }
        return public_page.html("campaign/page.html", values, status, script=str(script))

    def _frame(self, title: str) -> dict[str, Any]:
        return {
            **frame(self.language, self.touch.company or site_name(), title, self.w),
            "address": self.address,
            "stop": f"{self.address}/stop" if optout.address_of(self.touch) else "",
        }

    def _subject(self) -> str:
        """What the page is called: as the message was."""
        row = self._message()
        written = (row.subject if row else "") or self.activity.title
        return one_line(fill_in(written, words_of([self.touch], self.activity)[self.touch.name]))

    def _facts(self) -> list[str]:
        """When and where an event takes place."""
        if not self.is_event:
            return []
        known = words_of([self.touch], self.activity)[self.touch.name]
        facts = (("when", known["event_date"]), ("where", known["event_place"]))
        return [self.w[key].format(value) for key, value in facts if value]

    def _message(self) -> Any:
        rows = self.activity.messages
        return next((row for row in rows if row.name == self.touch.message_row), None)

    def _button_url(self) -> str:
        """Where the message's button leads afterwards; a page on the web, or nothing. Never what a request says."""
        row = self._message()
        link = (row.button_url or "").strip() if row else ""
        try:
            parts = urlsplit(link)
        except ValueError:
            return ""
        return link if parts.scheme in ("http", "https") and parts.hostname else ""

    def _is_over(self) -> bool:
        """Whether an event is over."""
        end = self.activity.event_until or self.activity.event_on
        return bool(self.is_event and end and get_datetime(end) < now_datetime())

    def _said(self, done: str) -> bool:
        said = "Question" if done == QUESTION else self.says[done]
        return bool(frappe.db.exists(responses.RESPONSE, {"touch": self.touch.name, "response": said}))

    # POST

    def _take(self) -> Response | None:
        say, note = self.sent.get("say"), harmless((self.sent.get("note") or "").strip())
        if say == QUESTION:
            error = "error_nothing" if not note else "error_long" if len(note) > responses.LONGEST else ""
            if error:
                return self._page(
                    self._subject(),
                    notice=self.w["check"],
                    error=self.w[error],
                    typed=note[: responses.LONGEST],
                    status=422,
                )
            return self._record("Question", QUESTION, note)
        if say not in self.says or (say == YES and self._is_over()):
            return self._redirect("")
        if say == YES and self.is_event and not self._has_seat():
            self._record("Interested", YES)
            return self._redirect("?full=1")
        return self._record(self.says[say], say)

    def _has_seat(self) -> bool:
        """Whether there is a seat for this person. The activity stays locked, so that two do not take the last one."""
        seats = cint(self.activity.event_seats)
        if not seats:
            return True
        frappe.db.get_value(ACTIVITY, self.activity.name, "name", for_update=True)
        t = frappe.qb.DocType(TOUCH)
        seated = (t.activity == self.activity.name) & t.attendance.isin(attendance.SEATED)
        # by a locking read: others may have been seated since this transaction began
        taken = frappe.qb.from_(t).select(t.name).where(seated).orderby(t.name).for_update().run(pluck=True)
        return self.touch.name in taken or len(taken) < seats

    def _record(self, response: str, done: str, note: str = "") -> Response:
        answer = responses.Answer(
            campaign=self.touch.campaign,
            response=response,
            source="Click",
            moment=now_datetime(),
            touch=self.touch.name,
            note=note,
        )
        with as_guest():
            responses.record([answer])
            if self.is_event:
                attendance.registered({self.touch.name: response})
        return self._redirect(f"?done={done}")

    def _stop(self) -> Response:
        if self.posting:
            with as_guest():
                optout.stop(self.touch)
            return self._redirect("/stop?done=1")
        w, where = self.w, hidden(optout.address_of(self.touch))
        done = "done" in self.query and optout.is_stopped(self.touch)
        heading = w["stopped"] if done else w["stop_heading"]
        values = {
            **self._frame(heading),
            "stop": "",
            "heading": heading,
            "text": [w["stopped_text" if done else "stop_text"].format(where)],
            "action": "" if done else f"{self.address}/stop",
            "csrf_token": public_page.csrf_token(),
        }
        return public_page.html("survey/message.html", values)

    def _redirect(self, where: str) -> Response:
        return public_page.redirect(self.address + where, self.language)


def _language(own: str | None, query: Mapping[str, str]) -> str:
    """The language asked for, else the person's, else the browser's."""
    asked = base(query.get("lang", ""))
    if asked in OWN:
        return asked
    return own or public_page.language_of_browser()
