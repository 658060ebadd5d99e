"""A book of service contracts in bulk: 5,000 contracts of three lines each, 500,000 entries of use.

One real contract is submitted as template (see `bulk`), the rest follows by INSERT … SELECT. A third of the contracts has
ended, some begin later. Hours run over and are charged; visits may not be exceeded, so they come once a month where twelve a
year are included; calls come in no order. Of a hundred entries two were cancelled and have their reversal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import frappe
import numpy as np
from bulk import ITEM, Bulk, ensure_item, same
from common import COMPANY, CURRENCY, PREFIX

LINES = (
    {
        "line_title": "Support hours",
        "counts": "Hours",
        "uom": "Hour",
        "included_qty": 30,
        "period": "Quarter",
        "carry_over": "Up To",
        "carry_limit": 10,
        "overage": "Bill",
        "overage_rate": 90,
        "price": 1200,
        "price_per": "Quarter",
        "billing_item": ITEM,
    },
    {"line_title": "Visits", "counts": "Visits", "included_qty": 12, "period": "Year", "overage": "Stop"},
    {
        "line_title": "Calls",
        "counts": "Incidents",
        "included_qty": 4,
        "period": "Month",
        "carry_over": "All",
        "overage": "Free",
    },
)
#: Made by this module, in the order in which it is taken away.
OURS = ("Service Usage Entry", "Service Contract Line", "Service Contract", "Customer")
#: Names of the customers with contracts; the other book's are left alone.
OWN = f"{PREFIX}K"
#: Of hundred entries that are no visits so many are calls.
CALLS = 25
#: Contracts of one customer on average.
CONTRACTS_EACH = 2.5


class ContractBook(Bulk):
    """Templates of a customer, a contract with its lines, and an entry."""

    def _sell(self) -> None:
        group = frappe.get_all("Customer Group", {"is_group": 0}, pluck="name", order_by="name")[0]
        territory = frappe.get_all("Territory", {"is_group": 0}, pluck="name", order_by="name")[0]
        customer = {"customer_name": "RB-Template", "customer_group": group, "territory": territory}
        customer = frappe.get_doc({"doctype": "Customer", **customer}).insert()
        self._grab("Customer", name=customer.name)
        contract = frappe.get_doc(
            {
                "doctype": "Service Contract",
                "customer": customer.name,
                "company": self.company,
                "currency": CURRENCY,
                "start_date": frappe.utils.add_months(frappe.utils.today(), -1),
                "end_date": frappe.utils.add_days(frappe.utils.add_months(frappe.utils.today(), 11), -1),
                "lines": [dict(line) for line in LINES],
            }
        ).insert()
        contract.submit()
        self._grab("Service Contract", name=contract.name)
        for number in (1, 2, 3):
            self._grab("Service Contract Line", parent=contract.name, idx=number)
            self.template[f"line {number}"] = self.template.pop("Service Contract Line")
        entry = frappe.get_doc(
            {
                "doctype": "Service Usage Entry",
                "contract": contract.name,
                "customer": customer.name,
                "company": self.company,
                "posting_date": frappe.utils.today(),
                "kind": "Use",
                "voucher_type": "Timesheet",
                "qty": 1,
            }
        ).insert()
        self._grab("Service Usage Entry", name=entry.name)

    def _talk(self) -> None:
        """No letters in this book."""

    def lines(self, number: int, **expressions: str) -> None:
        """The same line of every contract."""
        self.template["Service Contract Line"] = self.template[f"line {number}"]
        self.fill("Service Contract Line", "rb_contract", idx=str(number), **expressions)


class Draw:
    """What happens in the book, by chance."""

    def __init__(self, contracts: int, entries: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.customers = max(int(contracts / CONTRACTS_EACH), 1)
        today = np.datetime64("today", "D")
        self.today = today
        self.customer = rng.integers(0, self.customers, contracts)
        months = rng.choice([12, 24, 36], contracts, p=[0.6, 0.3, 0.1])
        begun = today - rng.integers(-20, 36 * 30, contracts)
        self.start = begun.astype("datetime64[M]").astype("datetime64[D]")
        self.end = (self.start.astype("datetime64[M]") + months).astype("datetime64[D]") - 1
        self.days = np.maximum((np.minimum(self.end, today) - self.start).astype(int), 0)
        self._visits(contracts)
        self._uses(rng, max(entries - len(self.visit_of), 0))

    def _visits(self, contracts: int) -> None:
        """One in each month that has begun."""
        number = self.days // 31
        self.visit_of = np.repeat(np.arange(contracts), number)
        nth = np.arange(len(self.visit_of)) - np.repeat(np.cumsum(number) - number, number)
        self.visit_day = self.start[self.visit_of] + 31 * nth + 9

    def _uses(self, rng: np.random.Generator, number: int) -> None:
        """Hours and calls, as many a day in every contract."""
        self.use_of = rng.choice(len(self.days), number, p=self.days / self.days.sum())
        self.use_day = self.start[self.use_of] + (rng.random(number) * (self.days[self.use_of] + 1)).astype(
            int
        )
        self.is_call = rng.random(number) < CALLS / 100
        self.hours = rng.choice([0.5, 1, 1.5, 2, 4], number)
        self.cancelled = rng.random(number) < 0.02


def write(contracts: int, entries: int, seed: int = 1) -> None:
    """Put the book on the site in place of the one before."""
    wipe()
    ensure_item()
    bulk = ContractBook(COMPANY)
    draw = Draw(contracts, entries, seed)
    _contracts(bulk, draw)
    _entries(bulk, draw)
    for doctype in OURS:
        frappe.db.sql(f"analyze table `tab{doctype}`")
    frappe.db.commit()


def wipe() -> None:
    """Take the book away."""
    for doctype in OURS[:-1]:
        frappe.db.sql_ddl(f"truncate table `tab{doctype}`")
    frappe.db.delete("Customer", {"name": ["like", f"{OWN}%"]})
    frappe.db.commit()


def _contracts(bulk: ContractBook, draw: Draw) -> None:
    customer = "concat('RB-KC-', lpad(c, 6, '0'))"
    bulk.stage("rb_customer", {"c": "int primary key"}, [(c,) for c in range(draw.customers)])
    bulk.fill("Customer", "rb_customer", name=customer, customer_name="concat('Customer ', c)")
    bulk.stage(
        "rb_contract",
        {"n": "int primary key", "c": "int", "start": "date", "end": "date"},
        zip(
            *(range(len(draw.start)), draw.customer.tolist()),
            *(draw.start.astype(str).tolist(), draw.end.astype(str).tolist()),
            strict=True,
        ),
    )
    name = "concat('RB-SC-', lpad(n, 6, '0'))"
    state = (
        "case when `end` < curdate() then 'Expired' when start > curdate() then 'Waiting' else 'Active' end"
    )
    title = "concat('Customer ', c)"
    bulk.fill(
        "Service Contract",
        "rb_contract",
        **{"name": name, "customer": customer, "customer_name": title, "title": title},
        **same(("creation", "modified"), "timestamp(least(start, curdate()))"),
        **{"start_date": "start", "end_date": "`end`", "state": state, "notice_date": "subdate(`end`, 90)"},
    )
    for number in (1, 2, 3):
        key = f"concat({name}, '/{number}')"
        bulk.lines(number, name=f"concat({name}, '-{number}')", parent=name, line_key=key)


def _entries(bulk: ContractBook, draw: Draw) -> None:
    uses, visits = len(draw.use_of), len(draw.visit_of)
    contract = np.concatenate((draw.use_of, draw.visit_of))
    day = np.concatenate((draw.use_day, draw.visit_day))
    line = np.concatenate((np.where(draw.is_call, 3, 1), np.full(visits, 2)))
    quantity = np.concatenate((np.where(draw.is_call, 1, draw.hours), np.ones(visits)))
    cancelled = np.concatenate((draw.cancelled, np.zeros(visits, dtype=bool)))
    # the ledger numbers the entries of a line as they are written, reversals after the rest here
    key = contract * len(LINES) + line - 1
    number, written = _numbered(key, day, len(draw.start) * len(LINES))
    again, reversals = _numbered(key[cancelled], day[cancelled], len(draw.start) * len(LINES))
    back = np.zeros(uses + visits, dtype=int)
    back[cancelled] = written[key[cancelled]] + again
    columns = {
        **{"e": "int primary key", "n": "int", "line": "int", "day": "date", "qty": "double"},
        **{"cancelled": "int", "number": "int", "back": "int"},
    }
    rows = (contract, line, day.astype(str), quantity, cancelled.astype(int), number, back)
    bulk.stage(
        "rb_entry",
        columns,
        zip(range(uses + visits), *(values.tolist() for values in rows), strict=True),
    )
    name = "concat('RB-SC-', lpad(n, 6, '0'), '/', line, '-', lpad(number, 5, '0'))"
    shared = {
        **same(("creation", "modified"), "timestamp(day, '18:00:00')"),
        **{
            "contract": "concat('RB-SC-', lpad(n, 6, '0'))",
            "posting_date": "day",
            "is_cancelled": "cancelled",
        },
        **{"line_key": "concat('RB-SC-', lpad(n, 6, '0'), '/', line)"},
        **{
            "customer": "concat('RB-KC-', lpad(c, 6, '0'))",
            "voucher_no": "concat('RB-V-', lpad(e div 2, 8, '0'))",
        },
        "line_title": "elt(line, 'Support hours', 'Visits', 'Calls')",
        "uom": "elt(line, 'Hour', null, null)",
        "voucher_type": "elt(line, 'Timesheet', 'Maintenance Visit', 'Issue')",
    }
    source = "rb_entry join rb_contract using (n)"
    bulk.fill("Service Usage Entry", source, **shared, name=name, qty="qty", kind="'Use'")
    reversal = {
        "name": name.replace("number", "back"),
        "qty": "-qty",
        "kind": "'Reversal'",
        "reversal_of": name,
    }
    bulk.fill("Service Usage Entry", f"{source} where cancelled", **shared, **reversal)
    counts = enumerate((written + reversals).tolist())
    bulk.stage("rb_written", {"line_key": "varchar(140) primary key", "entries": "int"}, _written(counts))
    frappe.db.sql(
        """update `tabService Contract Line` l join rb_written w on w.line_key = l.line_key collate utf8mb4_unicode_ci
        set l.entries = w.entries"""
    )


def _numbered(key: np.ndarray, day: np.ndarray, keys: int) -> tuple[np.ndarray, np.ndarray]:
    """The number of each entry within its line, by day from 1; how many each line has."""
    order = np.lexsort((day, key))
    counts = np.bincount(key, minlength=keys)
    number = np.empty(len(key), dtype=int)
    number[order] = np.arange(len(key)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    return number, counts


def _written(counts: Iterable[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    for key, count in counts:
        contract, line = divmod(key, len(LINES))
        yield f"RB-SC-{contract:06d}/{line + 1}", count
