"""Sales, passes and drains at the same time, and passes that are killed: real processes, each with its own connection.

These tests commit, so they clean up after themselves: everything hangs on customers whose names begin with PREFIX. The
file is also the program of the processes it starts: ``python test_concurrency.py ROLE SITE BENCH [ARGUMENT…]``.
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
from datetime import date
from pathlib import Path
from typing import Any

import pytest

SITE, BENCH = (
    os.environ.get("RCRM_SITE", ""),
    Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench"),
)
PREFIX = "RCRM Rush"
#: What may differ between two ways to the same result.
VOLATILE = {
    *(
        "name",
        "creation",
        "modified",
        "modified_by",
        "owner",
        "assessed_on",
        "history_digest",
        "state_digest",
    ),
    *("docstatus", "idx", "_user_tags", "_comments", "_assign", "_liked_by"),
}
OURS = (
    *("Relationship", "Relationship Company Fact", "Relationship Assessment", "Relationship Stage Change"),
    *("Relationship Stage Change Reason", "Relationship Event", "Relationship Yardstick"),
    "Process Relationship Assessment",
)
PATIENCE = 180


# the processes


def commit() -> None:
    import frappe

    frappe.db.commit()


def sell(first: str, count: str) -> None:
    """Submit invoices for five customers in turn; prints customer and amount of each."""
    import erp
    from frappe.utils import today

    for i in range(int(first), int(first) + int(count)):
        customer, amount = f"{PREFIX} {i % 5}", 100 + i
        erp.invoice(customer, today(), [(erp.ADVICE, 1, amount)])
        commit()
        print(json.dumps([customer, amount]), flush=True)


def assess(stop: str) -> None:
    """Full passes, drains and single assessments until a file appears; prints how many of each."""
    from relationship_crm.assessment import run
    from relationship_crm.assessment.lock import assessment_lock

    run.CHUNK = 3
    done: Counter[str] = Counter()
    while not Path(stop).exists():
        with assessment_lock(PATIENCE):  # as a run does
            commit()
            run.write_everybody(step=lambda *_counts: commit() or True)
            commit()
        done["events"] += run.drain(commit)
        run.assess_party("Customer", f"{PREFIX} {done['passes'] % 5}")
        commit()
        done["passes"] += 1
    print(json.dumps(done), flush=True)


def drain(stop: str) -> None:
    """Drains until a file appears; prints the number of events done."""
    from relationship_crm.assessment import run

    events = 0
    while not Path(stop).exists():
        events += run.drain(commit)
        commit()
        time.sleep(0.02)
    print(json.dumps({"events": events}), flush=True)


def drain_once() -> None:
    """One drain, in batches of three parties; prints the number of events done."""
    from relationship_crm.assessment import run

    run.DRAIN = 3
    print(run.drain(commit), flush=True)


def execute(name: str, pause: str) -> None:
    """A run in small chunks with a pause after each."""
    from relationship_crm.assessment import process, run

    run.CHUNK = 4
    step = process._Run._step

    def slow(self: Any, *counts: Any) -> bool:
        going_on = step(self, *counts)
        time.sleep(float(pause))
        return going_on

    process._Run._step = slow
    process.execute(name)


ROLES: dict[str, Callable[..., None]] = {f.__name__: f for f in (sell, assess, drain, drain_once, execute)}


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
        return [
            json.loads(line) for line in out.splitlines() if line.startswith(("[", "{")) or line.isdigit()
        ]

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def wait_for(condition: Callable[[], bool], worker: Worker | None = None) -> None:
    """Wait until others' commits make something true."""
    import frappe

    end = time.monotonic() + PATIENCE
    while True:
        frappe.db.rollback()
        if condition():
            return
        assert worker is None or worker.process.poll() is None, worker.process.communicate()
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


# the site


def forget() -> None:
    """Our own tables as on the day of installation."""
    import frappe

    for doctype in OURS:
        frappe.db.sql(f"delete from `tab{doctype}`")
    frappe.db.commit()


