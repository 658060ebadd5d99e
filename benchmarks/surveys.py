"""One survey to 20,000 customers: invitations made and queued in batches, killed twice on the way, and resumed; then two runs at once.

The runs are processes of their own, as the long queue's workers are. At the end every address has one mail, whatever
happened.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from common import PREFIX, arguments, connect, counted, ensure_company, show

SURVEYS = (f"{PREFIX}Survey", f"{PREFIX}Other survey")
OURS = (
    *("Survey Invitation", "Survey Recipient", "Survey Sending", "Survey Sending Customer"),
    *("Email Queue", "Email Queue Recipient"),
)
#: Names of the customers who are asked; the book's own are left alone.
ASKED = f"{PREFIX}S"
RUN = "Survey Sending"


def write_customers(number: int) -> None:
    """Customers with a contact each, by multi-row statements."""
    import frappe

    from relationship_crm.assessment.bulk import write_rows

    forget_customers()
    group = frappe.get_all("Customer Group", {"is_group": 0}, pluck="name", order_by="name", limit=1)[0]
    territory = frappe.get_all("Territory", {"is_group": 0}, pluck="name", order_by="name", limit=1)[0]
    names = [f"{ASKED}{i:06d}" for i in range(number)]
    write_rows(
        "Customer",
        ("name", "customer_name", "customer_type", "customer_group", "territory", "language"),
        [(n, n, "Company", group, territory, ("en", "de", "ru", "uk")[i % 4]) for i, n in enumerate(names)],
    )
    people = [(f"{n}-C", n, f"{n.lower()}@example.com") for n in names]
    write_rows("Contact", ("name", "first_name", "email_id", "is_primary_contact"), [(*p, 1) for p in people])
    write_rows(
        "Contact Email",
        ("name", "parent", "parenttype", "parentfield", "email_id", "is_primary"),
        [(f"{c}-E", c, "Contact", "email_ids", email, 1) for c, _n, email in people],
    )
    write_rows(
        "Dynamic Link",
        ("name", "parent", "parenttype", "parentfield", "link_doctype", "link_name"),
        [(f"{c}-L", c, "Contact", "links", "Customer", n) for c, n, _email in people],
    )
    frappe.db.commit()


def forget_customers() -> None:
    """As if they had never been there."""
    import frappe

    for doctype in ("Dynamic Link", "Contact Email", "Contact", "Customer"):
        frappe.db.delete(doctype, {"name": ["like", f"{ASKED}%"]})
    frappe.db.commit()


def forget() -> None:
    """Nobody was ever asked."""
    import frappe

    for doctype in OURS:
        frappe.db.sql_ddl(f"truncate table `tab{doctype}`")
    for doctype, field in (("Communication", "reference_name"), ("Communication Link", "link_name")):
        frappe.db.delete(doctype, {field: ["like", f"{ASKED}%"]})
    frappe.db.commit()


def prepare() -> None:
    """A mail account, and two surveys: copies of a ready one, so that the mail is as long as mails are."""
    import frappe

    if not frappe.db.exists("Email Account", "RB Surveys"):
        frappe.flags.in_test = True  # no connection is tried
        frappe.get_doc(
            {
                "doctype": "Email Account",
                "email_account_name": "RB Surveys",
                "email_id": "rb@example.com",
                "enable_outgoing": 1,
                "default_outgoing": 1,
                "smtp_server": "localhost",
                "no_smtp_authentication": 1,
            }
        ).insert()
        frappe.flags.in_test = False
    for name in SURVEYS:
        if not frappe.db.exists("Relationship Survey", name):
            doc = frappe.copy_doc(frappe.get_doc("Relationship Survey", "NPS After Delivery"))
            doc.survey_name = name
            doc.insert()
    frappe.db.set_default("suspend_email_queue", 1)
    frappe.db.commit()


def new_run(survey: str, filters: list | None = None) -> str:
    """A run over the customers of the benchmark."""
    import frappe

    from relationship_crm.surveys import bulk

    doc = bulk.create_run(survey, filters=filters or [["Customer", "name", "like", f"{ASKED}%"]])
    frappe.db.commit()
    return doc.name


def run_here(name: str) -> None:
    """What a worker does; prints how long each part took, its statements, and its memory."""
    from relationship_crm.surveys import bulk

    marks: list[tuple[str, float]] = []
    make = bulk._Run._make

    def timed_make(self: Any) -> None:
        start = time.perf_counter()
        make(self)
        marks.append(("making", time.perf_counter() - start))

    bulk._Run._make = timed_make
    start = time.perf_counter()
    statements, _nothing = counted(lambda: bulk.execute(name))
    marks += [("all", time.perf_counter() - start), ("statements", statements)]
    marks.append(("MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    print(json.dumps(dict(marks)), flush=True)


class Worker:
    """A run in a process of its own."""

    def __init__(self, site: str, name: str) -> None:
        command = [sys.executable, __file__, "--site", site, "--run", name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def result(self) -> dict[str, float]:
        """What it measured."""
        out, _error = self.process.communicate()
        if self.process.returncode:
            sys.exit("the run failed")
        return json.loads(out.splitlines()[-1])

    def kill_when(self, condition: Callable[[], bool]) -> None:
        """kill -9, once others' commits make something true."""
        import frappe

        while True:
            frappe.db.rollback()
            if condition():
                break
            if self.process.poll() is not None:
                sys.exit("the run ended before it was killed")
            time.sleep(0.1)
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()


