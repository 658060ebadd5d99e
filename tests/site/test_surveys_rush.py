"""Senders at the same time, and runs that are killed: real processes, each with its own connection.

These tests commit, so they clean up after themselves: everything hangs on customers whose names begin with PREFIX. The
file is also the program of the processes it starts: ``python test_surveys_rush.py ROLE SITE BENCH [ARGUMENT…]``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SITE, BENCH = (
    os.environ.get("RCRM_SITE", ""),
    Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench"),
)
PREFIX = "RCRM Asked"
CUSTOMERS = 40
PATIENCE = 180
OURS = ("Survey Invitation", "Survey Recipient", "Survey Sending", "Survey Sending Customer")


# the processes


def commit() -> None:
    import frappe

    frappe.db.commit()


def round_of_sending(start: str) -> None:
    """What the scheduler does every few minutes, once a file appears, in small handfuls; prints what came of it."""
    from relationship_crm.surveys import sending, tasks

    sending.HANDFUL = 4
    Path(f"{start}-{os.getpid()}").touch()  # at the line
    while not Path(start).exists():
        time.sleep(0.005)
    tasks.look_for_occasions()
    counts = sending.send_due(commit)
    commit()
    print(json.dumps({"sent": counts.sent, "withdrawn": counts.withdrawn}), flush=True)


def run(name: str, pause: str) -> None:
    """A run in small batches with a pause after each commit."""
    from relationship_crm.surveys import bulk, sending

    sending.HANDFUL = 3
    save = bulk._Run._save

    def slow(self: Any, **values: Any) -> None:
        save(self, **values)
        time.sleep(float(pause))

    bulk._Run._save = slow
    bulk.execute(name)


ROLES: dict[str, Callable[..., None]] = {f.__name__: f for f in (round_of_sending, run)}


def work(role: str, site: str, bench: str, *more: str) -> None:
    """What a process of ours does."""
    import frappe

    os.chdir(Path(bench) / "sites")
    frappe.init(site, sites_path=str(Path(bench) / "sites"))
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True
    ROLES[role](*more)
    frappe.destroy()


class Worker:
    """A process in one of the roles."""

    def __init__(self, role: str, *more: Any) -> None:
        command = [sys.executable, __file__, role, SITE, str(BENCH), *map(str, more)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def result(self) -> list[Any]:
        """Its lines, once it ended well."""
        out, error = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, error[-3000:]
        return [json.loads(line) for line in out.splitlines() if line.startswith("{")]

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def wait_for(condition: Callable[[], bool], worker: Worker) -> None:
    """Wait until the worker's commits make something true."""
    import frappe

    end = time.monotonic() + PATIENCE
    while True:
        frappe.db.rollback()
        if condition():
            return
        assert worker.process.poll() is None, worker.process.communicate()
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


# the site


@pytest.fixture(scope="module")
def town(house) -> Iterator[list[str]]:
    """Customers with a contact each, and a mail account."""
    import erp
    from asking import contact, mailer

    remove(house)
    house.db.commit()
    mailer()
    names = [erp.customer(f"{PREFIX} {i:02d}") for i in range(CUSTOMERS)]
    for i, name in enumerate(names):
        contact(name, f"asked{i:02d}@example.com")
    house.db.commit()
    yield names
    remove(house)
    house.db.delete("Email Account", {"name": "RCRM Surveys"})
    house.db.commit()


def remove(house: Any) -> None:
    """Everything of ours that was committed."""
    house.db.rollback()
    forget()
    notes = house.get_all("Delivery Note", {"customer": ["like", f"{PREFIX}%"]}, pluck="name")
    orders = house.get_all("Sales Order", {"customer": ["like", f"{PREFIX}%"]}, pluck="name")
    for doctype, names in (("Delivery Note", notes), ("Sales Order", orders)):
        for child in ("Item", ""):
            field = "parent" if child else "name"
            house.db.delete(f"{doctype} {child}".strip(), {field: ["in", names or [""]]})
    house.db.delete("Relationship Event", {"party": ["like", f"{PREFIX}%"]})
    house.db.delete("Dynamic Link", {"link_name": ["like", f"{PREFIX}%"]})
    for doctype, field in (("Contact Email", "email_id"), ("Contact", "email_id")):
        house.db.delete(doctype, {field: ["like", "asked%@example.com"]})
    house.db.delete("Customer", {"name": ["like", f"{PREFIX}%"]})


