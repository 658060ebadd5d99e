"""What browser tests do with a page of the desk."""

from __future__ import annotations

from typing import Any

PATIENCE = 20  # seconds for a page to show something


class Errors(list):
    """What went wrong on a page: errors of scripts, of the console, and answers of the server from 500 on."""

    def watch(self, page: Any) -> None:
        page.on("pageerror", lambda error: self.append(f"script: {error}\n{error.stack}"))
        page.on("console", lambda m: m.type == "error" and self.note(m.text, m.location.get("url", "")))
        page.on("response", lambda r: r.status >= 500 and self.append(f"{r.status} {r.url}"))

    def note(self, text: str, url: str) -> None:
        if "socket.io" not in f"{text} {url}":  # there is no realtime server in a test
            self.append(f"console: {text} ({url})")


def close_dialogs(page: Any) -> None:
    """Dialogs of a test must not stand before the next one."""
    # asked again and again: Bootstrap ignores it while a dialog is still coming up
    page.wait_for_function(
        "() => { $('.modal.show').modal('hide'); return !document.querySelector('.modal.show, .modal-backdrop'); }"
    )


def go(page: Any, *route: str) -> None:
    """Follow a route of the desk, whatever its address is in this version."""
    page.evaluate("route => frappe.set_route(route)", list(route))
    page.wait_for_function(
        "route => route.every((part, i) => frappe.get_route()[i]?.toLowerCase() == part.toLowerCase())",
        arg=list(route),
    )
