"""What the app adds to submitting a Sales Order and a Sales Invoice, in pairs with and without its document events.

Three situations: all is well; Redis is stopped; another process assesses everybody and writes our tables all the while.
"Without" takes this app's handlers out of Frappe's document hooks for that one document; nothing is uninstalled. The
benchmark has two Redis servers of its own, so nobody else's are stopped.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from common import COMPANY, PREFIX, arguments, clock, connect, counted, median, show

#: Issue 2, Done means 6: per cent by median, and statements.
BUDGET_PERCENT, BUDGET_STATEMENTS = 2.0, 4
DOCTYPES = ("Sales Order", "Sales Invoice")
APP = "relationship_crm."


@contextmanager
def without_app() -> Iterator[None]:
    """Frappe's document hooks without this app's."""
    import frappe

    original = frappe.get_doc_hooks
    others = {
        doctype: {event: [h for h in handlers if not h.startswith(APP)] for event, handlers in events.items()}
        for doctype, events in original().items()
    }
    frappe.get_doc_hooks = lambda: others
    try:
        yield
    finally:
        frappe.get_doc_hooks = original


@contextmanager
def with_app() -> Iterator[None]:
    """As it is, with the time that passes in this app's handlers added to `HANDLERS`."""
    import frappe

    original = frappe.get_attr

    def timed(path: str) -> Any:
        found = original(path)
        return stopped(found) if isinstance(path, str) and path.startswith(APP) else found

    frappe.get_attr = timed
    try:
        yield
    finally:
        frappe.get_attr = original


def stopped(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A handler under the stop watch."""

    def watched(*args: Any, **more: Any) -> Any:
        start = time.perf_counter()
        try:
            return handler(*args, **more)
        finally:
            HANDLERS[-1] += time.perf_counter() - start

    return watched


MODES = {"with": with_app, "without": without_app}
#: Seconds in this app's handlers, one entry a submit.
HANDLERS: list[float] = [0.0]


def draft(doctype: str, customer: str) -> str:
    """A saved draft of one line; its name."""
    import frappe
    from bulk import ITEM, sale
    from frappe.utils import today

    item = {"item_code": ITEM, "qty": 1, "rate": 100}
    doc = frappe.get_doc(
        {"doctype": doctype, **sale(COMPANY, customer), "delivery_date": today(), "items": [item]}
    )
    doc.flags.ignore_permissions = True
    doc.insert()
    frappe.db.commit()
    return doc.name


def submit(doctype: str, name: str) -> float:
    """Seconds from submit to the end of the commit, with the caches of a new request."""
    import frappe

    for kept, value in list(frappe.local):
        if kept in ("cache", "document_cache") and isinstance(value, dict):
            value.clear()
        elif kept.startswith(APP.rstrip(".")):
            setattr(frappe.local, kept, None)
    doc = frappe.get_doc(doctype, name)
    HANDLERS.append(0.0)
    with clock() as seconds:
        doc.submit()
        frappe.db.commit()
    return seconds[0]


def events_of(name: str) -> int:
    """Events of ours about a document."""
    import frappe

    return frappe.db.sql("select count(*) from `tabRelationship Event` where voucher_no = %s", name)[0][0]


def pairs(title: str, count: int, customers: list[str]) -> None:
    """Submit pairs of documents with and without, now one and now the other in front; medians, and statements."""
    rows: list[tuple] = [
        (
            "ms",
            "with",
            "without",
            "ratio",
            "median of pairs",
            "in our handlers",
            "90 % with",
            "90 % without",
            "more statements",
        )
    ]
    for doctype in DOCTYPES:
        seconds: dict[str, list[float]] = {mode: [] for mode in MODES}
        ours: list[float] = []
        for i in range(count + 3):
            for mode in ("with", "without") if i % 2 else ("without", "with"):
                with MODES[mode]():
                    name = draft(doctype, random.choice(customers))
                    took = submit(doctype, name)
                if bool(events_of(name)) != (mode == "with"):
                    sys.exit(f"{name}: the app's events are not as they should be {mode} the app")
                if i >= 3:  # the first ones warm the caches
                    seconds[mode].append(1000 * took)
                    ours += [1000 * HANDLERS[-1]] if mode == "with" else []
        a, b = seconds["with"], seconds["without"]
        pair = median([x / y for x, y in zip(a, b, strict=True)])
        ninety = [sorted(values)[int(0.9 * len(values))] for values in (a, b)]
        more = statements(doctype, customers[0])
        rows.append((doctype, median(a), median(b), median(a) / median(b), pair, median(ours), *ninety, more))
    rows.append(("budget", "", "", 1 + BUDGET_PERCENT / 100, "", "", "", "", f"+{BUDGET_STATEMENTS}"))
    show(f"Submit, {title}, {count} pairs", rows)


def statements(doctype: str, customer: str) -> str:
    """Statements of a submit with the app, compared with one without it."""
    found = {}
    for mode, context in MODES.items():
        with context():
            names = [draft(doctype, customer) for _ in range(6)]
            found[mode] = int(median([counted(lambda n=n: submit(doctype, n))[0] for n in names[1:]]))
    return f"{found['with'] - found['without']:+d} to {found['without']}"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redis:
    """Two Redis servers, for the cache and for the queue, which this process is told to use."""

    def __init__(self) -> None:
        self.ports = {"FRAPPE_REDIS_CACHE": free_port(), "FRAPPE_REDIS_QUEUE": free_port()}
        self.folder = tempfile.mkdtemp(prefix="rb-redis-")
        self.servers: list[subprocess.Popen] = []
        for variable, port in self.ports.items():
            os.environ[variable] = f"redis://127.0.0.1:{port}"

    def start(self) -> None:
        """Start both and wait until they answer."""
        for port in self.ports.values():
            command = ["redis-server", "--port", str(port), "--save", "", "--dir", self.folder]
            self.servers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        for port in self.ports.values():
            for _attempt in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)

    def stop(self) -> None:
        """Kill both."""
        for server in self.servers:
            server.kill()
            server.wait()
        self.servers.clear()


@contextmanager
def writer(site: str) -> Iterator[None]:
    """Another process that assesses everybody again and again."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--site", site, "--writer"], stdout=subprocess.PIPE, text=True
    )
    try:
        process.stdout.readline()  # its first chunk is written
        yield
    finally:
        process.kill()
        process.wait()


def write_for_ever() -> None:
    """Assess everybody and write, without end; says so once the first chunk is written."""
    import frappe

    from relationship_crm.assessment.run import write_everybody

    def step(done: int, total: int, counts: Any) -> bool:
        time.sleep(0.05)  # its locks are held a little longer than need be
        frappe.db.commit()
        print(done, flush=True)
        return True

    while True:
        write_everybody(step=step)


def main() -> None:
    """Command line."""
    options = arguments(
        __doc__, pairs=(60, "pairs of documents"), writer=(False, "only write our tables, without end")
    )
    if options.writer:
        connect(options.site)
        write_for_ever()
    redis = Redis()
    redis.start()
    try:
        frappe = connect(options.site)
        customers = frappe.get_all(
            "Customer", {"name": ["like", f"{PREFIX}C-%"]}, pluck="name", order_by="name", limit=500
        )
        pairs("all well", options.pairs, customers)
        redis.stop()
        pairs("Redis stopped", options.pairs, customers)
        redis.start()
        with writer(options.site):
            pairs("our tables being written", options.pairs, customers)
    finally:
        redis.stop()
        shutil.rmtree(redis.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
