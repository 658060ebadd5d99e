"""Service contracts at scale: 5,000 contracts with 500,000 entries of use. One balance, the report over everything, the night, one use; each beside what it cannot do without."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from common import arguments, connect, counted, ensure_company, median, show, timed

#: Issue 4, Done means 5.
BUDGET_BALANCE, BUDGET_REPORT = 0.010, 2.0
#: Reading a line, all lines, a voucher, and what was written lately.
READINGS = {
    "one line": "select posting_date, qty from `tabService Usage Entry` where line_key = %(key)s and is_cancelled = 0 order by posting_date",
    "all lines": "select line_key, count(*), group_concat(posting_date, qty) from `tabService Usage Entry` where is_cancelled = 0 group by line_key",
    "a voucher": "select name from `tabService Usage Entry` where voucher_no = %(voucher)s and voucher_type = 'Timesheet' and is_cancelled = 0",
    "the last hour": "select distinct line_key from `tabService Usage Entry` where creation >= date_sub(now(), interval 1 hour)",
}


def some(repeat: int, seed: int = 1) -> list[str]:
    """Contracts in force, in no order."""
    import frappe

    names = frappe.get_all("Service Contract", {"state": "Active"}, pluck="name", order_by="name")
    return random.Random(seed).sample(names, min(repeat + 1, len(names)))


def spread(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Median, the value 90 % stay below, and the most, in ms; the first call, which warms up, left out."""
    found = sorted(1000 * s for s in seconds[1:])
    return median(found), found[int(len(found) * 0.9)], found[-1]


def indices() -> None:
    """How the ledger is read: the database's own plan."""
    import frappe

    key = frappe.db.sql("select line_key, voucher_no from `tabService Usage Entry` limit 1")[0]
    rows: list[tuple] = [("", "index", "rows looked at", "")]
    for name, sql in READINGS.items():
        plan = frappe.db.sql(f"explain {sql}", {"key": key[0], "voucher": key[1]}, as_dict=True)[0]
        rows.append((name, plan.key or "none", int(plan.rows or 0), plan.Extra or ""))
    show("How the ledger is read", rows)


def balances(repeat: int) -> None:
    """Every line of one contract today, each time another contract."""
    import frappe
    from frappe.utils import getdate

    from relationship_crm.contracts import portal, terms, usage

    today, names = getdate(), some(repeat)

    def entries(name: str) -> Any:
        entry = frappe.qb.DocType("Service Usage Entry")
        query = frappe.qb.from_(entry).select(entry.line_key, entry.posting_date, entry.qty)
        keys = [f"{name}/{n}" for n in (1, 2, 3)]
        return query.where(entry.line_key.isin(keys) & (entry.is_cancelled == 0)).run()

    def page(name: str) -> Any:
        return portal.contract(name, [frappe.db.get_value("Service Contract", name, "customer")])

    work: dict[str, Callable[[str], Any]] = {
        "balance": lambda name: usage.balance_of(terms.of_contracts([name]), today),
        "floor: its entries read": entries,
        "the portal's page, with every entry": page,
    }
    rows: list[tuple] = [("ms", "median", "90 % below", "most", "statements")]
    for title, call in work.items():
        seconds = [timed(partial(call, name))[0] for name in names]
        rows.append((title, *spread(seconds), counted(partial(call, names[0]))[0]))
    rows.append(("budget", 1000 * BUDGET_BALANCE, "", "", ""))
    show(f"Balance of one contract, {len(names) - 1} different ones", rows)


def reports(repeat: int) -> None:
    """Contracted and Delivered over everything, in its views, and as the desk calls it."""
    import frappe
    from frappe.desk.query_report import run

    from relationship_crm.contracts import terms
    from relationship_crm.relationship_crm.report.contracted_and_delivered.contracted_and_delivered import (
        execute,
    )

    name = "Contracted and Delivered"
    views: dict[str, dict[str, str]] = {
        "lines in force": {"view": "Line"},
        "all lines that ever were": {"view": "Line", "state": "Any"},
        "by contract": {"view": "Contract", "state": "Any"},
        "by customer, since the start": {"view": "Customer", "figures": "Since the Start", "state": "Any"},
    }
    rows: list[tuple] = [("", "s", "rows", "statements")]
    for title, filters in views.items():
        seconds, found = zip(*(timed(lambda f=filters: execute(f)) for _ in range(repeat)), strict=True)
        rows.append((title, median(seconds), len(found[0][1]), counted(lambda f=filters: execute(f))[0]))
    desk = [timed(lambda: run(name, {"view": "Line"}, ignore_prepared_report=True))[0] for _ in range(repeat)]
    rows.append(("lines in force, with all the desk does around it", median(desk), "", ""))
    gathered = [timed(lambda: frappe.db.sql(READINGS["all lines"]))[0] for _ in range(repeat)]
    plain = READINGS["all lines"].replace("count(*), group_concat(posting_date, qty)", "posting_date, qty")
    plain = plain.replace(" group by line_key", "")
    read = [timed(lambda: frappe.db.sql(plain))[0] for _ in range(repeat)]
    lines = [timed(terms.read)[0] for _ in range(repeat)]
    rows.append(("floor: all entries read, a text a line", median(gathered), "", ""))
    rows.append(("floor: all entries read, a row an entry", median(read), "", ""))
    rows.append(("floor: the terms of all lines read", median(lines), "", ""))
    rows.append(("budget", BUDGET_REPORT, "", ""))
    show(f"{name} over everything, median of {repeat}", rows)


