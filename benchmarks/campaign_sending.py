"""One wave of a campaign to 50,000 people: queued in handfuls, killed twice on the way and resumed; then two campaigns at once.

A fifth of the list is the control group. At the end everybody else has one mail, and nobody of the control group has any,
whatever happened. Beside it: one mail as Frappe writes it, which is what a wave without preparation would cost.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from common import PREFIX, arguments, connect, counted, ensure_company, median, show, timed
from surveys import ASKED, forget_customers, mails, prepare, write_customers

ACTIVITY, CAMPAIGN, MEMBER, TOUCH = (
    "Campaign Activity",
    "Relationship Campaign",
    "Campaign Member",
    "Campaign Touch",
)
OURS = (
    ACTIVITY,
    "Campaign Message",
    CAMPAIGN,
    MEMBER,
    TOUCH,
    "Survey Recipient",
    "Email Queue",
    "Email Queue Recipient",
)
#: Every so many is in the control group.
CONTROL = 5
MESSAGE = (
    "<p>Good day {{ recipient_name }},</p><p>the new season is here, and because {{ customer_name }} has been with us for so long, "
    "there is something for you: <b>{{ reward }}</b>.</p><ul><li>Free delivery until the end of the month</li>"
    "<li>Ten per cent on all that is left of last year</li></ul><p>Kind regards<br>{{ account_manager }}</p>"
)


def forget() -> None:
    """Nobody was ever contacted."""
    import frappe

    for doctype in OURS:
        frappe.db.sql_ddl(f"truncate table `tab{doctype}`")
    for doctype, field in (("Communication", "reference_name"), ("Communication Link", "link_name")):
        frappe.db.delete(doctype, {field: ["like", f"{ASKED}%"]})
    frappe.db.commit()


def wave(people: int, title: str = "Spring") -> str:
    """A campaign with a frozen list of these people, and an activity that was started; its name."""
    import frappe
    from frappe.utils import add_days, today

    from relationship_crm.assessment.bulk import write_rows

    campaign = frappe.get_doc(
        {
            "doctype": CAMPAIGN,
            "title": f"{PREFIX}{title}",
            "kind": "Retention",
            "company": ensure_company(),
            "start_date": today(),
            "end_date": add_days(today(), 30),
        }
    )
    campaign.flags.ignore_validate = True
    campaign.insert()
    campaign.db_set({"members_status": "Frozen", "status": "Running"})
    columns = (
        *("name", "campaign", "arm", "party_type", "party", "customer", "recipient_name", "contact"),
        *("language", "email", "person_key", "stage_name"),
    )
    rows = []
    for i in range(people):
        name, arm = f"{ASKED}{i:06d}", "Control" if i % CONTROL == 0 else "Contacted"
        email, language = f"{name.lower()}@example.com", ("en", "de", "ru", "uk")[i % 4]
        key = f"{title[:2]}{name}"
        rows.append(
            (
                key,
                campaign.name,
                arm,
                "Customer",
                name,
                name,
                name,
                f"{name}-C",
                language,
                email,
                email,
                "Client",
            )
        )
    write_rows(MEMBER, columns, rows)
    activity = frappe.get_doc(
        {
            "doctype": ACTIVITY,
            "campaign": campaign.name,
            "title": title,
            "channel": "Email",
            "wave": 1,
            "audience": "Everybody",
            "send_on": today(),
            "messages": [
                {"variant": "A", "subject": "For {{ recipient_name }}", "message": MESSAGE, "reward": "a mug"}
            ],
        }
    ).insert()
    activity.db_set("status", "Queued")
    frappe.db.commit()
    return activity.name


def run_here(name: str) -> None:
    """What a worker does; prints how long each part took, its statements, and its memory."""
    from relationship_crm.campaigns import run

    marks: dict[str, float] = {}
    make = run._Run._make

    def timed_make(self: run._Run) -> None:
        start = time.perf_counter()
        make(self)
        marks["making"] = time.perf_counter() - start

    run._Run._make = timed_make
    start = time.perf_counter()
    marks["statements"], _nothing = counted(lambda: run.execute(name))
    marks["all"] = time.perf_counter() - start
    marks["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(marks), flush=True)


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


def control_mails() -> int:
    """Mails to people of a control group."""
    import frappe

    t, m = frappe.qb.DocType("Email Queue Recipient"), frappe.qb.DocType(MEMBER)
    query = frappe.qb.from_(t).join(m).on((m.email == t.recipient) & (m.arm == "Control")).select(t.name)
    return len(query.run())


def killed_and_resumed(site: str, people: int) -> None:
    """One wave, killed while touches are made and again while it is sent."""
    import frappe

    name, meant = wave(people), people - -(-people // CONTROL)
    touches = lambda: frappe.db.count(TOUCH, {"activity": name})  # noqa: E731
    done = lambda: frappe.db.get_value(ACTIVITY, name, "done")  # noqa: E731
    start = time.perf_counter()
    Worker(site, name).kill_when(lambda: touches() >= meant // 4)
    made = touches()
    Worker(site, name).kill_when(lambda: done() >= meant // 4)
    sent = sum(mails().values())
    last = Worker(site, name).result()
    frappe.db.rollback()
    doc = frappe.get_doc(ACTIVITY, name)
    show(
        f"A wave to {meant:,} of {people:,} people, killed twice",
        [
            ("", "touches", "mails", "s"),
            ("killed while making, then", made, 0, ""),
            ("killed while sending, then", meant, sent, ""),
            ("the end", touches(), sum(mails().values()), time.perf_counter() - start),
            ("most mails of one address", "", max(mails()), ""),
            ("mails to the control group", "", control_mails(), ""),
            (f"status {doc.status}", doc.total, doc.done, ""),
            (
                "last part: statements a mail, MB",
                last["statements"] / (meant - sent),
                last["MB"],
                last["all"],
            ),
        ],
    )


def undisturbed(site: str, people: int) -> None:
    """The same without being killed: seconds of each part."""
    forget()
    meant = people - -(-people // CONTROL)
    found = Worker(site, wave(people)).result()
    sending = found["all"] - found["making"]
    show(
        f"A wave to {meant:,} of {people:,} people, undisturbed",
        [
            ("", "s", "ms each"),
            ("making touches", found["making"], 1000 * found["making"] / meant),
            ("mails and communications", sending, 1000 * sending / meant),
            ("statements each", "", found["statements"] / meant),
            ("memory, MB", found["MB"], ""),
        ],
    )


def two_at_once(site: str, people: int) -> None:
    """Two campaigns to the same people by two workers at the same time: one message a person."""
    import frappe

    forget()
    start = time.perf_counter()
    workers = [Worker(site, name) for name in (wave(people, "Spring"), wave(people, "Autumn"))]
    for worker in workers:
        worker.result()
    frappe.db.rollback()
    rows = frappe.get_all(ACTIVITY, fields=["title", "done", "resting", "error_count"], order_by="title")
    show(
        f"Two campaigns to the same {people:,} people at once",
        [
            ("campaign", "sent", "wait: contacted too recently"),
            *[(row.title, row.done, row.resting) for row in rows],
            ("mails", sum(mails().values()), f"{max(mails())} an address"),
            ("s", time.perf_counter() - start, sum(row.error_count for row in rows)),
        ],
    )


def one_mail() -> None:
    """One mail: as Frappe writes it from the start, and as it is filled in here."""
    import frappe

    from relationship_crm.campaigns.mail import Mails

    name = wave(CONTROL)
    mails_of = Mails(frappe.get_doc(ACTIVITY, name))
    row = mails_of.activity.messages[0].name
    words = {"recipient_name": "Ada", "customer_name": "Ada", "reward": "a mug", "account_manager": "Bob"}
    prepared = mails_of.prepared(row, "en")

    def from_the_start() -> None:
        mails_of._prepared.clear()
        mails_of.queue({"email": "rb@example.com"}, mails_of.prepared(row, "en").for_person(words, "x"), "x")

    def filled_in() -> None:
        mails_of.queue({"email": "rb@example.com"}, prepared.for_person(words, "x"), "x")

    def filled_alone() -> None:
        prepared.for_person(words, "x")

    show(
        "One mail, from its words to the row in the queue",
        [
            ("", "ms"),
            ("written from the start", 1000 * median([timed(from_the_start)[0] for _ in range(30)])),
            ("prepared and filled in", 1000 * median([timed(filled_in)[0] for _ in range(30)])),
            (
                "filling in alone",
                1000 * median([timed(filled_alone)[0] for _ in range(30)]),
            ),
        ],
    )
    frappe.db.rollback()


def main() -> None:
    """Command line."""
    options = arguments(
        __doc__,
        people=(50_000, "people on the list"),
        pair=(4_000, "people of the two campaigns at once"),
        run=("", "internal: carry out this activity"),
    )
    connect(options.site)
    if options.run:
        run_here(options.run)
        return
    ensure_company()
    write_customers(options.people)
    prepare()
    forget()
    one_mail()
    forget()
    killed_and_resumed(options.site, options.people)
    two_at_once(options.site, options.pair)
    undisturbed(options.site, options.people)
    forget()
    forget_customers()


if __name__ == "__main__":
    main()
