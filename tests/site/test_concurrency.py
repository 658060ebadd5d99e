"""Sales, passes and drains at the same time, and passes that are killed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import erp
import frappe
import pytest
from committed import customers_of, empty, fresh, keep, remove_customers, remove_sales
from frappe.utils import getdate, today
from workers import PATIENCE, Worker, at_once, wait_for

from relationship_crm.assessment import outbox, process, run
from relationship_crm.assessment.everybody import assess_everybody
from relationship_crm.assessment.lock import assessment_lock
from relationship_crm.assessment.site import (
    forget_configuration,
    queries,
    site_configuration,
    site_ledger,
)

pytestmark = pytest.mark.committed

PREFIX = "RCRM Rush"
#: What may differ between two ways to the same result.
VOLATILE = {
    *("name", "creation", "modified", "modified_by", "owner", "docstatus", "idx"),
    *("assessed_on", "history_digest", "state_digest"),
    *("_user_tags", "_comments", "_assign", "_liked_by"),
}
OURS = (
    *("Relationship", "Relationship Company Fact", "Relationship Assessment", "Relationship Stage Change"),
    *("Relationship Stage Change Reason", "Relationship Event", "Relationship Yardstick"),
    "Process Relationship Assessment",
)


# what the processes do


def sell(first: int, count: int) -> list[tuple[str, int]]:
    """Submit invoices for five customers in turn; customer and amount of each."""
    sold = []
    for i in range(first, first + count):
        customer, amount = f"{PREFIX} {i % 5}", 100 + i
        erp.invoice(customer, today(), [(erp.ADVICE, 1, amount)])
        keep()
        sold.append((customer, amount))
    return sold


def assess(stop: str) -> dict[str, int]:
    """Full passes, drains and single assessments until a file appears; how many of each."""
    run.CHUNK = 3
    done: Counter[str] = Counter()
    while not Path(stop).exists():
        with assessment_lock(PATIENCE):  # as a run does
            keep()
            full_pass()
        done["events"] += run.drain(keep)
        run.assess_party("Customer", f"{PREFIX} {done['passes'] % 5}")
        keep()
        done["passes"] += 1
    return done


def drain(stop: str) -> int:
    """Drains until a file appears; the number of events done."""
    events = 0
    while not Path(stop).exists():
        events += run.drain(keep)
        keep()
        time.sleep(0.02)
    return events


def drain_once() -> int:
    """One drain, in batches of three parties; the number of events done."""
    run.DRAIN = 3
    return run.drain(keep)


def execute(name: str, pause: float) -> None:
    """A run in small chunks with a pause after each."""
    run.CHUNK = 4
    step = process._Run._step

    def slow(self: Any, *counts: Any) -> bool:
        going_on = step(self, *counts)
        time.sleep(pause)
        return going_on

    process._Run._step = slow
    process.execute(name)


# the site


def forget() -> None:
    """Our own tables as on the day of installation."""
    empty(*OURS)
    keep()


def invoices() -> list[str]:
    """Invoices of our customers."""
    fresh()
    ours = {"customer": ["like", f"{PREFIX}%"]}
    return frappe.get_all("Sales Invoice", ours, pluck="name", order_by="name")


@pytest.fixture(scope="module")
def town(house) -> Iterator[list[str]]:
    """Forty customers; the first five have bought nothing yet."""
    fresh()
    remove_customers(customers_of(PREFIX))
    frappe.db.set_single_value("Relationship CRM Settings", "reporting_currency", "USD")
    forget_configuration()
    this_year = getdate(today()).year
    names = [erp.customer(f"{PREFIX} {i}", group=(erp.TRADE, erp.CRAFT)[i % 2]) for i in range(40)]
    for i, name in enumerate(names[5:]):
        erp.invoice(name, date(erp.YEAR, i % 12 + 1, 5 + i % 20), [(erp.ADVICE, 1, 100 + i)])
        if i % 3 == 0:
            erp.invoice(name, date(this_year, 1, 1 + i % 28), [(erp.ADVICE, 1, 200 + i)])
    keep()
    yield names
    fresh()
    remove_customers(names)
    forget()


@pytest.fixture
def customers(town) -> Iterator[list[str]]:
    """The town before anybody was assessed; what is sold in a test goes with it."""
    before = set(invoices())
    forget()
    yield town
    remove_sales("Sales Invoice", [name for name in invoices() if name not in before])
    forget()


def full_pass() -> None:
    """Everybody, in one process, undisturbed."""
    run.write_everybody(step=lambda *_counts: keep() or True)
    keep()


def present() -> dict[str, dict[str, Any]]:
    """Our customers' relationships, and what is kept by company, without what may differ."""
    fresh()
    rows = frappe.get_all("Relationship", {"party": ["like", f"{PREFIX}%"]}, ["*"], order_by="party")
    found = {row.party: {k: v for k, v in row.items() if k not in VOLATILE} for row in rows}
    assert len(found) == len(rows), "a party has two relationships"
    party = {row.name: row.party for row in rows}
    for fact in frappe.get_all(
        "Relationship Company Fact", {"parent": ["in", list(party)]}, ["*"], order_by="name"
    ):
        mine = found[party[fact.parent]]
        assert f"{fact.company} revenue" not in mine, "a company's facts are there twice"
        mine |= {f"{fact.company} revenue": fact.revenue_total, f"{fact.company} purchases": fact.purchases}
    return found


