"""Senders of campaigns at the same time, and senders that are killed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import erp
import frappe
import pytest
from asking import ACCOUNT, contact, mailer
from committed import customers_of, empty, fresh, keep, remove, remove_customers, remove_where
from responding import KEPT
from waves import frozen, member, message, wave
from workers import Worker, at_once, wait_for

from relationship_crm.campaigns import run, sending, tasks, touches

pytestmark = pytest.mark.committed

PREFIX = "RCRM Sent"
PEOPLE = 40
ACTIVITY, CAMPAIGN = "Campaign Activity", "Relationship Campaign"


# what the processes do


def carry_out(name: str, pause: float = 0.0, handful: int = 4) -> str:
    """An activity in small handfuls, with a pause after each commit; its status afterwards."""
    sending.HANDFUL = handful
    save = run._Run._save

    def slow(self: Any, **values: Any) -> None:
        save(self, **values)
        time.sleep(pause)

    run._Run._save = slow
    run.execute(name)
    return frappe.db.get_value(ACTIVITY, name, "status")


def make(name: str) -> int:
    """The touches of an activity, as if nobody else made them."""
    found: list[int] = []
    run.patiently(lambda: found.append(touches.create(frappe.get_doc(ACTIVITY, name))))
    keep()
    return found[-1]


def send_all(name: str) -> int:
    """What is due of an activity, without the lock that keeps a second worker away."""
    sending.HANDFUL = 4
    counts = sending.send_due(frappe.get_doc(ACTIVITY, name), keep)
    keep()
    return counts.sent


# the site


@pytest.fixture(scope="module")
def town(house) -> Iterator[list[str]]:
    """Customers with a contact each, and a mail account."""
    fresh()
    forget()
    remove_customers(customers_of(PREFIX))
    mailer()
    names = [erp.customer(f"{PREFIX} {i:02d}") for i in range(PEOPLE)]
    for i, name in enumerate(names):
        contact(name, f"sent{i:02d}@example.com")
    keep()
    yield names
    fresh()
    forget()
    remove_customers(names)
    remove("Email Account", [ACCOUNT])
    keep()


def forget() -> None:
    """Nobody was ever contacted."""
    empty(*KEPT)
    remove_where(ACTIVITY, title="RCRM Wave")
    remove_where(CAMPAIGN, title=["like", "RCRM%"])
    mails = frappe.get_all("Email Queue Recipient", {"recipient": ["like", "sent%"]}, pluck="parent")
    remove("Email Queue", mails)
    remove_where("Communication", reference_name=["like", f"{PREFIX}%"])


@pytest.fixture
def customers(town) -> Iterator[list[str]]:
    forget()
    values = {
        "enabled": 1,
        "contact_rest_days": 0,
        "campaign_batch_size": 500,
        "campaign_consent": "Unless Refused",
    }
    frappe.db.set_single_value("Relationship CRM Settings", values)
    frappe.clear_cache()
    keep()
    yield town
    fresh()
    forget()
    frappe.db.set_single_value("Relationship CRM Settings", "contact_rest_days", 7)
    keep()
    frappe.clear_cache()


def activity(customers: list[str], title: str = "RCRM Spring", status: str = "Queued") -> str:
    """An activity to all of them that was started."""
    of = frozen(title)
    for i, name in enumerate(customers):
        row = {"email": f"sent{i:02d}@example.com", "recipient_name": name, "language": "en"}
        member(of, name, person_key=row["email"], **row)
    doc = wave(of, message())
    doc.db_set({"status": status, "started_by": "Administrator"})
    keep()
    return doc.name


def mails() -> Counter[str]:
    fresh()
    return Counter(
        frappe.get_all("Email Queue Recipient", {"recipient": ["like", "sent%"]}, pluck="recipient")
    )


def rest_for(days: int) -> None:
    frappe.db.set_single_value("Relationship CRM Settings", "contact_rest_days", days)
    frappe.clear_cache()
    keep()


# the tests


def test_two_workers_make_the_touches_once(customers):
    name = activity(customers)
    at_once((make, name), (make, name))
    fresh()
    assert frappe.db.count("Campaign Touch", {"activity": name}) == PEOPLE


def test_two_workers_start_one_activity(customers):
    name = activity(customers)
    at_once((carry_out, name), (carry_out, name))
    sent = mails()
    assert len(sent) == PEOPLE and set(sent.values()) == {1}
    doc = frappe.get_doc(ACTIVITY, name)
    assert (doc.status, doc.total, doc.done, doc.error_count) == ("Completed", PEOPLE, PEOPLE, 0), doc.errors


def test_two_workers_send_one_activity_without_its_lock(customers):
    """The rows' own locks are enough."""
    name = activity(customers)
    make(name)
    counts = at_once((send_all, name), (send_all, name))
    sent = mails()
    assert sum(counts) == PEOPLE and len(sent) == PEOPLE and set(sent.values()) == {1}
    assert frappe.db.count("Communication", {"reference_name": ["like", f"{PREFIX}%"]}) == PEOPLE


