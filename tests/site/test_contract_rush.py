"""Many people use the same contract line at once: what it includes is given away once, and the others are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import contracting
import erp
import frappe
import pytest
from committed import customers_of, fresh, keep, remove_customers, remove_where
from contracting import HOURS, line
from workers import at_once

from relationship_crm.contracts import ledger, recompute, terms
from relationship_crm.contracts.deciding import Changed, Refused
from relationship_crm.contracts.fields import CHOICE, CHOSEN, LINE

pytestmark = pytest.mark.committed

PREFIX = "RCRM Hasty"
DATES = {"start_date": "2024-01-15", "end_date": "2025-01-14"}
WORKERS, EACH, INCLUDED = 8, 25, 100
FEW = 4
GRANTED, TOLD = "granted", "told"


# what the processes do


def submit(names: list[str], strict: bool = False) -> dict[str, tuple[str, int]]:
    """Submit timesheets as requests do, each in a transaction of its own: what became of each, and how often it had to be
    tried again. `strict`: as MariaDB from 11.6 on reads."""
    if strict:
        frappe.db.sql("set session innodb_snapshot_isolation = on")
    return {name: attempt(name) for name in names}


def attempt(name: str) -> tuple[str, int]:
    """Submit one; after a deadlock, or where somebody else was faster, once more, as a person would."""
    for again in range(50):
        try:
            frappe.get_doc("Timesheet", name).submit()
            frappe.db.commit()
            return GRANTED, again
        except Refused as refusal:
            frappe.db.rollback()
            assert "Only 0 Hour are left, 1 Hour were asked for" in str(refusal), str(refusal)
            return TOLD, again
        except (frappe.QueryDeadlockError, frappe.QueryTimeoutError, Changed):
            frappe.db.rollback()
    raise AssertionError(f"{name} was tried in vain")


# before and after


@pytest.fixture
def customer(house) -> Iterator[str]:
    sweep()
    name = erp.customer(f"{PREFIX} Acme")
    keep()
    yield name
    sweep()


def sweep() -> None:
    fresh()
    for name in customers_of(PREFIX):
        remove_where("Timesheet", customer=name)
    remove_customers(customers_of(PREFIX))
    keep()


def drafts(customer: str, count: int, row: dict[str, str] | None = None, **values: object) -> list[str]:
    """Timesheets of an hour each that nobody submitted yet."""
    made = [
        contracting.timesheet(
            customer, (f"2024-{1 + i % 11:02d}-20", 1, row or {}), submit=False, **values
        ).name
        for i in range(count)
    ]
    keep()
    return made


def rush(
    contracts: list[str], names: list[str], workers: int, strict: bool = False
) -> dict[str, tuple[str, int]]:
    """All processes at once, each with its share; every answer. Nobody's entry was overlooked: they are numbered in a row."""
    shares = at_once(*((submit, names[i::workers], strict) for i in range(workers)))
    answers = {name: tuple(answer) for share in shares for name, answer in share.items()}
    fresh()
    granted = sorted(name for name, (answer, _again) in answers.items() if answer == GRANTED)
    assert (
        frappe.get_all("Timesheet", {"name": ("in", names), "docstatus": 1}, pluck="name", order_by="name")
        == granted
    )
    promises = terms.of_contracts(contracts)
    rows = ledger.standing_on([promise.key for promise in promises])
    assert sorted(row.voucher_no for row in rows) == granted
    for promise in promises:
        numbers = sorted(row.name for row in rows if row.line_key == promise.key)
        assert numbers == [f"{promise.key}-{n:05d}" for n in range(1, len(numbers) + 1)]
    assert recompute.from_documents(promises).keys() == {("Timesheet", name) for name in granted}
    return answers


HOURS_THAT_STOP = line(HOURS, period="Contract", carry_over="None", overage="Stop")


def test_a_line_is_given_away_once(customer: str) -> None:
    contract = contracting.make_contract(customer, {**HOURS_THAT_STOP, "included_qty": INCLUDED}, **DATES)
    answers = rush([contract.name], drafts(customer, WORKERS * EACH), WORKERS)

    assert Counter(answer for answer, _again in answers.values()) == {
        GRANTED: INCLUDED,
        TOLD: WORKERS * EACH - INCLUDED,
    }
    assert contracting.table(contract) == [(INCLUDED, INCLUDED, 0)]
    assert contracting.table(contract, documents=True) == [(INCLUDED, INCLUDED, 0)]
    # one lock a line, taken in one order: nobody had to come back
    assert not any(again for _answer, again in answers.values())


def test_neighbouring_lines_do_not_hold_each_other(customer: str) -> None:
    lines = [{**HOURS_THAT_STOP, "line_title": f"Site {n}", "included_qty": 5} for n in range(FEW)]
    contract = contracting.make_contract(customer, *lines, **DATES)
    names = []
    for n in range(FEW * 5):
        # each process has a line of its own
        key = contract.lines[n % FEW].line_key
        names += drafts(customer, 1, **{CHOICE: CHOSEN}, row={LINE: key})
    answers = rush([contract.name], names, FEW)
    assert set(answers.values()) == {(GRANTED, 0)}


def test_where_the_database_shows_nothing_newer(customer: str) -> None:
    """MariaDB from 11.6 on refuses to lock a row that somebody changed since the transaction began: it is tried again."""
    contract = contracting.make_contract(customer, {**HOURS_THAT_STOP, "included_qty": 20}, **DATES)
    answers = rush([contract.name], drafts(customer, 40), FEW, strict=True)
    assert Counter(answer for answer, _again in answers.values()) == {GRANTED: 20, TOLD: 20}
    assert contracting.table(contract) == [(20, 20, 0)]
