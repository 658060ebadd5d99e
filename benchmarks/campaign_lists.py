"""A target list of 50,000 people: built, and frozen with a control group; killed on the way, then by two workers at once.

Beside it: each table that building needs read once, row by row, of those that are on the list. Building reads long results in one
text (`ledger/gathered.py`), so it may take less.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bulk import ensure_item
from common import PREFIX, arguments, connect, counted, ensure_company, median, show, timed
from surveys import ASKED, forget_customers, write_customers

#: Seconds that building a list may take.
BUDGET = 3.0
LIST, CAMPAIGN, MEMBER = "Campaign Target List", "Relationship Campaign", "Campaign Member"
LISTED = f"{PREFIX}Everybody who buys"
#: Invoices of each customer.
INVOICES = 2
STAGE = "Kotler-Repeat Buyer"
FLOOR = (
    (
        "Customer",
        "name, customer_name, customer_group, territory, account_manager, email_id, disabled",
        "name",
    ),
    ("Relationship", "party_type, party, stage, stage_name, rung", "party"),
    ("Dynamic Link", "link_doctype, link_name, parenttype, parent", "link_name"),
    ("Contact", "name, first_name, last_name, email_id, mobile_no, unsubscribed, is_primary_contact", "name"),
    ("Sales Invoice", "customer, posting_date, base_net_total", "customer"),
)


def write_business(names: list[str]) -> None:
    """A relationship and some invoices of each customer, as rows."""
    import frappe
    from frappe.utils import add_days, today

    from relationship_crm.assessment.bulk import write_rows

    company, item = ensure_company(), ensure_item()
    write_rows(
        "Relationship",
        (
            *("name", "party_type", "party", "customer", "party_title", "stage", "stage_name", "rung"),
            *("satisfaction", "satisfaction_confidence"),
        ),
        [(f"{n}-R", "Customer", n, n, n, STAGE, "Repeat Buyer", 4, i % 100, 50) for i, n in enumerate(names)],
    )
    sold = [
        (f"{n}-{k}", n, company, add_days(today(), -((i * 7 + k * 91) % 700)), 100.0 + i % 900)
        for i, n in enumerate(names)
        for k in range(INVOICES)
    ]
    write_rows(
        "Sales Invoice",
        ("name", "customer", "company", "posting_date", "base_net_total", "is_opening"),
        [(*row, "No") for row in sold],
    )
    write_rows(
        "Sales Invoice Item",
        ("name", "parent", "parenttype", "parentfield", "item_code", "stock_qty", "base_net_amount"),
        [(f"{row[0]}-I", row[0], "Sales Invoice", "items", item, 1, row[4]) for row in sold],
    )
    frappe.db.sql("update `tabSales Invoice` set docstatus = 1 where name like %s", f"{ASKED}%")
    frappe.db.commit()


def forget() -> None:
    """As if nothing had been there."""
    import frappe

    for doctype in ("Relationship", "Sales Invoice Item", "Sales Invoice"):
        frappe.db.delete(doctype, {"name": ["like", f"{ASKED}%"]})
    for name in frappe.get_all(CAMPAIGN, {"title": ["like", f"{PREFIX}%"]}, pluck="name", order_by="name"):
        frappe.db.delete(MEMBER, {"campaign": name})
        frappe.delete_doc(CAMPAIGN, name, force=True)
    if frappe.db.exists(LIST, LISTED):
        frappe.delete_doc(LIST, LISTED, force=True)
    frappe.db.commit()
    forget_customers()


def new_list() -> Any:
    """Everybody, found by four rules: stage, score, revenue, item."""
    import frappe

    rules = (
        {"criterion": "Stage", "operator": "is", "reference": STAGE},
        {"criterion": "Score", "operator": "at least", "choice": "satisfaction", "amount": 1},
        {"criterion": "Revenue", "operator": "at least", "amount": 1},
        {"criterion": "Bought Item", "operator": "is", "reference": ensure_item()},
    )
    rows = [{"effect": "Include", "alternative": 1, **rule} for rule in rules]
    doc = {"doctype": LIST, "list_name": LISTED, "kind": "Dynamic", "customers": 1, "rules": rows}
    return frappe.get_doc(doc).insert()


def new_campaign() -> str:
    """A campaign over the list that leaves out a fifth."""
    import frappe
    from frappe.utils import add_days, today

    doc = frappe.get_doc(
        {
            "doctype": CAMPAIGN,
            "title": f"{PREFIX}Campaign",
            "kind": "Retention",
            "company": ensure_company(),
            "start_date": today(),
            "end_date": add_days(today(), 30),
            "lists": [{"target_list": LISTED, "effect": "Include"}],
        }
    ).insert()
    frappe.db.commit()
    return doc.name


def floor(names: list[str]) -> list[tuple]:
    """Seconds of reading each table once, of these customers."""
    import frappe

    rows = []
    for doctype, columns, where in FLOOR:
        wanted = tuple(names) if doctype != "Contact" else tuple(f"{name}-C" for name in names)
        sql = f"select {columns} from `tab{doctype}` where {where} in %s"  # our own words
        rows.append((doctype, timed(lambda sql=sql, wanted=wanted: frappe.db.sql(sql, (wanted,)))[0]))
    return rows


def build(doc: Any, repeat: int) -> tuple[float, int, int]:
    """Seconds to build the list with its people, statements, and people."""
    from relationship_crm.campaigns import listing

    def work() -> int:
        return len(listing.of_list(doc)[0])

    work()  # what is cached once
    statements, people = counted(work)
    return median([timed(work)[0] for _ in range(repeat)]), statements, people


class Worker:
    """A job that freezes, in a process of its own."""

    def __init__(self, site: str, name: str) -> None:
        command = [sys.executable, __file__, "--site", site, "--freeze", name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def result(self) -> float:
        """Seconds it took."""
        out, _error = self.process.communicate()
        if self.process.returncode:
            sys.exit("freezing failed")
        return json.loads(out.splitlines()[-1])


def frozen(name: str) -> tuple[int, int, str]:
    """Members, distinct people among them, and what the campaign says."""
    import frappe

    frappe.db.rollback()
    rows, distinct = frappe.db.sql(
        f"select count(*), count(distinct person_key) from `tab{MEMBER}` where campaign = %s", name
    )[0]
    return rows, distinct, frappe.db.get_value(CAMPAIGN, name, "members_status")


def freezing(site: str) -> list[tuple]:
    """Freezing alone, killed and begun again, and twice at once."""
    rows: list[tuple] = [("", "members", "people", "says", "s")]
    name = new_campaign()
    took = Worker(site, name).result()
    rows.append(("one worker", *frozen(name), took))
    name, started = new_campaign(), time.perf_counter()
    killed = Worker(site, name)
    wait_until(lambda: frozen(name)[2] == "Running", killed)
    time.sleep(took / 2)
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.communicate()
    rows.append(("killed half way", *frozen(name), time.perf_counter() - started))
    took = Worker(site, name).result()
    rows.append(("begun again", *frozen(name), took))
    name = new_campaign()
    both = [Worker(site, name) for _ in range(2)]
    seconds = max(worker.result() for worker in both)
    rows.append(("two workers at once", *frozen(name), seconds))
    return rows


def wait_until(condition: Callable[[], bool], worker: Worker) -> None:
    """Until others' commits make something true."""
    while not condition():
        if worker.process.poll() is not None:
            sys.exit("the worker ended before it was killed")
        time.sleep(0.02)