def history() -> tuple[set, Counter]:
    """Month ends and moves of our customers."""
    like = {"party": ["like", f"{PREFIX}%"]}
    fields = ["party", "as_of", "digest", "composite", "satisfaction", "trust_company", "contributions"]
    ends = frappe.get_all(
        "Relationship Assessment", {**like, "kind": "Month end"}, fields, as_list=True, order_by="name"
    )
    fields = ["party", "from_rung", "to_rung", "changed_on", "days_in_stage", "source"]
    moves = frappe.get_all("Relationship Stage Change", like, fields, as_list=True, order_by="name")
    assert len(set(ends)) == len(ends), "a month end was written twice"
    return set(ends), Counter(moves)


def assert_same(one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]]) -> None:
    """The same relationships, numbers to 1e-9."""
    assert one.keys() == other.keys()
    for party, row in one.items():
        for field, value in row.items():
            if isinstance(value, float):
                assert other[party][field] == pytest.approx(value, abs=1e-9), (party, field)
            else:
                assert other[party][field] == value, (party, field)


def scores(assessment: Any) -> dict[str, list[float]]:
    """Unrounded scores and rungs of our customers at the last point."""
    found = {}
    for detail in assessment.details():
        for p in range(detail.stop - detail.start):
            key = assessment.parties.keys[detail.start + p][1]
            if key.startswith(PREFIX):
                parts = [detail.rung[p, -1], detail.composite[p, -1], *detail.value[:, p, -1]]
                found[key] = [float(v) for v in parts]
    return found


def waiting() -> int:
    """Events in the outbox, as committed."""
    fresh()
    return outbox.count()


def new_run(**values: Any) -> str:
    """A run over everybody."""
    name = process.create_run(**values).name
    keep()
    return name


# the tests


def test_sales_passes_and_drains_at_once(customers, tmp_path):
    full_pass()
    stop = tmp_path / "stop"
    others = [Worker(assess, stop), Worker(drain, stop)]
    sellers = [Worker(sell, first, 30) for first in (0, 30)]
    try:
        sold = [sale for seller in sellers for sale in seller.result()]
    finally:
        stop.touch()
    passes = others[0].result()["passes"]
    others[1].result()
    assert len(sold) == 60 and passes > 0

    run.drain(keep)
    assert waiting() == 0
    now = present()
    for customer in customers[:5]:
        expected = sum(amount for name, amount in sold if name == customer)
        assert now[customer]["revenue_12m"] == pytest.approx(expected), customer
    alone = scores(run.assessment_of([("Customer", name) for name in customers]))
    together = scores(
        assess_everybody(site_ledger(), site_configuration(), getdate(), queries=queries, store=False)
    )
    assert alone.keys() == together.keys() == set(customers)
    for name in customers:
        assert alone[name] == pytest.approx(together[name], abs=1e-9, nan_ok=True), name
    full_pass()
    assert_same(now, present())
    history()


