"""A contract through its life by real documents: what the ledger says, what the documents alone say, and what hand work says.

20 hours a quarter of which up to 10 are carried over, 4 visits a year, 100 pieces, 6 incidents; 15 January 2024 to 14 January 2025.
"""

from __future__ import annotations

from typing import Any

import contracting
import erp
import frappe
import pytest
from contracting import HOURS, INCIDENTS, PIECES, VISITS, line, refused

from relationship_crm.contracts import ledger, recompute, terms, usage
from relationship_crm.contracts.fields import CHOICE, CHOSEN, CONTRACT, LINE, NONE

DATES = {"start_date": "2024-01-15", "end_date": "2025-01-14"}
#: Positions of the lines.
H, V, P, N = range(4)
#: What the lines say at the beginning: (available, used, beyond) by period.
UNUSED = {
    H: [(20, 0, 0), (30, 0, 0), (30, 0, 0), (30, 0, 0)],
    V: [(4, 0, 0)],
    P: [(100, 0, 0)],
    N: [(6, 0, 0)],
}


class Play:
    """The contract, and what it should say after every step."""

    def __init__(self) -> None:
        self.customer = erp.customer("Acme Service")
        rows = (line(HOURS), line(VISITS), line(PIECES, overage="Stop"), line(INCIDENTS))
        self.contract = contracting.make_contract(self.customer, *rows, **DATES)
        self.expected: dict[int, list[tuple[float, float, float]]] = dict(UNUSED)

    def says(self, changed: dict[int, list[tuple[float, float, float]]] | None = None) -> None:
        """After a step: what changed as worked out by hand; ledger and documents say just that."""
        self.expected |= changed or {}
        for at, hand in self.expected.items():
            assert contracting.table(self.contract, at) == hand
            assert contracting.table(self.contract, at, documents=True) == hand
        promises = terms.of_contracts([self.contract.name])
        assert standing(promises) == {
            (voucher, *use.same)
            for voucher, found in recompute.from_documents(promises).items()
            for use in found
        }
        assert not below_zero(promises)
        assert recompute.repost(self.contract.name) == 0


def standing(promises: list[terms.Promise]) -> set[tuple]:
    """Entries of the ledger that stand, by voucher."""
    rows = ledger.standing_on([promise.key for promise in promises])
    return {((row.voucher_type, row.voucher_no), *ledger.of_entry(row).same) for row in rows}


def below_zero(promises: list[terms.Promise]) -> list[str]:
    """Lines with Stop of which more was used than there was."""
    found = usage.book(promises)
    over = zip(promises, found.overage, strict=True)
    return [promise.key for promise, beyond in over if promise.rule.value == "Stop" and beyond > 0]


@pytest.fixture
def play() -> Play:
    return Play()


def named(doc: Any) -> tuple[str | None, str | None]:
    return doc.get(CONTRACT), doc.get(LINE)