def run_here(name: str) -> None:
    """What a worker does."""
    from relationship_crm.campaigns import freezing

    print(json.dumps(timed(lambda: freezing.execute(name))[0]), flush=True)


def measure(site: str, customers: int, repeat: int) -> None:
    """All of it."""
    forget()
    write_customers(customers)
    names = [f"{ASKED}{i:06d}" for i in range(customers)]
    write_business(names)
    reads = floor(names)
    seconds, statements, people = build(new_list(), repeat)
    show(
        f"A target list over {customers:,} customers",
        [
            ("", "s", "statements", "people"),
            *((f"rows of {doctype}", took, 1, "") for doctype, took in reads),
            ("rows together", sum(took for _doctype, took in reads), len(reads), ""),
            (f"list with its people, median of {repeat}", seconds, statements, people),
            ("budget", BUDGET, "", ""),
        ],
    )
    show(f"Freezing {customers:,} people", freezing(site))
    forget()


if __name__ == "__main__":
    options = arguments(
        __doc__,
        customers=(50_000, "customers on the list"),
        repeat=(3, "measurements of building"),
        freeze=("", "freeze this campaign; for the workers"),
    )
    connect(options.site)
    if options.freeze:
        run_here(options.freeze)
    else:
        measure(options.site, options.customers, options.repeat)
