"""The survey's public page: a request comes in, a page or a redirect goes out.

    GET  /s/<token>         the questions; with ?a=9 the one from the mail is filled in; with ?done=1 the thanks
    POST /s/<token>         the answers; then a redirect to the same address, so that reloading sends nothing twice
    GET  /s/<token>/stop    "do not ask me again"
    POST /s/<token>/stop    no more surveys to this address

A page renderer and not a file in www/: it sets headers of its own, takes posts at its own address, and needs nothing of
the site's theme. There is no JavaScript. A GET writes nothing, for programs that check mails open every link. The token is
taken from the address at once and not left where a log could pick it up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import frappe
from frappe.utils import cint
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from relationship_crm.guard import database_errors
from relationship_crm.surveys import answers, limits, optout, page, reading, wording
from relationship_crm.surveys.markup import render, style, style_hash
from relationship_crm.surveys.recipients import address_of
from relationship_crm.surveys.token import LENGTH, hash_of
from relationship_crm.surveys.words import OWN, base, words

PREFIX = "s/"
TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")
#: What a full form weighs at most; more is no form of ours.
LARGEST_POST = 256 * 1024


class SurveyPage:
    """Frappe's hook: renders all addresses below /s/."""

    def __init__(self, path: str, http_status_code: int | None = None) -> None:
        self.path = path

    def can_render(self) -> bool:
        return self.path.startswith(PREFIX)

    def render(self) -> Response:
        return respond(self.path)


def respond(path: str) -> Response:
    """The response to a request for `path`. Whatever goes wrong, it is a page in friendly words."""
    request = frappe.local.request
    token, _slash, action = path.removeprefix(PREFIX).partition("/")
    query = request.args  # before the address is hidden: it is a part of it
    _hide_address()
    if frappe.session.user == "Guest":
        frappe.local.cookie_manager.cookies.clear()  # the page needs none
    try:
        if request.method == "POST" and (request.content_length or 0) > LARGEST_POST:
            raise RequestEntityTooLarge
        return _answer(token, action, query)
    except RequestEntityTooLarge:
        return _message("closed", 413)
    except Exception as error:
        # The request is ours alone, and Frappe commits after every post that gets a page, even one about an error: half an
        # answer must not stay.
        frappe.db.rollback()
        if _is_busy(error):
            return _message("busy", 503)
        # Without the values of variables: they hold what the customer wrote, and the link.
        frappe.log_error("Survey page", frappe.get_traceback(with_context=False), defer_insert=True)
        return _message("busy", 500)


def _answer(token: str, action: str, query: Mapping[str, str]) -> Response:
    posting = frappe.local.request.method == "POST"
    token_hash = hash_of(token) if TOKEN.fullmatch(token) else ""
    name = token_hash and frappe.db.get_value(answers.INVITATION, {"token_hash": token_hash}, "name")
    if posting and not limits.allowed(token_hash if name else None):
        return _message("too_many", 429)
    if not name or action not in ("", "stop"):
        return _message("closed", 404)
    return Visit(frappe.get_doc(answers.INVITATION, name), token, posting, query).respond(action)