def forget() -> None:
    """Nobody was ever asked."""
    import frappe

    for doctype in OURS:
        frappe.db.delete(doctype)
    mails = frappe.get_all("Email Queue Recipient", {"recipient": ["like", "asked%"]}, pluck="parent")
    frappe.db.delete("Email Queue", {"name": ["in", mails or [""]]})
    frappe.db.delete("Email Queue Recipient", {"recipient": ["like", "asked%"]})
    frappe.db.delete("Communication", {"reference_name": ["like", f"{PREFIX}%"]})
    frappe.db.delete("Communication Link", {"link_name": ["like", f"{PREFIX}%"]})
    for name in frappe.get_all("Relationship Survey", {"name": ["like", f"{PREFIX}%"]}, pluck="name"):
        for child in ("Survey Item", "Survey Text", "Survey Trigger"):
            frappe.db.delete(child, {"parent": name})
        frappe.db.delete("Relationship Survey", {"name": name})


@pytest.fixture
def customers(town, house) -> Iterator[list[str]]:
    """The town, in which nobody was asked yet."""
    forget()
    enabled = house.get_all("Relationship Survey", {"enabled": 1}, pluck="name")
    house.db.set_value("Relationship Survey", {"name": ["in", enabled]}, "enabled", 0)
    settings = {
        "enabled": 1,
        "survey_rest_days": 90,
        "survey_quiet_with_open_issue": 1,
        "survey_batch_size": 500,
    }
    house.db.set_single_value("Relationship CRM Settings", settings)
    house.db.set_value("Customer", {"name": ["like", f"{PREFIX}%"]}, "is_internal_customer", 0)
    house.clear_cache()
    house.db.commit()
    yield town
    house.db.rollback()
    forget()
    house.db.set_value("Relationship Survey", {"name": ["in", enabled]}, "enabled", 1)
    house.db.commit()
    house.clear_cache()


def mails() -> Counter[str]:
    """How many mails of ours wait for each address."""
    import frappe

    frappe.db.rollback()
    rows = frappe.get_all("Email Queue Recipient", {"recipient": ["like", "asked%"]}, pluck="recipient")
    return Counter(rows)


def statuses(**filters: Any) -> Counter[str]:
    """Invitations by status."""
    import frappe

    frappe.db.rollback()
    return Counter(frappe.get_all("Survey Invitation", filters, pluck="status"))


# the tests


def test_two_triggers_and_two_workers_at_once(customers, tmp_path):
    """Both workers look for the same deliveries and send for two surveys: one mail an address, no invitation twice."""
    import frappe
    from asking import advise, survey

    for name in customers[:20]:
        advise(name)
    for name in ("one", "two"):
        survey(f"{PREFIX} {name}", trigger={"event": "Delivery"})
    commit()
    frappe.clear_cache()
    start = tmp_path / "start"
    workers = [Worker("round_of_sending", start) for _ in range(2)]
    for worker in workers:
        wait_for(Path(f"{start}-{worker.process.pid}").exists, worker)
    start.touch()
    found = [worker.result()[0] for worker in workers]
    assert sum(f["sent"] for f in found) == 20 and sum(f["withdrawn"] for f in found) == 20, found
    assert statuses() == {"Sent": 20, "Withdrawn": 20}
    sent = mails()
    assert len(sent) == 20 and set(sent.values()) == {1}
    keys = frappe.get_all("Survey Invitation", pluck="invitation_key")
    assert len(set(keys)) == len(keys) == 40
    reasons = frappe.get_all("Survey Invitation", {"status": "Withdrawn"}, pluck="withdrawn_reason")
    assert set(reasons) == {"Asked too recently"}