def test_two_activities_to_the_same_people_in_the_days_of_rest(customers):
    rest_for(7)
    first, second = activity(customers), activity(customers, "RCRM Autumn")
    assert at_once((carry_out, first, 0.01), (carry_out, second, 0.01)) is not None
    sent = mails()
    assert len(sent) == PEOPLE and set(sent.values()) == {1}
    docs = [frappe.get_doc(ACTIVITY, name) for name in (first, second)]
    assert sum(doc.done for doc in docs) == PEOPLE
    assert sum(doc.waiting for doc in docs) == sum(doc.resting for doc in docs) == PEOPLE
    assert {doc.error_count for doc in docs} == {0}, [doc.errors for doc in docs]


def test_a_killed_worker_leaves_neither_a_double_nor_a_miss(customers):
    name = activity(customers)
    worker = Worker(carry_out, name, 0.15)
    wait_for(lambda: frappe.db.get_value(ACTIVITY, name, "done") >= 6, worker)
    worker.kill()
    fresh()
    before = sum(mails().values())
    assert 0 < before < PEOPLE and frappe.db.get_value(ACTIVITY, name, "status") == "Running"
    assert not run.is_alive(frappe.get_doc(ACTIVITY, name)) and run.to_go_on() == [name]
    tasks.send_campaigns()
    doc = frappe.get_doc(ACTIVITY, name)
    assert (doc.status, doc.total, doc.done, doc.waiting, doc.failed) == ("Completed", PEOPLE, PEOPLE, 0, 0)
    sent = mails()
    assert len(sent) == PEOPLE and set(sent.values()) == {1}
    assert frappe.db.count("Communication", {"reference_name": ["like", f"{PREFIX}%"]}) == PEOPLE
    assert frappe.db.count("Campaign Touch", {"activity": name, "message_id": ["is", "set"]}) == PEOPLE


def test_killed_while_the_touches_are_made(customers, monkeypatch):
    name = activity(customers)
    worker = Worker(making_slowly, name)
    wait_for(lambda: frappe.db.count("Campaign Touch", {"activity": name}) >= 4, worker)
    worker.kill()
    fresh()
    assert frappe.db.count("Campaign Touch", {"activity": name}) < PEOPLE and not mails()
    tasks.send_campaigns()
    sent = mails()
    assert len(sent) == PEOPLE and set(sent.values()) == {1}


def making_slowly(name: str) -> str:
    """An activity whose touches are made two at a time."""
    touches.BATCH = 2
    return carry_out(name, 0.15)


def test_while_one_worker_is_at_it_another_keeps_away(customers):
    name = activity(customers)
    worker = Worker(carry_out, name, 0.15)
    wait_for(lambda: frappe.db.get_value(ACTIVITY, name, "done") >= 4, worker)
    assert run.is_alive(frappe.get_doc(ACTIVITY, name))
    with pytest.raises(frappe.ValidationError, match="under way already"):
        run.start(name)
    run.execute(name)
    assert worker.is_running()
    run.stop(name)
    keep()
    assert worker.result() == "Stopped"
    doc = frappe.get_doc(ACTIVITY, name)
    assert 4 <= doc.done < PEOPLE and doc.done + doc.waiting == PEOPLE
    assert run.to_go_on() == []