def sweep(invoices: list[str]) -> None:
    """Remove invoices and what hangs on them."""
    import frappe

    if invoices:
        for child in ("Sales Invoice Item", "Payment Schedule", "Sales Taxes and Charges"):
            frappe.db.delete(child, {"parent": ["in", invoices], "parenttype": "Sales Invoice"})
        for entry in ("GL Entry", "Payment Ledger Entry"):
            frappe.db.delete(entry, {"voucher_no": ["in", invoices]})
        frappe.db.delete("Sales Invoice", {"name": ["in", invoices]})
    frappe.db.commit()
    forget()


def invoices_of(**filters: Any) -> list[str]:
    """Invoices of our customers."""
    import frappe

    frappe.db.rollback()
    filters["customer"] = ["like", f"{PREFIX}%"]
    return frappe.get_all("Sales Invoice", filters, pluck="name", order_by="name")


@pytest.fixture(scope="module")
def town(house) -> Iterator[list[str]]:
    """Forty customers; the first five have bought nothing yet."""
    import erp
    from frappe.utils import getdate, today

    from relationship_crm.assessment.site import forget_configuration

    def remove() -> None:
        sweep(invoices_of())
        house.db.delete("Customer", {"name": ["like", f"{PREFIX}%"]})
        house.db.commit()

    remove()
    house.db.set_single_value("Relationship CRM Settings", "reporting_currency", "USD")
    forget_configuration()
    this_year = getdate(today()).year
    names = [erp.customer(f"{PREFIX} {i}", group=(erp.TRADE, erp.CRAFT)[i % 2]) for i in range(40)]
    for i, name in enumerate(names[5:]):
        erp.invoice(name, date(erp.YEAR, i % 12 + 1, 5 + i % 20), [(erp.ADVICE, 1, 100 + i)])
        if i % 3 == 0:
            erp.invoice(name, date(this_year, 1, 1 + i % 28), [(erp.ADVICE, 1, 200 + i)])
    house.db.commit()
    yield names
    remove()


@pytest.fixture
def customers(town) -> Iterator[list[str]]:
    """The town before anybody was assessed; what is sold in a test goes with it."""
    kept = set(invoices_of())
    forget()
    yield town
    sweep([name for name in invoices_of() if name not in kept])


def full_pass() -> None:
    """Everybody, in one process, undisturbed."""
    from relationship_crm.assessment.run import write_everybody

    write_everybody(step=lambda *_counts: commit() or True)
    commit()


def present() -> dict[str, dict[str, Any]]:
    """Our customers' relationships, and what is kept by company, without what may differ."""
    import frappe

    frappe.db.rollback()
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
    import frappe

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
    import frappe

    from relationship_crm.assessment import outbox

    frappe.db.rollback()
    return outbox.count()


def new_run(**values: Any) -> str:
    """A run over everybody."""
    from relationship_crm.assessment.process import create_run

    name = create_run(**values).name
    commit()
    return name


# the tests


def test_sales_passes_and_drains_at_once(customers, tmp_path):
    from relationship_crm.assessment.everybody import assess_everybody
    from relationship_crm.assessment.run import assessment_of, drain
    from relationship_crm.assessment.site import queries, site_configuration, site_ledger, today

    full_pass()
    stop = tmp_path / "stop"
    others = [Worker("assess", stop), Worker("drain", stop)]
    sellers = [Worker("sell", first, 30) for first in (0, 30)]
    try:
        sold = [tuple(line) for seller in sellers for line in seller.result()]
    finally:
        stop.touch()
    passes = others[0].result()[0]["passes"]
    others[1].result()
    assert len(sold) == 60 and passes > 0

    drain(commit)
    assert waiting() == 0
    now = present()
    for customer in customers[:5]:
        expected = sum(amount for name, amount in sold if name == customer)
        assert now[customer]["revenue_12m"] == pytest.approx(expected), customer
    alone = scores(assessment_of([("Customer", name) for name in customers]))
    together = scores(
        assess_everybody(site_ledger(), site_configuration(), today(), queries=queries, store=False)
    )
    assert alone.keys() == together.keys() == set(customers)
    for name in customers:
        assert alone[name] == pytest.approx(together[name], abs=1e-9, nan_ok=True), name
    full_pass()
    assert_same(now, present())
    history()


