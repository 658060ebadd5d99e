"""Senders at the same time, and runs that are killed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import erp
import frappe
import pytest
from asking import ACCOUNT, advise, contact, mailer, survey
from committed import customers_of, empty, fresh, keep, remove, remove_customers, remove_where
from workers import Worker, at_once, wait_for

from relationship_crm.surveys import bulk, sending, tasks
from relationship_crm.surveys.sending import send_due

pytestmark = pytest.mark.committed

PREFIX = "RCRM Asked"
CUSTOMERS = 40
OURS = ("Survey Invitation", "Survey Recipient", "Survey Sending", "Survey Sending Customer")


# what the processes do


def round_of_sending() -> dict[str, int]:
    """What the scheduler does every few minutes, in small handfuls; what came of it."""
    sending.HANDFUL = 4
    tasks.look_for_occasions()
    counts = sending.send_due(keep)
    keep()
    return {"sent": counts.sent, "withdrawn": counts.withdrawn}


def carry_out(name: str, pause: float) -> None:
    """A run in small batches with a pause after each commit."""
    sending.HANDFUL = 3
    save = bulk._Run._save

    def slow(self: Any, **values: Any) -> None:
        save(self, **values)
        time.sleep(pause)

    bulk._Run._save = slow
    bulk.execute(name)


# the site


@pytest.fixture(scope="module")
def town(house) -> Iterator[list[str]]:
    """Customers with a contact each, and a mail account."""
    fresh()
    forget()
    remove_customers(customers_of(PREFIX))
    mailer()
    names = [erp.customer(f"{PREFIX} {i:02d}") for i in range(CUSTOMERS)]
    for i, name in enumerate(names):
        contact(name, f"asked{i:02d}@example.com")
    keep()
    yield names
    fresh()
    forget()
    remove_customers(names)
    remove("Email Account", [ACCOUNT])
    keep()


def forget() -> None:
    """Nobody was ever asked."""
    empty(*OURS)
    mails = frappe.get_all("Email Queue Recipient", {"recipient": ["like", "asked%"]}, pluck="parent")
    remove("Email Queue", mails)
    remove_where("Communication", reference_name=["like", f"{PREFIX}%"])
    remove_where("Relationship Survey", name=["like", f"{PREFIX}%"])


@pytest.fixture
def customers(town) -> Iterator[list[str]]:
    """The town, in which nobody was asked yet."""
    forget()
    enabled = frappe.get_all("Relationship Survey", {"enabled": 1}, pluck="name")
    frappe.db.set_value("Relationship Survey", {"name": ["in", enabled]}, "enabled", 0)
    settings = {
        "enabled": 1,
        "survey_rest_days": 90,
        "survey_quiet_with_open_issue": 1,
        "survey_batch_size": 500,
    }
    frappe.db.set_single_value("Relationship CRM Settings", settings)
    frappe.clear_cache()
    keep()
    yield town
    fresh()
    forget()
    frappe.db.set_value("Relationship Survey", {"name": ["in", enabled]}, "enabled", 1)
    keep()
    frappe.clear_cache()


def mails() -> Counter[str]:
    """How many mails of ours wait for each address."""
    fresh()
    rows = frappe.get_all("Email Queue Recipient", {"recipient": ["like", "asked%"]}, pluck="recipient")
    return Counter(rows)


def statuses(**filters: Any) -> Counter[str]:
    """Invitations by status."""
    fresh()
    return Counter(frappe.get_all("Survey Invitation", filters, pluck="status"))


# the tests


def test_two_triggers_and_two_workers_at_once(customers):
    """Both workers look for the same deliveries and send for two surveys: one mail an address, no invitation twice."""
    for name in customers[:20]:
        advise(name)
    for name in ("one", "two"):
        survey(f"{PREFIX} {name}", trigger={"event": "Delivery"})
    keep()
    frappe.clear_cache()
    found = at_once((round_of_sending,), (round_of_sending,))
    assert sum(f["sent"] for f in found) == 20 and sum(f["withdrawn"] for f in found) == 20, found
    assert statuses() == {"Sent": 20, "Withdrawn": 20}
    sent = mails()
    assert len(sent) == 20 and set(sent.values()) == {1}
    keys = frappe.get_all("Survey Invitation", pluck="invitation_key")
    assert len(set(keys)) == len(keys) == 40
    reasons = frappe.get_all("Survey Invitation", {"status": "Withdrawn"}, pluck="withdrawn_reason")
    assert set(reasons) == {"Asked too recently"}


def test_two_runs_to_the_same_customers_at_once(customers):
    """Two surveys, two workers, the same addresses: whoever comes second finds everybody asked already."""
    runs = []
    for name in ("one", "two"):
        survey(f"{PREFIX} {name}")
        runs.append(bulk.create_run(f"{PREFIX} {name}", customers))
    keep()
    frappe.clear_cache()
    at_once(*((carry_out, run.name, 0.01) for run in runs))
    fresh()
    for run in runs:
        run.reload()
    assert [run.status for run in runs] == ["Completed"] * 2
    assert sum(run.sent for run in runs) == sum(run.resting for run in runs) == CUSTOMERS
    sent = mails()
    assert len(sent) == CUSTOMERS and set(sent.values()) == {1}


@pytest.mark.parametrize("until", ["making", "sending"])
def test_a_killed_run_is_resumed(customers, monkeypatch, until):
    survey(f"{PREFIX} run")
    frappe.db.set_single_value("Relationship CRM Settings", "survey_batch_size", 10)
    doc = bulk.create_run(f"{PREFIX} run", filters=[["Customer", "name", "like", f"{PREFIX}%"]])
    keep()
    frappe.clear_cache()
    name = doc.name
    worker = Worker(carry_out, name, 0.15)
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
    keep()
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
    survey(f"{PREFIX} run")
    doc = bulk.create_run(f"{PREFIX} run", customers)
    keep()
    frappe.clear_cache()
    worker = Worker(carry_out, doc.name, 0.15)
    wait_for(lambda: frappe.db.get_value(bulk.DOCTYPE, doc.name, "sent") >= 6, worker)
    bulk.stop(doc.name)
    keep()
    worker.result()
    doc.reload()
    assert doc.status == "Stopped" and 6 <= doc.sent < CUSTOMERS and doc.sent + doc.waiting == CUSTOMERS
    assert send_due(keep).all == 0  # the scheduler does not go on with what somebody stopped
    bulk.execute(doc.name)
    doc.reload()
    assert (doc.status, doc.sent, doc.waiting) == ("Completed", CUSTOMERS, 0)
    assert set(mails().values()) == {1}


def test_a_second_run_finds_everybody_resting(customers):
    survey(f"{PREFIX} run")
    lonely = erp.customer(f"{PREFIX} lonely")
    frappe.db.set_value("Contact", {"email_id": "asked00@example.com"}, "unsubscribed", 1)
    first, second = (bulk.create_run(f"{PREFIX} run", [*customers, lonely]) for _ in range(2))
    keep()
    frappe.clear_cache()
    for run in (first, second):
        bulk.execute(run.name)
        run.reload()
    frappe.db.set_value("Contact", {"email_id": "asked00@example.com"}, "unsubscribed", 0)
    remove_customers([lonely])
    keep()
    assert (first.sent, first.opted_out, first.without_address, first.resting) == (39, 1, 1, 0)
    assert (second.sent, second.opted_out, second.without_address, second.resting) == (0, 1, 1, 39)
    assert first.invited == 40 and sum(mails().values()) == 39