def mails() -> Counter[int]:
    """How many addresses have how many mails."""
    import frappe

    frappe.db.rollback()
    rows = frappe.db.sql("select count(*) from `tabEmail Queue Recipient` group by recipient")
    return Counter(count for (count,) in rows)


def killed_and_resumed(site: str, customers: int) -> None:
    """One run, killed while it makes invitations and again while it sends them."""
    import frappe

    name = new_run(SURVEYS[0])
    field = lambda f: frappe.db.get_value(RUN, name, f)  # noqa: E731
    start = time.perf_counter()
    Worker(site, name).kill_when(lambda: field("done_customers") >= customers // 4)
    made = frappe.db.count("Survey Invitation")
    Worker(site, name).kill_when(lambda: field("sent") >= customers // 4)
    sent = sum(mails().values())
    last = Worker(site, name).result()
    frappe.db.rollback()
    doc = frappe.get_doc(RUN, name)
    distinct = frappe.db.sql("select count(*), count(distinct invitation_key) from `tabSurvey Invitation`")[0]
    show(
        f"One run over {customers:,} customers, killed twice",
        [
            ("", "invitations", "mails", "s"),
            ("killed while making, then", made, 0, ""),
            ("killed while sending, then", customers, sent, ""),
            ("the end", distinct[0], sum(mails().values()), time.perf_counter() - start),
            ("distinct", distinct[1], sum(mails()[n] for n in mails()), ""),
            ("most mails of one address", "", max(mails()), ""),
            (f"status {doc.status}", doc.invited, doc.sent, ""),
            (
                "last part: statements a mail, MB",
                last["statements"] / (customers - sent),
                last["MB"],
                last["all"],
            ),
        ],
    )


def undisturbed(site: str, customers: int) -> None:
    """The same without being killed: seconds of each part."""
    forget()
    found = Worker(site, new_run(SURVEYS[0])).result()
    sending = found["all"] - found["making"]
    show(
        f"One run over {customers:,} customers, undisturbed",
        [
            ("", "s", "ms each"),
            ("making invitations", found["making"], 1000 * found["making"] / customers),
            ("mails and communications", sending, 1000 * sending / customers),
            ("statements each", "", found["statements"] / customers),
            ("memory, MB", found["MB"], ""),
        ],
    )


def resting(site: str, customers: int) -> None:
    """Another survey to the same customers: everybody was asked already."""
    found = Worker(site, new_run(SURVEYS[1])).result()
    show(
        f"A second survey to the same {customers:,}: all withdrawn",
        [
            ("s", "ms each", "mails of one address"),
            (found["all"], 1000 * found["all"] / customers, max(mails())),
        ],
    )


def two_at_once(site: str, customers: int) -> None:
    """Two surveys to the same customers by two workers at the same time."""
    forget()
    some = [["Customer", "name", "<", f"{ASKED}{customers:06d}"], ["Customer", "name", "like", f"{ASKED}%"]]
    start = time.perf_counter()
    workers = [Worker(site, new_run(survey, some)) for survey in SURVEYS]
    for worker in workers:
        worker.result()
    import frappe

    frappe.db.rollback()
    rows = frappe.get_all(RUN, fields=["sent", "resting"], order_by="name")
    show(
        f"Two surveys to the same {customers:,} customers at once",
        [
            ("run", "sent", "asked too recently"),
            *[(str(i), row.sent, row.resting) for i, row in enumerate(rows, start=1)],
            ("mails", sum(mails().values()), f"{max(mails())} an address"),
            ("s", time.perf_counter() - start, ""),
        ],
    )


def main() -> None:
    """Command line."""
    options = arguments(
        __doc__,
        customers=(20_000, "customers with a contact each"),
        pair=(2_000, "customers of the two runs at once"),
        killed=(False, "only the run that is killed"),
        run=("", "internal: carry out this run"),
    )
    connect(options.site)
    if options.run:
        run_here(options.run)
        return
    ensure_company()
    write_customers(options.customers)
    prepare()
    forget()
    killed_and_resumed(options.site, options.customers)
    if not options.killed:
        resting(options.site, options.customers)
        two_at_once(options.site, options.pair)
        undisturbed(options.site, options.customers)
    forget()
    forget_customers()


if __name__ == "__main__":
    main()