def test_a_killed_run_is_resumed(customers, monkeypatch):
    full_pass()
    rows, past = present(), history()
    assert len(rows) == len(customers) and past[0] and past[1]
    forget()

    name = new_run()
    worker = Worker(execute, name, 0.2)
    wait_for(lambda: frappe.db.get_value(process.DOCTYPE, name, "done_parties") >= 12, worker)
    with pytest.raises(frappe.ValidationError):
        process.start(name)  # it is under way
    worker.kill()
    wait_for(lambda: 12 <= len(present()) < len(customers))
    assert frappe.db.get_value(process.DOCTYPE, name, "status") == "Running"

    queued = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **more: queued.append((method, more["name"])))
    wait_for(lambda: not process._is_alive(frappe.get_doc(process.DOCTYPE, name)))
    process.resume(name)
    keep()
    assert queued == [("relationship_crm.assessment.process.execute", name)]
    process.execute(name)

    doc = frappe.get_doc(process.DOCTYPE, name)
    assert (doc.status, doc.progress, doc.error_count) == ("Completed", 100, 0)
    assert doc.done_parties == doc.total_parties
    assert_same(rows, present())
    assert history() == past


def test_a_drain_during_a_pass_waits_and_loses_nothing(customers):
    full_pass()
    forget()
    name = new_run()
    worker = Worker(execute, name, 0.2)
    wait_for(lambda: frappe.db.get_value(process.DOCTYPE, name, "done_parties") >= 4, worker)
    erp.invoice(customers[0], today(), [(erp.ADVICE, 1, 777)])  # the pass has read the ledger already
    keep()
    before = waiting()
    assert before > 0
    assert run.drain(keep) == 0
    assert waiting() == before
    worker.result()
    assert waiting() == before
    assert present()[customers[0]]["revenue_12m"] == 0
    assert run.drain(keep) == before
    assert waiting() == 0
    assert present()[customers[0]]["revenue_12m"] == 777


def test_two_drains_at_once(customers):
    full_pass()
    for name in customers:
        outbox.mark(frappe.get_doc("Customer", name), "Customer", name, None, "changed")
    keep()
    found = at_once((drain_once,), (drain_once,))
    rest = waiting()
    assert sum(found) + rest == len(customers) and rest == 0


def test_a_drain_waits_for_no_sale_under_way(customers):
    """An event of a sale that is not committed yet neither holds up a drain nor is held up by one."""
    full_pass()
    for name in customers:
        outbox.mark(frappe.get_doc("Customer", name), "Customer", name, None, "changed")
    keep()
    frappe.db.sql("set innodb_lock_wait_timeout = 2")
    outbox.mark(frappe.get_doc("Customer", customers[0]), "Customer", customers[0], None, "changed")
    started = time.monotonic()
    assert Worker(drain_once).result() == len(customers)
    assert time.monotonic() - started < 20
    outbox.mark(frappe.get_doc("Customer", customers[1]), "Customer", customers[1], None, "changed")
    keep()
    assert waiting() == 2


def test_an_old_view_overwrites_nothing_newer(customers):
    """A transaction that began before a sale and its drain does not put back what it sees."""
    full_pass()
    assert present()[customers[0]]["revenue_12m"] == 0  # the view of this transaction from now on
    Worker(sell, 0, 1).result()
    assert Worker(drain_once).result() > 0
    assert run.assess_party("Customer", customers[0]).parties == 0
    keep()
    assert run.assess_party("Customer", customers[0]).parties == 1
    keep()
    assert present()[customers[0]]["revenue_12m"] == 100
