"""Freezing by jobs: two at once, one that is killed, one that fails; what everybody else sees meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator

import erp
import frappe
import pytest
from asking import contact
from campaigning import campaign, members, target_list
from committed import customers_of, fresh, keep, remove_customers, remove_where
from workers import Worker, at_once, wait_for

from relationship_crm.campaigns import entries, freezing

pytestmark = pytest.mark.committed

PREFIX = "RCRM Frozen"
CUSTOMERS = 30


# what the processes do


def freeze(name: str) -> str:
    """A job."""
    freezing.execute(name)
    return frappe.db.get_value("Relationship Campaign", name, "members_status")


def freeze_slowly(name: str, pause: float) -> None:
    """A job that takes its time after each few members."""
    freezing.BATCH = 5
    write = freezing.write_rows

    def slow(*args, **more):
        written = write(*args, **more)
        time.sleep(pause)
        return written

    freezing.write_rows = slow
    freezing.execute(name)


# the site


@pytest.fixture(scope="module")
def town(house) -> Iterator[list[str]]:
    """Customers with a contact each."""
    fresh()
    remove_customers(customers_of(PREFIX))
    names = [erp.customer(f"{PREFIX} {i:02d}") for i in range(CUSTOMERS)]
    for i, name in enumerate(names):
        contact(name, f"frozen{i:02d}@example.com")
    keep()
    yield names
    fresh()
    remove_customers(names)
    keep()


@pytest.fixture
def doc(town) -> Iterator:
    """A campaign over the town; half of it is left out by lot."""
    forget()
    listed = target_list(f"{PREFIX} List", kind="Static")
    entries.add(listed.name, [("Customer", name, "") for name in town])
    made = campaign(listed, title=PREFIX, with_control_group=1, control_share=50)
    keep()
    yield made
    fresh()
    forget()
    keep()


def forget() -> None:
    names = frappe.get_all("Relationship Campaign", {"title": PREFIX}, pluck="name", order_by="name")
    for name in names:
        remove_where("Campaign Member", campaign=name)
    remove_where("Relationship Campaign", title=PREFIX)
    remove_where("Campaign Target Entry", target_list=f"{PREFIX} List")
    remove_where("Campaign Target List", name=f"{PREFIX} List")


def mine(name: str) -> list:
    fresh()
    return members(name)


def status(name: str) -> str:
    fresh()
    return frappe.db.get_value("Relationship Campaign", name, "members_status")


# what happens


def test_two_workers_at_once_make_no_doubles_and_one_lot(doc):
    assert "Frozen" in at_once((freeze, doc.name), (freeze, doc.name))
    assert status(doc.name) == "Frozen"
    found = mine(doc.name)
    assert len(found) == len({m.email for m in found}) == CUSTOMERS
    assert sum(m.arm == "Control" for m in found) == CUSTOMERS // 2


def test_two_transactions_at_once_even_without_the_job(doc):
    """Called by a program in place of the job: the second one waits, and finds it frozen."""
    at_once((freeze_and_keep, doc.name), (freeze_and_keep, doc.name))
    found = mine(doc.name)
    assert len(found) == CUSTOMERS and len({m.assigned_on for m in found}) == 1


def freeze_and_keep(name: str) -> None:
    freezing.freeze(name)
    keep()


def test_a_killed_job_leaves_nothing_and_the_next_one_does_it_all(doc):
    worker = Worker(freeze_slowly, doc.name, 0.2)
    wait_for(lambda: status(doc.name) == "Running", worker)
    time.sleep(0.5)
    assert freezing.is_alive(frappe.get_doc("Relationship Campaign", doc.name))
    with pytest.raises(frappe.ValidationError, match="being frozen"):
        freezing.start(doc.name)
    worker.kill()
    assert mine(doc.name) == [] and status(doc.name) == "Running"
    wait_for(lambda: not freezing.is_alive(frappe.get_doc("Relationship Campaign", doc.name)))
    freezing.start(doc.name)  # may be started again
    assert freeze(doc.name) == "Frozen"
    assert len(mine(doc.name)) == CUSTOMERS


def test_a_killed_job_is_found_and_begun_again(doc, monkeypatch):
    frappe.db.set_value("Relationship Campaign", doc.name, "members_status", "Running")
    frappe.db.set_value(
        "Relationship Campaign", doc.name, "modified", "2026-01-01 00:00:00", update_modified=False
    )
    keep()
    started: list[str] = []
    monkeypatch.setattr(freezing.frappe, "enqueue", lambda *args, **more: started.append(more["campaign"]))
    freezing.resume_killed()
    assert started == [doc.name] and frappe.session.user == "Administrator"
    fresh()


def test_what_fails_is_told_on_the_campaign(doc):
    frappe.db.set_value("Contact", {"email_id": ["like", "frozen%"]}, "unsubscribed", 1)
    keep()
    try:
        assert freeze(doc.name) == "Failed"
        told = frappe.db.get_value("Relationship Campaign", doc.name, "members_error")
        assert told == "There is nobody on the lists whom the campaign may contact."
    finally:
        frappe.db.set_value("Contact", {"email_id": ["like", "frozen%"]}, "unsubscribed", 0)
        keep()
    freezing.start(doc.name)
    assert freeze(doc.name) == "Frozen"