@pytest.mark.parametrize("until", ["making", "sending"])
def test_a_killed_run_is_resumed(customers, monkeypatch, until):
    import frappe
    from asking import survey

    from relationship_crm.surveys import bulk

    survey(f"{PREFIX} run")
    frappe.db.set_single_value("Relationship CRM Settings", "survey_batch_size", 10)
    doc = bulk.create_run(f"{PREFIX} run", filters=[["Customer", "name", "like", f"{PREFIX}%"]])
    commit()
    frappe.clear_cache()
    name = doc.name
    worker = Worker("run", name, 0.15)
    if until == "making":
        wait_for(lambda: frappe.db.get_value(bulk.DOCTYPE, name, "done_customers") >= 20, worker)
    else:
        wait_for(lambda: frappe.db.get_value(bulk.DOCTYPE, name, "sent") >= 9, worker)
    with pytest.raises(frappe.ValidationError):
        bulk.start(name)  # it is under way
    worker.kill()
    frappe.db.rollback()
    assert frappe.db.get_value(bulk.DOCTYPE, name, "status") == "Running"
    before = sum(mails().values())
    assert before < CUSTOMERS

    queued = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **more: queued.append((method, more["name"])))
    bulk.resume_killed()
    assert queued == []  # it may only be slow
    monkeypatch.setattr(bulk, "QUIET", -1)
    bulk.resume_killed()
    commit()
    assert queued == [("relationship_crm.surveys.bulk.execute", name)]
    bulk.execute(name)

    run = frappe.get_doc(bulk.DOCTYPE, name)
    assert (run.status, run.progress, run.error_count) == ("Completed", 100, 0), run.errors
    assert (run.total_customers, run.done_customers, run.invited, run.sent) == (40, 40, 40, 40)
    assert (run.waiting, run.failed, run.resting, run.without_address) == (0, 0, 0, 0)
    sent = mails()
    assert len(sent) == CUSTOMERS and set(sent.values()) == {1}
    assert statuses(sending=name) == {"Sent": 40}
    assert frappe.db.count("Communication", {"reference_name": ["like", f"{PREFIX}%"]}) == CUSTOMERS


def test_a_run_is_stopped_and_goes_on(customers):
    import frappe
    from asking import survey

    from relationship_crm.surveys import bulk
    from relationship_crm.surveys.sending import send_due

    survey(f"{PREFIX} run")
    doc = bulk.create_run(f"{PREFIX} run", customers)
    commit()
    frappe.clear_cache()
    worker = Worker("run", doc.name, 0.15)
    wait_for(lambda: frappe.db.get_value(bulk.DOCTYPE, doc.name, "sent") >= 6, worker)
    bulk.stop(doc.name)
    commit()
    worker.result()
    doc.reload()
    assert doc.status == "Stopped" and 6 <= doc.sent < CUSTOMERS and doc.sent + doc.waiting == CUSTOMERS
    assert send_due(commit).all == 0  # the scheduler does not go on with what somebody stopped
    bulk.execute(doc.name)
    doc.reload()
    assert (doc.status, doc.sent, doc.waiting) == ("Completed", CUSTOMERS, 0)
    assert set(mails().values()) == {1}


def test_a_second_run_finds_everybody_resting(customers):
    import frappe
    from asking import survey

    from relationship_crm.surveys import bulk

    survey(f"{PREFIX} run")
    lonely = frappe.get_doc(
        {
            "doctype": "Customer",
            "customer_name": f"{PREFIX} lonely",
            "customer_group": "RCRM Trade",
            "territory": "RCRM North",
        }
    ).insert()
    frappe.db.set_value("Contact", {"email_id": "asked00@example.com"}, "unsubscribed", 1)
    first, second = (bulk.create_run(f"{PREFIX} run", [*customers, lonely.name]) for _ in range(2))
    commit()
    frappe.clear_cache()
    for run in (first, second):
        bulk.execute(run.name)
        run.reload()
    frappe.db.set_value("Contact", {"email_id": "asked00@example.com"}, "unsubscribed", 0)
    frappe.db.delete("Customer", {"name": lonely.name})
    commit()
    assert (first.sent, first.opted_out, first.without_address, first.resting) == (39, 1, 1, 0)
    assert (second.sent, second.opted_out, second.without_address, second.resting) == (0, 1, 1, 39)
    assert first.invited == 40 and sum(mails().values()) == 39


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    work(*sys.argv[1:])