class Visit:
    """One request of somebody who holds a link that exists."""

    def __init__(self, invitation: Any, token: str, posting: bool, query: Mapping[str, str]) -> None:
        self.invitation, self.posting = invitation, posting
        self.query, self.sent = query, frappe.local.request.form
        self.survey = frappe.get_cached_doc(answers.SURVEY, invitation.survey)
        self.address = f"/{PREFIX}{token}"
        self.response = None if self.survey.anonymous else answers.response_of(invitation)
        language = wording.choose(
            self.survey,
            self.sent.get("language") or self.query.get("lang"),
            self.response and self.response.language,
            invitation.language,
        )
        self.page = page.Page(invitation, self.survey, language, self.address)

    def respond(self, action: str) -> Response:
        """What the request asks for, if the link is open for it."""
        if action == "stop":  # also long after the survey has ended
            return self._stop() if address_of(self.invitation) else _message("closed", 404)
        if not answers.is_open(self.invitation):
            return _message("closed", 404)
        if self.survey.anonymous and answers.was_answered(self.invitation):
            return self._redirect("") if self.posting else _html("thanks", self.page.once())
        return self._take() if self.posting else self._show()

    # GET

    def _show(self) -> Response:
        given = answers.given_before(self.response, self.survey)
        if self.response and "done" in self.query:
            more = "offers" in self.query
            values = self.page.thanks(given, all_offers=more, csrf_token=_csrf_token())
            return _html("thanks", values)
        chosen = ""
        clicked = page.prefilled(self.survey, self.query.get("a", ""))
        if clicked and given.get(clicked[0]) != clicked[1]:
            chosen, given = clicked[0], {**given, clicked[0]: clicked[1]}
        lacking = self._lacking(given) if self.response and "missing" in self.query else {}
        return self._form(given, lacking, "missing" if lacking else "", chosen)

    def _lacking(self, given: dict[str, Any]) -> dict[str, str]:
        return {
            item.item_key: "error_required"
            for item in self.page.questions
            if item.required and not given.get(item.item_key)
        }

    def _form(
        self, given: Any, errors: Any = None, notice: str = "", prefilled: str = "", status: int = 200
    ) -> Response:
        values = self.page.form(
            given,
            errors,
            notice,
            prefilled,
            answered=self.response is not None,
            switches=self._switches(),
            csrf_token=_csrf_token(),
        )
        return _html("questions", values, status)

    def _switches(self) -> list[tuple[str, str]]:
        clicked = self.query.get("a", "")
        more = f"&a={cint(clicked)}" if clicked.isdigit() else ""
        spoken = wording.languages(self.survey)
        return [(code, f"{self.address}?lang={code}{more}") for code in spoken] if len(spoken) > 1 else []

    # POST

    def _take(self) -> Response:
        step = page.OFFER if self.sent.get("step") == page.OFFER and self.response else page.QUESTIONS
        asked = self.page.items_of(step)
        if step == page.OFFER:  # those that were on the page
            asked = [item for item in asked if reading.PREFIX + item.item_key in self.sent]
        # a broken multipart post has fields without names
        sent = {name: values for name, values in self.sent.to_dict(flat=False).items() if name}
        found = reading.read(asked, sent)
        errors = dict(found.errors)
        alone = bool(self.sent.get("one"))
        if self.survey.anonymous:  # cannot be completed later
            errors = {**self._lacking(found.given), **errors}
        if found.foreign or errors:
            reason = "check_offer" if step == page.OFFER else "check"
            return self._again(step, found.given, errors, "error_foreign" if found.foreign else reason)
        if step == page.QUESTIONS and not found.given:
            return self._again(step, {}, {}, "error_nothing")
        if not self._lock():
            return self._redirect("")
        self.response = answers.store(
            self.invitation,
            self.survey,
            found.given,
            self.page.language,
            [item.item_key for item in asked],
            self.page.consent(),
        )
        lacking = step == page.QUESTIONS and not alone and self._lacking(found.given)
        return self._redirect("?missing=1" if lacking else "?done=1")

    def _lock(self) -> bool:
        """Holds the invitation's row until the end of the request; whether it may still be answered."""
        fields = ["status", "expires_on", "answered_on"]
        now = frappe.db.get_value(
            answers.INVITATION, self.invitation.name, fields, as_dict=True, for_update=True
        )
        if now:
            self.invitation.update(now)
        once = self.survey.anonymous and answers.was_answered(self.invitation)
        return bool(now) and answers.is_open(self.invitation) and not once

    def _again(self, step: str, typed: Any, errors: dict[str, str], notice: str) -> Response:
        """Nothing was stored: the page once more, with what was typed."""
        if step == page.OFFER:
            given = answers.given_before(self.response, self.survey)
            values = self.page.thanks(given, errors, notice, typed, True, _csrf_token())
            return _html("thanks", values, 422)
        return self._form(typed, errors, notice, status=422)

    def _stop(self) -> Response:
        if self.posting:
            with answers.as_guest():
                optout.stop(self.invitation)
            return self._redirect("/stop?done=1")
        done = "done" in self.query and optout.is_stopped(address_of(self.invitation))
        return _html("message", self.page.stop(done, _csrf_token()))

    # out

    def _redirect(self, where: str) -> Response:
        return _secured(Response(status=303, headers={"Location": self.address + where}), self.page.language)


def _message(what: str, status: int) -> Response:
    """A page without a survey: the same for whoever asks, so that it tells nothing about a link."""
    accepted = frappe.local.request.accept_languages.best_match(list(OWN))
    language = accepted or (base(frappe.local.lang or "") if base(frappe.local.lang or "") in OWN else "en")
    w = words(language)
    values = {
        **page.frame(language, page.site_name(), w[what]),
        "heading": w[what],
        "text": [w[f"{what}_text"]],
        "action": "",
        "csrf_token": "",
        "address": "",
    }
    response = _html("message", values, status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(limits.SECONDS if status == 429 else 5)
    return response


def _html(template: str, values: dict[str, Any], status: int = 200) -> Response:
    body = render(f"survey/{template}.html", style=style(), **values)
    return _secured(Response(body, status, mimetype="text/html"), values["language"])


def _secured(response: Response, language: str) -> Response:
    """Nothing is kept, indexed, framed, loaded from elsewhere or told to the next page."""
    response.headers.update(
        {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Content-Language": language,
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style_hash()}'; img-src data:; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        }
    )
    return response


def _csrf_token() -> str:
    """What a logged-in visitor's post must carry; guests have none, and their posts are not asked for one."""
    return (frappe.session.data or {}).get("csrf_token") or ""


def _is_busy(error: Exception) -> bool:
    """Whether trying again is likely to help: somebody else held the rows."""
    if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
        return True
    of_database = isinstance(error, database_errors()) and bool(error.args)
    return of_database and (frappe.db.is_deadlocked(error) or frappe.db.is_timedout(error))


def _hide_address() -> None:
    """What writes logs after us (Frappe's request log, its monitor) finds the page, and not whose page it was."""
    request = frappe.local.request
    for kept in ("full_path", "base_url", "url", "root_url", "host_url"):
        request.__dict__.pop(kept, None)
    request.path = "/s/"
    request.query_string = b""
    monitor = getattr(frappe.local, "monitor", None)
    if monitor and monitor.data.get("request"):
        monitor.data.request.path = request.path
