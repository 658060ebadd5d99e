"""In whatever order documents are submitted and cancelled: the ledger says what the documents say, and a line that stops is
never below zero at the close of a day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import contracting
import erp
import frappe
import numpy as np
import pytest
from contracting import HOURS, line
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from relationship_crm.contracts import ledger, recompute, terms, usage
from relationship_crm.contracts.deciding import Refused
from relationship_crm.contracts.terms import Promise

FIRST = date(2024, 1, 15)
DATES = {"start_date": "2024-01-15", "end_date": "2025-01-14"}
#: Few days and large quantities, in half hours, so that what is left is fought over.
DAYS = (0, 10, 80, 95, 170, 185, 290, 365)
STEPS = (
    *product(["timesheet"], DAYS, (4, 7, 12, 16, 20, 24)),
    *product(["adjustment"], DAYS, (-20, -9, -4, 5, 8, 13, 18, 24)),
    *product(["cancel"], range(40), [0]),
)
Row = tuple[str, str, date, float]


@pytest.fixture
def contract() -> Any:
    customer = erp.customer("Acme Orders")
    hours = line(HOURS, included_qty=10, carry_limit=5, overage="Stop")
    return contracting.make_contract(customer, hours, line(HOURS, included_qty=3, overage="Bill"), **DATES)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=6, max_size=12))
@example(steps=[("timesheet", 0, 20), ("adjustment", 0, -10), ("timesheet", 10, 10), ("cancel", 1, 0)])
@example(steps=[("timesheet", 0, 12), ("timesheet", 95, 20), ("timesheet", 95, 6), ("timesheet", 10, 6)])
def test_any_order_of_submitting_and_cancelling(contract: Any, steps: list[tuple[str, int, int]]) -> None:
    frappe.db.savepoint("example")
    try:
        play(contract, steps)
    finally:
        frappe.db.rollback(save_point="example")
        frappe.clear_messages()


def play(contract: Any, steps: list[tuple[str, int, int]]) -> None:
    (promise, other) = terms.of_contracts([contract.name])
    standing: list[tuple[Any, Row]] = []
    for kind, number, halves in steps:
        rows = [row for _doc, row in standing]
        if kind == "cancel":
            if not standing:
                continue
            doc, row = standing[number % len(standing)]
            after = [kept for kept in rows if kept is not row]
        else:
            day, qty = FIRST + timedelta(days=number), halves / 2
            doc, row = draft(contract, kind, day, qty), (f"{len(rows)}", promise.key, day, qty)
            after = [*rows, row]
        # taking back is always allowed, of a use as of its cancelling
        asks = (row[3] > 0) != (kind == "cancel")
        allowed = not asks or not sinks(promise, after)
        assert attempted(doc, kind == "cancel") == allowed, (kind, row, rows)
        if allowed:
            standing = [kept for kept in standing if kept[1] is not row]
            standing += [] if kind == "cancel" else [(doc, row)]
        assert not sinks(promise, [row for _doc, row in standing])
        agree(contract, promise, other, standing)


def draft(contract: Any, kind: str, day: date, qty: float) -> Any:
    """A document that asks for hours of the first line."""
    if kind == "timesheet":
        key = contract.lines[0].line_key
        return contracting.timesheet(
            contract.customer, (day, qty, {"relationship_contract_line": key}), submit=False
        )
    return contracting.adjustment(contract, 0, day, qty, submit=False)


def attempted(doc: Any, cancel: bool) -> bool:
    """Whether a document could be submitted or cancelled; of one that could not nothing stays."""
    frappe.db.savepoint("attempt")
    try:
        frappe.get_doc(doc.doctype, doc.name).cancel() if cancel else frappe.get_doc(
            doc.doctype, doc.name
        ).submit()
    except Refused:
        frappe.db.rollback(save_point="attempt")
        return False
    return True


def sinks(promise: Promise, rows: list[Row]) -> bool:
    """Whether a line is below zero at the close of some day."""
    found = usage.book([promise], sorted(rows, key=lambda row: (row[2], row[0])))
    closes = np.append(np.diff(found.usage.day) > 0, True) if len(rows) else np.zeros(0, dtype=bool)
    return bool((found.folded.running > found.folded.available[found.folded.period])[closes].any())


def agree(contract: Any, promise: Promise, other: Promise, standing: list[tuple[Any, Row]]) -> None:
    """Ledger, documents and what was played are the same; every entry that does not stand has its reversal."""
    rows = [row for _doc, row in standing]
    found = usage.book([promise], sorted(rows, key=lambda row: (row[2], row[0])))
    ledger_book = usage.book([promise, other])
    documents = recompute.book_from_documents([promise, other])
    for read in (ledger_book, documents):
        for values in ("available", "used"):
            expected = getattr(found.folded, values)
            assert getattr(read.folded, values)[: len(expected)].tolist() == expected.tolist()
    keys = [promise.key, other.key]
    vouchers = sorted((row.voucher_type, row.voucher_no) for row in ledger.standing_on(keys))
    assert vouchers == sorted((doc.doctype, doc.name) for doc, _row in standing)
    everything = frappe.get_all(
        "Service Usage Entry", {"line_key": ("in", keys)}, ["name", "qty", "is_cancelled", "reversal_of"]
    )
    undone = {row.reversal_of: row.qty for row in everything if row.reversal_of}
    for row in everything:
        reversed_, reversal = row.name in undone, bool(row.reversal_of)
        assert bool(row.is_cancelled) == (reversed_ or reversal)
        assert not reversed_ or undone[row.name] == -row.qty