def test_a_killed_run_is_resumed(customers, monkeypatch):
    import frappe

    from relationship_crm.assessment import process

    full_pass()
    rows, past = present(), history()
    assert len(rows) == len(customers) and past[0] and past[1]
    forget()

    name = new_run()
    worker = Worker("execute", name, 0.2)
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
    commit()
    assert queued == [("relationship_crm.assessment.process.execute", name)]
    process.execute(name)

    run = frappe.get_doc(process.DOCTYPE, name)
    assert (run.status, run.progress, run.error_count) == ("Completed", 100, 0)
    assert run.done_parties == run.total_parties
    assert_same(rows, present())
    assert history() == past


def test_a_drain_during_a_pass_waits_and_loses_nothing(customers):
    import erp
    import frappe
    from frappe.utils import today

    from relationship_crm.assessment import process
    from relationship_crm.assessment.run import drain

    full_pass()
    forget()
    name = new_run()
    worker = Worker("execute", name, 0.2)
    wait_for(lambda: frappe.db.get_value(process.DOCTYPE, name, "done_parties") >= 4, worker)
    erp.invoice(customers[0], today(), [(erp.ADVICE, 1, 777)])  # the pass has read the ledger already
    commit()
    before = waiting()
    assert before > 0
    assert drain(commit) == 0
    assert waiting() == before
    worker.result()
    assert waiting() == before
    assert present()[customers[0]]["revenue_12m"] == 0
    assert drain(commit) == before
    assert waiting() == 0
    assert present()[customers[0]]["revenue_12m"] == 777


def test_two_drains_at_once(customers):
    import frappe

    from relationship_crm.assessment import outbox

    full_pass()
    for name in customers:
        outbox.mark(frappe.get_doc("Customer", name), "Customer", name, None, "changed")
    commit()
    found = [worker.result()[0] for worker in [Worker("drain_once"), Worker("drain_once")]]
    rest = waiting()
    assert sum(found) + rest == len(customers) and rest == 0


def test_a_drain_waits_for_no_sale_under_way(customers):
    """An event of a sale that is not committed yet neither holds up a drain nor is held up by one."""
    import frappe

    from relationship_crm.assessment import outbox

    full_pass()
    for name in customers:
        outbox.mark(frappe.get_doc("Customer", name), "Customer", name, None, "changed")
    commit()
    frappe.db.sql("set innodb_lock_wait_timeout = 2")
    outbox.mark(frappe.get_doc("Customer", customers[0]), "Customer", customers[0], None, "changed")
    started = time.monotonic()
    assert Worker("drain_once").result() == [len(customers)]
    assert time.monotonic() - started < 20
    outbox.mark(frappe.get_doc("Customer", customers[1]), "Customer", customers[1], None, "changed")
    commit()
    assert waiting() == 2


def test_an_old_view_overwrites_nothing_newer(customers):
    """A transaction that began before a sale and its drain does not put back what it sees."""
    import frappe

    from relationship_crm.assessment.run import assess_party

    full_pass()
    assert present()[customers[0]]["revenue_12m"] == 0  # the view of this transaction from now on
    Worker("sell", 0, 1).result()
    assert Worker("drain_once").result()[0] > 0
    assert assess_party("Customer", customers[0]).parties == 0
    frappe.db.commit()
    assert assess_party("Customer", customers[0]).parties == 1
    frappe.db.commit()
    assert present()[customers[0]]["revenue_12m"] == 100


if __name__ == "__main__":
    work(*sys.argv[1:])
