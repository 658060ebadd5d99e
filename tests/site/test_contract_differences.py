"""What is owed changes after it was charged: terminations, late documents, an index published late."""

from __future__ import annotations

import erp
import frappe
import pytest
from charging import billed, nights, quarterly, rows_of, standing, terminate
from contracting import FEE, HOURS, line, make_contract, timesheet
from house import fiscal_year


def test_terminated_inside_a_period_billed_in_advance() -> None:
    """Until 14 March the quarter costs 300 · 59/90 = 196.67: 103.33 are credited, against the invoice."""
    contract = quarterly("Ends Ltd")
    (invoice,) = billed(contract)
    terminate(contract, "2026-03-14")
    (credit,) = nights(contract, ["2026-03-01", "2026-03-02", "2026-04-15"])
    assert (credit.is_return, credit.return_against, rows_of(credit)) == (
        1,
        invoice.name,
        [(-1, 103.33, -103.33)],
    )
    row = credit.items[0]
    assert (str(row.service_start_date), str(row.service_end_date)) == ("2026-03-15", "2026-04-14")
    assert (row.sales_invoice_item, row.enable_deferred_revenue) == (invoice.items[0].name, 0)
    credit.submit()
    assert standing(contract) == {("2026-01-15", 300), ("2026-03-15", -103.33)}
    rows = frappe.get_all(
        "GL Entry",
        {
            "voucher_no": ("in", [invoice.name, credit.name]),
            "account": invoice.items[0].income_account,
            "is_cancelled": 0,
        },
        ["credit", "debit"],
    )
    assert sum(row.credit - row.debit for row in rows) == pytest.approx(196.67)


def test_a_second_credit_stands_alone() -> None:
    """ERPNext counts a row of one piece as returned by the first; two days earlier, another 6.67 are given back."""
    contract = quarterly("Ends Twice Ltd")
    (invoice,) = billed(contract)
    terminate(contract, "2026-03-14")
    (first,) = nights(contract, ["2026-03-01"])
    first.submit()
    terminate(contract, "2026-03-12")
    (second,) = nights(contract, ["2026-03-02"])
    assert (second.return_against, rows_of(second)) == (None, [(-1, 6.67, -6.67)])
    second.submit()
    assert nights(contract, ["2026-06-01"]) == []
    assert invoice.docstatus == 1


def test_a_draft_that_charges_too_much_waits_for_its_submission() -> None:
    contract = quarterly("Waits Ltd")
    (made,) = nights(contract, ["2026-01-15"])
    terminate(contract, "2026-03-14")
    assert nights(contract, ["2026-03-01"]) == []
    made.submit()
    assert [rows_of(doc) for doc in nights(contract, ["2026-03-02"])] == [[(-1, 103.33, -103.33)]]


def test_a_termination_that_is_withdrawn_is_charged_again() -> None:
    contract = quarterly("Stays Ltd")
    billed(contract)
    terminate(contract, "2026-03-14")
    (credit,) = nights(contract, ["2026-03-01"])
    credit.submit()
    frappe.db.set_value("Service Contract", contract.name, "terminated_per", None)
    (again,) = nights(contract, ["2026-03-05"])
    assert rows_of(again) == [(1, 103.33, 103.33)]
    assert (str(again.items[0].service_start_date), again.is_return) == ("2026-03-15", 0)


def test_a_late_entry_moves_overage_that_was_billed() -> None:
    """22 and 3 hours of 20 are 2 and 3 too many. 4 more, dated before both: all of the second, and 6 of the first, are.

    20 included: 4 covered, then 16 of 22 (6 over), then 3 over. 2 + 3 were billed, 9 are owed: 4 h, 360.00, with the next.
    """
    hours = line(HOURS, price=0, overage_rate=90)
    contract = make_contract(erp.customer("Moved Ltd"), hours, overage_period="Month")
    timesheet(contract.customer, ("2026-01-20", 22))
    timesheet(contract.customer, ("2026-02-20", 3))
    for doc in nights(contract, ["2026-02-15", "2026-03-15"]):
        doc.submit()
    late = timesheet(contract.customer, ("2026-01-16", 4))
    assert nights(contract, ["2026-03-16", "2026-04-14"]) == [], "it is collected with the next month"
    (difference,) = nights(contract, ["2026-04-15"])
    assert rows_of(difference) == [(4, 90, 360)]
    difference.submit()
    # the late entry was a mistake: what it had moved is given back, though nothing of it was charged itself
    late.cancel()
    (back,) = nights(contract, ["2026-05-15"])
    assert (back.is_return, rows_of(back)) == (1, [(-4, 90, -360)])
    assert back.return_against == difference.name


def test_an_index_published_late_charges_the_difference() -> None:
    """100.00 at 119.3. In the second year with 122.0: 102.26, known only after two months were charged with the old one."""
    fiscal_year(2027)
    index = frappe.get_doc(
        {
            "doctype": "Service Price Index",
            "index_name": "Prices",
            "values": [{"month": "2026-01-01", "value": 119.3}],
        }
    ).insert()
    contract = make_contract(
        erp.customer("Index Ltd"),
        line(FEE, price=100, price_per="Month"),
        end_date="2028-01-14",
        price_adjustment="Index",
        price_index=index.name,
        draft_days_ahead=0,
    )
    (first,) = nights(contract, ["2027-02-20"])
    assert {row.rate for row in first.items} == {100}
    assert len(first.items) == 14
    assert ["a difference follows" in row.description for row in first.items] == [False] * 12 + [True] * 2
    first.submit()
    index.append("values", {"month": "2027-01-15", "value": 122.0})
    index.save()
    (second,) = nights(contract, ["2027-02-21"])
    assert rows_of(second) == [(1, 2.26, 2.26)] * 2
