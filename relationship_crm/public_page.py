"""What the public pages of surveys and campaigns share: who holds a link gets a page, whatever goes wrong.

Page renderers and not files in www/: they set headers of their own, take posts at their own address, and need nothing of the
site's theme. A GET writes nothing, for programs that check mails open every link. The token is taken from the address at once
and not left where a log could pick it up.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import frappe
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from relationship_crm.guard import database_errors
from relationship_crm.surveys import limits, page
from relationship_crm.surveys.markup import render, style, style_hash
from relationship_crm.surveys.words import OWN, base

#: What a full form weighs at most; more is no form of ours.
LARGEST_POST = 256 * 1024


class PublicPage:
    """Frappe's hook: renders all addresses below a prefix, as `/s/<token>/<action>`."""

    prefix = ""
    #: What errors are filed under.
    title = ""

    def __init__(self, path: str, http_status_code: int | None = None) -> None:
        self.path = path

    def can_render(self) -> bool:
        """Whether the address is one of these."""
        return self.path.startswith(self.prefix)

    def answer(self, token: str, action: str, query: Mapping[str, str]) -> Response:
        """The page for a token that may or may not exist."""
        raise NotImplementedError

    def words(self, language: str) -> Mapping[str, str]:
        """The page's words in a language, among them those of `message`."""
        raise NotImplementedError

    def render(self) -> Response:
        """The response to the request at hand. Whatever goes wrong, it is a page in friendly words."""
        request = frappe.local.request
        token, _slash, action = self.path.removeprefix(self.prefix).partition("/")
        query = request.args  # before the address is hidden: it is a part of it
        hide_address(f"/{self.prefix}")
        if frappe.session.user == "Guest":
            frappe.local.cookie_manager.cookies.clear()  # the page needs none
        try:
            if request.method == "POST" and (request.content_length or 0) > LARGEST_POST:
                raise RequestEntityTooLarge
            return self.answer(token, action, query)
        except RequestEntityTooLarge:
            return self.message("closed", 413)
        except Exception as error:
            # The request is ours alone, and Frappe commits after every post that gets a page, even one about an error: half
            # an answer must not stay.
            frappe.db.rollback()
            if is_busy(error):
                return self.message("busy", 503)
            # Without the values of variables: they hold what the customer wrote, and the link.
            frappe.log_error(self.title, frappe.get_traceback(with_context=False), defer_insert=True)
            return self.message("busy", 500)

    def message(self, what: str, status: int) -> Response:
        """A page that knows nothing: the same for whoever asks, so that it tells nothing about a link."""
        language = language_of_browser()
        w = self.words(language)
        values = {
            **page.frame(language, page.site_name(), w[what], w),
            "heading": w[what],
            "text": [w[f"{what}_text"]],
            "action": "",
            "csrf_token": "",
            "address": "",
        }
        response = html("survey/message.html", values, status)
        if status in (429, 503):
            response.headers["Retry-After"] = str(limits.SECONDS if status == 429 else 5)
        return response


def language_of_browser() -> str:
    """The language the browser asks for, else the site's, of those the pages speak."""
    accepted = frappe.local.request.accept_languages.best_match(list(OWN))
    return accepted or (base(frappe.local.lang or "") if base(frappe.local.lang or "") in OWN else "en")


def html(template: str, values: dict[str, Any], status: int = 200, script: str = "") -> Response:
    """A page made of a template; of scripts it may run `script` alone."""
    body = render(template, style=style(), **values)
    return secured(Response(body, status, mimetype="text/html"), values["language"], script)


def redirect(address: str, language: str) -> Response:
    """On to another page of ours, so that reloading sends nothing twice."""
    return secured(Response(status=303, headers={"Location": address}), language)


def secured(response: Response, language: str, script: str = "") -> Response:
    """Nothing is kept, indexed, framed, loaded from elsewhere or told to the next page."""
    scripts = f"script-src 'sha256-{digest(script)}'; " if script else ""
    response.headers.update(
        {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Content-Language": language,
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style_hash()}'; {scripts}img-src data:; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        }
    )
    return response


def digest(text: str) -> str:
    """What a security policy says of a script: this one and no other."""
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


def csrf_token() -> str:
    """What a logged-in visitor's post must carry; guests have none, and their posts are not asked for one."""
    return (frappe.session.data or {}).get("csrf_token") or ""


def is_busy(error: Exception) -> bool:
    """Whether trying again is likely to help: somebody else held the rows."""
    if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
        return True
    of_database = isinstance(error, database_errors()) and bool(error.args)
    return of_database and (frappe.db.is_deadlocked(error) or frappe.db.is_timedout(error))


def hide_address(shown: str) -> None:
    """What writes logs after us (Frappe's request log, its monitor) finds the page, and not whose page it was."""
    request = frappe.local.request
    for kept in ("full_path", "base_url", "url", "root_url", "host_url"):
        request.__dict__.pop(kept, None)
    request.path = shown
    request.query_string = b""
    monitor = getattr(frappe.local, "monitor", None)
    if monitor and monitor.data.get("request"):
        monitor.data.request.path = request.path
