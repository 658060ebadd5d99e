"""The cost of assessments: one party, everybody, the first history; statements by number of customers; the floor."""

from __future__ import annotations

import cProfile
import pstats
import random
from typing import Any

from book import write_book
from common import arguments, connect, counted, forget_assessments, median, show, timed

#: Issue 2, Done means 6.
BUDGET_PARTY, BUDGET_PASS = 0.030, 10.0
#: What a pass cannot do without: every table it reads, read once and grouped by customer.
FLOOR = {
    "Sales Invoice": "select customer, count(*), sum(base_net_total), max(posting_date), min(posting_date) from `tabSales Invoice` where docstatus = 1 group by customer",
    "Sales Invoice Item": """select s.customer, count(*), sum(i.base_net_amount), max(s.posting_date), min(s.posting_date)
        from `tabSales Invoice Item` i join `tabSales Invoice` s on s.name = i.parent where s.docstatus = 1 group by s.customer""",
    "Sales Order": "select customer, count(*), sum(base_net_total), max(transaction_date), min(transaction_date) from `tabSales Order` where docstatus = 1 group by customer",
    "Sales Order Item": """select o.customer, count(*), sum(i.base_net_amount), max(i.delivery_date), min(i.delivery_date)
        from `tabSales Order Item` i join `tabSales Order` o on o.name = i.parent where o.docstatus = 1 group by o.customer""",
    "Delivery Note": "select customer, count(*), sum(base_net_total), max(posting_date), min(posting_date) from `tabDelivery Note` where docstatus = 1 group by customer",
    "Delivery Note Item": """select d.customer, count(*), sum(i.base_net_amount), max(d.posting_date), min(d.posting_date)
        from `tabDelivery Note Item` i join `tabDelivery Note` d on d.name = i.parent where d.docstatus = 1 group by d.customer""",
    "Payment Ledger Entry": "select party, count(*), sum(amount), max(posting_date), min(posting_date) from `tabPayment Ledger Entry` where delinked = 0 group by party",
    "Issue": "select customer, count(*), sum(resolution_time), max(opening_date), min(opening_date) from `tabIssue` group by customer",
    "Communication": "select reference_name, count(*), sum(length(subject)), max(communication_date), min(communication_date) from `tabCommunication` group by reference_name",
}


def one_pass() -> tuple[float, float, int, int]:
    """A run over everybody as the scheduler makes it every night: seconds of reading, seconds in all, reads, history rows."""
    import frappe

    from relationship_crm.assessment import process, run
    from relationship_crm.assessment.everybody import assess_everybody

    seconds: list[float] = []

    def everybody(*args: Any, **more: Any) -> Any:
        took, assessment = timed(lambda: assess_everybody(*args, **more))
        seconds.append(took)
        return assessment

    name = process.create_run().name
    frappe.db.commit()
    run.assess_everybody = everybody
    try:
        total, _nothing = timed(lambda: process.execute(name))
    finally:
        run.assess_everybody = assess_everybody
    doc = frappe.get_doc(process.DOCTYPE, name)
    if doc.status != "Completed":
        raise SystemExit(f"the run failed: {doc.errors}")
    return seconds[0], total, doc.queries, doc.assessments_written


def full_passes(customers: int, repeat: int) -> None:
    """The first pass, which builds the history, and those that follow."""
    forget_assessments()
    read, total, _reads, written = one_pass()
    rows: list[tuple] = [("", "read and compute s", "write s", "all s")]
    rows.append((f"first pass, {written:,} history rows", read, total - read, total))
    found = [one_pass()[:2] for _ in range(repeat)]
    read, total = median([f[0] for f in found]), median([f[1] for f in found])
    rows.append((f"median of {repeat} passes after it", read, total - read, total))
    rows.append(("budget", "", "", BUDGET_PASS))
    show(f"Full pass over {customers:,} customers", rows)


def single_parties(repeat: int, seed: int = 1) -> None:
    """One party, written but not committed, each time another one."""
    import frappe

    from relationship_crm.assessment.run import assess_party

    names = frappe.get_all("Customer", pluck="name", order_by="name")
    chosen = random.Random(seed).sample(names, min(repeat + 1, len(names)))
    seconds, statements = [], []
    for name in chosen:
        seconds.append(timed(lambda n=name: assess_party("Customer", n))[0])
        frappe.db.commit()
    for name in chosen[:10]:
        statements.append(counted(lambda n=name: assess_party("Customer", n))[0])
        frappe.db.commit()
    seconds = sorted(1000 * s for s in seconds[1:])
    show(
        f"One party, {len(seconds)} different ones, ms",
        [
            ("median", "90 % below", "most", "statements", "budget"),
            (
                median(seconds),
                seconds[int(len(seconds) * 0.9)],
                seconds[-1],
                int(median(statements)),
                1000 * BUDGET_PARTY,
            ),
        ],
    )


def statements(sizes: list[int]) -> None:
    """Statements of a pass by number of customers: reads must be the same."""
    rows: list[tuple] = [
        ("customers", "reads", "other statements of a first pass", "of a second pass", "second pass s")
    ]
    for size in sizes:
        write_book(size, size * 10)
        first = counted(one_pass)
        seconds, second = timed(lambda: counted(one_pass))
        rows.append((f"{size:,}", second[1][2], first[0] - first[1][2], second[0] - second[1][2], seconds))
    show("Statements by number of customers", rows)


def floor(repeat: int) -> None:
    """Raw aggregates of the tables a pass reads."""
    import frappe

    rows, total = [], 0.0
    for doctype, sql in FLOOR.items():
        seconds = median([timed(lambda s=sql: frappe.db.sql(s))[0] for _ in range(repeat)])
        rows.append((doctype, seconds))
        total += seconds
    show("Floor: raw aggregates by customer, s", [*rows, ("all", total)])


def profile(what: str) -> None:
    """Where the time goes."""
    import frappe

    from relationship_crm.assessment.run import assess_party

    names = frappe.get_all("Customer", pluck="name", order_by="name", limit=60)
    profiler = cProfile.Profile()
    profiler.enable()
    if what == "pass":
        one_pass()
    else:
        for name in names:
            assess_party("Customer", name)
    profiler.disable()
    frappe.db.commit()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


def main() -> None:
    """Command line."""
    options = arguments(
        __doc__,
        customers=(10_000, "customers of the book, ten invoices each"),
        repeat=(3, "passes to take the median of"),
        parties=(100, "single parties"),
        keep=(False, "keep the book that is there: no statements by size"),
        profile=("", "pass or party: where the time goes, and nothing else"),
    )
    connect(options.site)
    if options.profile:
        profile(options.profile)
        return
    if not options.keep:
        statements([size for size in (100, 1_000) if size < options.customers] + [options.customers])
    full_passes(options.customers, options.repeat)
    single_parties(options.parties)
    floor(options.repeat)


if __name__ == "__main__":
    main()