def nights(sizes: Sequence[int], entries: int) -> None:
    """States and warnings: statements by number of contracts."""
    import contract_book
    import frappe
    from frappe.utils import add_days, getdate

    from relationship_crm.contracts import lifecycle, warnings

    rows: list[tuple] = [
        ("contracts", "states s", "statements", "warnings s", "statements", "lines above 80 %")
    ]
    today, real = getdate(), warnings.news
    found: list[int] = []

    def news(standing: Any) -> list:
        """What would be told, without telling it."""
        found.append(len(real(standing)))
        return []

    warnings.has_outgoing_account, warnings.news = (lambda: True), news
    for size in sizes:
        contract_book.write(size, size * entries)
        frappe.db.sql("update `tabService Contract` set warn_manager = 1, account_manager = null")
        lifecycle.roll_states(add_days(today, 40))  # so that there is something to roll
        frappe.db.commit()
        seconds, (states, _none) = timed(partial(counted, partial(lifecycle.roll_states, today)))
        frappe.db.commit()
        look = partial(warnings.of_everybody, frappe.db.commit, today)
        look()
        looked, (statements, _mails) = timed(partial(counted, look))
        rows.append((f"{size:,}", seconds, states, looked, statements, found[-1]))
    warnings.news = real
    show("The night by number of contracts", rows)


def uses(repeat: int) -> None:
    """One voucher more, written to the ledger and committed; its cancellation."""
    import frappe
    from frappe.utils import getdate

    from relationship_crm.contracts import ledger
    from relationship_crm.contracts.uses import Use

    today, names = getdate(), some(repeat)

    def use(name: str, quantities: Sequence[float]) -> int:
        rows = [Use(f"{name}/1", today, qty) for qty in quantities]
        return ledger.sync("Timesheet", f"RB-NEW-{name}", rows)

    def floor(name: str, day: date = today) -> None:
        line = frappe.qb.DocType("Service Contract Line")
        frappe.qb.from_(line).select(line.name).where(line.line_key == f"{name}/1").for_update().run()
        frappe.db.sql(READINGS["one line"], {"key": f"{name}/1"})

    rows: list[tuple] = [("ms", "median", "90 % below", "most", "statements")]
    for title, call in (
        ("a use", lambda name: use(name, [0.5])),
        ("the same voucher again: nothing to do", lambda name: use(name, [0.5])),
        ("its cancellation", lambda name: use(name, [])),
        ("floor: the line locked, its entries read", floor),
    ):
        seconds, statements = [], []
        for name in names:
            took, (number, _rows) = timed(partial(counted, partial(call, name)))
            frappe.db.commit()
            seconds.append(took)
            statements.append(number)
        rows.append((title, *spread(seconds), int(median(statements))))
    show(f"A use of one line, {len(names) - 1} different ones", rows)
    frappe.db.delete("Service Usage Entry", {"voucher_no": ["like", "RB-NEW-%"]})
    frappe.db.commit()


def main() -> None:
    """Command line."""
    options = arguments(
        __doc__,
        contracts=(5_000, "contracts of three lines each"),
        entries=(500_000, "entries of use"),
        repeat=(5, "how often the report is taken"),
        single=(200, "contracts of which a balance is taken"),
        kept=(False, "measure the book that is there"),
    )
    connect(options.site)
    ensure_company()
    import contract_book

    if not options.kept:
        each = options.entries // options.contracts
        nights([options.contracts // 10, options.contracts], each)  # leaves the whole book
    indices()
    balances(options.single)
    reports(options.repeat)
    uses(options.single)
    if not options.kept:
        contract_book.wipe()


if __name__ == "__main__":
    main()