def test_a_year_of_the_contract(play: Play) -> None:
    acme = play.customer
    play.says()

    # the documentation's example: 12 + 3 hours, then 10 + 18, then 2
    first = contracting.timesheet(acme, ("2024-01-20", 12))
    play.says({H: [(20, 12, 0), (28, 0, 0), (30, 0, 0), (30, 0, 0)]})
    contracting.timesheet(acme, ("2024-03-10", 3))
    play.says({H: [(20, 15, 0), (25, 0, 0), (30, 0, 0), (30, 0, 0)]})
    spring = contracting.timesheet(acme, ("2024-05-02", 10), ("2024-06-20", 18))
    play.says({H: [(20, 15, 0), (25, 28, 3), (20, 0, 0), (30, 0, 0)]})
    summer = contracting.timesheet(acme, ("2024-08-04", 2))
    play.says({H: [(20, 15, 0), (25, 28, 3), (20, 2, 0), (30, 0, 0)]})

    # visits, an issue, a claim, goods
    contracting.visit(acme, "2024-02-05")
    play.says({V: [(4, 1, 0)]})
    issue = contracting.issue(acme, "2024-02-10")
    play.says({N: [(6, 1, 0)]})
    claim = contracting.claim(acme, "2024-03-11")
    play.says({N: [(6, 2, 0)]})
    goods = contracting.goods(acme, "2024-03-01", (erp.WIDGET, 40, 5), (erp.GADGET, 2, 5))
    assert [row.get(LINE) for row in goods.items] == [play.contract.lines[P].line_key, None]
    play.says({P: [(100, 40, 0)]})

    # 4 hours more in the quarter that is over: 1 of them is carried on instead of 5, and the second quarter pays for it
    late = contracting.timesheet(acme, ("2024-04-12", 4))
    play.says({H: [(20, 19, 0), (21, 28, 7), (20, 2, 0), (30, 0, 0)]})
    late.cancel()
    play.says({H: [(20, 15, 0), (25, 28, 3), (20, 2, 0), (30, 0, 0)]})

    # 15 pieces come back, 75 are left: 80 are refused, 75 go; then the return cannot be undone before there is room again
    back = contracting.goods_back(goods, "2024-06-01", 15)
    play.says({P: [(100, 25, 0)]})
    with refused("Only 75 Nos are left, 80 Nos were asked for"):
        contracting.goods(acme, "2024-06-02", (erp.WIDGET, 80, 5))
    more = contracting.goods(acme, "2024-06-02", (erp.WIDGET, 75, 5))
    play.says({P: [(100, 100, 0)]})
    with refused("Only 0 Nos are left, 15 Nos were asked for"):
        frappe.get_doc("Delivery Note", back.name).cancel()
    play.says()
    erp.cancel("Delivery Note", more.name)
    play.says({P: [(100, 25, 0)]})
    erp.cancel("Delivery Note", back.name)
    play.says({P: [(100, 40, 0)]})

    # the timesheet of spring is amended: 16 hours instead of 18
    spring = erp.cancel("Timesheet", spring.name)
    play.says({H: [(20, 15, 0), (25, 0, 0), (30, 2, 0), (30, 0, 0)]})
    again = frappe.copy_doc(spring)
    again.update({"amended_from": spring.name, "docstatus": 0})
    again.time_logs[1].hours, again.time_logs[1].to_time = 16, None
    again.insert().submit()
    play.says({H: [(20, 15, 0), (25, 26, 1), (20, 2, 0), (30, 0, 0)]})

    # a contract for the other site: the hours of summer belong there
    other = contracting.make_contract(acme, line(HOURS, line_title="Other site"), **DATES)
    move(summer, other.lines[0].line_key)
    play.says({H: [(20, 15, 0), (25, 26, 1), (20, 0, 0), (30, 0, 0)]})
    assert contracting.table(other) == [(20, 0, 0), (30, 0, 0), (30, 2, 0), (30, 0, 0)]
    assert frappe.db.get_value("Timesheet", summer.name, CONTRACT) == other.name

    # no incidents after all
    issue.reload()
    issue.update({CHOICE: NONE}).save()
    play.says({N: [(6, 1, 0)]})
    assert named(issue) == (None, None)
    claim.reload()
    claim.update({"status": "Cancelled"}).save()
    play.says({N: [(6, 0, 0)]})
    issue.update({CHOICE: None}).save()
    play.says({N: [(6, 1, 0)]})
    issue.delete()
    play.says({N: [(6, 0, 0)]})

    # amended from 1 March: 46 days at 20 hours and 45 at 30 are 2,270/91 = 24.945055 in the first quarter; 9.945055 of them
    # are carried over; of the second quarter's 13.945055 that are left 10 go on
    play.contract = contracting.amend(
        play.contract, lambda doc: doc.lines[H].update({"included_qty": 30}), changes_from="2024-03-01"
    )
    play.says({H: [(24.945055, 15, 0), (39.945055, 26, 0), (40, 0, 0), (40, 0, 0)]})
    assert frappe.db.get_value("Timesheet", first.name, CONTRACT) == play.contract.name
    first.reload()
    assert named(first.time_logs[0]) == (play.contract.name, play.contract.lines[H].line_key)

    # what was used before is cancelled after
    erp.cancel("Timesheet", first.name)
    play.says({H: [(24.945055, 3, 0), (40, 26, 0), (40, 0, 0), (40, 0, 0)]})

    # by hand, and given back by hand
    contracting.adjustment(play.contract, V, "2024-07-01", 3)
    play.says({V: [(4, 4, 0)]})
    with refused("Only 0 Visits are left, 1 Visits were asked for"):
        contracting.visit(acme, "2024-08-01")
    given = contracting.adjustment(play.contract, V, "2024-07-02", -1)
    play.says({V: [(4, 3, 0)]})
    last = contracting.visit(acme, "2024-08-01")
    play.says({V: [(4, 4, 0)]})
    with refused("Only 0 Visits are left, 1 Visits were asked for"):
        erp.cancel("Service Usage Adjustment", given.name)
    erp.cancel("Maintenance Visit", last.name)
    erp.cancel("Service Usage Adjustment", given.name)
    play.says({V: [(4, 4, 0)]})

    # an invoice that delivers, and its credit note
    sold = erp.invoice(acme, "2024-09-01", [(erp.WIDGET, 10, 9)], update_stock=1)
    play.says({P: [(100, 50, 0)]})
    erp.credit_note(sold, "2024-09-20", 4)
    play.says({P: [(100, 46, 0)]})


def move(doc: Any, key: str) -> None:
    """Somebody chooses another line on a submitted document."""
    doc.reload()
    for row in doc.time_logs:
        row.set(LINE, key)
    doc.set(CHOICE, CHOSEN)
    doc.save()
