"""The browser suite: the desk (and the public pages) in headless Chromium, on a site served for it.

`RCRM_SITE` names the test site (the site suite's own), `BENCH_DIR` its bench, `CHROMIUM` the browser. `RCRM_URL` names a
server of that site that runs already; without it the suite starts one. What the tests look at is committed by
prepare.py before them and taken away after them. scripts/browser_tests.sh sets all of this.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, Errors, close_dialogs, go  # noqa: F401  (tests find them here too)

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SITE, URL = os.environ.get("RCRM_SITE"), os.environ.get("RCRM_URL")
BENCH = Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench")
#: Pictures of what a failed test saw, and the server's log.
BUILD = ROOT / "build" / "browser"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)


def chromium() -> str | None:
    """A Chromium of this machine."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def why_not() -> str | None:
    """What these tests lack here."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "NO PLAYWRIGHT. pip install playwright"
    if not chromium():
        return "NO CHROMIUM. sudo apt install chromium"
    if not SITE:
        return "RCRM_SITE IS NOT SET (see scripts/browser_tests.sh)."
    if not (BENCH / "sites" / SITE / "site_config.json").exists():
        return f"NO SITE {SITE} IN {BENCH}. THE SITE TESTS MAKE IT."
    return None


MISSING = why_not()
if MISSING:
    print(f"\nBROWSER TESTS WERE SKIPPED: {MISSING}", file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]


def pytest_report_header() -> str:
    return "browser: NONE, BROWSER TESTS ARE SKIPPED" if MISSING else f"browser: {chromium()}, site: {SITE}"


# the site


@pytest.fixture(scope="session")
def on_site() -> Callable[..., Any]:
    """Calls a function of a file in this folder with the bench's Python on the site; it returns what can be JSON.

    The file calls `site.main(...)`, see prepare.py. What it makes is committed: a browser sees nothing else.
    """

    def call(file: str, *args: str) -> Any:
        command = [BENCH / "env" / "bin" / "python", HERE / f"{file}.py", *args]
        env = {**os.environ, "RCRM_SITE": SITE, "BENCH_DIR": str(BENCH)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"{file} {args}:\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout.strip().splitlines()[-1])

    return call


@pytest.fixture(scope="session")
def book(on_site: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Customers with a history, and a user who may see everything: names and password by key."""
    on_site("prepare", "remove")  # an earlier run may have been killed
    made = on_site("prepare", "make")
    yield made
    on_site("prepare", "remove")


@pytest.fixture(scope="session")
def address(book: dict[str, Any]) -> Iterator[str]:
    """The address of the site, served for as long as the tests run."""
    if URL:
        yield URL.rstrip("/")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    BUILD.mkdir(parents=True, exist_ok=True)
    command = [BENCH / "env" / "bin" / "python", ROOT / "scripts" / "serve.py", "--site", SITE, "serve"]
    with (BUILD / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [*map(str, command), "--port", str(port), "--noreload"],
            cwd=BENCH / "sites",
            env={**os.environ, "FRAPPE_SITE": SITE},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        await_answer(f"http://127.0.0.1:{port}/api/method/ping", server)
        yield f"http://localhost:{port}"  # the server knows one site, whatever the host is called
    finally:
        server.terminate()
        server.wait(timeout=20)


def await_answer(url: str, server: subprocess.Popen) -> None:
    """Until the server answers. Raises where it ends before."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(urllib.request.Request(url, headers={"Host": SITE}), timeout=5)
            return
        time.sleep(0.2)
    pytest.fail(f"The site does not answer, see {BUILD / 'serve.log'}")


# the browser


@pytest.fixture(scope="session")
def chrome() -> Iterator[Any]:
    """Headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def errors() -> Errors:
    return Errors()


@pytest.fixture(scope="session")
def logged_in(chrome: Any, address: str, book: dict[str, Any], errors: Errors) -> Any:
    """The desk, entered by the login form; one page for all tests, as one person uses it."""
    page = chrome.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    errors.watch(page)
    # to a list: Frappe's first workspace stumbles over its own feet when it is left while it loads
    page.goto(f"{address}/login?redirect-to=/app/customer")
    page.fill("#login_email", book["user"])
    page.fill("#login_password", book["password"])
    page.click(".btn-login:visible")
    page.wait_for_function("window.cur_list?.doctype == 'Customer' && frappe.get_route()[0] == 'List'")
    return page


@pytest.fixture
def desk(logged_in: Any, errors: Errors) -> Iterator[Any]:
    """The page of the desk. Fails where anything went wrong on it that nobody asserted."""
    errors.clear()
    yield logged_in
    close_dialogs(logged_in)
    assert not errors, "\n".join(errors)


@pytest.fixture
def guest(chrome: Any, address: str) -> Iterator[Any]:
    """A page of somebody who is not logged in: no cookies, and nothing may go wrong either."""
    errors = Errors()
    page = chrome.new_context(viewport={"width": 1000, "height": 900}, base_url=address).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    errors.watch(page)
    yield page
    page.context.close()
    assert not errors, "\n".join(errors)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A picture of what a failed test saw."""
    report = (yield).get_result()
    page = next((item.funcargs[f] for f in ("desk", "guest") if f in getattr(item, "funcargs", {})), None)
    if report.failed and page is not None and not page.is_closed():
        BUILD.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(Exception):  # the failure itself is what counts
            page.screenshot(path=str(BUILD / f"{item.name}.png"))
            report.sections.append(("picture", str(BUILD / f"{item.name}.png")))
