"""The survey's public page: a request comes in, a page or a redirect goes out.

    GET  /s/<token>         the questions; with ?a=9 the one from the mail is filled in; with ?done=1 the thanks
    POST /s/<token>         the answers; then a redirect to the same address, so that reloading sends nothing twice
    GET  /s/<token>/stop    "do not ask me again"
    POST /s/<token>/stop    no more surveys to this address

There is no JavaScript. What it has in common with other public pages is in `public_page`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import frappe
from frappe.utils import cint
from werkzeug.wrappers import Response

from relationship_crm import public_page
from relationship_crm.public_page import csrf_token, html
from relationship_crm.surveys import answers, limits, optout, page, reading, wording
from relationship_crm.surveys.recipients import address_of
from relationship_crm.surveys.token import LENGTH, hash_of
from relationship_crm.surveys.words import words

PREFIX = "s/"
TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")


class SurveyPage(public_page.PublicPage):
    """Frappe's hook: renders all addresses below /s/."""

    prefix, title = PREFIX, "Survey page"

    def answer(self, token: str, action: str, query: Mapping[str, str]) -> Response:
        """The page of an invitation, by its token."""
        posting = frappe.local.request.method == "POST"
        token_hash = hash_of(token) if TOKEN.fullmatch(token) else ""
        name = token_hash and frappe.db.get_value(answers.INVITATION, {"token_hash": token_hash}, "name")
        if posting and not limits.allowed(token_hash if name else None):
            return self.message("too_many", 429)
        if not name or action not in ("", "stop"):
            return self.message("closed", 404)
        visit = Visit(frappe.get_doc(answers.INVITATION, name), token, posting, query)
        return visit.respond(action) or self.message("closed", 404)

    def words(self, language: str) -> Mapping[str, str]:
        """The words of surveys."""
        return words(language)


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

    def respond(self, action: str) -> Response | None:
        """What the request asks for, if the link is open for it."""
        if action == "stop":  # also long after the survey has ended
            return self._stop() if address_of(self.invitation) else None
        if not answers.is_open(self.invitation):
            return None
        if self.survey.anonymous and answers.was_answered(self.invitation):
            return self._redirect("") if self.posting else _html("thanks", self.page.once())
        return self._take() if self.posting else self._show()

    # GET

    def _show(self) -> Response:
        given = answers.given_before(self.response, self.survey)
        if self.response and "done" in self.query:
            more = "offers" in self.query
            values = self.page.thanks(given, all_offers=more, csrf_token=csrf_token())
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
            csrf_token=csrf_token(),
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
            values = self.page.thanks(given, errors, notice, typed, True, csrf_token())
            return _html("thanks", values, 422)
        return self._form(typed, errors, notice, status=422)

    def _stop(self) -> Response:
        if self.posting:
            with answers.as_guest():
                optout.stop(self.invitation)
            return self._redirect("/stop?done=1")
        done = "done" in self.query and optout.is_stopped(address_of(self.invitation))
        return _html("message", self.page.stop(done, csrf_token()))

    # out

    def _redirect(self, where: str) -> Response:
        return public_page.redirect(self.address + where, self.page.language)


def _html(template: str, values: dict[str, Any], status: int = 200) -> Response:
    return html(f"survey/{template}.html", values, status)
